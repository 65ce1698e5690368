//! A job, serialised, that may be handed down, kept in a row and redeemed by whoever finishes what it waits for.
//! It never says whose lane it goes into: that is the redeeming transaction's tenant.

use serde::{Deserialize, Serialize};

use super::Job;
use crate::floor::kernel::{Error, Instant, JobId, Result};
use crate::floor::ledger::Handover;

/// What a payload of ids may take. The table holds the same line.
const LONGEST_PAYLOAD: usize = 2048;

/// A job to be enqueued later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    name: String,
    payload: String,
    #[serde(rename = "due_micros")]
    due: Option<i64>,
}

impl Ticket {
    pub fn of<J: Job>(job: &J) -> Result<Self> {
        let payload = serde_json::to_string(job)
            .map_err(|_| Error::internal(format!("the payload of {} is no JSON", J::NAME)))?;
        if payload.len() > LONGEST_PAYLOAD {
            return Err(Error::internal(format!("the payload of {} holds more than ids", J::NAME)));
        }
        Ok(Self { name: J::NAME.to_owned(), payload, due: None })
    }

    /// Not before `at`, in business time. Within a lane the earliest goes first.
    #[must_use]
    pub fn due(mut self, at: Instant) -> Self {
        self.due = Some(at.micros());
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn handed_over(self) -> Handover {
        let due = self.due.map(Instant::from_micros);
        Handover { id: JobId::fresh(), name: self.name, payload: self.payload, due }
    }
}
