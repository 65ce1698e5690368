//! What a delivery changes. It is one write: what it tells is applied, and what it brought is gone with its key.

use super::super::jobs::MatchClosedAccount;
use super::super::model::{Delivered, DeliveryState};
use super::super::queries::{deliveries, notices};
use super::asking::open_for;
use crate::floor::jobs;
use crate::floor::kernel::{Error, Result, StoreId};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::platforms::{self, Good, Platforms, PrivacyNoticeKind, Refusal, Told};
use crate::floor::policy::Policy;
use crate::floor::vault::Vault;
use crate::records::{self, Again};
use crate::requests::Desk;
use crate::stores::{heed_end, heed_loss, heed_scopes, scopes};
use crate::syncs;

/// How the work on one ended.
type Outcome = (DeliveryState, &'static str);

const OLDER: Outcome = (DeliveryState::Ignored, "changes_nothing");

/// Applies what a delivery tells, and ends the work on it.
pub fn work(
    tx: &mut WriteTx,
    doors: (&Vault, &Policy, &Platforms),
    of: &Delivered,
    told: std::result::Result<Told, Refusal>,
) -> Result<Witnessed<()>> {
    let ((state, outcome), more) = match told {
        Err(Refusal(why)) => ((DeliveryState::Failed, why), None),
        Ok(told) => apply(tx, doors, of, told)?,
    };
    if !deliveries::end(tx, doors.0, of.id, state, outcome)? {
        return Err(Error::Conflict);
    }
    let worked = Event::new("delivery.worked", "delivery", of.id.uuid()).code("outcome", outcome);
    let done = Witnessed::new((), worked);
    Ok(match more {
        Some(more) => done.with(more),
        None => done,
    })
}

fn apply(
    tx: &mut WriteTx,
    (vault, policy, platforms): (&Vault, &Policy, &Platforms),
    of: &Delivered,
    told: Told,
) -> Result<(Outcome, Option<Witnessed<uuid::Uuid>>)> {
    let told = match told {
        Told::Nothing => return Ok(((DeliveryState::Ignored, "nothing_for_us"), None)),
        // What a platform asks for a person's sake is answered for, whether the store is known or not.
        Told::Notice(notice) => {
            let id = notices::add(tx, vault, of, &notice)?;
            if notice.kind == PrivacyNoticeKind::AccountClosed {
                jobs::enqueue(tx, &MatchClosedAccount { notice: id })?;
            }
            let opened = open_for(tx, &Desk { vault, policy }, of, (id, &notice))?;
            return Ok(((DeliveryState::Done, notice.kind.code()), witnessed(id.uuid(), opened)));
        }
        told => told,
    };
    let Some(store) = of.store else { return Ok(((DeliveryState::Ignored, "nobodys_store"), None)) };
    let (done, heeded) = match told {
        Told::Uninstalled => ("uninstalled", heed_end(tx, (vault, policy), store, of.happened_at)?),
        Told::Lapsed => ("lapsed", heed_loss(tx, vault, store, of.happened_at)?),
        Told::Scopes(scopes, at) => {
            let at = at.or(of.happened_at).unwrap_or(of.received_at);
            match heed_scopes(tx, vault, store, (scopes, at)) {
                Ok(heeded) => ("scopes", heeded),
                Err(Error::Invalid(_)) => return Ok(((DeliveryState::Failed, "scopes"), None)),
                Err(Error::Refused(_)) => return Ok((OLDER, None)),
                Err(other) => return Err(other),
            }
        }
        Told::Look(_) => return Ok(((DeliveryState::Done, "to_be_read"), None)),
        Told::Gone(shelf, id) => {
            records::take_out(tx, vault, store, shelf, &[id])?;
            return Ok(((DeliveryState::Done, "gone"), None));
        }
        Told::Goods(goods) => {
            let goods = used(tx, policy, of, store, goods)?;
            let (taken, flowed) = syncs::take_in(tx, vault, (policy, platforms), store, &goods, Again::ALWAYS)?;
            let is_news = taken.new + taken.changed > 0;
            return Ok((
                if is_news { (DeliveryState::Done, "taken_in") } else { OLDER },
                witnessed(store.uuid(), flowed),
            ));
        }
        Told::Nothing | Told::Notice(_) => return Err(Error::internal("a delivery that was answered before")),
    };
    Ok(if heeded.is_some() { ((DeliveryState::Done, done), heeded) } else { (OLDER, None) })
}

/// What came of it beside.
fn witnessed(of: uuid::Uuid, events: Vec<Event>) -> Option<Witnessed<uuid::Uuid>> {
    let mut events = events.into_iter();
    let first = Witnessed::new(of, events.next()?);
    Some(events.fold(first, Witnessed::and))
}

/// Of these what may be used: by a scope that the policy lists, and that the store grants still.
fn used(tx: &mut WriteTx, policy: &Policy, of: &Delivered, store: StoreId, goods: Vec<Good>) -> Result<Vec<Good>> {
    let Some(platform) = platforms::find(&of.platform) else { return Ok(Vec::new()) };
    let mut used = Vec::with_capacity(goods.len());
    for good in goods {
        for name in platform.opens(good.shelf()) {
            if !policy.scopes_of(platform.code()).any(|scope| scope.name.get_ref() == name) {
                continue;
            }
            match scopes::may_use(tx, store, name) {
                Ok(()) => {
                    scopes::used(tx, store, name)?;
                    used.push(good);
                    break;
                }
                Err(Error::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
    }
    Ok(used)
}
