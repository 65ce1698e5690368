//! Who works a request, and why its answer came late.

use super::{change, event};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Flaws, Ref, RequestId, Result, StaffId, TenantId};
use crate::floor::ledger::Once;
use crate::floor::tools::Tools;
use crate::requests::model::{LateReason, Request};
use crate::staff::{StaffMember, seats};
use crate::tenants;

/// Gives a request to one of the operator's people, to a team, to both, or to nobody.
pub async fn assign(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    (owner, team): (Option<StaffId>, Option<String>),
    once: Option<Once>,
) -> Result<Request> {
    caller.permit(Permission::WorkRequests, at.tenant)?;
    let mut flaws = Flaws::default();
    if let Some(owner) = owner {
        let house = Caller::house().permit_house(Permission::KeepHouse)?;
        let found = tools.ledger.read(&house, move |tx| seats::queries::find(tx, owner)).await?;
        if found.is_none() {
            flaws.add("owner", "nobody at the desk has this seat");
        }
    }
    if team.as_ref().is_some_and(|team| !tenants::is_line(team, 40)) {
        flaws.add("team", "give one line of at most 40 bytes");
    }
    flaws.or(())?;
    change(tools, caller, (at, version), once, move |_, _, request| {
        if request.stage.is_closed() {
            return Err(Error::refused("ILLEGAL_STEP", "it cannot be assigned: it is closed"));
        }
        let given = Request { owner, team, ..request };
        let told = event("request.assigned", &given).code("to", to_whom(&given));
        Ok((given, vec![told]))
    })
    .await
}

/// Those to whom requests of this tenant can be given, by name: of every tenant that the caller reaches, where none is named.
pub async fn colleagues(tools: &Tools, caller: &Caller, tenant: Option<TenantId>) -> Result<Vec<(StaffId, String)>> {
    let reached = match (tenant, caller.named()) {
        (Some(tenant), _) => vec![tenant],
        (None, Some(named)) => named.to_vec(),
        // Whoever reaches the house is bound to no tenant.
        (None, None) => vec![TenantId::HOUSE],
    };
    for tenant in &reached {
        caller.permit(Permission::WorkRequests, *tenant)?;
    }
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let found = tools.ledger.read(&house, move |tx| {
        let now = tx.now()?;
        let seats = seats::queries::active(tx)?;
        Ok(seats.into_iter().filter(|seat| seat.is_open(now) && may_be_given(seat, &reached)).collect::<Vec<_>>())
    });
    let mut named: Vec<_> = found.await?.into_iter().map(|seat| (seat.id, seat.handle)).collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(named)
}

fn may_be_given(seat: &StaffMember, tenants: &[TenantId]) -> bool {
    let seat = seat.seat();
    seat.permissions().contains(&Permission::WorkRequests) && tenants.iter().all(|tenant| seat.bounds().holds(*tenant))
}

fn to_whom(request: &Request) -> &'static str {
    match (request.owner, &request.team) {
        (Some(_), Some(_)) => "person_and_team",
        (Some(_), None) => "person",
        (None, Some(_)) => "team",
        (None, None) => "nobody",
    }
}

/// Notes why something was or is answered late.
pub async fn set_late_reason(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    reason: LateReason,
    once: Option<Once>,
) -> Result<Request> {
    change(tools, caller, (at, version), once, move |tx, _, request| {
        if !request.is_late(tx.now()?) {
            return Err(Error::refused("NOT_LATE", "it is not late: there is nothing to explain"));
        }
        let noted = Request { late_reason: Some(reason), ..request };
        let told = event("request.lateness_explained", &noted).code("reason", reason.code());
        Ok((noted, vec![told]))
    })
    .await
}
