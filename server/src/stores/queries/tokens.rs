//! Where a store's tokens are kept, how long they last, and who renews them. No token is read here.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::super::model::StoreState;
use super::super::tables::stores;
use super::stores::Kept;
use crate::floor::kernel::{Day, Instant, Ref, Result, StoreId, TenantId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::SecretId;

/// Where the tokens of a store are, if it has any.
pub fn kept(tx: &mut Tx, id: StoreId) -> Result<Option<Kept>> {
    type Row = (Option<SecretId>, Option<DateTime<Utc>>, Option<SecretId>, Option<DateTime<Utc>>);
    let columns = (stores::token_id, stores::token_ends_at, stores::refresh_id, stores::refresh_ends_at);
    let row: Option<Row> = stores::table.find((tx.tenant()?, id)).select(columns).first(tx.conn()).optional()?;
    Ok(row.and_then(|(token, ends_at, refresh, refresh_ends_at)| {
        Some(Kept {
            token: token?,
            ends_at: ends_at.map(Instant::from_utc),
            refresh: refresh.map(|refresh| (refresh, refresh_ends_at.map(Instant::from_utc))),
        })
    }))
}

/// Until when who renews is waited for.
pub fn renewing_until(tx: &mut Tx, id: StoreId) -> Result<Option<Instant>> {
    let until: Option<DateTime<Utc>> =
        stores::table.find((tx.tenant()?, id)).select(stores::renewing_until).first(tx.conn())?;
    Ok(until.map(Instant::from_utc))
}

pub fn set_renewing(tx: &mut WriteTx, id: StoreId, until: Option<Instant>) -> Result<()> {
    let row = stores::table.find((tx.tenant()?, id));
    diesel::update(row).set(stores::renewing_until.eq(until.map(Instant::utc))).execute(tx.conn())?;
    Ok(())
}

/// Since when who keeps a store was not told that it is lost.
pub fn untold_since(tx: &mut Tx, id: StoreId) -> Result<Option<Instant>> {
    let since: Option<DateTime<Utc>> =
        stores::table.find((tx.tenant()?, id)).select(stores::untold_since).first(tx.conn())?;
    Ok(since.map(Instant::from_utc))
}

pub fn set_untold(tx: &mut WriteTx, id: StoreId, since: Option<Instant>) -> Result<()> {
    let row = stores::table.find((tx.tenant()?, id));
    diesel::update(row).set(stores::untold_since.eq(since.map(Instant::utc))).execute(tx.conn())?;
    Ok(())
}

/// A connection that lapses.
pub struct Lapsing {
    pub at: Ref<StoreId>,
    pub platform: String,
    pub lapses_at: Instant,
    pub warned_for: Option<Day>,
}

/// The connections that lapse before this moment unless they are renewed, as the desk sees them.
pub fn lapsing(tx: &mut Tx, before: Instant) -> Result<Vec<Lapsing>> {
    type Row = (TenantId, StoreId, String, Option<DateTime<Utc>>, Option<NaiveDate>);
    let rows: Vec<Row> = stores::table
        .filter(stores::state.eq(StoreState::Connected).and(stores::refresh_ends_at.lt(before.utc())))
        .order((stores::refresh_ends_at, stores::tenant_id, stores::id))
        .select((stores::tenant_id, stores::id, stores::platform, stores::refresh_ends_at, stores::warned_for))
        .load(tx.conn())?;
    let lapsing = |(tenant, id, platform, lapses_at, warned_for): Row| {
        let lapses_at = Instant::from_utc(lapses_at?);
        Some(Lapsing { at: Ref::new(tenant, id), platform, lapses_at, warned_for: warned_for.map(Day) })
    };
    Ok(rows.into_iter().filter_map(lapsing).collect())
}

/// Notes for which day whoever keeps the store was warned. `false` where somebody else did.
pub fn set_warned(tx: &mut WriteTx, id: StoreId, day: Day) -> Result<bool> {
    let row = stores::table.find((tx.tenant()?, id));
    let is_news = stores::warned_for.is_null().or(stores::warned_for.lt(day.0));
    Ok(diesel::update(row.filter(is_news)).set(stores::warned_for.eq(day.0)).execute(tx.conn())? == 1)
}
