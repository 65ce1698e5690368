//! What places follow: a line for each, kept open and opened again, with back-off while it is not. What comes on it reaches
//! the place as an answer to what it follows.
//!
//! It decides nothing: a place that hears that its line is down asks by itself.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use zeroize::Zeroizing;

use crate::core::action::Action;
use crate::core::ask::{Ask, Trouble};
use crate::core::scrub::scrub_all;

use super::client::{Client, Line, document_id};
use super::pulse::{backoff, dice};

/// How long an open line may be silent; a desk gives a sign of life more often.
const SILENCE: Duration = Duration::from_secs(45);
/// How long the first words may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The operation on a line: by its id, or whole where the desk does not know it.
const KNOWN: &str = "known";
const WHOLE: &str = "whole";

pub struct Live {
    outbox: UnboundedSender<Action>,
    lines: Vec<Followed>,
}

struct Followed {
    ask: Ask,
    /// Of which turn of the token.
    turn: u64,
    task: JoinHandle<()>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How a line ended.
enum End {
    /// It may be opened again.
    Lost,
    /// The desk says no, or that there is no more.
    Over,
}

impl Live {
    pub fn new(outbox: UnboundedSender<Action>) -> Self {
        Self { outbox, lines: Vec::new() }
    }

    /// These are followed from now on and no others, with the client of now.
    pub fn follow(&mut self, wanted: Vec<Ask>, carried: Option<(Client, u64)>) {
        let Some((client, turn)) = carried else { return self.lines.clear() };
        self.lines.retain(|line| line.turn == turn && wanted.contains(&line.ask));
        for ask in wanted {
            if self.lines.iter().any(|line| line.ask == ask) {
                continue;
            }
            let task = tokio::spawn(keep(client.clone(), ask.clone(), self.outbox.clone()));
            self.lines.push(Followed { ask, turn, task });
        }
    }
}

async fn keep(client: Client, ask: Ask, outbox: UnboundedSender<Action>) {
    let mut missed = 0;
    loop {
        let mut is_up = false;
        let end = hold(&client, &ask, &outbox, &mut is_up).await;
        missed = if is_up { 1 } else { missed + 1 };
        if is_up {
            // A loop that has ended needs no words.
            _ = outbox.send(Action::Line { to: ask.to, is_up: false });
        }
        match end {
            Ok(End::Over) => return,
            Ok(End::Lost) | Err(_) => sleep(backoff(missed, dice())).await,
        }
    }
}

/// One line from its first word to its end; `is_up` once something was heard of what is followed.
async fn hold(client: &Client, ask: &Ask, outbox: &UnboundedSender<Action>, is_up: &mut bool) -> Result<End, Trouble> {
    let mut line = timeout(PATIENCE, client.line()).await.map_err(|_| lost())??;
    say(&mut line, &json!({ "type": "connection_init", "payload": client.shown() })).await?;
    let variables = &ask.variables;
    loop {
        let Some(said) = timeout(SILENCE, line.next()).await.map_err(|_| lost())? else { return Ok(End::Lost) };
        let mut said = match said.map_err(|_| lost())? {
            Message::Text(text) => serde_json::from_str::<Value>(&text).map_err(|_| lost())?,
            // Whose token is none any more has to sign in first.
            Message::Close(Some(close)) if matches!(u16::from(close.code), 4400..=4403) => return Ok(End::Over),
            Message::Close(_) => return Ok(End::Lost),
            _ => continue,
        };
        match said["type"].as_str().unwrap_or_default() {
            "connection_ack" => {
                let by_id = json!({ "documentId": document_id(&ask.document), "variables": variables });
                say(&mut line, &json!({ "type": "subscribe", "id": KNOWN, "payload": by_id })).await?;
                *is_up = true;
                _ = outbox.send(Action::Line { to: ask.to, is_up: true });
            }
            "ping" => say(&mut line, &json!({ "type": "pong" })).await?,
            "next" => {
                let mut data = said["payload"]["data"].take();
                scrub_all(&mut data);
                if data.is_object() && outbox.send(Action::Answered(ask.answer(Ok(data)))).is_err() {
                    return Ok(End::Over);
                }
            }
            "error" if said["id"] == KNOWN && is_foreign(&said["payload"]) => {
                let whole = json!({ "query": ask.document, "variables": variables });
                say(&mut line, &json!({ "type": "subscribe", "id": WHOLE, "payload": whole })).await?;
            }
            "error" | "complete" => return Ok(End::Over),
            _ => {}
        }
    }
}

/// Whether the desk does not know the document by its id.
fn is_foreign(errors: &Value) -> bool {
    errors.as_array().is_some_and(|errors| errors.iter().any(|error| error["extensions"]["code"] == "UNKNOWN_DOCUMENT"))
}

fn lost() -> Trouble {
    Trouble::Unreached("the line is down".to_owned())
}

async fn say(line: &mut Line, words: &Value) -> Result<(), Trouble> {
    // The first of them hold the token.
    let text = Zeroizing::new(words.to_string());
    line.send(Message::text(text.as_str())).await.map_err(|_| lost())
}
