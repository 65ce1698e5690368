//! Stories of the socket: who may speak when, how it ends, and that it never waits for anyone for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use harness::line::Line;
use harness::program::Program;
use harness::scratch;
use harness::world::World;
use nix::sys::signal::Signal;
use rightsdesk_server::roof::http::Sockets;
use rightsdesk_server::roof::schema;
use rightsdesk_server::staff::SignIn;
use serde_json::json;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Bytes, Message};

const QUERY: &str = "{ server { version } }";

#[tokio::test]
async fn what_breaks_the_protocol_ends_the_socket_with_its_code() {
    let desk = World::new().await.serve().await;
    let text = |text: &str| Message::text(text.to_owned());
    let fresh = [
        (text("nonsense"), 4400),
        (text(r#"{"type":"start"}"#), 4400),
        (Message::Binary(Bytes::from_static(b"{}")), 4400),
        (text(r#"{"type":"subscribe","id":"a","payload":{"query":"{a}"}}"#), 4401),
        (text(r#"{"type":"connection_init","payload":{"authorization":"Bearer made_up"}}"#), 4401),
        (text(r#"{"type":"connection_init","payload":{"token":"made_up"}}"#), 4401),
        (text(&" ".repeat(65 * 1024)), 1009),
    ];
    for (message, code) in fresh {
        let mut line = Line::open(&desk).await;
        let shown = format!("{message:?}").chars().take(80).collect::<String>();
        line.socket.send(message).await.expect("sent");
        assert_eq!(line.end().await, code, "{shown}");
    }
    let known = [
        (json!({ "type": "connection_init" }), 4429),
        (json!({ "type": "subscribe", "id": "a", "payload": { "query": 7 } }), 4400),
        (json!({ "type": "subscribe", "id": "a", "payload": [{ "query": "{a}" }] }), 4400),
    ];
    for (message, code) in known {
        let mut line = Line::known(&desk).await;
        line.say(message.clone()).await;
        assert_eq!(line.end().await, code, "{message}");
    }
}

#[tokio::test]
async fn a_socket_of_another_protocol_is_told_which() {
    let desk = World::new().await.serve().await;
    for protocol in [None, Some("graphql-ws")] {
        let line = TcpStream::connect(desk.at).await.expect("connected");
        let mut call = format!("ws://{}/graphql/ws", desk.at).into_client_request().expect("a call");
        if let Some(protocol) = protocol {
            call.headers_mut().insert("sec-websocket-protocol", protocol.parse().expect("a header"));
        }
        match client_async(call, line).await {
            Ok((socket, _)) => assert_eq!(Line::on(socket).end().await, 4406),
            // A client that offered one and was given none may leave by itself.
            Err(why) => assert!(protocol.is_some(), "{why}"),
        }
    }
}

#[tokio::test]
async fn who_says_nothing_is_let_go_after_three_seconds() {
    let desk = World::new().await.serve().await;
    let mut line = Line::open(&desk).await;
    let begun = Instant::now();

    assert_eq!(line.end().await, 4408);

    assert!((2800..4500).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn queries_are_answered_and_errors_are_errors() {
    let desk = World::new().await.serve().await;
    let mut line = Line::known(&desk).await;

    line.say(json!({ "type": "ping" })).await;
    assert_eq!(line.hear().await, json!({ "type": "pong" }));
    line.subscribe("a", QUERY).await;
    let next = line.hear().await;
    assert_eq!((&next["type"], &next["id"]), (&"next".into(), &"a".into()));
    assert_eq!(next["payload"]["data"]["server"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(line.hear().await, json!({ "type": "complete", "id": "a" }));
    for (query, code) in [
        ("{", "BAD_DOCUMENT"),
        ("{ shpat_example }", "BAD_DOCUMENT"),
        ("{ ...a } fragment a on Query { ...a }", "BAD_DOCUMENT"),
        ("{ server { version @a @b @c @d @e @f } }", "TOO_COSTLY"),
        ("subscription { changes { cursor } }", "UNAUTHENTICATED"),
    ] {
        line.subscribe("a", query).await;
        let error = line.hear().await;
        assert_eq!((&error["type"], &error["id"]), (&"error".into(), &"a".into()), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
        assert!(error["payload"][0]["extensions"]["requestId"].is_string(), "{error}");
        assert!(!error.to_string().contains("shpat_example"), "{error}");
    }
}

#[tokio::test]
async fn the_budget_is_the_same_by_socket_and_by_call() {
    let desk =
        World::new().await.serve_with(|edge| (edge.graphql.points, edge.graphql.points_per_second) = (3, 1)).await;
    let mut line = Line::known(&desk).await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        line.subscribe("a", QUERY).await;
        let said = line.hear().await;
        match said["type"].as_str() {
            Some("next") => drop(line.hear().await),
            _ => codes.push(said["payload"][0]["extensions"]["code"].clone()),
        }
    }
    assert!(codes.len() >= 2 && codes.iter().all(|code| code == "THROTTLED"), "{codes:?}");
}

#[tokio::test]
async fn a_caller_has_so_many_sockets_and_gets_one_back_when_one_ends() {
    let desk = World::new().await.serve().await;
    let mut lines = Vec::new();
    for _ in 0..8 {
        lines.push(Line::known(&desk).await);
    }
    let mut ninth = Line::open(&desk).await;
    ninth.say(json!({ "type": "connection_init" })).await;
    assert_eq!(ninth.end().await, 4429);

    lines.pop().expect("eight").socket.close(None).await.expect("closed");

    tokio::time::sleep(Duration::from_millis(500)).await;
    Line::known(&desk).await;
}

#[tokio::test]
async fn a_stop_is_told_to_whoever_listens() {
    let stopping = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stopping);
    let desk = World::new().await.serve_with(|edge| edge.stopping = told).await;
    let mut line = Line::known(&desk).await;

    stopping.store(true, Ordering::SeqCst);

    assert_eq!(line.end().await, 1001);
    let call = format!("ws://{}/graphql/ws", desk.at).into_client_request().expect("a call");
    let late = client_async(call, TcpStream::connect(desk.at).await.expect("connected")).await;
    assert!(late.is_err_and(|why| why.to_string().contains("503")), "no socket begins any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_told_to_stop_parts_from_its_sockets_first() {
    let data = scratch::folder("parting").expect("a folder");
    let mut program = tokio::task::block_in_place(|| Program::start(&data));
    let at: std::net::SocketAddr = program.url.strip_prefix("http://").expect("plain").parse().expect("an address");
    let mut call = format!("ws://{at}/graphql/ws").into_client_request().expect("a call");
    call.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    let stream = TcpStream::connect(at).await.expect("connected");
    let mut line = Line::on(client_async(call, stream).await.expect("a socket").0);
    line.say(json!({ "type": "connection_init" })).await;
    assert_eq!(line.hear().await, json!({ "type": "connection_ack" }));

    program.signal(Signal::SIGTERM);

    assert_eq!(line.end().await, 1001);
    assert!(tokio::task::block_in_place(|| program.child.wait()).expect("ended").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_cut_and_told_why() {
    let sockets = Sockets::default();
    let open = sockets.clone();
    let desk = World::new()
        .await
        .serve_with(|edge| {
            edge.desk = schema::desk(true, SignIn::default());
            edge.graphql.introspection = true;
            edge.graphql.points = 1_000_000;
            edge.answer = Duration::from_secs(8);
            edge.sockets = open;
        })
        .await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("set");
    let stream = socket.connect(desk.at).await.expect("connected");
    let mut line = Line::over(&desk, stream, Some("graphql-transport-ws")).await;
    line.say(json!({ "type": "connection_init" })).await;
    assert_eq!(line.hear().await, json!({ "type": "connection_ack" }));
    let one = "__schema { types { name description fields { name description args { name description } type { name kind } } } }";
    let large = format!("{{ {} }}", (0..3).map(|n| format!("a{n}: {one}")).collect::<Vec<_>>().concat());

    // One after another, for each has to be made within the time that an answer may take.
    for n in 0..16 {
        line.subscribe(&format!("op{n}"), &large).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    sockets.empty(Duration::from_mins(1)).await;

    // By now it was cut; what stood in the buffers is all that can still be read.
    let mut read = 0;
    while let Some(Ok(frame)) =
        tokio::time::timeout(Duration::from_secs(5), line.socket.next()).await.expect("it was cut")
    {
        read += usize::from(frame.is_text());
    }
    assert!(read < 32, "all of it was read");
    Line::known(&desk).await;
}
