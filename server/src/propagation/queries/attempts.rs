//! Rows of what was done for a task: written once, never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::model::{Attempt, AttemptKind, Task, TaskState};
use super::super::tables::recipient_attempts;
use crate::floor::kernel::{Instant, RecipientTaskId, Result};
use crate::floor::ledger::{Tx, WriteTx};

#[derive(Queryable, Selectable)]
#[diesel(table_name = recipient_attempts)]
struct Row {
    number: i32,
    at: DateTime<Utc>,
    did: AttemptKind,
    state: TaskState,
    answer: String,
    by: String,
}

/// Writes down what was done for a task that is held, under the next number; the task counts it.
pub fn add(tx: &mut WriteTx, task: &mut Task, did: AttemptKind, answer: &str) -> Result<()> {
    let (now, by) = (tx.now()?, tx.actor().to_string());
    task.attempts += 1;
    diesel::insert_into(recipient_attempts::table)
        .values((
            recipient_attempts::tenant_id.eq(task.tenant),
            recipient_attempts::task_id.eq(task.id),
            recipient_attempts::number.eq(task.attempts),
            recipient_attempts::at.eq(now.utc()),
            recipient_attempts::did.eq(did),
            recipient_attempts::state.eq(task.state),
            recipient_attempts::answer.eq(answer),
            recipient_attempts::by.eq(by),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The last that were done for a task, newest first.
pub fn of(tx: &mut Tx, task: RecipientTaskId, most: i64) -> Result<Vec<Attempt>> {
    let rows: Vec<Row> = recipient_attempts::table
        .filter(recipient_attempts::tenant_id.eq(tx.tenant()?).and(recipient_attempts::task_id.eq(task)))
        .order(recipient_attempts::number.desc())
        .limit(most)
        .select(Row::as_select())
        .load(tx.conn())?;
    let attempt = |row: Row| Attempt {
        number: row.number,
        at: Instant::from_utc(row.at),
        did: row.did,
        state: row.state,
        answer: row.answer,
        by: row.by,
    };
    Ok(rows.into_iter().map(attempt).collect())
}
