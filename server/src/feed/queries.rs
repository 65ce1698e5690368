//! The chain of one tenant, from a place in it on.

use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{Instant, Result};
use crate::floor::ledger::{Tx, statement};

/// One event, without its facts.
#[derive(Debug, Clone)]
pub(super) struct Happening {
    pub seq: i64,
    pub at: Instant,
    pub action: String,
    pub object: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Timestamptz)]
    at: chrono::DateTime<chrono::Utc>,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    object: String,
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Where the chain ends; none where it never began. Its row is locked by every writer until he commits, so all events
/// up to here can be seen.
pub(super) fn head(tx: &mut Tx) -> Result<Option<i64>> {
    let heads = statement("select seq from audit_heads where tenant_id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .get_results::<Head>(tx.conn())?;
    Ok(heads.first().map(|head| head.seq))
}

/// The next events beyond a place, at most a hundred.
pub(super) fn beyond(tx: &mut Tx, seq: i64) -> Result<Vec<Happening>> {
    let rows = statement(
        "select seq, at, action, object from audit_events where tenant_id = ? and seq > ? order by seq limit 100",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<BigInt, _>(seq)
    .get_results::<Row>(tx.conn())?;
    let happening =
        |row: Row| Happening { seq: row.seq, at: Instant::from_utc(row.at), action: row.action, object: row.object };
    Ok(rows.into_iter().map(happening).collect())
}
