//! What the library makes of an answer: fields in the order they were asked for, null where a value failed and no
//! further than its types demand, and the path of every error. Other releases of it get each of these wrong.

use std::time::Duration;

use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema};
use serde_json::{Value, json};

struct Query;

#[Object]
impl Query {
    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        1
    }

    async fn quick(&self) -> i32 {
        2
    }

    /// Fails, and its null is its own.
    async fn own(&self) -> Option<Result<i32, async_graphql::Error>> {
        Some(Err("failed".into()))
    }

    async fn things(&self) -> Vec<Thing> {
        (0..3).map(Thing).collect()
    }

    async fn maybe(&self) -> Vec<Option<Thing>> {
        (0..3).map(|n| Some(Thing(n))).collect()
    }

    async fn thing(&self) -> Option<Thing> {
        Some(Thing(1))
    }
}

struct Thing(i32);

#[Object]
impl Thing {
    async fn number(&self) -> i32 {
        if self.0 == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.0
    }

    /// Fails for the second, and may not be null.
    async fn must(&self) -> Result<i32, async_graphql::Error> {
        if self.0 == 1 { Err("failed".into()) } else { Ok(self.0) }
    }
}

/// An answer as text, for its order, and its errors as paths.
async fn told(document: &str) -> (String, Vec<Value>) {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let answer = schema.execute(Request::new(document)).await;
    let paths = answer.errors.iter().map(|error| serde_json::to_value(&error.path).expect("JSON")).collect();
    (serde_json::to_string(&answer.data).expect("JSON"), paths)
}

#[tokio::test]
async fn answers_keep_their_shape() {
    for (document, data, paths) in [
        ("{ slow quick a: slow b: quick }", r#"{"slow":1,"quick":2,"a":1,"b":2}"#, json!([])),
        (
            "{ quick ...f slow } fragment f on Query { a: slow things { number } }",
            r#"{"quick":2,"a":1,"things":[{"number":0},{"number":1},{"number":2}],"slow":1}"#,
            json!([]),
        ),
        ("{ quick own slow }", r#"{"quick":2,"own":null,"slow":1}"#, json!([["own"]])),
        ("{ quick thing { number must } }", r#"{"quick":2,"thing":null}"#, json!([["thing", "must"]])),
        (
            "{ maybe { must number } }",
            r#"{"maybe":[{"must":0,"number":0},null,{"must":2,"number":2}]}"#,
            json!([["maybe", 1, "must"]]),
        ),
        // Where items may not be null this release names the item and not the field in it.
        ("{ quick things { must } }", "null", json!([["things", 1]])),
    ] {
        assert_eq!(told(document).await, (data.to_owned(), paths.as_array().expect("a list").clone()), "{document}");
    }
}
