//! Taking in what is asked, whatever way it came: one contact, a request for each right, their dates, and the word that it
//! came. What came before under the same name is answered as it was then.

use super::closing::close;
use super::following::follow_link;
use super::messaging::{keep_incoming, queue_letter};
use super::{Doors, event, is_answered_to_the_person, witnessed};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs;
use crate::floor::kernel::{Day, Error, Flaws, Instant, IntakeId, RequestId, Result, Secret, StaffId, SubjectId};
use crate::floor::ledger::{Answered, Event, Once, WriteTx};
use crate::floor::regulations::{Clock, Right};
use crate::floor::tools::Tools;
use crate::requests::asking::{Asking, Desk, Stated, Taken, Wanted};
use crate::requests::clocks;
use crate::requests::jobs::{AskForProof, DrawPlan};
use crate::requests::letters::Slots;
use crate::requests::model::{
    ClockRow, GoesBy, Intake, MessageKind, Outcome, Proof, Request, Source, Stage, named_in, reference,
};
use crate::requests::queries::{clocks as clock_rows, corrections, estate, identifiers, intakes, requests};

/// How long somebody may take to prove that they may ask.
const PROVE_WITHIN: chrono::Duration = chrono::Duration::days(14);

/// At most so many addresses are sent a code by themselves.
const MOST_CODES: usize = 3;

/// Takes in what somebody asks.
pub async fn receive(tools: &Tools, caller: &Caller, asking: Asking) -> Result<Taken> {
    receive_once(tools, caller, asking, None).await
}

/// The same under a key of the caller's: something else under that key is no repetition, and is not lost as one.
pub async fn receive_once(tools: &Tools, caller: &Caller, asking: Asking, once: Option<Once>) -> Result<Taken> {
    let scope = caller.permit(Permission::TakeRequests, asking.tenant)?;
    let (doors, by) = (Doors::of(tools)?, caller.staff_id());
    let attempt = || {
        let (doors, asking) = (doors.clone(), asking.clone());
        tools.ledger.write(scope.clone(), move |tx| {
            let answered = once.map(|once| once.answered(tx)).transpose()?;
            let (taken, mut told) = take_in(tx, &doors.desk(), by, asking)?;
            if told.is_empty() {
                told.push(Event::new("call.repeated", "intake", taken.intake.uuid()));
            }
            if let (Some(once), Some(Answered::Not)) = (once, answered) {
                once.remember(tx, taken.intake.uuid())?;
            }
            witnessed(taken, told)
        })
    };
    match attempt().await {
        // The same came at this very moment, and stands by now.
        Err(Error::Conflict) => attempt().await,
        outcome => outcome,
    }
}

/// The same inside another's write. What came before has no events.
pub fn take_in(tx: &mut WriteTx, desk: &Desk<'_>, by: Option<StaffId>, asking: Asking) -> Result<(Taken, Vec<Event>)> {
    take_in_of(tx, desk, (by, None), asking)
}

/// The same for somebody who was found already.
#[expect(clippy::needless_pass_by_value, reason = "what is taken in is gone for whoever brought it")]
pub fn take_in_of(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    (by, subject): (Option<StaffId>, Option<SubjectId>),
    asking: Asking,
) -> Result<(Taken, Vec<Event>)> {
    let now = tx.now()?;
    if let Some(taken) = came_before(tx, &asking)? {
        return Ok((taken, Vec::new()));
    }
    let Entered { intake, new, taken, told } = enter(tx, desk, (by, subject), &asking, now)?;
    for request in taken.iter().filter(|request| request.stage != Stage::Received) {
        jobs::enqueue(tx, &DrawPlan { request: request.id })?;
    }
    let follow = tell(tx, desk, (&intake, &taken), &asking)?;
    ask_for_codes(tx, (&intake, &new, &asking), &taken)?;
    Ok((Taken { intake: intake.id, requests: taken, follow, is_new: true }, told))
}

/// Keeps what nobody asked, such as what a program answered or a letter to many: it is closed at once, nobody is written
/// to, and staff find it where they look for it.
#[expect(clippy::needless_pass_by_value, reason = "what is taken in is gone for whoever brought it")]
pub fn take_aside(tx: &mut WriteTx, desk: &Desk<'_>, asking: Asking) -> Result<(Taken, Vec<Event>)> {
    let now = tx.now()?;
    if let Some(taken) = came_before(tx, &asking)? {
        return Ok((taken, Vec::new()));
    }
    let Entered { intake, taken, mut told, .. } = enter(tx, desk, (None, None), &asking, now)?;
    if let (Some(first), Some(words)) = (taken.first(), &asking.words) {
        keep_incoming(tx, desk, first, words)?;
    }
    let mut closed = Vec::with_capacity(taken.len());
    for request in taken {
        let request = close(tx, request, Outcome::Spam)?;
        let request = requests::save(tx, &request)?;
        told.push(event("request.set_aside", &request));
        closed.push(request);
    }
    Ok((Taken { intake: intake.id, requests: closed, follow: None, is_new: true }, told))
}

