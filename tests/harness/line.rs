//! The other end of a socket, as a client of a few lines: it says what it is told and hears what comes.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rightsdesk_server::roof::http::Listening;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

/// The other end of a socket.
pub struct Line {
    pub socket: WebSocketStream<TcpStream>,
}

impl Line {
    pub fn on(socket: WebSocketStream<TcpStream>) -> Self {
        Self { socket }
    }

    pub async fn open(desk: &Listening) -> Self {
        Self::over(desk, TcpStream::connect(desk.at).await.expect("connected"), Some("graphql-transport-ws")).await
    }

    pub async fn over(desk: &Listening, line: TcpStream, protocol: Option<&str>) -> Self {
        let mut call = format!("ws://{}/graphql/ws", desk.at).into_client_request().expect("a call");
        if let Some(protocol) = protocol {
            call.headers_mut().insert("sec-websocket-protocol", protocol.parse().expect("a header"));
        }
        Self::on(client_async(call, line).await.expect("a socket").0)
    }

    /// One that was let in, as a stranger.
    pub async fn known(desk: &Listening) -> Self {
        let mut line = Self::open(desk).await;
        line.say(json!({ "type": "connection_init" })).await;
        assert_eq!(line.hear().await, json!({ "type": "connection_ack" }));
        line
    }

    /// One that was let in with this token.
    pub async fn with(desk: &Listening, token: &str) -> Self {
        let mut line = Self::open(desk).await;
        line.say(json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } })).await;
        assert_eq!(line.hear().await, json!({ "type": "connection_ack" }));
        line
    }

    /// Follows a tenant's changes, or the house's, as the operation `id`.
    pub async fn follow(&mut self, id: &str, tenant: Option<&str>, after: Option<&str>) {
        let query = "subscription F($tenant: ID, $after: String) {
                       changes(tenant: $tenant, after: $after) { cursor at action object node } }";
        let variables = json!({ "tenant": tenant, "after": after });
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query, "variables": variables } })).await;
    }

    pub async fn say(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).await.expect("sent");
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    pub async fn hear(&mut self) -> Value {
        let said = tokio::time::timeout(Duration::from_secs(10), self.socket.next()).await.expect("in time");
        let said = said.expect("still open").expect("a frame");
        serde_json::from_str(said.to_text().expect("text")).unwrap_or_else(|_| panic!("{said:?}"))
    }

    /// Asks for a sign of life, and has it.
    pub async fn lives(&mut self) {
        self.say(json!({ "type": "ping" })).await;
        // The other side may ask the same at the same time.
        while self.hear().await["type"] != "pong" {}
    }

    /// The code it is closed with, after whatever else is said.
    pub async fn end(&mut self) -> u16 {
        loop {
            match tokio::time::timeout(Duration::from_secs(20), self.socket.next()).await.expect("in time") {
                Some(Ok(Message::Close(Some(close)))) => return close.code.into(),
                Some(Ok(_)) => {}
                other => panic!("it ended without a word: {other:?}"),
            }
        }
    }
}
