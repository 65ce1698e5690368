//! The socket at /graphql/ws: the same documents, gate and answers as by HTTP, and subscriptions. It ends with the
//! session it was opened under, and takes its token from `connection_init` and from nowhere else.

mod line;
mod operation;
mod state;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::budget::Payer;
use super::gate::{Call, Gate, Refused, Speech};
use wire::PROTOCOL;

/// Sockets of one process.
const ALL: usize = 1024;
/// Sockets of one token, or of one network's strangers.
const EACH: usize = 8;
/// Longest message.
const MESSAGE: usize = 64 * 1024;

/// The sockets that are open, counted. Cheap to clone; every clone counts the same.
#[derive(Clone)]
pub struct Sockets {
    all: Arc<Semaphore>,
    each: Arc<Mutex<HashMap<Payer, usize>>>,
}

impl Default for Sockets {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(ALL)), each: Arc::default() }
    }
}

/// A place among the caller's own sockets, given back when it is dropped.
struct Place {
    sockets: Sockets,
    payer: Payer,
}

impl Sockets {
    /// Resolves when none is open any more, or after `patience`.
    pub async fn empty(&self, patience: Duration) {
        let all = u32::try_from(ALL).unwrap_or(u32::MAX);
        drop(tokio::time::timeout(patience, self.all.acquire_many(all)).await);
    }

    fn admit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).try_acquire_owned().ok()
    }

    fn place(&self, payer: Payer) -> Option<Place> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        let count = each.entry(payer.clone()).or_default();
        if *count >= EACH {
            return None;
        }
        *count += 1;
        Some(Place { sockets: self.clone(), payer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut each = self.sockets.each.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = each.get_mut(&self.payer) {
            *count -= 1;
            if *count == 0 {
                each.remove(&self.payer);
            }
        }
    }
}

/// Takes a call over into a socket.
pub(super) fn accept(gate: Arc<Gate>, call: Call, upgrade: WebSocketUpgrade) -> Response {
    let open = if gate.edge.is_stopping() { None } else { gate.edge.sockets.admit() };
    let Some(open) = open else {
        let words = "no further socket can be opened here: try again in a while";
        let refused = Refused::later(StatusCode::SERVICE_UNAVAILABLE, "BUSY", words, Duration::from_secs(5));
        return refused.answer(Speech::Json, gate.edge.graphql.statuses, &call.id);
    };
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE)
        .max_frame_size(MESSAGE)
        .read_buffer_size(16 * 1024)
        .write_buffer_size(0)
        .on_upgrade(move |socket| async move {
            metrics::gauge!("rightsdesk_sockets").increment(1.0);
            line::keep(gate, call, socket).await;
            metrics::gauge!("rightsdesk_sockets").decrement(1.0);
            drop(open);
        })
}
