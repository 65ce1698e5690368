//! Every job a worker runs and every schedule it keeps, a line each. It holds no work of its own.

use crate::floor::jobs::{Registry, Rhythm, Schedule, SweepJobs, Ticket};
use crate::tenants::CloseTenants;

pub fn registry() -> Registry {
    let daily = |hour, minute| Rhythm::Daily { hour, minute };
    Registry::new()
        .job::<SweepJobs>()
        .schedule(Schedule { name: "sweep_jobs", rhythm: daily(3, 10), ticket: || Ticket::of(&SweepJobs {}) })
        .job::<CloseTenants>()
        .schedule(Schedule { name: "close_tenants", rhythm: daily(0, 5), ticket: || Ticket::of(&CloseTenants {}) })
}