/// What was written down of what came.
struct Entered<'a> {
    intake: Intake,
    new: Vec<identifiers::New<'a>>,
    taken: Vec<Request>,
    told: Vec<Event>,
}

/// Writes down what came: the contact, what the person goes by, a request for each right with its dates.
fn enter<'a>(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    (by, subject): (Option<StaffId>, Option<SubjectId>),
    asking: &'a Asking,
    now: Instant,
) -> Result<Entered<'a>> {
    let flaws = checked(tx, desk, asking, now)?;
    flaws.or(())?;
    let appealed = appealed(tx, asking)?;
    let mut intake = intake_of(desk, (by, subject), asking, now);
    let mut sets = Vec::with_capacity(asking.rights.len());
    for wanted in &asking.rights {
        let asked = (wanted.right, wanted.case.as_deref());
        sets.push(clocks::set(desk, &intake, asked, asking.notice.as_ref(), &appealed)?);
    }
    let is_open = |at: usize| intake.proof != Proof::None || sets[at].is_without_proof;
    let open: Vec<bool> = (0..sets.len()).map(is_open).collect();
    if intake.proof == Proof::None {
        if open.iter().all(|is_open| *is_open) {
            (intake.proof, intake.proved_at) = (Proof::NotNeeded, Some(now));
        } else {
            let dates = sets.iter().filter_map(|set| clocks::due_of(&set.clocks)).map(|due| due.at);
            intake.prove_until = Some(prove_until(now, dates.min()));
        }
    }
    let new = identifiers::traces(tx, desk.vault, &asking.identifiers, asking.store)?;
    if !intakes::add(tx, desk.vault, &intake, (asking.delivery.as_deref(), asking.original.as_deref()))? {
        return Err(Error::Conflict);
    }
    identifiers::add(tx, desk.vault, intake.id, &new)?;
    if intake.subject.is_none() {
        intake.subject = estate::whom(tx, &intake)?;
        if intake.subject.is_some() {
            intake = intakes::save(tx, &intake)?;
        }
    }
    let related = identifiers::related(tx, (intake.id, intake.subject), 200)?;
    let related = requests::many(tx, &related)?;
    let (mut taken, mut told) = (Vec::new(), Vec::new());
    for ((wanted, set), is_open) in asking.rights.iter().zip(&sets).zip(open) {
        let request = request_of(&intake, wanted, (asking, is_open), &set.clocks, now);
        requests::add(tx, &request)?;
        clock_rows::put(tx, request.id, &set.clocks)?;
        if let Some(words) = asking.words.as_ref().filter(|_| wanted.right == Right::Correction) {
            for named in named_in(words, asking.subject_kind) {
                corrections::name(tx, desk.vault, (request.id, intake.id), &named, None)?;
            }
        }
        told.push(received(&request, &related));
        taken.push(request);
    }
    Ok(Entered { intake, new, taken, told })
}

/// What stands of what came before under this name. Its page's secret was told then and is known to nobody here.
fn came_before(tx: &mut WriteTx, asking: &Asking) -> Result<Option<Taken>> {
    let Some(delivery) = &asking.delivery else { return Ok(None) };
    let Some(intake) = intakes::by_delivery(tx, asking.source, delivery)? else { return Ok(None) };
    let requests = requests::of_intake(tx, intake)?;
    Ok(Some(Taken { intake, requests, follow: None, is_new: false }))
}

/// All that is wrong with it, what only the tenant's rows tell included.
fn checked(tx: &mut WriteTx, desk: &Desk<'_>, asking: &Asking, now: Instant) -> Result<Flaws> {
    let mut flaws = Flaws::default();
    for flaw in asking.flaws(now, desk.policy) {
        flaws.add(flaw.field, flaw.advice);
    }
    if let Some(store) = asking.store
        && !intakes::has_store(tx, store)?
    {
        flaws.add("store", "this merchant has no such store");
    }
    for (at, stated) in asking.identifiers.iter().enumerate() {
        if let Some(store) = stated.store.filter(|store| asking.store != Some(*store))
            && !intakes::has_store(tx, store)?
        {
            flaws.add(format!("identifiers.{at}.store"), "this merchant has no such store");
        }
    }
    Ok(flaws)
}

/// The dates of the refusal that is appealed.
fn appealed(tx: &mut WriteTx, asking: &Asking) -> Result<Vec<ClockRow>> {
    let Some(of) = asking.appeal_of else { return Ok(Vec::new()) };
    let refused = requests::get(tx, of).map_err(|error| match error {
        Error::NotFound(_) => Error::invalid("appealOf", "there is no such request"),
        other => other,
    })?;
    if !matches!(refused.stage, Stage::Closed { outcome: Outcome::Refused | Outcome::PartlyFulfilled, .. }) {
        return Err(Error::refused("NOT_REFUSED", "only what was refused is looked at again: it was not"));
    }
    clock_rows::of(tx, of)
}

