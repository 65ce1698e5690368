//! One pass over an operation: each fragment is reckoned once, however often it is spread, and counts stop at their
//! ceiling instead of turning over.

use std::collections::HashMap;
use std::convert::Infallible;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};

use super::{Limits, TooCostly, USUAL_PAGE};

/// Refuses an operation that is over a limit, or says what it costs.
pub(super) fn operation(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    offers_schema: bool,
) -> Result<u32, TooCostly> {
    let limits = if offers_schema && is_curious(operation) { Limits::CURIOUS } else { Limits::USUAL };
    let mut reckoning =
        Reckoning { limits, operation, variables, fragments: &document.fragments, known: HashMap::new() };
    reckoning.directives(&operation.directives)?;
    let whole = reckoning.set(&operation.selection_set.node)?;
    let roots = if operation.ty == OperationType::Query { limits.roots } else { 1 };
    if whole.width > roots {
        return Err(TooCostly::Roots);
    }
    whole.within(limits)?;
    // The library walks fragments that nothing spreads, too.
    for name in document.fragments.keys() {
        reckoning.fragment(name)?.within(limits)?;
    }
    Ok(whole.points.saturating_add(whole.row))
}

/// Every root field is the schema's own.
fn is_curious(operation: &OperationDefinition) -> bool {
    operation
        .selection_set
        .node
        .items
        .iter()
        .all(|item| matches!(&item.node, Selection::Field(field) if field.node.name.node.starts_with("__")))
}

/// What a selection comes to.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    fields: u32,
    depth: u32,
    aliases: u32,
    /// Fields on its own level.
    width: u32,
    /// Objects it may answer.
    points: u32,
    /// Those among its `edges` and `nodes`, for one row: how many rows there are is said by the field above.
    row: u32,
    /// Whether it is of a connection, whose rows stand in `edges` and `nodes`.
    is_connection: bool,
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.saturating_add(other.aliases),
            width: self.width.saturating_add(other.width),
            points: self.points.saturating_add(other.points),
            row: self.row.saturating_add(other.row),
            is_connection: self.is_connection || other.is_connection,
        }
    }

    fn within(self, limits: Limits) -> Result<(), TooCostly> {
        match () {
            () if self.fields > limits.fields => Err(TooCostly::Fields),
            () if self.depth > limits.depth => Err(TooCostly::Depth),
            () if self.aliases > limits.aliases => Err(TooCostly::Aliases),
            () => Ok(()),
        }
    }
}

struct Reckoning<'a> {
    limits: Limits,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Fragments reckoned so far; `None` while one is being reckoned, so that a circle is seen.
    known: HashMap<&'a Name, Option<Sum>>,
}

