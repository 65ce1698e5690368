//! What the queue's tests share: a database that takes every call and never answers, and a claim out of thin air. Never
//! compiled into the program.

use std::net::TcpListener;
use std::time::Duration;

use tokio::time::Instant as Moment;
use uuid::Uuid;

use super::claim::Claim;
use super::model::Setbacks;
use crate::floor::kernel::{Instant, JobId, Ref, Secret, TenantId, Watch};
use crate::floor::ledger::{Ledger, Limits};

pub struct Silence(TcpListener);

impl Silence {
    pub fn new() -> Self {
        Self(TcpListener::bind(("127.0.0.1", 0)).expect("a free port"))
    }

    pub fn ledger(&self) -> Ledger {
        let port = self.0.local_addr().expect("an address").port();
        let limits = Limits { patience: Duration::from_mins(1), ..Limits::default() };
        Ledger::open(&Secret::new(format!("postgres://nobody@127.0.0.1:{port}/nothing")), limits, Watch::host())
    }
}

/// Runs the test and leaves behind what still waits for an answer.
pub fn unanswered<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let told = runtime.block_on(test);
    runtime.shutdown_background();
    told
}

pub fn claim(tenant: TenantId) -> Claim {
    Claim {
        job: Ref { tenant, id: JobId::fresh() },
        name: "test".to_owned(),
        attempt: 1,
        due_at: Instant::EPOCH,
        crashes: 0,
        payload: "{}".to_owned(),
        setbacks: Setbacks::default(),
        fence: Uuid::new_v4(),
        until: Moment::now(),
    }
}
