//! What a caller may see of one request: keys, stages and dates, never a value.

use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Ref, RequestId, Result};
use crate::floor::ledger::Tx;
use crate::floor::tools::Tools;
use crate::requests::model::{ClockEventRow, ClockRow, Identifier, Intake, Request};
use crate::requests::queries::{clocks, identifiers, intakes, requests};

/// A request with all that stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub request: Request,
    pub intake: Intake,
    pub identifiers: Vec<Identifier>,
    pub clocks: Vec<ClockRow>,
    pub events: Vec<ClockEventRow>,
    /// What else the same person asked, in this contact and in others, newest first.
    pub related: Vec<Ref<RequestId>>,
}

/// The most others that are shown beside one.
const MOST_RELATED: i64 = 100;

/// One request, for whoever sees its tenant.
pub async fn find_request(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Shown> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| shown(tx, at.id)).await
}

fn shown(tx: &mut Tx, id: RequestId) -> Result<Shown> {
    let request = requests::get(tx, id)?;
    let intake = intakes::get(tx, request.intake)?;
    let identifiers = identifiers::of(tx, intake.id)?;
    let (clocks, events) = (clocks::of(tx, id)?, clocks::events(tx, id)?);
    let mut others: Vec<RequestId> = requests::of_intake(tx, intake.id)?.into_iter().map(|other| other.id).collect();
    others.retain(|other| *other != id);
    others.extend(identifiers::related(tx, (intake.id, request.subject), MOST_RELATED)?);
    let related = others.into_iter().map(|other| Ref::new(request.tenant, other)).collect();
    Ok(Shown { request, intake, identifiers, clocks, events, related })
}
