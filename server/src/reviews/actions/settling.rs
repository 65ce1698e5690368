//! What was decided comes true: the slice that keeps a thing takes it away, and the system itself is read back. Only what
//! is seen to be gone, or less than it was, is proven.

use super::super::model::{Found, Item, ReviewDecision, RevocationState};
use super::super::queries::{books, campaigns, items};
use super::super::subjects::{Kind, kind, look};
use crate::floor::access::{Caller, Permission};
use crate::floor::journal::hex;
use crate::floor::kernel::{Error, Instant, Result, ReviewItemId, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::tools::Tools;

/// Takes away what is to go, reads it back, and writes the proof where there is one. Does nothing where nothing is due;
/// may be run again.
pub async fn settle(tools: &Tools, id: ReviewItemId) -> Result<()> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let item = tools.ledger.read(&house, move |tx| items::one(tx, id)).await?.ok_or(Error::NotFound("review item"))?;
    let decision = match (&item.decided, item.revocation) {
        (Some(decided), RevocationState::Due) => decided.decision,
        _ => return Ok(()),
    };
    let kind = kind(item.found.subject)?;
    let mut now = look(tools, &item.found).await?;
    let mut hindrance = None;
    if decision == ReviewDecision::Revoke && now.is_some() {
        match (kind.revoke)(tools, &item.found).await {
            Ok(()) => {}
            Err(Error::Refused(refusal)) => hindrance = Some(refusal.code),
            Err(other) => return Err(other),
        }
        now = look(tools, &item.found).await?;
    }
    let is_so = match (&now, decision) {
        (None, _) => true,
        (Some(now), ReviewDecision::Change) => (kind.is_narrower)(&item.found.facts, &now.facts),
        (Some(_), _) => false,
    };
    if is_so {
        let proof = proof(tools, &item, kind, now.as_ref()).await?;
        write(tools, item, Told::Proven(proof)).await
    } else if hindrance.is_some_and(|code| item.hindrance.as_deref() != Some(code)) {
        write(tools, item, Told::Hindered(hindrance.unwrap_or_default())).await
    } else {
        Ok(())
    }
}

/// What is written of a row.
enum Told {
    Proven(String),
    Hindered(&'static str),
}

async fn write(tools: &Tools, seen: Item, told: Told) -> Result<()> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let written = tools.ledger.write(house, move |tx| {
        campaigns::shared(tx, seen.campaign)?;
        let item = items::held(tx, seen.id, seen.version)?;
        let id = item.id.uuid();
        let event = match told {
            Told::Proven(proof) => {
                items::prove(tx, &item, &proof)?;
                Event::new("review.proven", "review_item", id)
            }
            Told::Hindered(code) => {
                items::hinder(tx, &item, code)?;
                Event::new("review.hindered", "review_item", id).code("by", code)
            }
        };
        Ok(Witnessed::new((), event))
    });
    match written.await {
        // Somebody decided otherwise meanwhile, or another run was first.
        Err(Error::Conflict) => Ok(()),
        written => written,
    }
}

/// Which link tells of it, and what was read back when.
async fn proof(tools: &Tools, item: &Item, kind: &'static Kind, now: Option<&Found>) -> Result<String> {
    let tenant = item.found.tenant;
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let campaign = item.campaign;
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let taken = tools.ledger.read(&house, move |tx| campaigns::one(tx, campaign)).await?;
    let since = taken.map_or(Instant::EPOCH, |campaign| campaign.extract.taken_at);
    let object = format!("{}:{}", kind.noun, item.found.object);
    let last = tools.ledger.read(&scope, move |tx| Ok((books::last(tx, &object, kind.endings, since)?, tx.now()?)));
    let (last, at) = last.await?;
    let seen = if now.is_none() { "gone" } else { "narrower" };
    Ok(match last {
        Some((action, link)) => {
            format!("{action}, link {} of {} ({}); read back {at}: {seen}", link.seq, chain(tenant), hex(&link.hash))
        }
        None => format!("no event tells of it; read back {at}: {seen}"),
    })
}

fn chain(tenant: TenantId) -> String {
    if tenant == TenantId::HOUSE { "the house".to_owned() } else { tenant.to_string() }
}