impl<'a> Reckoning<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Result<Sum, TooCostly> {
        let mut sum = Sum::default();
        for item in &set.items {
            sum = sum.and(self.selection(&item.node)?);
        }
        Ok(sum)
    }

    fn selection(&mut self, selection: &'a Selection) -> Result<Sum, TooCostly> {
        match selection {
            Selection::Field(field) => self.field(&field.node),
            Selection::InlineFragment(inline) => {
                self.directives(&inline.node.directives)?;
                self.set(&inline.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                self.directives(&spread.node.directives)?;
                self.fragment(&spread.node.fragment_name.node)
            }
        }
    }

    fn field(&mut self, field: &'a Field) -> Result<Sum, TooCostly> {
        self.directives(&field.directives)?;
        let inner = self.set(&field.selection_set.node)?;
        let (page, ids) = (self.page(field)?, self.ids(field)?);
        let own = u32::from(!field.selection_set.node.items.is_empty());
        let whole = if inner.is_connection {
            let rows = inner.row.saturating_mul(page.unwrap_or(USUAL_PAGE));
            own.saturating_add(inner.points).saturating_add(rows)
        } else {
            // What names a number of rows and is no connection is a list: each of its rows is an object itself.
            own.saturating_add(inner.points).saturating_mul(page.unwrap_or(1))
        };
        let points = whole.saturating_mul(ids.unwrap_or(1));
        let name = field.name.node.as_str();
        let is_row = ids.is_none() && matches!(name, "edges" | "nodes");
        Ok(Sum {
            fields: inner.fields.saturating_add(1),
            depth: inner.depth.saturating_add(1),
            aliases: inner.aliases.saturating_add(u32::from(field.alias.is_some())),
            width: 1,
            points: if is_row { 0 } else { points },
            row: if is_row { points } else { 0 },
            is_connection: is_row || matches!(name, "pageInfo" | "totalCount"),
        })
    }

    /// How many rows the field asks for, where it says so. What is no number is left to whoever checks types.
    fn page(&self, field: &Field) -> Result<Option<u32>, TooCostly> {
        let mut rows = None;
        for name in ["first", "last"] {
            let asked = match self.argument(field, name) {
                Value::Null => continue,
                Value::Number(number) => number.as_u64().unwrap_or(1).max(1),
                _ => u64::from(self.limits.page),
            };
            rows = rows.max(Some(self.at_most_a_page(asked)?));
        }
        Ok(rows)
    }

    /// How many ids the field names.
    fn ids(&self, field: &Field) -> Result<Option<u32>, TooCostly> {
        match self.argument(field, "ids") {
            Value::Null => Ok(None),
            Value::List(ids) => self.at_most_a_page(ids.len() as u64).map(Some),
            _ => Ok(Some(1)),
        }
    }

    fn at_most_a_page(&self, asked: u64) -> Result<u32, TooCostly> {
        u32::try_from(asked).ok().filter(|asked| *asked <= self.limits.page).ok_or(TooCostly::Page)
    }

    /// What an argument says, with its variables' values or their defaults in place; null where there is none.
    fn argument(&self, field: &Field, name: &str) -> Value {
        let Some(given) = field.get_argument(name) else { return Value::Null };
        let filled = given.node.clone().into_const_with(|name| Ok::<_, Infallible>(self.variable(&name)));
        match filled {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    fn variable(&self, name: &Name) -> Value {
        if let Some(value) = self.variables.get(name) {
            return value.clone();
        }
        let declared = self.operation.variable_definitions.iter().find(|declared| declared.node.name.node == *name);
        declared
            .and_then(|declared| declared.node.default_value.as_ref())
            .map(|value| value.node.clone())
            .unwrap_or_default()
    }

    fn fragment(&mut self, name: &Name) -> Result<Sum, TooCostly> {
        let (name, fragment) = self.fragments.get_key_value(name).ok_or(TooCostly::Spread)?;
        if let Some(known) = self.known.get(name) {
            return known.ok_or(TooCostly::Spread);
        }
        self.known.insert(name, None);
        self.directives(&fragment.node.directives)?;
        let sum = self.set(&fragment.node.selection_set.node)?;
        self.known.insert(name, Some(sum));
        Ok(sum)
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<(), TooCostly> {
        if directives.len() > self.limits.directives { Err(TooCostly::Directives) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bill, meant, reckon};
    use super::*;
    use async_graphql::parser::parse_query;
    use serde_json::json;

    fn bill(document: &str, variables: serde_json::Value) -> Result<Bill, TooCostly> {
        let document = parse_query(document).expect("it parses");
        let variables = Variables::from_json(variables);
        let operation = meant(&document, None).or_else(|| meant(&document, Some("Q"))).expect("an operation");
        reckon(&document, operation, &variables, false)
    }

    fn verdict(document: &str) -> Result<(), TooCostly> {
        bill(document, json!({})).map(|_| ())
    }

    fn points(document: &str) -> u32 {
        bill(document, json!({})).expect("within limits").points
    }

    /// N fragments, each spread twice by the one before.
    fn doubling(links: usize) -> String {
        let link = |to: usize| format!("fragment f{} on Query{{...f{to} ...f{to}}}", to - 1);
        let chain = (1..=links).map(link).collect::<Vec<_>>().concat();
        format!("{{...f0}}{chain}fragment f{links} on Query{{__typename}}")
    }

    #[test]
    fn each_limit_is_kept_and_reached() {
        let deep = |levels: usize| format!("{}a{}", "{a".repeat(levels - 1) + "{", "}".repeat(levels));
        let many = |word: &str, times: usize| format!("{{a{{{}}}}}", word.repeat(times));
        let roots = |kind: &str, times: usize| format!("{kind}{{{}}}", "a ".repeat(times));
        let operations =
            |times: usize| (1..=times).fold(String::new(), |all, at| all + "query " + &"Q".repeat(at) + "{a}");
        assert_eq!(verdict(&deep(10)), Ok(()));
        assert_eq!(verdict(&deep(11)), Err(TooCostly::Depth));
        assert_eq!(verdict(&many("b ", 499)), Ok(()));
        assert_eq!(verdict(&many("b ", 500)), Err(TooCostly::Fields));
        assert_eq!(verdict(&many("__typename ", 20_000)), Err(TooCostly::Fields));
        assert_eq!(verdict(&many("c:b ", 20)), Ok(()));
        assert_eq!(verdict(&many("c:b ", 21)), Err(TooCostly::Aliases));
        assert_eq!(verdict(&roots("query", 10)), Ok(()));
        assert_eq!(verdict(&roots("query", 11)), Err(TooCostly::Roots));
        assert_eq!(verdict(&roots("mutation", 2)), Err(TooCostly::Roots));
        assert_eq!(verdict(&roots("subscription", 2)), Err(TooCostly::Roots));
        assert_eq!(verdict(&operations(10)), Ok(()));
        assert_eq!(verdict(&operations(11)), Err(TooCostly::Operations));
        assert_eq!(verdict(&format!("{{a {}}}", "@skip(if:true) ".repeat(6))), Err(TooCostly::Directives));
        assert_eq!(verdict("{a(first:100){b}}"), Ok(()));
        assert_eq!(verdict("{a(last:101){b}}"), Err(TooCostly::Page));
        assert_eq!(verdict(&format!("{{nodes(ids:[{}]){{id}}}}", "1 ".repeat(101))), Err(TooCostly::Page));
    }

    #[test]
    fn a_chain_that_doubles_is_refused_however_long() {
        assert_eq!(verdict(&doubling(3)), Ok(()));
        for links in 9..=19 {
            assert_eq!(verdict(&doubling(links)), Err(TooCostly::Roots), "{links} links");
            let below = doubling(links).replacen("{...f0}", "{a{...f0}}", 1);
            assert_eq!(verdict(&below), Err(TooCostly::Fields), "{links} links");
            let beside = doubling(links).replacen("{...f0}", "{a}", 1);
            assert_eq!(verdict(&beside), Err(TooCostly::Fields), "{links} links that nothing spreads");
        }
        assert_eq!(verdict(&doubling(40)), Err(TooCostly::Fragments));
    }

    #[test]
    fn a_circle_or_a_missing_fragment_is_refused() {
        assert_eq!(verdict("{...a} fragment a on Query{...b} fragment b on Query{...a}"), Err(TooCostly::Spread));
        assert_eq!(verdict("{...a}"), Err(TooCostly::Spread));
    }

    #[test]
    fn a_page_multiplies_its_rows_and_nothing_beside_them() {
        assert_eq!(points("{server{version}}"), 1);
        assert_eq!(points("mutation{do(input:{}){thing{id}}}"), 12);
        assert_eq!(points("{tenants(first:20){nodes{id} pageInfo{hasNextPage} totalCount}}"), 1 + 20 + 1);
        assert_eq!(points("{tenants(first:20){edges{node{id}}}}"), 1 + 20 * 2);
        assert_eq!(points("{tenants{nodes{id}}}"), 1 + 50);
        assert_eq!(
            points("{tenants(first:10){nodes{members(last:5){nodes{mail{masked}}}}}}"),
            1 + 10 * (1 + 1 + 5 * 2)
        );
        assert_eq!(points("{tenants(first:10){...f}} fragment f on C{nodes{id} pageInfo{hasNextPage}}"), 1 + 10 + 1);
        assert_eq!(points("{things(first:10){made{by{id}}}}"), 10 * 3);
        assert_eq!(points("{things(first:10){id}}"), 10, "each row of a list is an object");
        assert_eq!(points("{things(first:10){totalCount pageInfo{hasNextPage}}}"), 1 + 1, "nobody asks for rows");
        assert_eq!(points("{nodes(ids:[1,2,3]){id ...on T{members{nodes{id}}}}}"), 3 * (1 + 51));
    }

    #[test]
    fn a_page_may_stand_in_a_variable_or_its_default() {
        let asked = "query($n:Int=7,$ids:[ID!]){tenants(first:$n){nodes{id}} nodes(ids:$ids){id}}";
        assert_eq!(bill(asked, json!({ "n": 30, "ids": ["a", "b"] })).expect("fits").points, 31 + 2);
        assert_eq!(bill(asked, json!({})).expect("fits").points, 8 + 1);
        assert_eq!(bill(asked, json!({ "n": 101 })), Err(TooCostly::Page));
        assert_eq!(bill(asked, json!({ "n": "many" })).expect("the library's to refuse").points, 101 + 1);
        assert_eq!(bill(asked, json!({ "n": u64::MAX })), Err(TooCostly::Page));
    }

    #[test]
    fn points_stop_at_their_ceiling() {
        let nested = (0..8).fold("x{y}".to_owned(), |inner, _| format!("a(first:100){{{inner}}}"));
        assert_eq!(points(&format!("{{{nested}}}")), u32::MAX);
    }
}
