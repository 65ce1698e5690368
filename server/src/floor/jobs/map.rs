//! What the queue keeps. Payloads hold ids and codes, so nothing here tells of a person.

use crate::floor::datamap::{Table, fact, key};

pub const JOBS: Table = Table::of_tenant("jobs").ages("ended_at").columns(&[
    key("id"),
    fact("name"),
    fact("payload").because("ids and codes in JSON, never a value about a person"),
    fact("state"),
    fact("due_at"),
    fact("retry_at"),
    fact("attempt"),
    fact("crashes"),
    fact("faults"),
    fact("waits"),
    key("fence"),
    fact("leased_until"),
    fact("started_at"),
    fact("ended_at"),
    fact("code"),
    fact("created_at"),
]);

pub const JOB_ATTEMPTS: Table = Table::of_tenant("job_attempts").ages("ended_at").columns(&[
    key("job_id"),
    fact("attempt"),
    fact("started_at"),
    fact("ended_at"),
    fact("fate"),
    fact("code"),
]);

pub const LANES: Table = Table::of_desk("lanes").columns(&[
    key("tenant_id"),
    fact("in_flight"),
    fact("cap"),
    fact("due_at"),
    fact("retry_at"),
    fact("suspect_at"),
    fact("leased_until"),
]);

pub const SCHEDULES: Table =
    Table::of_desk("schedules").columns(&[fact("name"), fact("rhythm"), fact("next_at"), fact("fired_at")]);
