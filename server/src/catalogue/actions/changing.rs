//! A change of the policy from its proposal to the day it holds. Whoever follows it does so in the very transaction.

use super::super::jobs::PutPolicyInForce;
use super::super::model::{PolicyState, Version, flawed, in_time, successor};
use super::super::queries::{self, Standing};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::enqueue;
use crate::floor::kernel::{Day, Error, PolicyId, Result};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::policy::{Adopted, Follower, Moment, Turn};
use crate::floor::tools::Tools;
use crate::floor::vault::Vault;

/// Writes a change down. It binds nobody before another person publishes it.
pub async fn propose(tools: &Tools, caller: &Caller, text: String, once: Option<Once>) -> Result<Version> {
    let scope = caller.permit_house(Permission::KeepPolicy)?;
    let fresh = PolicyId::fresh();
    let written = tools.ledger.write_once(scope.clone(), once, "policy", move |tx| {
        let Standing { in_force, to_come } = queries::held(tx)?;
        let in_force = in_force.ok_or_else(nothing_holds)?;
        let before = in_force.read()?;
        let policy = successor(&text, &before.policy).map_err(|faults| flawed("text", &faults))?;
        if let Some(waiting) = to_come {
            let why = format!("version {} waits already: it holds, or is withdrawn, first", waiting.version);
            return Err(Error::refused("TAKEN", why));
        }
        let (now, highest) = (tx.now()?, queries::highest(tx)?);
        let number =
            i32::try_from(*policy.version.get_ref()).map_err(|_| Error::internal("a version beyond counting"))?;
        if number <= highest {
            return Err(Error::invalid("text", format!("version {highest} was proposed before: give a later one")));
        }
        in_time(now.day(), (&in_force.text, &before.policy), (&text, &policy))?;
        let version = Version {
            id: fresh,
            name: policy.name.get_ref().clone(),
            version: number,
            effective_on: Day(policy.effective.get_ref().0),
            text,
            state: PolicyState::Proposed,
            proposed_at: now,
            proposed_by: tx.actor().to_string(),
            published_at: None,
            published_by: None,
            in_force_at: None,
            ended_at: None,
            held_back_on: None,
        };
        // Somebody else proposed one at the same moment.
        if !queries::add(tx, version)? {
            return Err(Error::Conflict);
        }
        Ok(Witnessed::new(fresh.uuid(), Event::new("policy.proposed", "policy", fresh.uuid())))
    });
    let id = PolicyId::from_uuid(written.await?.id);
    super::find(tools, &scope, id).await?.ok_or(Error::NotFound("policy version"))
}

/// Publishes what somebody else proposed: it is announced, and holds from its day on.
pub async fn publish(tools: &Tools, caller: &Caller, id: PolicyId, once: Option<Once>) -> Result<Version> {
    let scope = caller.permit_house(Permission::PublishPolicy)?;
    caller.require_fresh()?;
    let (vault, followers) = (tools.vault.clone(), tools.policy.followers());
    let written = tools.ledger.write_once(scope.clone(), once, "policy", move |tx| {
        let Standing { in_force, to_come } = queries::held(tx)?;
        let in_force = in_force.ok_or_else(nothing_holds)?;
        let before = in_force.read()?;
        let version = waiting(tx, to_come, id)?;
        if version.state != PolicyState::Proposed {
            return Err(Error::refused("REFUSED", "this version is published already"));
        }
        let by = tx.actor().to_string();
        if version.proposed_by == by {
            return Err(Error::refused("SAME_PERSON", "somebody else publishes what you proposed"));
        }
        let policy = successor(&version.text, &before.policy).map_err(|faults| flawed("id", &faults))?;
        let now = tx.now()?;
        in_time(now.day(), (&in_force.text, &before.policy), (&version.text, &policy))?;
        let is_due = version.effective_on <= now.day();
        let (state, published_at, published_by) = (PolicyState::Announced, Some(now), Some(by));
        queries::keep(tx, Version { state, published_at, published_by, ..version })?;
        if is_due {
            enqueue(tx, &PutPolicyInForce {})?;
        }
        let turn = Turn { before: Some(&before), after: &Adopted { id, policy }, moment: Moment::Published };
        let done = Witnessed::new(id.uuid(), Event::new("policy.published", "policy", id.uuid()));
        follow(tx, (&vault, followers), &turn, done)
    });
    written.await?;
    super::find(tools, &scope, id).await?.ok_or(Error::NotFound("policy version"))
}

