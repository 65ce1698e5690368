//! Proof that somebody may ask, for each thing they go by. A code of six digits goes to an address; what is kept of it is a
//! keyed digest, good for a quarter of an hour and a few tries. What is proved opens what was asked.

use chrono::Duration;
use subtle::ConstantTimeEq;

use super::agreeing::apart;
use super::{Doors, event, held, witnessed};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs;
use crate::floor::kernel::{Error, Instant, IntakeId, IntakeIdentifierId, Personal, Ref, Refusal, RequestId, Result};
use crate::floor::ledger::{Event, Once, Tx, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::floor::vault::Vault;
use crate::requests::jobs::{AskForProof, DrawPlan};
use crate::requests::model::{GoesBy, Identifier, Intake, MessageKind, Proof, Request, Resumable, Stage};
use crate::requests::queries::{estate, identifiers, intakes, requests};
use crate::staff::Token;

/// How long a code is good.
pub const CODE_LIVES: Duration = Duration::minutes(15);

/// How often a code may be tried.
pub const MOST_TRIES: i16 = 5;

/// Another code is sent to an address only after this.
const BETWEEN: Duration = Duration::minutes(1);

/// How many codes a contact is sent within a day.
const MOST_A_DAY: i64 = 5;

/// How many codes a day go to one address, whatever anybody asks in its name.
const MOST_OF_ADDRESS: i64 = 10;

/// Has a code sent to an address that somebody gave.
pub async fn ask_for_proof(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    identifier: IntakeIdentifierId,
    once: Option<Once>,
) -> Result<()> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let written = tools.ledger.write_once(scope, once, "request", move |tx| {
        let request = held(tx, at.id, None)?;
        if request.stage.is_closed() {
            return Err(Error::refused("ILLEGAL_STEP", "nobody needs to prove anything for it: it is closed"));
        }
        let identifier = identifiers::lock(tx, request.intake, identifier)?;
        if identifier.proof != Proof::None {
            return Err(Error::refused("PROVED", "it is proved already"));
        }
        if identifier.kind != GoesBy::Mail {
            return Err(Error::refused(
                "NO_WAY",
                "a code goes to a mail address alone: judge this one by what you saw",
            ));
        }
        ask(tx, request.intake, &identifier)?;
        Ok(Witnessed::new(at.id.uuid(), event("request.proof_asked", &request)))
    });
    written.await.map(|_| ())
}

/// The person wants another code: one goes to every address of theirs that is not proved.
pub async fn ask_for_proof_again(tools: &Tools, at: Ref<IntakeId>) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let written = tools.ledger.write(scope, move |tx| {
        let intake = intakes::lock(tx, at.id)?;
        let waits = requests::of_intake(tx, at.id)?.iter().any(|request| !request.stage.is_closed());
        if intake.is_proved() || !waits {
            return Err(Error::refused("PROVED", "there is nothing to prove any more"));
        }
        let now = tx.now()?;
        if identifiers::codes_since(tx, at.id, now.plus(-Duration::days(1)))? >= MOST_A_DAY {
            return Err(throttled("five codes were sent today: try again tomorrow"));
        }
        let to_prove = |one: &Identifier| one.kind == GoesBy::Mail && one.proof == Proof::None;
        for identifier in identifiers::of(tx, at.id)?.iter().filter(|one| to_prove(one)).take(3) {
            ask(tx, at.id, identifier)?;
        }
        Ok(Witnessed::new((), Event::new("intake.proof_asked", "intake", at.id.uuid())))
    });
    written.await
}

fn ask(tx: &mut WriteTx, intake: IntakeId, identifier: &Identifier) -> Result<()> {
    let (now, sent) = (tx.now()?, identifiers::code_sent_at(tx, identifier.id)?);
    if sent.is_some_and(|sent| now.since(sent) < BETWEEN) {
        return Err(throttled("a code was sent a moment ago: wait a minute"));
    }
    if is_flooded(tx, intake)? {
        return Err(throttled("ten codes went to this address today: try again tomorrow"));
    }
    identifiers::note_asked(tx, identifier.id)?;
    jobs::enqueue(tx, &AskForProof { intake, identifier: identifier.id })?;
    Ok(())
}

fn throttled(why: &str) -> Error {
    Error::refused("THROTTLED", why)
}

/// Whether the addresses of a contact were sent as many codes as go to them a day, whoever asked for them.
fn is_flooded(tx: &mut Tx, intake: IntakeId) -> Result<bool> {
    let since = tx.now()?.plus(-Duration::days(1));
    Ok(identifiers::unproved_letters(tx, intake, MessageKind::Code, (since, MOST_OF_ADDRESS))? >= MOST_OF_ADDRESS)
}

/// Draws the code that is about to be sent: it leaves once, and a keyed digest stays. None where the address is proved, or
/// was sent enough of them for a day.
pub fn draw_code(
    tx: &mut WriteTx,
    vault: &Vault,
    intake: IntakeId,
    identifier: IntakeIdentifierId,
) -> Result<Option<Personal>> {
    identifiers::hold_addresses(tx, intake)?;
    if identifiers::lock(tx, intake, identifier)?.proof != Proof::None || is_flooded(tx, intake)? {
        return Ok(None);
    }
    let Token { digest, .. } = Token::fresh("")?;
    let drawn = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % 1_000_000;
    let code = Personal::new(format!("{drawn:06}"));
    let until = tx.now()?.plus(CODE_LIVES);
    let kept = kept_of(tx, vault, identifier, &code)?;
    identifiers::set_code(tx, identifier, kept, until)?;
    Ok(Some(code))
}

