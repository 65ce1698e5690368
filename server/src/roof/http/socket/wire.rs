//! Messages of graphql-transport-ws as they stand on the line.

use serde_json::{Map, Value};

use crate::roof::http::gate::Wish;

pub(super) const PROTOCOL: &str = "graphql-transport-ws";
pub(super) const ACK: &str = r#"{"type":"connection_ack"}"#;
pub(super) const PING: &str = r#"{"type":"ping"}"#;
pub(super) const PONG: &str = r#"{"type":"pong"}"#;

/// Longest id a client may give an operation.
const ID: usize = 128;

/// What a client says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Init(Token),
    Ping,
    Pong,
    Subscribe { id: String, wish: Box<Wish> },
    Complete { id: String },
}

/// What a client shows at the beginning.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Nothing: a stranger.
    None,
    Given(String),
    /// Something that is no token.
    Bad,
}

/// Reads a message; `Err` where the protocol has none like it.
pub(super) fn read(text: &str) -> Result<Said, ()> {
    let Ok(Value::Object(mut message)) = serde_json::from_str(text) else { return Err(()) };
    let Some(Value::String(kind)) = message.remove("type") else { return Err(()) };
    match kind.as_str() {
        "connection_init" => payload(&mut message).map(|shown| Said::Init(token(shown))),
        "ping" => payload(&mut message).map(|_| Said::Ping),
        "pong" => payload(&mut message).map(|_| Said::Pong),
        "subscribe" => {
            let wish = message.remove("payload").ok_or(())?;
            Ok(Said::Subscribe { id: id(&mut message)?, wish: Box::new(Wish::of(wish).map_err(drop)?) })
        }
        "complete" => Ok(Said::Complete { id: id(&mut message)? }),
        _ => Err(()),
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, ()> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= ID => Ok(id),
        _ => Err(()),
    }
}

fn payload(message: &mut Map<String, Value>) -> Result<Map<String, Value>, ()> {
    match message.remove("payload") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(payload)) => Ok(payload),
        Some(_) => Err(()),
    }
}

/// `authorization: "Bearer …"`, as a header has it, or `token` alone.
fn token(mut shown: Map<String, Value>) -> Token {
    let header = shown.remove("authorization").or_else(|| shown.remove("Authorization"));
    match (header, shown.remove("token")) {
        (None | Some(Value::Null), None | Some(Value::Null)) => Token::None,
        (Some(Value::String(header)), _) => match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Token::Given(token.trim().to_owned()),
            _ => Token::Bad,
        },
        (None | Some(Value::Null), Some(Value::String(token))) => Token::Given(token),
        _ => Token::Bad,
    }
}

pub(super) fn next(id: &str, payload: &str) -> String {
    format!(r#"{{"id":{},"type":"next","payload":{payload}}}"#, quoted(id))
}

pub(super) fn error(id: &str, payload: &str) -> String {
    format!(r#"{{"id":{},"type":"error","payload":{payload}}}"#, quoted(id))
}

pub(super) fn complete(id: &str) -> String {
    format!(r#"{{"id":{},"type":"complete"}}"#, quoted(id))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read() {
        let init = |payload: &str| read(&format!(r#"{{"type":"connection_init","payload":{payload}}}"#));
        assert_eq!(read(r#"{"type":"connection_init"}"#), Ok(Said::Init(Token::None)));
        assert_eq!(init("null"), Ok(Said::Init(Token::None)));
        assert_eq!(init(r#"{"authorization":"Bearer t"}"#), Ok(Said::Init(Token::Given("t".to_owned()))));
        assert_eq!(init(r#"{"token":"t"}"#), Ok(Said::Init(Token::Given("t".to_owned()))));
        assert_eq!(init(r#"{"authorization":"Basic t"}"#), Ok(Said::Init(Token::Bad)));
        assert_eq!(init(r#"{"token":7}"#), Ok(Said::Init(Token::Bad)));
        assert_eq!(read(r#"{"type":"ping","payload":{"a":1}}"#), Ok(Said::Ping));
        assert_eq!(read(r#"{"type":"complete","id":"a"}"#), Ok(Said::Complete { id: "a".to_owned() }));
        let subscribe = read(r#"{"type":"subscribe","id":"a","payload":{"query":"{b}"}}"#);
        assert!(
            matches!(subscribe, Ok(Said::Subscribe { id, wish }) if id == "a" && wish.query.as_deref() == Some("{b}"))
        );
    }

    #[test]
    fn what_is_no_message_is_none() {
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(129));
        for bad in [
            "",
            "nonsense",
            "[]",
            "{}",
            r#"{"type":7}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"start"}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"ping","payload":7}"#,
            r#"{"type":"subscribe","id":"a"}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{b}"}}"#,
            r#"{"type":"subscribe","payload":{"query":"{b}"}}"#,
            r#"{"type":"subscribe","id":"a","payload":{"query":7}}"#,
            r#"{"type":"subscribe","id":"a","payload":[{"query":"{b}"}]}"#,
            r#"{"type":"complete"}"#,
            &long,
        ] {
            assert_eq!(read(bad), Err(()), "{bad}");
        }
    }

    #[test]
    fn an_id_cannot_break_out_of_its_message() {
        assert_eq!(complete("a\"},{\""), r#"{"id":"a\"},{\"","type":"complete"}"#);
    }
}
