//! What is wrong of somebody and what is right is named, value by value, before it is put right; and a restriction that is
//! to end is announced to the person first.

use chrono::Duration;

use super::approving::shut;
use super::messaging::queue_letter;
use super::{change, event, is_answered_to_the_person};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs;
use crate::floor::kernel::{Error, Personal, Ref, RequestId, Result};
use crate::floor::ledger::{Event, Once, Tx};
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::grants::Revealed;
use crate::requests::jobs::DrawPlan;
use crate::requests::letters::Slots;
use crate::requests::model::{CORRECTABLE, Correction, MessageKind, Named, Request, Stage};
pub use crate::requests::queries::corrections::At as CorrectionAt;
use crate::requests::queries::evidence::Evidence;
use crate::requests::queries::{corrections, evidence, intakes, requests};
use crate::subjects::{self, Fence, FenceKind};

/// Names a value that is to be put right, in the place of what was named of the same before.
pub async fn name_correction(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<RequestId>, Option<i32>),
    named: Named,
    once: Option<Once>,
) -> Result<Request> {
    let (named, by) = (named.checked()?, caller.staff_id());
    change(tools, caller, (at, version), once, move |tx, desk, request| {
        require_nameable(&request)?;
        if let Some(store) = named.store
            && !intakes::has_store(tx, store)?
        {
            return Err(Error::invalid("store", "this merchant has no such store"));
        }
        corrections::name(tx, desk.vault, (request.id, request.intake), &named, by)?;
        jobs::enqueue(tx, &DrawPlan { request: request.id })?;
        let told = named_field(event("request.correction_named", &request), &named);
        Ok((request, vec![told]))
    })
    .await
}

/// What was named, in the words of the map.
fn named_field(told: Event, named: &Named) -> Event {
    let about = CORRECTABLE.iter().find(|(about, _)| *about == named.about);
    let field = about.and_then(|(_, fields)| fields.iter().find(|field| **field == named.field));
    match (about, field) {
        (Some((about, _)), Some(field)) => told.code("about", about).code("field", field),
        _ => told,
    }
}

/// Takes back a value that was named and is not put right yet.
pub async fn drop_correction(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<RequestId>, Option<i32>),
    of: CorrectionAt,
    once: Option<Once>,
) -> Result<Request> {
    change(tools, caller, (at, version), once, move |tx, _, request| {
        require_nameable(&request)?;
        if !corrections::drop_named(tx, request.id, &of)? {
            return Err(Error::NotFound("correction"));
        }
        jobs::enqueue(tx, &DrawPlan { request: request.id })?;
        let told = event("request.correction_dropped", &request);
        Ok((request, vec![told]))
    })
    .await
}

/// Refuses where nothing can be named any more.
fn require_nameable(request: &Request) -> Result<()> {
    if request.right != Right::Correction {
        return Err(Error::refused("OTHER_RIGHT", "nothing is put right by this request: it asks for another right"));
    }
    match request.stage {
        Stage::InProgress { .. } => Err(Error::refused("ILLEGAL_STEP", "it is being put right already")),
        Stage::Closed { .. } => Err(Error::refused("ILLEGAL_STEP", "it is closed")),
        _ => Ok(()),
    }
}

/// What was named of a request, in order; what is right stays sealed.
pub async fn corrections_of(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Correction>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| corrections::of(tx, at.id)).await
}

/// Opens what is right of one value that was named: the look is on record.
pub async fn reveal_correction(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    of: CorrectionAt,
) -> Result<Revealed> {
    const VIEW: &str = "request_corrections.value";
    let scope = caller.permit(Permission::SeeData, at.tenant)?;
    caller.require_fresh()?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, "reveal", move |tx| {
        let request = requests::get(tx, at.id)?;
        let access = tx.note(None, VIEW);
        let opened = corrections::open(tx, &vault, (request.id, request.intake), VIEW)?;
        let is_meant = |one: &Correction| one.about == of.about && one.field == of.field && one.store == of.store;
        let found = opened.into_iter().rev().find(|(one, _)| is_meant(one));
        let (_, value) = found.ok_or_else(|| shut(crate::floor::vault::Shut::Forgotten))?;
        Ok(Revealed { value, access: Ref::new(at.tenant, access) })
    });
    opened.await
}

/// What a request forbade, whether it stands or not.
pub async fn fences_of(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Fence>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| subjects::fences_of(tx, at.id)).await
}

/// What proves how a request was answered, the first one first.
pub async fn evidence_of(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Evidence>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| evidence::of(tx, at.id)).await
}

/// From how many days on a restriction is lifted after the person was told, and how many it may be.
const NOTICE: std::ops::RangeInclusive<i64> = 1..=90;

/// Tells the person, in words of staff, that what this request restricted will be used again, and when. It is lifted then,
/// and not before the letter has left.
pub async fn lift_restriction(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<RequestId>, Option<i32>),
    (words, days): (Personal, i64),
    once: Option<Once>,
) -> Result<Request> {
    if words.disclose().trim().is_empty() || words.disclose().len() > 20_000 {
        return Err(Error::invalid("words", "tell the person why and from when on, in up to 20000 bytes"));
    }
    if !NOTICE.contains(&days) {
        return Err(Error::invalid("days", "give the person 1 to 90 days"));
    }
    change(tools, caller, (at, version), once, move |tx, desk, request| {
        let stands = |fence: &Fence| fence.kind == FenceKind::Restriction && fence.until.is_none();
        if !subjects::fences_of(tx, request.id)?.iter().any(stands) {
            return Err(Error::refused("NOT_RESTRICTED", "nothing is restricted by this request any more"));
        }
        let slots = Slots { words: Some(words), ..Slots::default() };
        let letter = queue_letter(tx, desk, &request, MessageKind::Message, slots)?;
        if letter.is_none() && is_answered_to_the_person(&request) {
            return Err(Error::refused(
                "NOBODY_TOLD",
                "the person has no address: a restriction ends once they know of it",
            ));
        }
        let ends_at = tx.now()?.plus(Duration::days(days));
        let fences = subjects::warn_of_lifting(tx, request.id, letter, ends_at)?;
        let told = event("request.lifting_announced", &request).count("fences", fences as u64);
        Ok((request, vec![told]))
    })
    .await
}
