//! Which jobs a worker knows, and what time sets off. A list is made once, at start; nothing is looked up by reflection.

use std::collections::BTreeMap;

use futures_util::future::{BoxFuture, FutureExt};

use super::model::{Ended, Halt};
use super::{Job, Run, Schedule};
use crate::floor::tools::Tools;

type Begin = fn(&str, Run) -> Option<BoxFuture<'static, Result<(), Halt>>>;

/// Every job a worker can run, and every schedule it keeps.
#[derive(Default)]
pub struct Registry {
    jobs: BTreeMap<&'static str, Begin>,
    tools: Option<Tools>,
    schedules: Vec<Schedule>,
}

impl Registry {
    pub fn new() -> Self {
        Self::default()
    }

    /// The doors its jobs may use beside the ledger.
    #[must_use]
    pub fn with(mut self, tools: &Tools) -> Self {
        self.tools = Some(tools.clone());
        self
    }

    pub(super) fn tools(&self) -> Option<&Tools> {
        self.tools.as_ref()
    }

    #[must_use]
    pub fn job<J: Job>(mut self) -> Self {
        self.jobs.insert(J::NAME, begin::<J>);
        self
    }

    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedules.push(schedule);
        self
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.jobs.keys().copied()
    }

    pub fn schedules(&self) -> &[Schedule] {
        &self.schedules
    }

    /// Runs a job to its end. A payload that cannot be read is a failure of that job and of nothing else.
    pub(super) fn begin(&self, name: &str, payload: &str, run: Run) -> BoxFuture<'static, Ended> {
        let Some(begin) = self.jobs.get(name) else {
            return async { Ended::Unknown }.boxed();
        };
        match begin(payload, run) {
            Some(work) => work.map(Ended::from).boxed(),
            None => async { Ended::Undecodable }.boxed(),
        }
    }
}

fn begin<J: Job>(payload: &str, run: Run) -> Option<BoxFuture<'static, Result<(), Halt>>> {
    serde_json::from_str::<J>(payload).ok().map(|job| job.run(run).boxed())
}
