//! What the person does on their own page: follow what they asked, take it back, appeal a refusal. Whoever holds the link is
//! led to the contact; nothing about the person is answered before they are proved, and never a value.

use super::closing::close;
use super::fetching::is_known;
use super::messaging::queue_letter;
use super::receiving::take_in;
use super::{Doors, event, witnessed};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Instant, IntakeId, Personal, Ref, RequestId, Result, Secret};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Tx, WriteTx};
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::propagation::{self, Told};
use crate::requests::asking::{Asking, Stated, Taken, Wanted};
use crate::requests::letters::Slots;
use crate::requests::model::{
    Certificate, ClockEventRow, GoesBy, Identifier, Intake, MessageKind, Outcome, Proof, Request, Source, Stage, Step,
    StepName, StepState,
};
use crate::requests::package::PackageState;
use crate::requests::queries::{clocks, fulfilling, identifiers, intakes, packages, plans, requests};
use crate::staff::{Token, digest};

/// The first letters of a link's secret.
const FOLLOW: &str = "rdq_";

/// Cuts one more link that leads to a contact. Its secret is told to whoever asked for it, and kept nowhere.
pub fn follow_link(tx: &mut WriteTx, intake: IntakeId) -> Result<Secret> {
    let Token { text, digest } = Token::fresh(FOLLOW)?;
    if keyhole::cut(tx, KeyholeKind::IntakeFollow, &digest, intake.uuid())? { Ok(text) } else { Err(Error::Conflict) }
}

/// Where a link leads, if it leads anywhere.
pub async fn follow(tools: &Tools, secret: &Secret) -> Result<Option<Ref<IntakeId>>> {
    let found = tools.ledger.knock(digest(secret.expose())).await?;
    let found = found.filter(|found| found.kind == KeyholeKind::IntakeFollow);
    Ok(found.map(|found| Ref::new(found.tenant, IntakeId::from_uuid(found.target))))
}

/// What the person's own page tells of a contact: facts, and nothing of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub intake: Intake,
    pub identifiers: Vec<Identifier>,
    pub requests: Vec<FollowedRequest>,
}

/// One right that was asked for, and what became of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedRequest {
    pub request: Request,
    pub moves: Vec<ClockEventRow>,
    /// None before the person is proved, and where nothing is carried out.
    pub carried: Option<Carried>,
}

/// How far what was approved has come: steps, recipients and dates, and no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// When it begins; until then it may be taken back.
    pub starts_at: Option<Instant>,
    /// In their order; none before the first was begun.
    pub steps: Vec<Step>,
    pub tasks: Vec<Told>,
    /// How the newest package of it stands, where there is one.
    pub package: Option<PackageState>,
    /// The newest, which names the one before.
    pub certificate: Option<Certificate>,
}

impl Carried {
    /// Whether anything of it was begun that nothing brings back.
    pub fn is_begun(&self) -> bool {
        let is_final = |step: &Step| {
            let is_burying = step.name == StepName::Tombstone && step.attempt > 0;
            step.name.is_final() && step.state == StepState::Done || is_burying
        };
        self.steps.iter().any(is_final)
    }
}

/// What the page of a contact shows.
pub async fn shown_to_person(tools: &Tools, at: Ref<IntakeId>) -> Result<Followed> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let read = tools.ledger.read(&scope, move |tx| {
        let intake = intakes::get(tx, at.id)?;
        let identifiers = identifiers::of(tx, at.id)?;
        let mut shown = Vec::new();
        for request in requests::of_intake(tx, at.id)? {
            let moves = clocks::events(tx, request.id)?;
            let carried = if is_known(&intake) { carried(tx, &request)? } else { None };
            shown.push(FollowedRequest { request, moves, carried });
        }
        Ok(Followed { intake, identifiers, requests: shown })
    });
    read.await
}

