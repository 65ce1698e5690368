//! Seats at the desk, one of each kind. They have worked there for a while; who sits on them now is awaited anew: whoever
//! plants the demo gets their invitations.

use std::sync::PoisonError;

use chrono::Duration;
use rand::rngs::StdRng;

use super::Plot;
use super::deeds::Desk;
use super::tenants::DAY;
use crate::floor::access::{Caller, Permission, Role};
use crate::floor::kernel::{Error, Instant, Personal, Result, TenantId};
use crate::staff::seats::{self, Authority, Invitation, Invited};

/// Whose seats, and what each is for.
const SEATS: [(&str, Role); 6] = [
    ("leyla", Role::Support),
    ("tariq", Role::Support),
    ("haruko", Role::Approver),
    ("olena", Role::Ops),
    ("wim", Role::Auditor),
    ("ines", Role::Admin),
];

/// Since when they work there, in seconds: before the first of what they worked came.
const SINCE: i64 = 80 * DAY;

/// Somebody of an agency, who looks after two merchants for a while.
const PARTNER: (&str, [Permission; 2]) = ("studio-nord", [Permission::SeeTenants, Permission::KeepStores]);

pub(super) fn plan(plot: &mut Plot<'_>, _: StdRng) {
    let (since, now) = (plot.ago(SINCE), plot.now);
    for (handle, role) in SEATS {
        let authority = Authority { roles: vec![role], permissions: Vec::new(), tenants: None, ends_at: None };
        seat(plot, handle, since, move |_, _| authority);
        // An invitation does not wait long: the one that is told is given now.
        plot.at_desk(now, async move |desk| renew(&desk, handle).await);
    }
    if plot.merchants.len() > 1 {
        let (handle, permissions) = PARTNER;
        seat(plot, handle, now, move |merchants, now| Authority {
            roles: Vec::new(),
            permissions: permissions.to_vec(),
            tenants: Some(merchants.iter().take(2).copied().collect()),
            ends_at: Some(now.plus(Duration::days(60))),
        });
    }
}

fn seat(
    plot: &mut Plot<'_>,
    handle: &'static str,
    at: Instant,
    authority: impl FnOnce(&[TenantId], Instant) -> Authority + Send + 'static,
) {
    plot.at_desk(at, async move |desk| {
        let authority = authority(&desk.merchants, desk.tools.watch.now());
        let mail = Personal::new(format!("{handle}@desk.example"));
        let wanted = Invitation { handle: handle.to_owned(), mail, authority };
        let invited = seats::invite(&desk.tools, &Caller::house(), wanted, None).await?;
        desk.invited.lock().unwrap_or_else(PoisonError::into_inner).push(invited);
        Ok(())
    });
}

/// Gives the seat another invitation, in place of the one that nobody took up in time.
async fn renew(desk: &Desk, handle: &str) -> Result<()> {
    let known = |invited: &[Invited]| invited.iter().position(|one| one.staff.handle == handle);
    let id = {
        let invited = desk.invited.lock().unwrap_or_else(PoisonError::into_inner);
        known(&invited).map(|place| invited[place].staff.id)
    };
    let id = id.ok_or_else(|| Error::internal("a seat is renewed that nobody was given"))?;
    let renewed = seats::renew(&desk.tools, &Caller::house(), id, None).await?;
    let mut invited = desk.invited.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(place) = known(&invited) {
        invited[place] = renewed;
    }
    Ok(())
}
