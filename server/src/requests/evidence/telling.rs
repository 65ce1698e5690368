//! Evidence as it is put together and sealed. What is sealed elsewhere stands in it as a digest of its envelope, so that it
//! says nothing of whom it is about.

use chrono::SecondsFormat;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{FORMAT, SEALED};
use crate::floor::journal::{Line, NOTHING, canonical, hex};
use crate::floor::kernel::{Day, Error, EvidenceId, Instant, RequestId, Result, StaffId, StoreId};
use crate::floor::ledger::{Event, Tx, WriteTx};
use crate::floor::vault::{Header, Vault};
use crate::propagation;
use crate::requests::model::{Intake, Request, Stage};
use crate::requests::queries::evidence::{self as rows, Evidence};
use crate::requests::queries::{clocks, corrections, fulfilling, identifiers, intakes, messages, packages, plans};
use crate::subjects;

/// Evidence that was sealed, and the event that tells of it.
pub struct Made {
    pub evidence: Evidence,
    pub event: Event,
}

/// Seals the evidence of a request as it stands. None where the one before says the same.
pub fn seal(tx: &mut WriteTx, vault: &Vault, request: &Request) -> Result<Option<Made>> {
    let told = told(tx, request)?;
    let content: [u8; 32] = Sha256::digest(canonical(&told).ok_or_else(unwritable)?).into();
    let last = rows::last(tx, request.id)?;
    let is_new = last.as_ref().is_none_or(|last| content_of(last) != Some(hex(&content)));
    if !is_new {
        return Ok(None);
    }
    let (seq, hash) = fulfilling::head(tx)?;
    let (number, prev) = last.map_or((1, NOTHING), |last| (last.number + 1, last.digest));
    let now = tx.now()?;
    let document = json!({
        "format": FORMAT,
        "number": number,
        "made_at": moment(now),
        "tenant": request.tenant.uuid(),
        "content": hex(&content),
        "told": told,
        "audit": { "seq": seq, "hash": hex(&hash) },
    });
    let document = Line::write(FORMAT, document, &prev, &vault.sign_key()?)?;
    let digest: [u8; 32] = Sha256::digest(&document).into();
    let evidence = Evidence { id: EvidenceId::fresh(), request: request.id, number, made_at: now, digest, document };
    rows::add(tx, &evidence)?;
    let event = Event::new(SEALED, "request", request.id.uuid()).digest("evidence", &digest);
    Ok(Some(Made { event: event.count("number", number.unsigned_abs().into()), evidence }))
}

fn content_of(evidence: &Evidence) -> Option<String> {
    let line = Line::read(&evidence.document)?;
    line.document.get("content")?.as_str().map(str::to_owned)
}

fn unwritable() -> Error {
    Error::internal("evidence has no canonical form")
}

fn moment(at: Instant) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn day(day: Day) -> String {
    day.to_string()
}

/// All that is told of a request, in its order.
fn told(tx: &mut Tx, request: &Request) -> Result<Value> {
    let intake = intakes::get(tx, request.intake)?;
    Ok(json!({
        "request": of_request(request),
        "intake": of_intake(tx, &intake)?,
        "clocks": of_clocks(tx, request)?,
        "plans": of_plans(tx, request)?,
        "receipts": of_receipts(tx, request)?,
        "letters": of_letters(tx, request)?,
        "events": of_events(tx, request)?,
    }))
}

fn of_request(request: &Request) -> Value {
    let (closed_at, outcome) = match request.stage {
        Stage::Closed { at, outcome } => (Some(moment(at)), Some(outcome.code())),
        _ => (None, None),
    };
    json!({
        "id": request.id.uuid(),
        "reference": request.reference,
        "right": request.right.code(),
        "case": request.case,
        "role": request.role.code(),
        "source": request.source.code(),
        "store": request.store.map(StoreId::uuid),
        "received_at": moment(request.received_at),
        "answered_at": request.answered_at.map(moment),
        "closed_at": closed_at,
        "outcome": outcome,
        "ground": request.ground.map(crate::requests::model::Ground::code),
        "late_reason": request.late_reason.map(crate::requests::model::LateReason::code),
        "due": request.due.as_ref().map(|due| json!({ "regime": due.regime, "on": day(due.on), "at": moment(due.at) })),
        "original": request.original.map(RequestId::uuid),
        "appeal_of": request.appeal_of.map(RequestId::uuid),
        "is_test": request.is_test,
    })
}

