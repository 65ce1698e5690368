//! Stories of documents: which are known, what each costs, and who has spent too much.

#![expect(clippy::disallowed_methods, reason = "the caller here is a stranger, who has no egress")]

use harness::world::World;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use rightsdesk_server::roof::config::Documents;
use rightsdesk_server::roof::http::document_id;
use serde_json::{Value, json};

const OURS: &str = "query ServerQuery {\n  server {\n    version\n  }\n}\n";

#[tokio::test]
async fn a_stranger_sends_what_we_know_and_nothing_else() {
    let desk = World::new().await.serve_with(|edge| edge.graphql.documents = Documents::SignedIn).await;
    let sent = |body: Value| Client::new().post(format!("{}/graphql", desk.url())).json(&body);

    for known in [json!({ "documentId": document_id(OURS) }), json!({ "query": OURS })] {
        let (status, answer) = told(sent(known)).await;
        assert_eq!((status, &answer["data"]["server"]["version"]), (StatusCode::OK, &env!("CARGO_PKG_VERSION").into()));
    }
    for unknown in [
        json!({ "documentId": document_id("{ server { version } }") }),
        json!({ "documentId": "shpat_example" }),
        json!({ "query": "{ server { version } }" }),
        json!({ "query": "{ not even GraphQL" }),
    ] {
        let (status, answer) = told(sent(unknown)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNKNOWN_DOCUMENT", "{answer}");
        assert!(!answer.to_string().contains("shpat_example"), "{answer}");
    }
}

#[tokio::test]
async fn what_we_know_may_be_kept_by_whom_it_was_for() {
    let desk = World::new().await.serve().await;
    let id = document_id(OURS);
    let get = || {
        Client::new()
            .get(Url::parse_with_params(&format!("{}/graphql", desk.url()), [("documentId", &id)]).expect("a URL"))
    };

    let first = get().send().await.expect("answer");
    assert_eq!(first.headers()["cache-control"], "private, no-cache");
    let tag = first.headers()["etag"].to_str().expect("text").to_owned();
    let again = get().header("if-none-match", &tag).send().await.expect("answer");
    let other = get().header("if-none-match", "W/\"another\"").send().await.expect("answer");

    assert_eq!((again.status(), &again.headers()["etag"]), (StatusCode::NOT_MODIFIED, &tag.parse().unwrap()));
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_answer_says_what_it_cost_and_what_is_left() {
    let desk =
        World::new().await.serve_with(|edge| (edge.graphql.points, edge.graphql.points_per_second) = (100, 100)).await;
    let sent = |query: &str| Client::new().post(format!("{}/graphql", desk.url())).json(&json!({ "query": query }));

    let (_, answer) = told(sent("{ a: server { version } b: server { version } }")).await;

    let cost = &answer["extensions"]["cost"];
    assert_eq!((&cost["requestedQueryCost"], &cost["actualQueryCost"]), (&2.into(), &2.into()), "{answer}");
    let standing = &cost["throttleStatus"];
    assert_eq!((&standing["maximumAvailable"], &standing["restoreRate"]), (&100.into(), &100.into()));
    assert!(standing["currentlyAvailable"].as_u64().is_some_and(|left| (98..=100).contains(&left)), "{answer}");
    let (status, answer) = told(sent("{ server { a: version(first: 101) } }")).await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (StatusCode::BAD_REQUEST, &"TOO_COSTLY".into()));
    let (status, answer) = told(sent("{ tenants(first: 100) { nodes { a { b } } } }")).await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (StatusCode::BAD_REQUEST, &"TOO_COSTLY".into()));
}

#[tokio::test]
async fn who_has_spent_his_points_waits_and_nobody_else_does() {
    let desk = World::new()
        .await
        .serve_with(|edge| {
            (edge.graphql.points, edge.graphql.points_per_second) = (10, 1);
            edge.proxies = vec!["127.0.0.0/8".parse().expect("a network")];
        })
        .await;
    let from = |source: &str| {
        let call = Client::new().post(format!("{}/graphql", desk.url())).header("x-forwarded-for", source);
        call.header("accept", "application/graphql-response+json").json(&json!({ "query": "{ server { version } }" }))
    };
    for _ in 0..10 {
        assert_eq!(told(from("192.0.2.7")).await.0, StatusCode::OK);
    }

    // Points come back while a slow machine asks.
    let mut spent = from("192.0.2.9").send().await.expect("answer");
    for _ in 0..100 {
        if spent.status() != StatusCode::OK {
            break;
        }
        spent = from("192.0.2.9").send().await.expect("answer");
    }

    assert_eq!(spent.status(), StatusCode::TOO_MANY_REQUESTS, "the same network pays together");
    assert_eq!(spent.headers()["retry-after"], "1");
    let answer: Value = serde_json::from_str(&spent.text().await.expect("text")).expect("JSON");
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "THROTTLED");
    assert!(extensions["retryAfterMs"].as_u64().is_some_and(|after| (1..=1000).contains(&after)), "{answer}");
    assert_eq!(told(from("198.51.100.1")).await.0, StatusCode::OK);
    assert_eq!(told(from("203.0.113.66, 198.51.100.1")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_strangers_forwarding_header_gives_him_no_other_budget() {
    let desk =
        World::new().await.serve_with(|edge| (edge.graphql.points, edge.graphql.points_per_second) = (5, 1)).await;
    let mut refused = 0;
    for n in 0..12 {
        let call =
            Client::new().post(format!("{}/graphql", desk.url())).header("x-forwarded-for", format!("192.0.{n}.1"));
        let (status, _) = told(call.json(&json!({ "query": "{ server { version } }" }))).await;
        refused += u32::from(status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused >= 5, "{refused} refused");
}

async fn told(call: RequestBuilder) -> (StatusCode, Value) {
    let answer = call.send().await.expect("answer");
    let status = answer.status();
    (status, serde_json::from_str(&answer.text().await.expect("text")).expect("JSON"))
}
