//! The list goes with the policy: in the transaction that turns it, sub-processors are announced, enter, change and leave,
//! and everyone who wants to be told is. A version that a merchant objects to is kept from coming into force.

use std::collections::BTreeMap;

use super::super::jobs::DeliverNotice;
use super::super::model::{
    Entry, Notice, NoticeKind, ObjectionState, Processor, ProcessorState, Version, means_other, others_differ,
};
use super::super::queries::{deliveries, notices, objections, processors};
use super::super::texts::{self, Tongue};
use crate::floor::jobs::enqueue;
use crate::floor::kernel::{Day, Error, NoticeId, ProcessorId, Result};
use crate::floor::ledger::{Event, WriteTx};
use crate::floor::policy::{Adopted, Moment, Policy, Recipient, RecipientKind, Turn};
use crate::floor::vault::Vault;

/// Keeps the list with the policy. See [`crate::floor::policy::Follower`].
pub fn follow(tx: &mut WriteTx, _: &Vault, turn: &Turn<'_>) -> Result<Vec<Event>> {
    match (turn.moment, turn.before) {
        (Moment::InForce, None) => begin(tx, turn.after),
        (Moment::InForce, Some(_)) => enter(tx, turn.after),
        (Moment::Published, before) => announce(tx, before, turn.after),
        (Moment::Withdrawn, _) => withdraw(tx, turn.after),
    }
}

/// The first list of a desk holds at once: there is nobody yet to whom it could be announced.
fn begin(tx: &mut WriteTx, first: &Adopted) -> Result<Vec<Event>> {
    let now = tx.now()?;
    let (policy, version, mut listed) = (&first.policy, version_of(&first.policy)?, 0);
    for recipient in listed_in(policy) {
        let id = ProcessorId::fresh();
        processors::put(
            tx,
            &Processor {
                id,
                code: recipient.code.get_ref().clone(),
                state: ProcessorState::InForce,
                shown_version: version,
                listed_on: now.day(),
                ends_on: None,
                objection_until: None,
                versions: Vec::new(),
            },
        )?;
        processors::say(tx, id, Version { in_force_at: Some(now), ..said(policy, recipient)? })?;
        listed += 1;
    }
    Ok(vec![Event::new("processors.listed", "policy", first.id.uuid()).count("processors", listed)])
}

/// What was announced comes, unless somebody objects to it or still may.
fn enter(tx: &mut WriteTx, after: &Adopted) -> Result<Vec<Event>> {
    let (version, now) = (version_of(&after.policy)?, tx.now()?.day());
    let announced = notices::hold_of_version(tx, version)?;
    for (state, why) in [
        (ObjectionState::Open, "an objection to a notice of this version is open: answer it first"),
        (ObjectionState::Upheld, "an objection to a notice of this version was upheld: withdraw the version"),
    ] {
        if objections::count(tx, &announced, state)? > 0 {
            return Err(Error::refused("REFUSED", format!("{why}; until then it stays announced")));
        }
    }
    if let Some(until) = notices::last_window(tx, version)?.filter(|until| *until > now) {
        return Err(Error::refused(
            "REFUSED",
            format!("merchants may object until {until}: until then it stays announced"),
        ));
    }
    processors::enter(tx, version, effective(&after.policy))?;
    Ok(vec![Event::new("processors.turned", "policy", after.id.uuid())])
}

