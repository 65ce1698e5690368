//! Seats at the desk, one of each kind. Nobody sits on them yet: whoever plants the demo gets their invitations.

use std::sync::PoisonError;

use chrono::Duration;
use rand::rngs::StdRng;

use super::Plot;
use crate::floor::access::{Caller, Permission, Role};
use crate::floor::kernel::{Instant, Personal, TenantId};
use crate::staff::seats::{self, Authority, Invitation};

/// Whose seats, and what each is for.
const SEATS: [(&str, Role); 6] = [
    ("leyla", Role::Support),
    ("tariq", Role::Support),
    ("haruko", Role::Approver),
    ("olena", Role::Ops),
    ("wim", Role::Auditor),
    ("ines", Role::Admin),
];

/// Somebody of an agency, who looks after two merchants for a while.
const PARTNER: (&str, [Permission; 2]) = ("studio-nord", [Permission::SeeTenants, Permission::KeepStores]);

pub(super) fn plan(plot: &mut Plot<'_>, _: StdRng) {
    for (handle, role) in SEATS {
        let authority = Authority { roles: vec![role], permissions: Vec::new(), tenants: None, ends_at: None };
        seat(plot, handle, move |_, _| authority);
    }
    if plot.merchants.len() > 1 {
        let (handle, permissions) = PARTNER;
        seat(plot, handle, move |merchants, now| Authority {
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
    authority: impl FnOnce(&[TenantId], Instant) -> Authority + Send + 'static,
) {
    // An invitation does not wait long: it is given now.
    plot.at_desk(plot.now, async move |desk| {
        let authority = authority(&desk.merchants, desk.tools.watch.now());
        let mail = Personal::new(format!("{handle}@desk.example"));
        let wanted = Invitation { handle: handle.to_owned(), mail, authority };
        let invited = seats::invite(&desk.tools, &Caller::house(), wanted, None).await?;
        desk.invited.lock().unwrap_or_else(PoisonError::into_inner).push(invited);
        Ok(())
    });
}
