//! What a delivery changes. It is one write: what it tells is applied, and what it brought is gone with its key.

use super::super::model::{Delivered, DeliveryState};
use super::super::queries::{deliveries, looks, notices};
use crate::floor::kernel::{Error, Result, StoreId};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::platforms::{Refusal, Shelf, Told};
use crate::floor::policy::Policy;
use crate::floor::vault::Vault;
use crate::stores::{heed_end, heed_loss, heed_scopes};

/// How the work on one ended.
type Outcome = (DeliveryState, &'static str);

const OLDER: Outcome = (DeliveryState::Ignored, "changes_nothing");

/// Applies what a delivery tells, and ends the work on it.
pub fn work(
    tx: &mut WriteTx,
    doors: (&Vault, &Policy),
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
    (vault, policy): (&Vault, &Policy),
    of: &Delivered,
    told: Told,
) -> Result<(Outcome, Option<Witnessed<uuid::Uuid>>)> {
    let told = match told {
        Told::Nothing => return Ok(((DeliveryState::Ignored, "nothing_for_us"), None)),
        // What a platform asks for a person's sake is answered for, whether the store is known or not.
        Told::Notice(notice) => {
            notices::add(tx, vault, of, &notice)?;
            return Ok(((DeliveryState::Done, notice.kind.code()), None));
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
        Told::Gone(shelf, _) | Told::Look(shelf) => return look(tx, store, [shelf]),
        Told::Goods(goods) => return look(tx, store, goods.iter().map(crate::floor::platforms::Good::shelf)),
        Told::Nothing | Told::Notice(_) => return Err(Error::internal("a delivery that was answered before")),
    };
    Ok(if heeded.is_some() { ((DeliveryState::Done, done), heeded) } else { (OLDER, None) })
}

/// Marks what is to be read of a store.
fn look(
    tx: &mut WriteTx,
    store: StoreId,
    shelves: impl IntoIterator<Item = Shelf>,
) -> Result<(Outcome, Option<Witnessed<uuid::Uuid>>)> {
    for shelf in shelves {
        looks::mark(tx, store, shelf)?;
    }
    Ok(((DeliveryState::Done, "to_be_read"), None))
}
