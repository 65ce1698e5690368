//! What an answer came to: its objects, counted.

use async_graphql::Value;

/// Objects below the root.
pub fn tally(data: &Value) -> u32 {
    match data {
        Value::Object(root) => root.values().map(objects).fold(0, u32::saturating_add),
        _ => 0,
    }
}

fn objects(value: &Value) -> u32 {
    match value {
        Value::Object(fields) => fields.values().map(objects).fold(1, u32::saturating_add),
        Value::List(items) => items.iter().map(objects).fold(0, u32::saturating_add),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::value;

    #[test]
    fn objects_count_and_leaves_do_not() {
        assert_eq!(tally(&value!({ "a": 1, "b": "x" })), 0);
        assert_eq!(
            tally(&value!({ "list": { "nodes": [{ "id": 1 }, { "id": 2 }, null], "pageInfo": { "x": true } } })),
            4
        );
        assert_eq!(tally(&Value::Null), 0);
    }
}
