//! Drift as Postgres finds it: the same questions that `model::drift` asks of one store, asked of all of them at once.
//! What the policy lists goes along as arrays; nothing of it is stored.

use diesel::BoxableExpression;
use diesel::dsl::{count, count_star, exists};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::super::model::{DriftKind, StoreState, UNUSED_AFTER};
use super::super::tables::{store_scopes, stores};
use crate::floor::kernel::{Instant, Result};
use crate::floor::ledger::Tx;
use crate::floor::policy::Policy;

diesel::allow_tables_to_appear_in_same_query!(stores, store_scopes);

/// The scopes that a policy lists, in the form the rows are compared with.
#[derive(Debug, Clone, Default)]
pub struct Promised {
    /// Each platform that scopes are listed for, with their names.
    platforms: Vec<(String, Vec<String>)>,
    /// `platform/name` of all of them.
    listed: Vec<String>,
    /// Of those that let us write.
    writes: Vec<String>,
}

impl Promised {
    pub fn of(policy: &Policy) -> Self {
        let mut promised = Self::default();
        for scope in &policy.scopes {
            let (platform, name) = (scope.platform.get_ref(), scope.name.get_ref());
            match promised.platforms.iter_mut().find(|(known, _)| known == platform) {
                Some((_, names)) => names.push(name.clone()),
                None => promised.platforms.push((platform.clone(), vec![name.clone()])),
            }
            promised.listed.push(format!("{platform}/{name}"));
            if scope.writes {
                promised.writes.push(format!("{platform}/{name}"));
            }
        }
        promised
    }
}

/// Something that is true of a store or not.
type Holds = Box<dyn BoxableExpression<stores::table, Pg, SqlType = Bool>>;

/// Whether a store that is connected differs in one of these ways.
pub(super) fn drifts(kinds: &[DriftKind], promised: &Promised, now: Instant) -> Holds {
    let any = kinds
        .iter()
        .flat_map(|kind| differs(*kind, promised, now))
        .reduce(|one, other| Box::new(one.or(other)) as Holds)
        .unwrap_or_else(nothing);
    Box::new(stores::state.eq_any(StoreState::HELD).and(any))
}

fn nothing() -> Holds {
    Box::new(false.into_sql::<Bool>())
}

/// Each of these is one way of it.
fn differs(kind: DriftKind, promised: &Promised, now: Instant) -> Vec<Holds> {
    let own = || {
        store_scopes::table
            .filter(store_scopes::tenant_id.eq(stores::tenant_id).and(store_scopes::store_id.eq(stores::id)))
    };
    let granted = || own().filter(store_scopes::gone_at.is_null().and(store_scopes::revoked_at.is_null()));
    let full_name = || stores::platform.concat("/").concat(store_scopes::name);
    match kind {
        DriftKind::NotListed => {
            vec![Box::new(exists(granted().filter(full_name().ne_all(promised.listed.clone()))))]
        }
        DriftKind::Unused => {
            let then = now.plus(-UNUSED_AFTER).utc();
            let never = store_scopes::last_used_at.is_null().and(store_scopes::granted_at.le(then));
            let unused = store_scopes::last_used_at.le(then).or(never.nullable());
            vec![Box::new(exists(granted().filter(full_name().eq_any(promised.listed.clone())).filter(unused)))]
        }
        DriftKind::WritesWhileSyncIsOff => {
            let writes = exists(granted().filter(full_name().eq_any(promised.writes.clone())));
            vec![Box::new(stores::sync_is_on.eq(false).and(writes))]
        }
        DriftKind::Missing => promised
            .platforms
            .iter()
            .map(|(platform, names)| {
                // One that was revoked here is not missed.
                let settled = own()
                    .filter(store_scopes::gone_at.is_null().or(store_scopes::revoked_at.is_not_null()))
                    .filter(store_scopes::name.eq_any(names.clone()))
                    .count()
                    .single_value();
                let wanted = i64::try_from(names.len()).unwrap_or(i64::MAX);
                let is_missing = settled.lt(wanted).assume_not_null();
                Box::new(stores::platform.eq(platform.clone()).and(is_missing)) as Holds
            })
            .collect(),
    }
}

/// How many stores are connected, and how many of them differ, in any way and in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Figures {
    pub stores: i64,
    pub with_drift: i64,
    pub not_listed: i64,
    pub missing: i64,
    pub unused: i64,
    pub writes_while_sync_is_off: i64,
}

/// The figures of all stores in reach.
pub fn figures(tx: &mut Tx, promised: &Promised) -> Result<Figures> {
    let now = tx.now()?;
    let of = |kinds: &[DriftKind]| count(stores::id).aggregate_filter(drifts(kinds, promised, now));
    let figures = stores::table
        .filter(stores::state.eq_any(StoreState::HELD))
        .select((
            count_star(),
            of(&DriftKind::ALL),
            of(&[DriftKind::NotListed]),
            of(&[DriftKind::Missing]),
            of(&[DriftKind::Unused]),
            of(&[DriftKind::WritesWhileSyncIsOff]),
        ))
        .first(tx.conn())?;
    Ok(figures)
}