/// What is kept of a code: bound to its address and keyed, so that a million guesses tell nothing.
fn kept_of(tx: &mut WriteTx, vault: &Vault, identifier: IntakeIdentifierId, code: &Personal) -> Result<[u8; 32]> {
    let key = vault.pseudonym_key(tx)?.map_err(|_| Error::internal("the tenant's key is not at hand"))?;
    let said = Personal::new([&identifier.uuid().to_string(), " ", code.disclose().trim()].concat());
    Ok(key.alias("intake_code", &said))
}

/// The person gives the code that came. A wrong one is counted, and a proved contact stays proved.
pub async fn prove_by_code(tools: &Tools, at: Ref<IntakeId>, code: &str) -> Result<Intake> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let (doors, code) = (Doors::of(tools)?, Personal::new(code));
    let tried = tools.ledger.write(scope, move |tx| {
        let (outcome, told) = try_code(tx, &doors, at.id, &code)?;
        witnessed(outcome, told)
    });
    Ok(tried.await??)
}

/// What came of a try, counted either way.
fn try_code(
    tx: &mut WriteTx,
    doors: &Doors,
    id: IntakeId,
    code: &Personal,
) -> Result<(Result<Intake, Refusal>, Vec<Event>)> {
    let intake = intakes::lock(tx, id)?;
    let now = tx.now()?;
    let told = |action| vec![Event::new(action, "intake", id.uuid())];
    let sent: Vec<Identifier> = identifiers::of(tx, id)?
        .into_iter()
        .filter(|one| one.proof == Proof::None && one.code_until.is_some())
        .collect();
    if sent.is_empty() {
        if intake.is_proved() {
            return Ok((Ok(intake), told("intake.proof_repeated")));
        }
        let none = Refusal::new("NO_CODE", "no code was sent yet: ask for one");
        return Ok((Err(none), told("intake.proof_failed")));
    }
    let live = |one: &Identifier| one.code_until.is_some_and(|until| now < until);
    let left = |one: &Identifier| one.tries < MOST_TRIES;
    for one in sent.iter().filter(|one| live(one) && left(one)) {
        let (said, kept) = (kept_of(tx, doors.desk().vault, one.id, code)?, identifiers::code(tx, one.id)?);
        if kept.is_some_and(|kept| bool::from(kept.as_slice().ct_eq(&said[..]))) {
            identifiers::prove(tx, doors.desk().vault, (id, one.id), Proof::Code, None)?;
            let (intake, told) = proved(tx, intake, Proof::Code)?;
            return Ok((Ok(intake), told));
        }
    }
    for one in sent.iter().filter(|one| live(one) && left(one)) {
        identifiers::count_try(tx, one.id)?;
    }
    let refusal = if sent.iter().any(|one| live(one) && one.tries + 1 < MOST_TRIES) {
        Refusal::new("WRONG_CODE", "that is not the code: look again")
    } else if sent.iter().any(live) {
        Refusal::new("CODE_USED_UP", "the code was tried too often: ask for another")
    } else {
        Refusal::new("CODE_EXPIRED", "the code is too old: ask for another")
    };
    Ok((Err(refusal), told("intake.proof_failed")))
}

/// Something that somebody goes by is proved: what the contact asks is open from now on, and known to be whose.
pub(super) fn proved(tx: &mut WriteTx, intake: Intake, proof: Proof) -> Result<(Intake, Vec<Event>)> {
    let now = tx.now()?;
    let subject = estate::whom(tx, &intake)?.or(intake.subject);
    let is_first = !intake.is_proved();
    let intake = Intake {
        subject,
        proof: if is_first { proof } else { intake.proof },
        proved_at: intake.proved_at.or(Some(now)),
        ..intake
    };
    let intake = intakes::save(tx, &intake)?;
    let mut told = vec![Event::new("intake.proved", "intake", intake.id.uuid()).code("by", proof.code())];
    let records = apart(tx, intake.id)?.len() as u64;
    if records > 0 {
        told.push(Event::new("intake.records_differ", "intake", intake.id.uuid()).count("records", records));
    }
    for request in requests::lock_of_intake(tx, intake.id)? {
        told.extend(open(tx, request, &intake, now)?);
    }
    Ok((intake, told))
}

/// A request of a proved contact, which is open from now on where it waited for that.
fn open(tx: &mut WriteTx, request: Request, intake: &Intake, now: Instant) -> Result<Option<Event>> {
    let waited = matches!(request.stage, Stage::Received | Stage::Paused { from: Resumable::Received, .. });
    if request.stage.is_closed() || !(waited || request.subject != intake.subject) {
        return Ok(None);
    }
    let stage = if waited { request.stage.open(now)? } else { request.stage };
    let request = requests::save(tx, &Request { stage, subject: intake.subject, ..request })?;
    if matches!(request.stage, Stage::Open { .. }) {
        jobs::enqueue(tx, &DrawPlan { request: request.id })?;
    }
    Ok(waited.then(|| event("request.opened", &request)))
}
