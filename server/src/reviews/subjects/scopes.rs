//! What stores let us do, scope by scope: each that a platform grants, whether we still use it or not.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{Kind, NEVER, barred, line, policy_line, time, yes};
use crate::floor::access::Caller;
use crate::floor::kernel::{Error, Instant, Ref, Result, StoreId};
use crate::floor::ledger::Tx;
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::reviews::model::{Facts, Found, ReviewSubject};
use crate::reviews::queries::scopes::{self, Granted};
use crate::stores::{self, Judged, RevocationReason, Revoking, Verdict, judge};

pub const KIND: Kind = Kind {
    subject: ReviewSubject::Scopes,
    noun: "store",
    endings: &["store.scopes_revoked", "store.revocation_proven", "store.read", "store.disconnected"],
    extract: |tx: &mut Tx, policy: &Policy, only: Option<Uuid>| {
        let now = tx.now()?;
        Ok(scopes::extract(tx, only)?.iter().flat_map(|store| found(policy, store, now)).collect())
    },
    count: scopes::count,
    revoke,
    is_narrower,
};

/// When we stopped using it.
const REVOKED_AT: &str = "revoked_at";

fn found(policy: &Policy, granted: &Granted, now: Instant) -> Vec<Found> {
    let store = &granted.store;
    let held: Vec<_> = granted.scopes.iter().map(|scope| scope.held.clone()).collect();
    let judged = judge(policy, store, &held, now);
    let row = |scope: &scopes::Scope| {
        let held = &scope.held;
        let judged = judged.iter().find(|judged| judged.name == held.name);
        let facts = Facts::default()
            .with("platform", &store.platform)
            .with("sync_is_on", yes(store.sync_is_on))
            .with("read_at", time(store.read_at.map(Instant::utc)))
            .with("granted_at", time(Some(held.granted_at.utc())))
            .with("last_used_at", time(held.last_used_at.map(Instant::utc)))
            .with(REVOKED_AT, time(held.revoked_at.map(Instant::utc)))
            .with("given_by", line(scope.called.iter().cloned()));
        Found {
            subject: ReviewSubject::Scopes,
            tenant: store.tenant,
            object: store.id.uuid(),
            part: held.name.clone(),
            label: store.domain.clone(),
            facts: as_listed(facts, policy, judged),
            barred: barred(&scope.givers, None),
        }
    };
    granted.scopes.iter().map(row).collect()
}

/// The same with what the policy in force says of the scope.
fn as_listed(facts: Facts, policy: &Policy, judged: Option<&Judged>) -> Facts {
    let facts =
        facts.with("policy", policy_line(policy)).with("verdict", judged.map_or("", |judged| verdict(judged.verdict)));
    match judged.and_then(|judged| judged.listed.as_ref()) {
        Some(listed) => facts
            .with("feature", &listed.feature)
            .with("sensitivity", listed.sensitivity.code())
            .with("writes", yes(listed.writes)),
        None => facts,
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Needed => "needed",
        Verdict::Missing => "missing",
        Verdict::NotListed => "not_listed",
        Verdict::Unused => "unused",
        Verdict::WritesWhileSyncIsOff => "writes_while_sync_is_off",
        Verdict::Revoked => "revoked",
    }
}

/// From now on we use it no more. It is gone once the platform's own word lacks it.
fn revoke<'a>(tools: &'a Tools, found: &'a Found) -> BoxFuture<'a, Result<()>> {
    async move {
        let (house, at) = (Caller::house(), Ref::new(found.tenant, StoreId::from_uuid(found.object)));
        let shown = stores::find_store(tools, &house, at).await?.ok_or(Error::NotFound("store"))?;
        let held =
            shown.scopes.iter().filter(|judged| judged.name == found.part).find_map(|judged| judged.held.as_ref());
        if held.is_none_or(|held| held.revoked_at.is_some()) {
            return Ok(());
        }
        let revoking = Revoking { scopes: vec![found.part.clone()], reason: RevocationReason::Review };
        stores::revoke_scopes(tools, &house, (at, shown.store.version), revoking, None).await.map(drop)
    }
    .boxed()
}

/// It is used no more, although the platform still grants it.
fn is_narrower(then: &Facts, now: &Facts) -> bool {
    then.get(REVOKED_AT) == NEVER && now.get(REVOKED_AT) != NEVER
}
