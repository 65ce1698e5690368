//! Where no code reaches, staff judge by what they saw, and say why: that somebody goes by something, or that whoever speaks
//! for them may.

use super::proving::proved;
use super::receiving::prove_until;
use super::{Doors, checked_reason, event, held, reasoned, witnessed};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, IntakeIdentifierId, Personal, Ref, RequestId, Result};
use crate::floor::ledger::{Event, Once, WriteTx};
use crate::floor::tools::Tools;
use crate::requests::asking::Desk;
use crate::requests::clocks;
use crate::requests::model::{GoesBy, Intake, Mandate, Proof, Request, Stage};
use crate::requests::queries::{estate, identifiers, intakes, plans, requests};

/// Staff judge whether somebody goes by what they said.
pub async fn judge(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    identifier: IntakeIdentifierId,
    reason: Personal,
    is_proved: bool,
    once: Option<Once>,
) -> Result<Request> {
    checked_reason(&reason)?;
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    let doors = Doors::of(tools)?;
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let desk = doors.desk();
        let request = held(tx, at.id, None)?;
        if request.stage.is_closed() {
            return Err(Error::refused("ILLEGAL_STEP", "nobody needs to prove anything for it: it is closed"));
        }
        let intake = intakes::lock(tx, request.intake)?;
        let judged = identifiers::lock(tx, intake.id, identifier)?;
        let place = (intake.id, judged.id);
        let told = if is_proved {
            if matches!(judged.kind, GoesBy::Name | GoesBy::Agent) {
                return Err(Error::refused("NO_WAY", "that says nothing of who they are: judge what they go by"));
            }
            identifiers::prove(tx, desk.vault, place, Proof::Judged, Some((by, &reason)))?;
            proved(tx, intake, Proof::Judged)?.1
        } else {
            identifiers::prove(tx, desk.vault, place, Proof::None, None)?;
            let rejected = event("request.proof_rejected", &request);
            let why = reasoned(tx, &desk, &request, &reason)?;
            let mut told = vec![rejected, why];
            if intake.is_proved() {
                told.extend(reconsider(tx, &desk, intake)?);
            }
            told
        };
        witnessed(at.id.uuid(), told)
    });
    written.await?;
    tools.ledger.read(&scope, move |tx| requests::get(tx, at.id)).await
}

/// Something that was proved is so no more. Whom the rest tells of is found anew; where nothing is left, what asks for a proof
/// waits for one again, and nothing more is told to anybody until then.
fn reconsider(tx: &mut WriteTx, desk: &Desk<'_>, intake: Intake) -> Result<Vec<Event>> {
    let is_left = identifiers::of(tx, intake.id)?.iter().any(|one| one.proof != Proof::None);
    // What a platform asks is proved by its own word, whatever it names.
    let is_unproved = !is_left && !matches!(intake.proof, Proof::Signature | Proof::NotNeeded);
    let (subject, now) = (estate::whom(tx, &intake)?, tx.now()?);
    let mut open = requests::lock_of_intake(tx, intake.id)?;
    open.retain(|request| !request.stage.is_closed());
    let intake = if is_unproved {
        let due = open.iter().filter_map(|request| request.due.as_ref()).map(|due| due.at).min();
        let prove_until = Some(prove_until(now, due));
        Intake { subject, proof: Proof::None, proved_at: None, prove_until, ..intake }
    } else {
        Intake { subject, ..intake }
    };
    let intake = intakes::save(tx, &intake)?;
    let mut told = vec![Event::new("intake.subject_reconsidered", "intake", intake.id.uuid())];
    for request in open {
        let asked = (request.right, request.case.as_deref());
        let stage = if is_unproved && !clocks::set(desk, &intake, asked, None, &[])?.is_without_proof {
            request.stage.unprove()?
        } else {
            request.stage
        };
        if stage != request.stage {
            plans::let_go(tx, request.id, matches!(request.stage, Stage::AwaitingApproval { .. }))?;
            told.push(event("request.unproved", &request));
        }
        if (stage, subject) != (request.stage, request.subject) {
            requests::save(tx, &Request { subject, stage, ..request })?;
        }
    }
    Ok(told)
}

/// Staff saw the mandate of whoever speaks for the person, or that it is none. What was stated counts as proved by a mandate
/// that was shown.
pub async fn judge_mandate(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    reason: Personal,
    is_shown: bool,
    once: Option<Once>,
) -> Result<Request> {
    checked_reason(&reason)?;
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    let doors = Doors::of(tools)?;
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let desk = doors.desk();
        let request = held(tx, at.id, None)?;
        let intake = intakes::lock(tx, request.intake)?;
        if request.stage.is_closed() || intake.mandate == Mandate::None {
            return Err(Error::refused("ILLEGAL_STEP", "nobody speaks for the person, or it is closed"));
        }
        let mandate = if is_shown { Mandate::Shown } else { Mandate::Rejected };
        intakes::mandate_seen(tx, intake.id, Some(by))?;
        let intake = intakes::save(tx, &Intake { mandate, ..intake })?;
        let mut told = vec![event("request.mandate_judged", &request).code("mandate", mandate.code())];
        told.push(reasoned(tx, &desk, &request, &reason)?);
        if is_shown {
            let unproved = |kind: GoesBy| !matches!(kind, GoesBy::Name | GoesBy::Agent);
            let stated = identifiers::of(tx, intake.id)?;
            for one in stated.iter().filter(|one| one.proof == Proof::None && unproved(one.kind)) {
                identifiers::prove(tx, desk.vault, (intake.id, one.id), Proof::Mandate, None)?;
            }
            told.extend(proved(tx, intake, Proof::Mandate)?.1);
        } else if intake.is_proved() {
            let stated = identifiers::of(tx, intake.id)?;
            for one in stated.iter().filter(|one| one.proof == Proof::Mandate) {
                identifiers::prove(tx, desk.vault, (intake.id, one.id), Proof::None, None)?;
            }
            told.extend(reconsider(tx, &desk, intake)?);
        }
        witnessed(at.id.uuid(), told)
    });
    written.await?;
    tools.ledger.read(&scope, move |tx| requests::get(tx, at.id)).await
}