fn intake_of(
    desk: &Desk<'_>,
    (by, subject): (Option<StaffId>, Option<SubjectId>),
    asking: &Asking,
    now: Instant,
) -> Intake {
    let operator = &desk.policy.operator;
    let proof = asking.identifiers.iter().map(|stated| stated.proof).find(|proof| *proof != Proof::None);
    // A platform's own notice is proved by its signature, whether it names anybody or not.
    let of_itself = if asking.is_of_the_desk() { Proof::NotNeeded } else { Proof::Signature };
    let proof = proof.or(asking.notice.as_ref().map(|_| of_itself)).unwrap_or(Proof::None);
    Intake {
        tenant: asking.tenant,
        id: IntakeId::fresh(),
        source: asking.source,
        role: asking.role(),
        subject_kind: asking.subject_kind,
        store: asking.store,
        locale: asking.locale.clone().unwrap_or_else(|| desk.policy.first_locale().to_owned()),
        place: asking.place.clone(),
        zone: operator.time_zone.clone(),
        received_at: asking.received_at.unwrap_or(now).min(now),
        made_at: now,
        made_by: by,
        subject,
        proof,
        proved_at: (proof != Proof::None).then_some(now),
        prove_until: None,
        mandate: asking.mandate,
        is_test: asking.is_test,
        forgotten_at: None,
        version: 1,
    }
}

/// Until when somebody may prove that they may ask: a fortnight from when it was taken in, and not beyond the day of the
/// answer, unless that is over.
pub(super) fn prove_until(now: Instant, due: Option<Instant>) -> Instant {
    let until = now.plus(PROVE_WITHIN);
    due.filter(|due| *due > now).map_or(until, |due| due.min(until))
}

fn request_of(
    intake: &Intake,
    wanted: &Wanted,
    (asking, is_open): (&Asking, bool),
    clocks: &[Clock],
    now: Instant,
) -> Request {
    let id = RequestId::fresh();
    Request {
        tenant: intake.tenant,
        id,
        intake: intake.id,
        reference: reference(id),
        right: wanted.right,
        case: wanted.case.clone(),
        source: intake.source,
        role: intake.role,
        locale: intake.locale.clone(),
        store: intake.store,
        subject: intake.subject,
        received_at: intake.received_at,
        stage: if is_open { Stage::Open { since: now } } else { Stage::Received },
        ground: None,
        original: None,
        appeal_of: asking.appeal_of.filter(|_| wanted.right == Right::Appeal),
        due: clocks::due_of(clocks),
        answered_at: None,
        late_reason: None,
        owner: None,
        team: None,
        is_test: intake.is_test,
        moved_at: now,
        version: 1,
    }
}

/// The fact that it came, and how many that are open and ask the same of the same person.
fn received(request: &Request, related: &[Request]) -> Event {
    let alike = related.iter().filter(|other| other.right == request.right && !other.stage.is_closed()).count();
    event("request.received", request)
        .code("right", request.right.code())
        .code("source", request.source.code())
        .count("alike", alike as u64)
}

/// Keeps what the person wrote, and has the word sent that it came and until when: one letter for one contact.
fn tell(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    (intake, taken): (&Intake, &[Request]),
    asking: &Asking,
) -> Result<Option<Secret>> {
    let Some(first) = taken.first() else { return Ok(None) };
    if let Some(words) = &asking.words {
        keep_incoming(tx, desk, first, words)?;
    }
    let has_mail = asking.identifiers.iter().any(|stated| matches!(stated.kind, GoesBy::Mail | GoesBy::Agent));
    if !has_mail || !is_answered_to_the_person(first) {
        return Ok(None);
    }
    let follow = follow_link(tx, intake.id)?;
    // A backlog was answered for where it comes from.
    if asking.source != Source::Csv {
        let after: Option<Day> = taken.iter().filter_map(|request| request.due.as_ref()).map(|due| due.on).min();
        let slots = Slots { after, follow: Some(follow.clone()), ..Slots::default() };
        queue_letter(tx, desk, first, MessageKind::Acknowledgement, slots)?;
    }
    Ok(Some(follow))
}

/// Has a code sent to each address that is to be proved, as long as something waits for that.
fn ask_for_codes(
    tx: &mut WriteTx,
    (intake, new, asking): (&Intake, &[identifiers::New<'_>], &Asking),
    taken: &[Request],
) -> Result<()> {
    let waits = taken.iter().any(|request| request.stage == Stage::Received);
    let is_sent = taken.first().is_some_and(is_answered_to_the_person) && asking.source != Source::Csv;
    if !waits || !is_sent || intake.proof != Proof::None {
        return Ok(());
    }
    let to_prove = |stated: &Stated| stated.kind == GoesBy::Mail && stated.proof == Proof::None;
    for new in new.iter().filter(|new| to_prove(new.stated)).take(MOST_CODES) {
        jobs::enqueue(tx, &AskForProof { intake: intake.id, identifier: new.id })?;
    }
    Ok(())
}
