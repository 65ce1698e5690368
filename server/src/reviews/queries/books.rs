//! The links of the books that tell of a campaign, and of what was done to a thing.

use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use crate::floor::kernel::{Instant, Result, TenantId};
use crate::floor::ledger::{Tx, statement};
use crate::reviews::model::{Campaign, Link};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Nullable<Binary>)]
    payload: Option<Vec<u8>>,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// The link that tells of the opening. It stands at the very time the row names.
pub fn opening(tx: &mut Tx, campaign: &Campaign) -> Result<Option<Link>> {
    let row = statement(
        "select seq, action, payload, hash from audit_events
          where tenant_id = ? and at = ? and action = 'review.opened' and object = ?",
    )
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<Timestamptz, _>(campaign.opened_at.utc())
    .bind::<Text, _>(format!("campaign:{}", campaign.id.uuid()))
    .get_result::<Row>(tx.conn())
    .optional()?;
    Ok(row.map(|row| Link {
        seq: row.seq,
        hash: row.hash,
        facts: row.payload.map(|facts| String::from_utf8_lossy(&facts).into_owned()).unwrap_or_default(),
    }))
}

/// The last of these that was done to an object of the pinned tenant since a moment: what, and which link tells of it.
pub fn last(tx: &mut Tx, object: &str, endings: &[&str], since: Instant) -> Result<Option<(String, Link)>> {
    let tenant = tx.tenant()?;
    let row = statement(
        "select seq, action, payload, hash from audit_events
          where tenant_id = ? and at >= ? and object = ? and action = any(?) order by seq desc limit 1",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(since.utc())
    .bind::<Text, _>(object.to_owned())
    .bind::<Array<Text>, _>(endings.iter().map(|action| (*action).to_owned()).collect::<Vec<_>>())
    .get_result::<Row>(tx.conn())
    .optional()?;
    Ok(row.map(|row| (row.action, Link { seq: row.seq, hash: row.hash, facts: String::new() })))
}
