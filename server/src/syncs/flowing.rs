//! Quantities from one store of a tenant to the others. What a store tells is taken in, and what of it changed there is
//! put on record as writes, once per change, in the same transaction. What comes back of our own writes goes nowhere.

use std::collections::BTreeMap;

use super::leave::Leave;
use super::queries::writes::{self, Changed};
use super::sending::SetStockAtPlatform;
use super::stock::Wish;
use crate::floor::jobs;
use crate::floor::kernel::{Instant, Result, StockWriteId, StoreId};
use crate::floor::ledger::{Event, WriteTx};
use crate::floor::platforms::{Good, Level, Platforms};
use crate::floor::policy::Policy;
use crate::floor::vault::Vault;
use crate::records::{self, Again, TakenIn};
use crate::relay;
use crate::subjects::Turn;

/// Takes in what a store tells, sends its orders on to where its merchant wants them, and lets what changed of its stock
/// flow to the tenant's other stores.
pub fn take_in(
    tx: &mut WriteTx,
    vault: &Vault,
    by: (&Policy, &Platforms),
    store: StoreId,
    goods: &[Good],
    again: Again,
) -> Result<(TakenIn, Vec<Event>)> {
    take_in_turn(tx, vault, by, store, goods, again, &mut Turn::alone())
}

/// The same of a page that may be behind another, which is committed before anything of this one flows on.
pub fn take_in_turn(
    tx: &mut WriteTx,
    vault: &Vault,
    (policy, platforms): (&Policy, &Platforms),
    store: StoreId,
    goods: &[Good],
    again: Again,
    turn: &mut Turn,
) -> Result<(TakenIn, Vec<Event>)> {
    tx.look_up_by_index()?;
    let changed = writes::changed(tx, store, &newest(goods), again)?;
    let taken = records::take_in_turn(tx, vault, policy, store, goods, again, turn)?;
    let orders = goods.iter().filter_map(|good| if let Good::Order(order) = good { Some(order) } else { None });
    let relayed = relay::relay_orders(tx, vault, policy, store, &orders.collect::<Vec<_>>())?;
    let flowed = flow(tx, (policy, platforms), store, changed)?;
    Ok((taken, relayed.into_iter().chain(flowed).collect()))
}

fn flow(
    tx: &mut WriteTx,
    (policy, platforms): (&Policy, &Platforms),
    store: StoreId,
    changed: Vec<Changed>,
) -> Result<Option<Event>> {
    let theirs = theirs(tx, store, changed)?;
    if theirs.is_empty() {
        return Ok(None);
    }
    let Some(leave) = Leave::while_sync_is_on(tx, (policy, platforms), store)? else { return Ok(None) };
    let wishes = writes::targets(tx, store, leave.stores(), &theirs)?;
    let asked = put(tx, &leave, &wishes)?.len();
    let event = Event::new("stock.flowed", "store", store.uuid()).count("writes", asked as u64);
    Ok((asked > 0).then_some(event))
}

/// Puts writes on record and into the queue, as far as the leave goes. Those that are there already are not there twice.
pub fn put(tx: &mut WriteTx, leave: &Leave, wishes: &[Wish]) -> Result<Vec<StockWriteId>> {
    let wishes: Vec<&Wish> = wishes.iter().filter(|wish| leave.stores().contains(&wish.store)).collect();
    let added = writes::add(tx, leave, &wishes)?;
    for (write, store) in &added {
        jobs::enqueue(tx, &SetStockAtPlatform { store: *store, write: *write })?;
    }
    Ok(added.into_iter().map(|(write, _)| write).collect())
}

/// Of each level its newest version.
fn newest(goods: &[Good]) -> Vec<&Level> {
    let mut newest: BTreeMap<(&str, &str), &Level> = BTreeMap::new();
    for good in goods {
        let Good::Level(level) = good else { continue };
        let held = newest.entry((&level.item, &level.place)).or_insert(level);
        if held.updated_at < level.updated_at {
            *held = level;
        }
    }
    newest.into_values().collect()
}

/// The items that the store changed by itself, and when. A level that is what we wrote there last is ours.
fn theirs(tx: &mut WriteTx, store: StoreId, changed: Vec<Changed>) -> Result<BTreeMap<String, Instant>> {
    let (mut theirs, mut seen) = (BTreeMap::new(), Vec::new());
    let open = writes::open(tx, store, &changed)?;
    for change in changed {
        let open: Vec<_> = open.iter().filter(|write| write.is_of(&change)).collect();
        if let Some(at) = open.iter().position(|write| write.quantity == change.available) {
            // Newest first: what was written before this one is told of no more.
            seen.extend(open[at..].iter().map(|write| write.id));
        } else {
            seen.extend(open.iter().filter(|write| write.is_sent).map(|write| write.id));
            let at = theirs.entry(change.item).or_insert(change.updated_at);
            *at = change.updated_at.max(*at);
        }
    }
    writes::mark_seen(tx, &seen)?;
    Ok(theirs)
}
