//! Whole chains, for checkpoints and proofs; and the ageing of accesses.

use std::collections::BTreeMap;

use diesel::pg::data_types::PgTimestamp;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::audit::model::{Entry, Head, Sheaf};
use crate::floor::journal::{Hash, Mark};
use crate::floor::kernel::{Instant, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

/// How many links are read at a time.
const PAGE: usize = 10_000;

/// Postgres counts from 2000.
const EPOCH_OF_POSTGRES: i64 = 946_684_800_000_000;

#[derive(QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// Where every chain ends. Only the desk's role sees all of them.
pub fn heads(tx: &mut Tx) -> Result<Vec<Mark>> {
    let rows =
        statement("select tenant_id, seq, hash from audit_heads order by tenant_id").load::<HeadRow>(tx.conn())?;
    // A head that cannot be one is left out, and so missed by the lines that named it.
    let mark = |row: HeadRow| {
        Some(Mark { tenant: row.tenant_id, seq: row.seq.try_into().ok()?, hash: row.hash.try_into().ok()? })
    };
    Ok(rows.into_iter().filter_map(mark).collect())
}

/// Nothing is required of a row: one that somebody made by hand is read as it stands.
#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Timestamptz)]
    at: PgTimestamp,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    object: String,
    #[diesel(sql_type = Nullable<Binary>)]
    payload_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    payload: Option<Vec<u8>>,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
    #[diesel(sql_type = Bool)]
    is_head: bool,
}

/// The links after `after`, with the head: one statement, so that both are of one moment.
pub fn sheaf(tx: &mut Tx, tenant: TenantId, after: i64) -> Result<Sheaf> {
    let rows = statement(SHEAF)
        .bind::<SqlUuid, _>(tenant)
        .bind::<BigInt, _>(after)
        .bind::<SqlUuid, _>(tenant)
        .load::<EntryRow>(tx.conn())?;
    let mut sheaf = Sheaf { entries: Vec::with_capacity(rows.len()), ..Sheaf::default() };
    for row in rows {
        if row.is_head {
            sheaf.head = Some(Head { seq: row.seq, hash: row.hash });
        } else {
            sheaf.entries.push(Entry {
                seq: row.seq,
                micros: row.at.0.saturating_add(EPOCH_OF_POSTGRES),
                actor: row.actor,
                action: row.action,
                object: row.object,
                payload_hash: row.payload_hash,
                payload: row.payload,
                is_kept_back: false,
                hash: row.hash,
            });
        }
    }
    sheaf.entries.sort_by_key(|entry| entry.seq);
    sheaf.is_last = sheaf.entries.len() < PAGE;
    Ok(sheaf)
}

const SHEAF: &str = "
(select seq, coalesce(at, 'epoch') as at, coalesce(actor, '') as actor, coalesce(action, '') as action,
        coalesce(object, '') as object, payload_hash, payload, coalesce(hash, '') as hash, false as is_head
   from audit_events where tenant_id = ? and seq > ? order by seq limit 10000)
union all
select coalesce(seq, -1), 'epoch', '', '', '', null, null, coalesce(hash, ''), true from audit_heads where tenant_id = ?";

/// Deletes a batch of accesses before `before`; returns how many.
pub fn sweep_accesses(tx: &mut WriteTx, before: Instant) -> Result<usize> {
    let tenant = tx.tenant()?;
    let swept = statement(SWEEP)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(before.utc())
        .execute(tx.conn())?;
    Ok(swept)
}

/// By their places, so that the plan is the same whatever the planner believes of the table.
const SWEEP: &str = "
delete from access_log
 where tenant_id = ? and ctid = any (array(
   select ctid from access_log where tenant_id = ? and at < ? order by at limit 5000))";

#[derive(QueryableByName)]
struct LinkRow {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// The hashes of these links of a chain, as far as they stand.
pub fn hashes(tx: &mut Tx, tenant: TenantId, named: &[u64]) -> Result<BTreeMap<u64, Hash>> {
    let named: Vec<i64> = named.iter().filter_map(|seq| i64::try_from(*seq).ok()).collect();
    let rows: Vec<LinkRow> = statement("select seq, hash from audit_events where tenant_id = ? and seq = any(?)")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<BigInt>, _>(named)
        .load(tx.conn())?;
    let link = |row: LinkRow| Some((u64::try_from(row.seq).ok()?, row.hash.try_into().ok()?));
    Ok(rows.into_iter().filter_map(link).collect())
}
