//! One task for each recipient of a request: what it is told by is chosen here, and the job that tells it goes along.

use super::super::jobs::{MindRecipient, TellRecipient};
use super::super::kinds;
use super::super::model::{BoundBy, Opened, Place, TaskKind, Wish, midway};
use super::super::queries::{tasks, ways};
use crate::floor::jobs::{self, Ticket};
use crate::floor::kernel::{Result, StoreId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::platforms::{self, Platform};
use crate::floor::regulations::Right;
use crate::floor::vault::Vault;

const AT_THE_STORE: &str =
    "The store's platform takes no such wish from an app: ask the merchant to do it there, and attach what came back.";
const AT_THE_PROVIDER: &str = "Ask the provider of this app under its own policy, and attach what came back.";
const BY_HAND: &str = "Nothing is set up by which this recipient is told: ask it by hand, and attach what came back.";
/// A program would take from the store what it needs to deliver.
pub(super) const ORDER_IS_OPEN: &str = "An order at this store is not delivered or not paid: once it is, have the merchant \
     forget the buyer there, and attach what came back.";
/// It would take from the store what the hold is about.
pub(super) const ORDER_IS_HELD: &str = "An order at this store is held: have the merchant leave it as it is there, and once the \
     hold is released, have the buyer forgotten there, and attach what came back.";
const OF_EVERYBODY: &str = "It is about everybody at a shop, or under an account, and nobody is named: ask for all of it, and attach what came back.";

/// Opens a task for each of these, unless it is there already. Told of each is what its kind is and whether it is new; the
/// caller's own event witnesses them.
pub fn open_tasks(tx: &mut WriteTx, vault: &Vault, wishes: &[Wish]) -> Result<Vec<Opened>> {
    let mut all = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let kind = match chosen(tx, (wish.place, &wish.recipient), wish.right)? {
            _ if wish.bound_by == Some(BoundBy::HeldOrder) => (TaskKind::Manual, Some(ORDER_IS_HELD)),
            _ if wish.bound_by == Some(BoundBy::OpenOrder) => (TaskKind::Manual, Some(ORDER_IS_OPEN)),
            // Nobody is named by it: no program has anything to ask with.
            (kind, None) if kind != TaskKind::Manual && wish.matches.names_nobody() => {
                (TaskKind::Manual, Some(OF_EVERYBODY))
            }
            kind => kind,
        };
        let opened = tasks::open(tx, vault, wish, kind)?;
        if opened.is_new {
            let (mind, opened_at) = (MindRecipient { task: opened.id }, tx.now()?);
            if opened.kind == TaskKind::Mail {
                jobs::redeem(tx, Ticket::of(&mind)?.due(midway(opened_at, wish.until)));
            }
            jobs::redeem(tx, Ticket::of(&mind)?.due(wish.until));
            if opened.kind != TaskKind::Manual {
                jobs::enqueue(tx, &TellRecipient { task: opened.id })?;
            }
        }
        all.push(opened);
    }
    Ok(all)
}

/// How a recipient is told, and what a person does where no program may.
pub fn chosen(
    tx: &mut Tx,
    (place, recipient): (Place, &str),
    right: Right,
) -> Result<(TaskKind, Option<&'static str>)> {
    match place {
        Place::Store(store) => by_platform(tx, store, right),
        Place::App(_) => Ok((TaskKind::Manual, Some(AT_THE_PROVIDER))),
        Place::Recipient => Ok(match ways::of(tx, recipient)? {
            Some(way) if way.kind != TaskKind::Manual => (way.kind, None),
            // Its interface is known, and nobody has said how we are let in.
            None if kinds::is_known(recipient) => (TaskKind::Template, None),
            _ => (TaskKind::Manual, Some(BY_HAND)),
        }),
    }
}

fn by_platform(tx: &mut Tx, store: StoreId, right: Right) -> Result<(TaskKind, Option<&'static str>)> {
    let hears = tasks::store(tx, store)?.is_some_and(|(platform, is_connected)| {
        is_connected && platforms::find(&platform).is_some_and(Platform::hears_wishes)
    });
    let takes = matches!(right, Right::Deletion | Right::Correction);
    Ok(if hears && takes { (TaskKind::Platform, None) } else { (TaskKind::Manual, Some(AT_THE_STORE)) })
}
