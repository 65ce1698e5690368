//! One operation of a socket, from its document to its last word. The gate is the one of HTTP.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::OperationType;
use futures_util::StreamExt;
use serde::Serialize;
use tokio::sync::mpsc::Sender;

use super::state::{Input, Told};
use crate::floor::graphql::Asking;
use crate::roof::http::gate::{Answer, Gate, Refused, Way, Wish};

/// What it is called: by the client, and by us.
pub(super) struct Name {
    pub id: String,
    pub run: u64,
    /// The id that its errors carry.
    pub call: String,
}

/// Carries it out and tells what comes of it; waits where the socket is slow.
pub(super) async fn operate(gate: Arc<Gate>, asking: Asking, wish: Wish, name: Name, tell: Sender<Input>) {
    let say = |what: Told| tell.send(Input::Told { id: name.id.clone(), run: name.run, what });
    let refused = |refused: &Refused| Told::Errors(json(&[refused.error(&name.call)]));
    let admitted = match gate.admit(wish, asking, Way::Socket) {
        Ok(admitted) => admitted,
        Err(why) => return drop(say(refused(&why)).await),
    };
    if admitted.bill.kind == OperationType::Subscription {
        let mut answers = match gate.follow(admitted, name.call.clone()) {
            Ok(answers) => answers,
            Err(why) => return drop(say(refused(&why)).await),
        };
        let mut is_first = true;
        while let Some(answer) = answers.next().await {
            // What never began has no first answer: it failed as a whole.
            let is_over = answer.never_ran || (is_first && is_void(&answer));
            is_first = false;
            if is_over {
                return drop(say(Told::Errors(json(&answer.response.errors))).await);
            }
            if say(Told::Next(json(&answer.body()))).await.is_err() {
                return;
            }
        }
    } else {
        let told = match tokio::time::timeout(gate.edge.answer, gate.carry_out(admitted, &name.call)).await {
            Ok(Ok(answer)) if answer.never_ran => Told::Errors(json(&answer.response.errors)),
            Ok(Ok(answer)) => {
                if say(Told::Next(json(&answer.body()))).await.is_err() {
                    return;
                }
                Told::Done
            }
            Ok(Err(why)) => refused(&why),
            Err(_) => refused(&Refused::late()),
        };
        return drop(say(told).await);
    }
    drop(say(Told::Done).await);
}

fn is_void(answer: &Answer) -> bool {
    answer.response.data == Value::Null && !answer.response.errors.is_empty()
}

fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