/// Everyone is told what will be otherwise: each sub-processor that comes, changes or leaves, and the rest together.
fn announce(tx: &mut WriteTx, before: Option<&Adopted>, after: &Adopted) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    let mut known = processors::all(tx)?;
    // A desk whose policy held before there was a list begins it with what held.
    if let (Some(before), true) = (before, known.is_empty()) {
        events.extend(begin(tx, before)?);
        known = processors::all(tx)?;
    }
    let mut standing: BTreeMap<String, Processor> = known.into_iter().map(|one| (one.code.clone(), one)).collect();
    let policy = &after.policy;
    let (from, today) = (effective(policy), tx.now()?.day());
    // What holds says how long merchants may object; a version does not shorten its own window.
    let days = before.map_or(policy, |before| &before.policy).announces.objection_days;
    let until = Day(today.0 + chrono::Days::new(days.into()));
    let was = |code: &str| before.and_then(|one| Some((&one.policy, find(&one.policy, code)?)));
    for recipient in listed_in(policy) {
        let code = recipient.code.get_ref();
        let known = standing.remove(code);
        let said = said(policy, recipient)?;
        let text = |tongue: Tongue<'_>| {
            let entry = |policy, recipient| Entry::of(policy, recipient, tongue.locale);
            match was(code) {
                None => texts::added(tongue, &policy.operator.name, &entry(policy, recipient), (from, until)),
                Some((was_in, was)) => {
                    texts::changed(tongue, (&entry(was_in, was), &entry(policy, recipient)), (from, until))
                }
            }
        };
        let (processor, kind) = match (known, was(code)) {
            (Some(known), Some(was)) => {
                let means_other = means_other(was, (policy, recipient));
                if !means_other && known.shown().is_some_and(|shown| shown.entry == said.entry) {
                    continue;
                }
                let until = means_other.then_some(until);
                (Processor { objection_until: until, ..known }, means_other.then_some(NoticeKind::Changed))
            }
            // One that left, or never came, may be announced again.
            (known, _) => {
                let new = Processor {
                    id: known.map_or_else(ProcessorId::fresh, |known| known.id),
                    code: code.clone(),
                    state: ProcessorState::Announced,
                    shown_version: said.policy_version,
                    listed_on: today,
                    ends_on: None,
                    objection_until: Some(until),
                    versions: Vec::new(),
                };
                (new, Some(NoticeKind::Added))
            }
        };
        let whom = (processor.id, said.entry.name.clone());
        processors::put(tx, &processor)?;
        processors::say(tx, whom.0, said)?;
        if let Some(kind) = kind {
            events.push(tell(tx, policy, (kind, Some(whom)), Some(until), text)?);
        }
    }
    for (_, known) in standing {
        if known.state != ProcessorState::InForce {
            continue;
        }
        let name = known.shown().map_or_else(|| known.code.clone(), |shown| shown.entry.name.clone());
        let whom = (known.id, name.clone());
        processors::put(tx, &Processor { state: ProcessorState::Ending, ends_on: Some(from), ..known })?;
        let text = |tongue: Tongue<'_>| texts::removed(tongue, &policy.operator.name, &name, from);
        events.push(tell(tx, policy, (NoticeKind::Removed, Some(whom)), None, text)?);
    }
    if before.is_some_and(|before| others_differ(&before.policy, policy)) {
        let version = version_of(policy)?;
        let text = |tongue: Tongue<'_>| texts::policy_changed(tongue, &policy.operator.name, version, from);
        events.push(tell(tx, policy, (NoticeKind::PolicyChanged, None), None, text)?);
    }
    Ok(events)
}

/// What was announced will not come, and everyone is told so.
fn withdraw(tx: &mut WriteTx, after: &Adopted) -> Result<Vec<Event>> {
    let (policy, version) = (&after.policy, version_of(&after.policy)?);
    let announced = notices::hold_of_version(tx, version)?;
    processors::withdraw(tx, version)?;
    if announced.is_empty() {
        return Ok(Vec::new());
    }
    notices::withdraw(tx, &announced)?;
    objections::settle_open(tx, &announced)?;
    let text = |tongue: Tongue<'_>| texts::withdrawn(tongue, &policy.operator.name, version, effective(policy));
    let told = tell_that(tx, policy, (NoticeKind::PolicyChanged, None), (None, true), text)?;
    Ok(vec![told])
}

/// Writes a notice down, and a letter of it for everyone who is told by letter.
fn tell(
    tx: &mut WriteTx,
    policy: &Policy,
    about: (NoticeKind, Option<(ProcessorId, String)>),
    objection_until: Option<Day>,
    text: impl Fn(Tongue<'_>) -> String,
) -> Result<Event> {
    tell_that(tx, policy, about, (objection_until, false), text)
}

fn tell_that(
    tx: &mut WriteTx,
    policy: &Policy,
    (kind, processor): (NoticeKind, Option<(ProcessorId, String)>),
    (objection_until, is_withdrawal): (Option<Day>, bool),
    text: impl Fn(Tongue<'_>) -> String,
) -> Result<Event> {
    let id = NoticeId::fresh();
    let notice = Notice {
        id,
        kind,
        processor,
        policy_version: version_of(policy)?,
        is_withdrawal,
        announced_at: tx.now()?,
        effective_on: effective(policy),
        objection_until,
        withdrawn_at: None,
        texts: texts::in_every_tongue(policy, text),
    };
    notices::add(tx, notice)?;
    deliveries::to_all(tx, id)?;
    enqueue(tx, &DeliverNotice { notice: id })?;
    Ok(Event::new("notice.announced", "notice", id.uuid()).code("kind", kind.code()))
}

fn listed_in(policy: &Policy) -> impl Iterator<Item = &Recipient> {
    policy.recipients.iter().filter(|recipient| recipient.kind == RecipientKind::Processor)
}

fn find<'a>(policy: &'a Policy, code: &str) -> Option<&'a Recipient> {
    listed_in(policy).find(|recipient| recipient.code.get_ref() == code)
}

/// What a policy says of a sub-processor, to come on the policy's day.
fn said(policy: &Policy, recipient: &Recipient) -> Result<Version> {
    Ok(Version {
        policy_version: version_of(policy)?,
        entry: Entry::of(policy, recipient, ""),
        from_on: effective(policy),
        in_force_at: None,
        until_on: None,
        withdrawn_at: None,
    })
}

fn version_of(policy: &Policy) -> Result<i32> {
    i32::try_from(*policy.version.get_ref()).map_err(|_| Error::internal("a version beyond counting"))
}

fn effective(policy: &Policy) -> Day {
    Day(policy.effective.get_ref().0)
}