/// The contact: how it came and by what each thing somebody goes by was proved. What it says is there as a digest alone.
fn of_intake(tx: &mut Tx, intake: &Intake) -> Result<Value> {
    let digests = rows::identifiers(tx, intake.id)?;
    let digest = |id| digests.iter().find(|one| one.id == id).and_then(|one| one.digest.as_deref()).map(hex);
    let named = identifiers::of(tx, intake.id)?;
    let named = named.iter().map(|one| {
        json!({
            "id": one.id.uuid(),
            "kind": one.kind.code(),
            "proof": one.proof.code(),
            "proved_at": one.proved_at.map(moment),
            "proved_by": one.proved_by.map(StaffId::uuid),
            "value_sha256": digest(one.id.uuid()),
        })
    });
    let named: Vec<Value> = named.collect();
    Ok(json!({
        "id": intake.id.uuid(),
        "received_at": moment(intake.received_at),
        "made_at": moment(intake.made_at),
        "made_by": intake.made_by.map(StaffId::uuid),
        "proof": intake.proof.code(),
        "proved_at": intake.proved_at.map(moment),
        "mandate": intake.mandate.code(),
        "original_sha256": rows::original(tx, intake.id)?.as_deref().map(hex),
        "identifiers": named,
    }))
}

/// Each date with its basis and citation, and what became of the request's time.
fn of_clocks(tx: &mut Tx, request: &Request) -> Result<Value> {
    let mut dates = Vec::new();
    for row in clocks::of(tx, request.id)? {
        let clock = serde_json::to_value(&row.clock).map_err(|_| Error::internal("a date that is no JSON"))?;
        dates.push(json!({ "met_at": row.met_at.map(moment), "clock": clock }));
    }
    let moves = clocks::events(tx, request.id)?.into_iter().map(|event| {
        json!({
            "at": moment(event.at),
            "what": event.what.code(),
            "pause_on": event.pause_on.map(crate::floor::regulations::PauseGround::code),
            "regime": event.regime,
            "until_on": event.until_on.map(day),
            "before_on": event.before_on.map(day),
            "after_on": event.after_on.map(day),
            "by": event.made_by.map(StaffId::uuid),
        })
    });
    Ok(json!({ "dates": dates, "moves": moves.collect::<Vec<_>>() }))
}

/// What would be done, line by line as it was approved, and by whom.
fn of_plans(tx: &mut Tx, request: &Request) -> Result<Value> {
    let plans = plans::of(tx, request.id)?.into_iter().map(|plan| {
        let by = |done: Option<(Instant, StaffId)>| done.map(|(at, by)| json!({ "at": moment(at), "by": by.uuid() }));
        json!({
            "number": plan.number,
            "digest": hex(&plan.digest),
            "state": plan.state.code(),
            "drawn_at": moment(plan.drawn_at),
            "submitted": by(plan.submitted),
            "decided": by(plan.decided),
            "starts_at": plan.starts_at.map(moment),
            "lines": plan.lines.iter().map(crate::requests::model::PlanLine::canonical).collect::<Vec<_>>(),
        })
    });
    Ok(Value::Array(plans.collect()))
}

