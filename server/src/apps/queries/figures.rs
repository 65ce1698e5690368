//! Apps in numbers, as a policy judges them: counted where they stand, and none of them told apart.

use diesel::dsl::{count, exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};

use super::super::CREDENTIAL;
use super::super::model::AppState;
use super::super::tables::{app_receipts, apps};
use super::apps::{Condition, is_over_granted, rotation_is_due};
use crate::floor::jobs::naming;
use crate::floor::kernel::{AppId, Result};
use crate::floor::ledger::{Tx, statement};
use crate::floor::policy::Policy;

diesel::allow_tables_to_appear_in_same_query!(apps, app_receipts);

/// Apps in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Figures {
    pub connected: i64,
    /// Connected, and of a kind that the policy does not list.
    pub unlisted: i64,
    /// Connected, and given more than their work needs.
    pub over_granted: i64,
    /// Connected, and nobody said where the provider's own policy is.
    pub without_policy: i64,
    pub with_credential: i64,
    /// Whose credential has come to the day of its replacement, or is past it.
    pub due: i64,
    pub past: i64,
    /// Those that are disconnected.
    pub ended: i64,
    /// Disconnected, and no receipt says what stays.
    pub without_receipt: i64,
}

/// The figures of all apps in reach but those of these kinds.
pub fn figures(tx: &mut Tx, policy: &Policy, but: &[String]) -> Result<Figures> {
    let now = tx.now()?;
    let yesterday = now.plus(-chrono::Duration::days(1));
    let listed: Vec<_> = policy.app_kinds.iter().map(|kind| kind.code.get_ref().clone()).collect();
    let connected = || apps::state.eq(AppState::Connected);
    let ended = || apps::state.eq(AppState::Disconnected);
    let receipt = app_receipts::table
        .filter(app_receipts::tenant_id.eq(apps::tenant_id).and(app_receipts::app_id.eq(apps::id)))
        .filter(app_receipts::what_stays.ne(""));
    let of = |condition: Condition| count(apps::id).aggregate_filter(condition);
    let figures = apps::table
        .filter(apps::kind.ne_all(but.to_vec()))
        .select((
            of(Box::new(connected())),
            of(Box::new(connected().and(apps::kind.ne_all(listed)))),
            of(Box::new(connected().and(is_over_granted(policy, now)))),
            of(Box::new(connected().and(apps::policy_url.is_null()))),
            of(Box::new(connected().and(apps::credential_id.is_not_null()))),
            of(rotation_is_due(policy, now)),
            of(rotation_is_due(policy, yesterday)),
            of(Box::new(ended())),
            of(Box::new(ended().and(not(exists(receipt))))),
        ))
        .first(tx.conn())?;
    Ok(figures)
}

/// What outlived connections of the pinned tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left {
    /// How many apps are disconnected.
    pub ended: i64,
    /// Slots they hold yet.
    pub slots: i64,
    /// Credentials that no connected app is called with.
    pub credentials: i64,
    /// Jobs about them that wait or run.
    pub jobs: i64,
}

/// What is left of the pinned tenant's apps that are disconnected, but for those of these kinds. What a credential was for
/// that no app names, nobody can say: each counts.
pub fn left_over(tx: &mut Tx, but: &[String]) -> Result<Left> {
    let tenant = tx.tenant()?;
    let ended: Vec<(AppId, Option<i32>)> = apps::table
        .filter(apps::tenant_id.eq(tenant).and(apps::state.eq(AppState::Disconnected)))
        .filter(apps::kind.ne_all(but.to_vec()))
        .select((apps::id, apps::slot))
        .load(tx.conn())?;
    let credentials = statement(
        "select count(*) as count from secrets x
          where x.tenant_id = ? and x.kind = ? and not exists (
            select from apps a where a.tenant_id = x.tenant_id and a.credential_id = x.id and a.state = 'connected')",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(CREDENTIAL.label())
    .get_result::<Count>(tx.conn())?;
    let slots = ended.iter().filter(|(_, slot)| slot.is_some()).count();
    let ids: Vec<_> = ended.iter().map(|(id, _)| id.uuid()).collect();
    Ok(Left {
        ended: counted(ended.len()),
        slots: counted(slots),
        credentials: credentials.count,
        jobs: if ids.is_empty() { 0 } else { naming(tx, &ids)? },
    })
}

fn counted(found: usize) -> i64 {
    i64::try_from(found).unwrap_or(i64::MAX)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}
