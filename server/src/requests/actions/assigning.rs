//! Who works a request, and why its answer came late.

use super::{change, event};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Flaws, Ref, RequestId, Result, StaffId};
use crate::floor::ledger::Once;
use crate::floor::tools::Tools;
use crate::requests::model::{LateReason, Request};
use crate::staff::seats;
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
