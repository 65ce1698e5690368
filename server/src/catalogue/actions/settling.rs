//! The policy as a desk takes it up: at its first start, and as each process follows what holds.

use std::sync::Arc;

use super::super::model::{PolicyState, Version, flawed, sound};
use super::super::queries;
use super::changing::follow;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Day, Error, PolicyId, Result};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::policy::{Adopted, Chosen, Moment, Policy, Turn};
use crate::floor::tools::Tools;

/// Takes up the policy on record; at a desk's first start, the one that was chosen. A desk that keeps one operator's
/// policy never turns to another's.
pub async fn settle(tools: &Tools, chosen: Chosen) -> Result<()> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let known = match tools.ledger.read(&house, queries::in_force).await? {
        Some(known) => known,
        None => begin(tools, read(&chosen.text)?, &chosen.text).await?,
    };
    // What is on record was judged when it came there; a file that differs from it is judged before anybody proposes it.
    let adopted = known.read()?;
    let asked = if known.text == chosen.text { adopted.policy.clone() } else { read(&chosen.text)? };
    if asked.name.get_ref() != &known.name {
        let why = format!(
            "this desk keeps the policy {}, and {} is {}'s: give it a desk of its own",
            known.name,
            chosen.from,
            asked.name.get_ref()
        );
        return Err(Error::refused("REFUSED", why));
    }
    if known.text != chosen.text {
        tracing::info!(
            in_force = known.version,
            file = asked.version.get_ref(),
            "the policy file differs from the one in force: propose it as a new version"
        );
    }
    tools.policy.open(Arc::new(adopted));
    Ok(())
}

/// Opens the book at the version that holds, where another process has turned the page.
pub async fn refresh(tools: &Tools) -> Result<()> {
    let ours = tools.policy.in_force().ok().map(|adopted| adopted.id);
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    if tools.ledger.read(&house, queries::in_force_id).await? == ours {
        return Ok(());
    }
    if let Some(version) = tools.ledger.read(&house, queries::in_force).await? {
        tools.policy.open(Arc::new(version.read()?));
    }
    Ok(())
}

/// The first policy of a desk holds at once: there is nobody yet to whom it could be announced.
async fn begin(tools: &Tools, policy: Policy, text: &str) -> Result<Version> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let (vault, followers, text) = (tools.vault.clone(), tools.policy.followers(), text.to_owned());
    let written = tools.ledger.write(house.clone(), move |tx: &mut WriteTx| {
        let now = tx.now()?;
        let version = Version {
            id: PolicyId::fresh(),
            name: policy.name.get_ref().clone(),
            version: i32::try_from(*policy.version.get_ref())
                .map_err(|_| Error::internal("a version beyond counting"))?,
            effective_on: Day(policy.effective.get_ref().0),
            text,
            state: PolicyState::InForce,
            proposed_at: now,
            proposed_by: tx.actor().to_string(),
            published_at: Some(now),
            published_by: Some(tx.actor().to_string()),
            in_force_at: Some(now),
            ended_at: None,
            held_back_on: None,
        };
        let after = Adopted { id: version.id, policy };
        if !queries::add(tx, version)? {
            return Err(Error::Conflict);
        }
        let turn = Turn { before: None, after: &after, moment: Moment::InForce };
        let done = Witnessed::new((), Event::new("policy.in_force", "policy", after.id.uuid()));
        follow(tx, (&vault, followers), &turn, done)
    });
    // Another process that started beside us may have been first: what counts is what stands.
    match written.await {
        Ok(()) | Err(Error::Conflict) => {}
        Err(other) => return Err(other),
    }
    tools.ledger.read(&house, queries::in_force).await?.ok_or(Error::NotFound("policy"))
}

/// A policy file as somebody gave it, or all that is wrong with it.
fn read(text: &str) -> Result<Policy> {
    sound(text).map_err(|faults| flawed("policy", &faults))
}
