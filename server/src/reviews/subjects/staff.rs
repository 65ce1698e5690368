//! Seats at the desk: who may sit there, what the seat may, and who gave it that.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{Kind, NEVER, barred, fewer, line, time};
use crate::floor::access::{Bounds, Caller, Permission, Seat};
use crate::floor::kernel::{Error, Result, StaffId, TenantId};
use crate::floor::ledger::Tx;
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::reviews::model::{Facts, Found, ReviewSubject};
use crate::reviews::queries::staff::{self, Seated};
use crate::staff::{StaffState, seats};

pub const KIND: Kind = Kind {
    subject: ReviewSubject::Staff,
    noun: "staff",
    endings: &["staff.disabled", "staff.changed"],
    extract: |tx: &mut Tx, _: &Policy, only: Option<Uuid>| {
        Ok(staff::extract(tx, only)?.into_iter().map(found).collect())
    },
    count: staff::count,
    revoke,
    is_narrower,
};

/// What reaches beyond one's own work: others' access, keys, what everyone is promised.
const PRIVILEGED: [Permission; 6] = [
    Permission::KeepStaff,
    Permission::GiveGrants,
    Permission::BreakGlass,
    Permission::KeepApiKeys,
    Permission::PublishPolicy,
    Permission::ReviewAccess,
];

/// How the facts say that there is no bound.
const ALL: &str = "all";

fn found(seated: Seated) -> Found {
    let seat = Seat::new(&seated.roles, &seated.permissions, Bounds::Desk);
    let privileged = seat.permissions().iter().filter(|permission| PRIVILEGED.contains(permission));
    let factor = match (seated.has_totp, seated.has_provider) {
        (true, _) => "totp",
        (false, true) => "provider",
        (false, false) => "none",
    };
    let tenants =
        seated.tenants.as_ref().map_or_else(|| ALL.to_owned(), |named| line(named.iter().map(TenantId::to_string)));
    let facts = Facts::default()
        .with("roles", line(seated.roles.iter().map(|role| role.code().to_owned())))
        .with("permissions", codes(seat.permissions().iter()))
        .with("privileged", codes(privileged))
        .with("tenants", tenants)
        .with("state", seated.state.code())
        .with("second_factor", factor)
        .with("last_seen", time(seated.seen_at))
        .with("ends_at", time(seated.ends_at))
        .with("added_at", time(Some(seated.added_at)))
        .with("given_by", line(seated.called.iter().cloned()));
    Found {
        subject: ReviewSubject::Staff,
        tenant: TenantId::HOUSE,
        object: seated.id.uuid(),
        part: String::new(),
        label: seated.handle,
        facts,
        barred: barred(&seated.givers, Some(seated.id)),
    }
}

fn codes<'a>(permissions: impl Iterator<Item = &'a Permission>) -> String {
    line(permissions.map(|permission| permission.code().to_owned()))
}

/// Shuts the seat, which ends its sessions. That the last admin stays is the seats' own rule.
fn revoke<'a>(tools: &'a Tools, found: &'a Found) -> BoxFuture<'a, Result<()>> {
    async move {
        let (house, id) = (Caller::house(), StaffId::from_uuid(found.object));
        let scope = house.permit_house(Permission::KeepHouse)?;
        let seat = tools.ledger.read(&scope, move |tx| seats::queries::find(tx, id)).await?;
        let seat = seat.ok_or(Error::NotFound("staff member"))?;
        if seat.state == StaffState::Disabled {
            return Ok(());
        }
        seats::disable(tools, &house, (id, seat.version), None).await.map(drop)
    }
    .boxed()
}

/// Fewer permissions, fewer tenants or an earlier end, and more of none of them.
fn is_narrower(then: &Facts, now: &Facts) -> bool {
    let permissions = fewer("permissions", then, now);
    let tenants = match (then.get("tenants"), now.get("tenants")) {
        (ALL, ALL) => (true, false),
        (ALL, _) => (true, true),
        (_, ALL) => (false, false),
        _ => fewer("tenants", then, now),
    };
    let ends = match (then.get("ends_at"), now.get("ends_at")) {
        (NEVER, NEVER) => (true, false),
        (NEVER, _) => (true, true),
        (_, NEVER) => (false, false),
        // One form and one zone: the earlier is the lesser text.
        (then, now) => (now <= then, now < then),
    };
    let all = [permissions, tenants, ends];
    all.iter().all(|(within, _)| *within) && all.iter().any(|(_, less)| *less)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(permissions: &str, tenants: &str, ends_at: &str) -> Facts {
        Facts::default().with("permissions", permissions).with("tenants", tenants).with("ends_at", ends_at)
    }

    #[test]
    fn a_seat_is_narrower_that_may_less_and_nothing_more() {
        let then = facts("see_data see_queue", "ten_1 ten_2", "2027-06-01T00:00:00Z");
        for (now, is) in [
            (then.clone(), false),
            (facts("see_queue", "ten_1 ten_2", "2027-06-01T00:00:00Z"), true),
            (facts("see_queue", "all", "2027-06-01T00:00:00Z"), false),
            (facts("see_queue", "ten_1 ten_2", "never"), false),
            (facts("see_data see_queue", "ten_2", "2027-06-01T00:00:00Z"), true),
            (facts("see_data see_queue", "ten_1 ten_2", "2027-05-31T00:00:00Z"), true),
            (facts("see_queue keep_staff", "ten_1 ten_2", "2027-06-01T00:00:00Z"), false),
        ] {
            assert_eq!(is_narrower(&then, &now), is, "{now:?}");
        }
        let whole = facts("see_queue", "all", "never");
        assert!(is_narrower(&whole, &facts("see_queue", "ten_1", "never")));
        assert!(is_narrower(&whole, &facts("see_queue", "all", "2027-06-01T00:00:00Z")));
    }
}