/// What was done: the steps, what was put right and forbidden, what was handed out, whom it was told, what was certified.
fn of_receipts(tx: &mut Tx, request: &Request) -> Result<Value> {
    let steps = fulfilling::steps_of(tx, request.id)?.into_iter().map(|step| {
        json!({
            "name": step.name.code(),
            "line": step.line,
            "place": step.place,
            "store": step.store.map(StoreId::uuid),
            "state": step.state.code(),
            "rows": step.rows,
            "outcome": step.outcome,
            "finished_at": step.finished_at.map(moment),
        })
    });
    let steps: Vec<Value> = steps.collect();
    let recipients = propagation::tasks_of(tx, request.id)?.into_iter().map(|task| {
        json!({
            "id": task.id.uuid(),
            "recipient": task.recipient,
            "store": task.store.map(StoreId::uuid),
            "kind": task.kind.code(),
            "state": task.state.code(),
            "categories": task.categories,
            "tried_at": task.tried_at.map(moment),
            "ended_at": task.ended_at.map(moment),
            "proof_sha256": task.proof.as_ref().map(|proof| hex(proof)),
        })
    });
    let recipients: Vec<Value> = recipients.collect();
    let certificates = fulfilling::certificates(tx, request.id)?;
    let certificates = certificates.iter().map(|one| json!({ "number": one.number, "sha256": hex(&one.digest) }));
    Ok(json!({
        "steps": steps,
        "recipients": recipients,
        "certificates": certificates.collect::<Vec<_>>(),
        "packages": of_packages(tx, request)?,
        "corrections": of_corrections(tx, request)?,
        "fences": of_fences(tx, request)?,
    }))
}

fn of_packages(tx: &mut Tx, request: &Request) -> Result<Value> {
    let all = packages::of(tx, request.id)?;
    let all = all.iter().map(|one| json!({ "id": one.id.uuid(), "state": one.state.code() }));
    Ok(Value::Array(all.collect()))
}

fn of_corrections(tx: &mut Tx, request: &Request) -> Result<Value> {
    let proofs = corrections::proofs(tx, request.id)?;
    let named = corrections::of(tx, request.id)?;
    let all = named.iter().map(|one| {
        let values = proofs.iter().filter(|proof| proof.correction_id == one.id).map(|proof| {
            json!({
                "row": proof.row_id,
                "was": proof.was_digest.as_deref().map(hex),
                "is": hex(&proof.is_digest),
            })
        });
        json!({
            "id": one.id.uuid(),
            "about": one.about,
            "field": one.field,
            "store": one.store.map(StoreId::uuid),
            "named_at": moment(one.named_at),
            "named_by": one.named_by.map(StaffId::uuid),
            "state": one.state.code(),
            "values": values.collect::<Vec<_>>(),
        })
    });
    Ok(Value::Array(all.collect()))
}

fn of_fences(tx: &mut Tx, request: &Request) -> Result<Value> {
    let all = subjects::fences_of(tx, request.id)?.into_iter().map(|fence| {
        json!({
            "kind": fence.kind.code(),
            "code": fence.code,
            "since": moment(fence.since),
            "warned_at": fence.ending.map(|(at, _)| moment(at)),
            "until": fence.until.map(moment),
        })
    });
    Ok(Value::Array(all.collect()))
}

fn of_letters(tx: &mut Tx, request: &Request) -> Result<Value> {
    let digests = rows::letters(tx, request.id)?;
    let letters = messages::list(tx, request.id)?;
    let all = letters.iter().map(|letter| {
        let own = digests.iter().find(|one| one.id == letter.id.uuid());
        json!({
            "id": letter.id.uuid(),
            "way": letter.way.code(),
            "kind": letter.kind.code(),
            "state": letter.state.code(),
            "made_at": moment(letter.made_at),
            "sent_at": letter.sent_at.map(moment),
            "title_sha256": own.and_then(|own| own.title.as_deref()).map(hex),
            "body_sha256": own.and_then(|own| own.body.as_deref()).map(hex),
        })
    });
    Ok(Value::Array(all.collect()))
}

/// What the books tell of it. A payload that is sealed stays at home; its hash goes along.
fn of_events(tx: &mut Tx, request: &Request) -> Result<Value> {
    let events = rows::events(tx, (request.id, request.intake))?;
    let all = events.iter().filter(|event| event.action != SEALED).map(|event| {
        let clear = event.payload.as_deref().filter(|payload| Header::parse(payload).is_none());
        json!({
            "seq": event.seq,
            "at": Instant::from_utc(event.at).micros(),
            "actor": event.actor,
            "action": event.action,
            "object": event.object,
            "payload": clear.map(hex),
            "payload_hash": event.payload_hash.as_deref().map(hex),
            "prev": event.prev.as_deref().map_or_else(|| hex(&NOTHING), hex),
            "hash": hex(&event.hash),
        })
    });
    Ok(Value::Array(all.collect()))
}
