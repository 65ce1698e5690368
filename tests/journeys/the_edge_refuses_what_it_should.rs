//! Stories of the HTTP edge: what is answered, what is turned away before anyone reads it, and how it stops.

#![expect(clippy::disallowed_methods, reason = "the caller here is a stranger, who has no egress")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use harness::world::World;
use reqwest::{Client, StatusCode, Url};
use rightsdesk_server::roof::config::Statuses;
use serde_json::{Value, json};

#[tokio::test]
async fn the_server_tells_its_version() {
    let desk = World::new().await.serve().await;

    let answer = ask(&desk.url(), json!({ "query": "{ server { version } }" })).await;

    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(body(answer).await["data"]["server"]["version"], env!("CARGO_PKG_VERSION"));
    desk.stop(Duration::from_secs(1)).await.expect("stopped");
}

#[tokio::test]
async fn it_is_ready_until_it_is_told_to_stop() {
    let stopping = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stopping);
    let desk = World::new().await.serve_with(|edge| edge.stopping = told).await;
    let ready = || async { Client::new().get(format!("{}/readyz", desk.url())).send().await.expect("answer").status() };

    assert_eq!(ready().await, StatusCode::OK);
    stopping.store(true, Ordering::SeqCst);

    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    let alive = Client::new().get(format!("{}/healthz", desk.url())).send().await.expect("answer");
    assert_eq!(alive.status(), StatusCode::OK);
}

#[tokio::test]
async fn figures_are_there_and_name_nobody() {
    let world = World::new().await;
    let desk = world.serve().await;
    ask(&desk.url(), json!({ "query": "{ server { version } }" })).await;

    let figures = Client::new().get(format!("{}/metrics", desk.url())).send().await.expect("answer");
    let figures = figures.text().await.expect("text");

    assert!(figures.contains("rightsdesk_calls_total"), "{figures}");
    assert!(figures.contains("rightsdesk_statements_per_call"), "{figures}");
    assert!(!figures.contains(&world.tenant.uuid().to_string()));
}

