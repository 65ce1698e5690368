//! Carries asks to the server and brings their answers back, each on a task of its own.
//!
//! It never tries an ask again by itself, and a query that was asked anew keeps silent about its older answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use crate::core::action::Action;
use crate::core::ask::{Ask, Trouble};

use super::client::Client;

/// The newest query of each place and tag.
type Newest = Arc<Mutex<HashMap<(&'static str, &'static str), u64>>>;

pub struct Asker {
    outbox: UnboundedSender<Action>,
    client: Option<Client>,
    busy: Arc<AtomicUsize>,
    newest: Newest,
    asked: u64,
}

impl Asker {
    pub fn new(outbox: UnboundedSender<Action>) -> Self {
        Self { outbox, client: None, busy: Arc::default(), newest: Arc::default(), asked: 0 }
    }

    /// The desk is there.
    pub fn meet(&mut self, client: Client) {
        self.client = Some(client);
    }

    pub fn ask(&mut self, ask: Ask) {
        let Some(client) = self.client.clone() else {
            let away = Trouble::Unreached("the desk is not there yet".to_owned());
            // A loop that has ended needs no answers.
            _ = self.outbox.send(Action::Answered(ask.answer(Err(away))));
            return;
        };
        self.asked += 1;
        let (turn, key) = (self.asked, (ask.to, ask.tag));
        let (outbox, busy, newest) = (self.outbox.clone(), self.busy.clone(), self.newest.clone());
        let number = move |set: bool| {
            let mut newest = newest.lock().unwrap_or_else(PoisonError::into_inner);
            if set {
                newest.insert(key, turn);
            }
            newest.get(&key).copied()
        };
        if ask.is_query() {
            number(true);
        }
        busy.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let outcome = client.ask(&ask).await;
            if !ask.is_query() || number(false) == Some(turn) {
                let action = match outcome {
                    Err(Trouble::StepUp) if !ask.is_again => Action::StepUpNeeded(ask),
                    outcome => Action::Answered(ask.answer(outcome)),
                };
                _ = outbox.send(action);
            }
            busy.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// Asks that are on their way.
    pub fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }
}