/// Takes back what does not hold yet: a proposal, by whoever may propose or publish; what is announced, by whoever may
/// publish.
pub async fn withdraw(tools: &Tools, caller: &Caller, id: PolicyId, once: Option<Once>) -> Result<Version> {
    let (scope, may_publish) = match caller.permit_house(Permission::PublishPolicy) {
        Err(Error::Forbidden(_)) => (caller.permit_house(Permission::KeepPolicy)?, false),
        permitted => (permitted?, true),
    };
    let found = super::find(tools, &scope, id).await?.ok_or(Error::NotFound("policy version"))?;
    let is_announced = found.state == PolicyState::Announced;
    if is_announced {
        if !may_publish {
            return Err(Error::Forbidden(Permission::PublishPolicy.code()));
        }
        caller.require_fresh()?;
    }
    let (vault, followers) = (tools.vault.clone(), tools.policy.followers());
    let written = tools.ledger.write_once(scope.clone(), once, "policy", move |tx| {
        let Standing { in_force, to_come } = queries::held(tx)?;
        let version = waiting(tx, to_come, id)?;
        // It was published in between.
        if (version.state == PolicyState::Announced) != is_announced {
            return Err(Error::Conflict);
        }
        let after = version.read()?;
        let (state, ended_at) = (PolicyState::Withdrawn, Some(tx.now()?));
        queries::keep(tx, Version { state, ended_at, ..version })?;
        let done = Witnessed::new(id.uuid(), Event::new("policy.withdrawn", "policy", id.uuid()));
        if !is_announced {
            return Ok(done);
        }
        let before = in_force.ok_or_else(nothing_holds)?.read()?;
        let turn = Turn { before: Some(&before), after: &after, moment: Moment::Withdrawn };
        follow(tx, (&vault, followers), &turn, done)
    });
    written.await?;
    super::find(tools, &scope, id).await?.ok_or(Error::NotFound("policy version"))
}

/// Puts the version in force whose day has come, and ends the one before it. [`Error::Conflict`] where none waits.
pub fn turn(tx: &mut WriteTx, vault: &Vault, followers: &'static [Follower]) -> Result<Witnessed<Adopted>> {
    let (now, Standing { in_force, to_come }) = (tx.now()?, queries::held(tx)?);
    let next = due(to_come, now.day())?;
    let old = in_force.ok_or_else(nothing_holds)?;
    let (before, after) = (old.read()?, next.read()?);
    // First the old one: there is never more than one.
    queries::keep(tx, Version { state: PolicyState::Past, ended_at: Some(now), ..old })?;
    queries::keep(tx, Version { state: PolicyState::InForce, in_force_at: Some(now), held_back_on: None, ..next })?;
    let turn = Turn { before: Some(&before), after: &after, moment: Moment::InForce };
    let event = |action, id: PolicyId| Event::new(action, "policy", id.uuid());
    let done = Witnessed::new(after.clone(), event("policy.past", before.id)).and(event("policy.in_force", after.id));
    follow(tx, (vault, followers), &turn, done)
}

/// Writes down, once a day, that a version is due and does not come because somebody who follows it said no.
pub fn alarm(tx: &mut WriteTx, code: &'static str) -> Result<Witnessed<()>> {
    let today = tx.now()?.day();
    let version = due(queries::held(tx)?.to_come, today)?;
    if version.held_back_on == Some(today) {
        return Err(Error::Conflict);
    }
    let event = Event::new("policy.held_back", "policy", version.id.uuid()).code("because", code);
    queries::keep(tx, Version { held_back_on: Some(today), ..version })?;
    Ok(Witnessed::new((), event))
}

fn due(to_come: Option<Version>, today: Day) -> Result<Version> {
    to_come
        .filter(|version| version.state == PolicyState::Announced && version.effective_on <= today)
        .ok_or(Error::Conflict)
}

/// The version that waits, if it is this one.
fn waiting(tx: &mut WriteTx, to_come: Option<Version>, id: PolicyId) -> Result<Version> {
    match to_come.filter(|version| version.id == id) {
        Some(version) => Ok(version),
        None if queries::one(tx, id)?.is_some() => {
            Err(Error::refused("REFUSED", "this version waits no more: it holds, has held, or was withdrawn"))
        }
        None => Err(Error::NotFound("policy version")),
    }
}

/// Lets everyone who keeps rows of the policy keep them with it.
pub(super) fn follow<T>(
    tx: &mut WriteTx,
    (vault, followers): (&Vault, &'static [Follower]),
    turn: &Turn<'_>,
    mut done: Witnessed<T>,
) -> Result<Witnessed<T>> {
    for follow in followers {
        for event in follow(tx, vault, turn)? {
            done = done.and(event);
        }
    }
    Ok(done)
}

fn nothing_holds() -> Error {
    Error::internal("no policy is in force")
}