#[tokio::test]
async fn anything_but_one_small_json_object_is_turned_away() {
    let desk = World::new().await.serve().await;
    let query = r#"{"query":"{ server { version } }"}"#;
    let long = format!(r#"{{"query":"{{ server {{ version }} }} #{}"}}"#, "x".repeat(11 * 1024));
    let huge = " ".repeat(65 * 1024);
    let cases = [
        ("text/plain", query, 415),
        ("application/x-www-form-urlencoded", query, 415),
        ("application/json; charset=latin1", query, 415),
        ("application/json", "not json, but shpat_example", 400),
        ("application/json", "[]", 400),
        ("application/json", &format!("[{query}]"), 400),
        ("application/json", r#"{"query":7}"#, 400),
        ("application/json", r#"{"query":"{ server { version } }","operationName":["a"]}"#, 400),
        ("application/json", r#"{"query":"{ server { version } }","variables":"shpat_example"}"#, 400),
        ("application/json", r#"{"query":"{ server { version } }","extensions":7}"#, 400),
        ("application/json", &long, 413),
        ("application/json", &huge, 413),
        ("application/json; charset=utf-8", query, 200),
    ];
    for (kind, sent, wanted) in cases {
        let call = Client::new().post(format!("{}/graphql", desk.url())).header("content-type", kind);
        let answer = call.body(sent.to_owned()).send().await.expect("answer");
        let (status, text) = (answer.status().as_u16(), answer.text().await.expect("text"));
        assert_eq!(status, wanted, "{kind}: {text}");
        assert!(!text.contains("shpat_example"), "the answer repeats what was sent: {text}");
    }
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE] {
        let answer = Client::new().request(method, format!("{}/graphql", desk.url())).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn the_schema_is_not_told_unless_the_setting_says_so() {
    let world = World::new().await;
    let (closed, open) = (
        world.serve().await,
        world
            .serve_with(|edge| {
                edge.desk = rightsdesk_server::roof::schema::desk(true, rightsdesk_server::staff::SignIn::default());
                edge.graphql.introspection = true;
            })
            .await,
    );
    let curious = json!({ "query": "{ __schema { types { name } } }" });

    let (shut, told) =
        (body(ask(&closed.url(), curious.clone()).await).await, body(ask(&open.url(), curious).await).await);

    assert!(shut["data"]["__schema"].is_null(), "{shut}");
    assert!(told["data"]["__schema"]["types"].is_array(), "{told}");
}

#[tokio::test]
async fn every_answer_carries_our_own_id_and_is_not_kept() {
    let desk = World::new().await.serve().await;

    let call = Client::new().get(format!("{}/healthz", desk.url())).header("x-request-id", "theirs\u{9b}31m");
    let answer = call.send().await.expect("answer");

    let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
    assert!(id.len() == 32 && !id.contains("theirs"), "{id}");
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_dribbles_is_let_go() {
    let desk = World::new().await.serve_with(|edge| edge.read = Duration::from_millis(400)).await;
    let at = desk.at;
    let begun = Instant::now();

    let (slow_head, slow_body) = tokio::task::spawn_blocking(move || {
        (
            dribble(at, "POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: "),
            dribble(
                at,
                "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
            ),
        )
    })
    .await
    .expect("dribbled");

    assert!(begun.elapsed() < Duration::from_secs(6), "they were held on to");
    assert!(!slow_head.contains("200"), "{slow_head}");
    assert!(slow_body.starts_with("HTTP/1.1 408"), "{slow_body}");
}

/// Sends a beginning and then a byte now and then, until the other side has enough of it.
fn dribble(at: SocketAddr, beginning: &str) -> String {
    let mut line = TcpStream::connect(at).expect("connected");
    line.set_read_timeout(Some(Duration::from_millis(100))).expect("set");
    line.write_all(beginning.as_bytes()).expect("sent");
    let mut heard = Vec::new();
    for _ in 0..40 {
        let mut part = [0; 1024];
        match line.read(&mut part) {
            Ok(0) => break,
            Ok(length) => {
                heard.extend(&part[..length]);
                break;
            }
            Err(_) => {
                if line.write_all(b"a").is_err() {
                    break;
                }
            }
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn a_certificate_and_a_key_make_it_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, issued.cert.pem()).expect("written");
    std::fs::write(&key, issued.signing_key.serialize_pem()).expect("written");
    let world = World::new().await;

    let desk = world.serve_over_tls(certificate, key).await;

    let trusting = Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(issued.cert.pem().as_bytes()).expect("PEM")])
        .resolve("localhost", desk.at)
        .build()
        .expect("a client");
    let url = format!("https://localhost:{}/healthz", desk.at.port());
    assert_eq!(trusting.get(&url).send().await.expect("answer").status(), StatusCode::OK);
    assert!(
        Client::new().get(format!("http://{}/healthz", desk.at)).send().await.is_err(),
        "plain HTTP is not answered"
    );
}

#[tokio::test]
async fn a_query_may_come_by_get_and_a_change_may_not() {
    let desk = World::new().await.serve().await;
    let got = |query: &'static str| {
        let url = Url::parse_with_params(&format!("{}/graphql", desk.url()), [("query", query)]).expect("a URL");
        let call = Client::new().get(url);
        async { call.send().await.expect("answer") }
    };

    let answer = got("{ server { version } }").await;
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    assert_eq!(body(answer).await["data"]["server"]["version"], env!("CARGO_PKG_VERSION"));
    let change = got("mutation { __typename }").await;
    assert_eq!(
        (change.status(), &change.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
    assert_eq!(body(change).await["errors"][0]["extensions"]["code"], "METHOD_NOT_ALLOWED");
    let stream = got("subscription { changes { cursor } }").await;
    assert_eq!(stream.status(), StatusCode::BAD_REQUEST);
    let stream = ask(&desk.url(), json!({ "query": "subscription { changes { cursor } }" })).await;
    assert_eq!(body(stream).await["errors"][0]["extensions"]["code"], "NEEDS_SOCKET");
    assert_eq!(got("").await.status(), StatusCode::OK, "an empty document is one that does not parse");
    let nothing = Client::new().get(format!("{}/graphql", desk.url())).send().await.expect("answer");
    assert_eq!(nothing.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_error_has_one_shape_and_repeats_nothing() {
    let desk = World::new().await.serve().await;
    let strict = |query: &'static str| {
        let call = Client::new().post(format!("{}/graphql", desk.url())).json(&json!({ "query": query }));
        async { call.header("accept", "application/graphql-response+json").send().await.expect("answer") }
    };
    for (query, code) in [
        ("{ shpat_example", "BAD_DOCUMENT"),
        ("{ shpat_example }", "BAD_DOCUMENT"),
        ("{ server(shpat_example: 1) { version } }", "BAD_DOCUMENT"),
        ("query A { server { version } } query B { server { version } }", "BAD_DOCUMENT"),
        ("query ($shpat_example: String!) { server { version } }", "BAD_VARIABLES"),
        ("{ ...shpat_example }", "BAD_DOCUMENT"),
        (
            "{ a: server { version } ...f } fragment f on Query { __typename @a @b @c @d @e @shpat_example }",
            "TOO_COSTLY",
        ),
    ] {
        let answer = strict(query).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
        assert!(
            answer.headers()["content-type"].to_str().expect("text").starts_with("application/graphql-response+json")
        );
        let told = body(answer).await;
        assert!(!told.to_string().contains("shpat_example"), "{told}");
        assert!(told.get("data").is_none(), "{told}");
        let extensions = &told["errors"][0]["extensions"];
        assert_eq!(
            (extensions["code"].as_str(), extensions["requestId"].as_str()),
            (Some(code), Some(&*id)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_token_that_stands_for_nobody_is_told_so_and_a_cookie_is_not_read() {
    let desk = World::new().await.serve().await;
    let query = json!({ "query": "{ server { version } }" });
    let call = || Client::new().post(format!("{}/graphql", desk.url())).json(&query);

    let made_up = call().bearer_auth("rds_made_up").send().await.expect("answer");
    assert_eq!(
        (made_up.status(), &made_up.headers()["www-authenticate"]),
        (StatusCode::UNAUTHORIZED, &"Bearer".parse().unwrap())
    );
    assert_eq!(body(made_up).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let cookie = call().header("cookie", "token=rds_made_up").send().await.expect("answer");
    assert_eq!(cookie.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_draft_of_2026_is_spoken_where_it_is_set() {
    let desk = World::new().await.serve_with(|edge| edge.graphql.statuses = Statuses::Draft2026).await;
    let status = |accept: &'static str, query: &'static str| {
        let call = Client::new().post(format!("{}/graphql", desk.url())).json(&json!({ "query": query }));
        async move { call.header("accept", accept).send().await.expect("answer").status().as_u16() }
    };
    assert_eq!(status("application/json", "{ server { version } }").await, 200);
    assert_eq!(status("application/json", "{ sidedoor }").await, 422);
    assert_eq!(status("application/json", "{").await, 400);
    assert_eq!(status("text/html", "{ server { version } }").await, 406);
}

#[tokio::test]
async fn answers_are_packed_for_those_who_can_unpack_them() {
    let desk = World::new().await.serve().await;
    let call =
        Client::new().post(format!("{}/graphql", desk.url())).json(&json!({ "query": "{ server { version } }" }));

    let answer = call.header("accept-encoding", "gzip").send().await.expect("answer");

    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert!(answer.bytes().await.expect("a body").starts_with(&[0x1f, 0x8b]));
}

#[tokio::test]
async fn a_made_up_method_leaves_no_figure_of_its_own() {
    let desk = World::new().await.serve().await;
    let made_up = reqwest::Method::from_bytes(b"SHPAT_EXAMPLE").expect("a token");
    Client::new().request(made_up, desk.url()).send().await.expect("answer");

    let figures = Client::new().get(format!("{}/metrics", desk.url())).send().await.expect("answer");

    assert!(!figures.text().await.expect("text").contains("SHPAT_EXAMPLE"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_says_nothing_is_let_go() {
    let desk = World::new().await.serve_with(|edge| edge.read = Duration::from_millis(400)).await;
    let at = desk.at;

    let heard = tokio::task::spawn_blocking(move || {
        let mut line = TcpStream::connect(at).expect("connected");
        line.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        line.read(&mut [0; 16])
    });

    let heard = heard.await.expect("no panic");
    assert!(matches!(heard, Ok(0)), "the line is still held: {heard:?}");
}

async fn ask(url: &str, document: Value) -> reqwest::Response {
    Client::new().post(format!("{url}/graphql")).json(&document).send().await.expect("answer")
}

async fn body(answer: reqwest::Response) -> Value {
    serde_json::from_str(&answer.text().await.expect("text")).expect("JSON")
}
