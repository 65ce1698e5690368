//! Connected apps: what each may, and how much of that its work needs.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{Kind, barred, fewer, line, policy_line, time, yes};
use crate::apps::{self, kind};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{AppId, Error, Instant, Ref, Result};
use crate::floor::ledger::Tx;
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::reviews::model::{Facts, Found, ReviewSubject};
use crate::reviews::queries::apps::{self as queries, Connected};

pub const KIND: Kind = Kind {
    subject: ReviewSubject::Apps,
    noun: "app",
    endings: &["app.permissions_changed", "app.disconnected"],
    extract: |tx: &mut Tx, policy: &Policy, only: Option<Uuid>| {
        let now = tx.now()?;
        Ok(queries::extract(tx, only)?.into_iter().map(|connected| found(policy, connected, now)).collect())
    },
    count: queries::count,
    revoke,
    is_narrower,
};

/// The permissions it has.
const GRANTED: &str = "granted";

fn found(policy: &Policy, connected: Connected, now: Instant) -> Found {
    let Connected { app, givers, called } = connected;
    let kind = kind(policy, &app.kind);
    let facts = Facts::default()
        .with("kind", &app.kind)
        .with("provider", &app.provider)
        .with("region", app.region.as_deref().unwrap_or_default())
        .with("touches", line(kind.touches.iter().map(|touched| touched.get_ref().clone())))
        .with(GRANTED, line(app.granted.iter().cloned()))
        .with("excess", line(app.excess(&kind).into_iter()))
        .with("is_unused", yes(app.is_unused(now)))
        .with("last_used_at", time(app.last_used_at.map(Instant::utc)))
        .with("connected_at", time(Some(app.connected_at.utc())))
        .with("credential_set_at", time(app.credential.as_ref().map(|credential| credential.set_at.utc())))
        .with("policy", policy_line(policy))
        .with("given_by", line(called.into_iter()));
    Found {
        subject: ReviewSubject::Apps,
        tenant: app.tenant,
        object: app.id.uuid(),
        part: String::new(),
        label: app.name,
        facts,
        barred: barred(&givers, None),
    }
}

/// Disconnects it: its slot is free, its credential is gone, and a receipt says so.
fn revoke<'a>(tools: &'a Tools, found: &'a Found) -> BoxFuture<'a, Result<()>> {
    async move {
        let (house, at) = (Caller::house(), Ref::new(found.tenant, AppId::from_uuid(found.object)));
        let scope = house.permit(Permission::KeepHouse, at.tenant)?;
        let app = tools.ledger.read(&scope, move |tx| apps::app(tx, at.id)).await?.ok_or(Error::NotFound("app"))?;
        if !app.is_connected() {
            return Ok(());
        }
        apps::disconnect_app(tools, &house, (at, app.version), None).await.map(drop)
    }
    .boxed()
}

/// Fewer permissions, and none that it had not.
fn is_narrower(then: &Facts, now: &Facts) -> bool {
    fewer(GRANTED, then, now) == (true, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_narrower_that_may_less_and_nothing_more() {
        let may = |granted: &str| Facts::default().with(GRANTED, granted);
        let then = may("read_orders send");
        for (now, is) in [("read_orders send", false), ("send", true), ("", true), ("send write_orders", false)] {
            assert_eq!(is_narrower(&then, &may(now)), is, "{now}");
        }
    }
}
