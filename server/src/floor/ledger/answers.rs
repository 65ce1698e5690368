//! What a repeated call is answered with: a mutation that carries a key of the client's own happens once, and says for a
//! day what it came to. Only digests of key and input are kept, and the id of what was made or changed.

use diesel::sql_types::{Binary, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::books::{Event, Witnessed};
use super::doors::Ledger;
use super::statement::statement;
use super::tx::WriteTx;
use crate::floor::access::{One, Scope};
use crate::floor::kernel::{Error, Result};

/// A client's key for one wish, and the wish itself, both as digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    pub key: [u8; 32],
    pub input: [u8; 32],
}

/// Whether a wish was heard before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// For the first time: do it, then [`Once::remember`].
    Not,
    /// This is what it came to.
    Before(Uuid),
}

/// Deletes the pinned tenant's answers that are older than a day. May be run again.
pub fn sweep_answers(tx: &mut WriteTx) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?);
    statement("delete from answers where tenant_id = ? and at < ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(now.plus(-KEPT).utc())
        .execute(tx.conn())?;
    Ok(())
}

/// How long a repeated call is answered as the first was.
const KEPT: chrono::Duration = chrono::Duration::hours(24);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    input_digest: Vec<u8>,
    #[diesel(sql_type = SqlUuid)]
    target_id: Uuid,
}

impl Once {
    /// Asked first in the transaction that would carry the wish out.
    pub fn answered(&self, tx: &mut WriteTx) -> Result<Answered> {
        let (tenant, caller) = (tx.tenant()?, tx.actor().to_string());
        let row = statement(
            "select input_digest, target_id from answers where tenant_id = ? and caller = ? and key_digest = ?",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(caller)
        .bind::<Binary, _>(self.key.to_vec())
        .get_result::<Row>(tx.conn())
        .optional()?;
        match row {
            None => Ok(Answered::Not),
            Some(row) if row.input_digest == self.input => Ok(Answered::Before(row.target_id)),
            Some(_) => Err(Error::refused(
                "IDEMPOTENCY_KEY_REUSED",
                "this idempotency key stood for another input: use a new one",
            )),
        }
    }

    /// Written in the same transaction. Of two that come at once, the second finds a conflict and asks again.
    pub fn remember(&self, tx: &mut WriteTx, target: Uuid) -> Result<()> {
        let (tenant, caller, now) = (tx.tenant()?, tx.actor().to_string(), tx.now()?);
        let kept = statement(
            "insert into answers (tenant_id, caller, key_digest, input_digest, target_id, at) values (?, ?, ?, ?, ?, ?)
             on conflict on constraint answers_pk do nothing",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(caller)
        .bind::<Binary, _>(self.key.to_vec())
        .bind::<Binary, _>(self.input.to_vec())
        .bind::<SqlUuid, _>(target)
        .bind::<Timestamptz, _>(now.utc())
        .execute(tx.conn())?;
        if kept == 1 { Ok(()) } else { Err(Error::Conflict) }
    }
}

/// The row a change made or moved, and whether that was in an earlier call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub id: Uuid,
    pub is_repeated: bool,
}

impl Ledger {
    /// A write that may carry a client's key: done once, and told again to whoever repeats it. `change` gives the id of
    /// the row, of the kind `noun`.
    pub async fn write_once<F>(
        &self,
        scope: Scope<One>,
        once: Option<Once>,
        noun: &'static str,
        change: F,
    ) -> Result<Done>
    where
        F: FnOnce(&mut WriteTx) -> Result<Witnessed<Uuid>> + Clone + Send + 'static,
    {
        let attempt = || {
            let change = change.clone();
            self.write(scope.clone(), move |tx| {
                let Some(once) = once else { return Ok(change(tx)?.map(|id| Done { id, is_repeated: false })) };
                if let Answered::Before(id) = once.answered(tx)? {
                    return Ok(Witnessed::new(Done { id, is_repeated: true }, Event::new("call.repeated", noun, id)));
                }
                let done = change(tx)?;
                once.remember(tx, done.value)?;
                Ok(done.map(|id| Done { id, is_repeated: false }))
            })
        };
        match attempt().await {
            // The same call may have come twice at once. Where the other was first, what this one met was its work, and
            // now its answer stands.
            Err(Error::Conflict | Error::Refused(_)) if once.is_some() => attempt().await,
            outcome => outcome,
        }
    }
}