fn carried(tx: &mut Tx, request: &Request) -> Result<Option<Carried>> {
    let is_answer = |outcome| matches!(outcome, Outcome::Fulfilled | Outcome::PartlyFulfilled);
    let starts_at = match request.stage {
        Stage::InProgress { plan, .. } => plans::get(tx, plan)?.starts_at,
        Stage::Closed { outcome, .. } if is_answer(outcome) => None,
        _ => return Ok(None),
    };
    let mut steps = fulfilling::steps_of(tx, request.id)?;
    // Ids of plans are in the order in which they were drawn.
    let last = steps.last().map(|step| step.plan);
    steps.retain(|step| Some(step.plan) == last);
    Ok(Some(Carried {
        starts_at,
        steps,
        tasks: propagation::tasks_of(tx, request.id)?,
        package: packages::of(tx, request.id)?.first().map(|package| package.state),
        certificate: fulfilling::certificates(tx, request.id)?.pop(),
    }))
}

/// The person takes back what is open of what they asked. What was never proved may be taken back too: nothing comes of it.
pub async fn withdraw_by_person(tools: &Tools, at: Ref<IntakeId>) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let doors = Doors::of(tools)?;
    let written = tools.ledger.write(scope, move |tx| {
        let desk = doors.desk();
        let open: Vec<Request> =
            requests::lock_of_intake(tx, at.id)?.into_iter().filter(|request| !request.stage.is_closed()).collect();
        if open.is_empty() {
            return Err(Error::refused("ILLEGAL_STEP", "it cannot be withdrawn: it is closed"));
        }
        let mut told: Vec<Event> = Vec::new();
        let mut last = None;
        for request in open {
            let closed = close(tx, request, Outcome::Withdrawn)?;
            let closed = requests::save(tx, &closed)?;
            told.push(event("request.withdrawn", &closed).code("by", "person"));
            last = Some(closed);
        }
        if let Some(closed) = last {
            queue_letter(tx, &desk, &closed, MessageKind::Withdrawn, Slots::default())?;
        }
        witnessed((), told)
    });
    written.await
}

/// The person has a refusal looked at again: a contact of its own, from the same addresses and under the same proof.
pub async fn appeal_by_person(tools: &Tools, at: Ref<IntakeId>, of: RequestId, words: Personal) -> Result<Taken> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let doors = Doors::of(tools)?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope.clone(), "appeal", move |tx| {
        let (intake, refused) = (intakes::get(tx, at.id)?, requests::get(tx, of)?);
        if refused.intake != at.id {
            return Err(Error::NotFound("request"));
        }
        if !intake.is_proved() {
            return Err(Error::refused("UNPROVED", "prove your address first"));
        }
        if !matches!(refused.stage, Stage::Closed { outcome: Outcome::Refused | Outcome::PartlyFulfilled, .. }) {
            return Err(Error::refused("NOT_REFUSED", "only what was refused is looked at again: it was not"));
        }
        Ok((identifiers::open(tx, &vault, at.id, "intake_identifiers.value")?, intake, refused))
    });
    let (named, intake, refused) = opened.await?;
    let delivery = Some(["appeal ", &of.to_string()].concat());
    let identifiers = named.into_iter().map(|(identifier, value)| Stated {
        kind: identifier.kind,
        store: identifier.store,
        value,
        proof: as_stated(&identifier),
    });
    let asking = Asking {
        source: Source::Web,
        tenant: at.tenant,
        subject_kind: intake.subject_kind,
        store: intake.store,
        delivery,
        rights: vec![Wanted { right: Right::Appeal, case: None }],
        identifiers: identifiers.collect(),
        words: Some(words),
        original: None,
        locale: Some(refused.locale),
        place: intake.place.clone(),
        received_at: None,
        notice: None,
        mandate: intake.mandate,
        is_test: intake.is_test,
        appeal_of: Some(of),
    };
    let written = tools.ledger.write(scope, move |tx| {
        let (taken, mut told) = take_in(tx, &doors.desk(), None, asking)?;
        if told.is_empty() {
            told.push(Event::new("call.repeated", "intake", taken.intake.uuid()));
        }
        witnessed(taken, told)
    });
    written.await
}

/// How an address that was proved once stands in a contact that follows. What staff judged then, they judge again.
fn as_stated(identifier: &Identifier) -> Proof {
    match identifier.proof {
        Proof::Judged | Proof::NotNeeded => Proof::None,
        _ if identifier.kind == GoesBy::Name => Proof::None,
        proof => proof,
    }
}
