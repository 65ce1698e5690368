//! A page of what a platform told, written down. Its caller has the leave, the transaction and the event.

use std::collections::BTreeMap;

use super::super::model::{Again, Fields, Kept, TakenIn, key};
use super::super::queries::{customers, departed, levels, orders, products};
use crate::floor::kernel::{Instant, Personal, Result, StoreId};
use crate::floor::ledger::WriteTx;
use crate::floor::platforms::{Address, Good, Shelf};
use crate::floor::policy::Policy;
use crate::floor::vault::Vault;
use crate::subjects::{self, Named, Passed, Standing, Turn};

/// Takes a page in, as far as the policy lists what is in it. What is newer by the platform's own time wins; what is older
/// has no effect. What is as old as what is held counts as `again` says. A fixed number of statements, however much there is. `Conflict` where somebody else brings the same
/// thing for the first time at this moment: ask again.
pub fn take_in(
    tx: &mut WriteTx,
    vault: &Vault,
    policy: &Policy,
    store: StoreId,
    goods: &[Good],
    again: Again,
) -> Result<TakenIn> {
    take_in_turn(tx, vault, policy, store, goods, again, &mut Turn::alone())
}

/// The same of a page that may be behind another, which is committed by the time this one may end.
pub fn take_in_turn(
    tx: &mut WriteTx,
    vault: &Vault,
    policy: &Policy,
    store: StoreId,
    goods: &[Good],
    again: Again,
    turn: &mut Turn,
) -> Result<TakenIn> {
    let kept = Kept::under(policy);
    let mut taken = TakenIn::default();
    let newest = newest(&kept, goods, &mut taken);
    let newest = departed::sift(tx, vault, store, newest, &mut taken)?;
    let (persons, whose): (Vec<_>, Vec<_>) =
        newest.iter().enumerate().filter_map(|(at, good)| Some((named(&kept, store, good)?, at))).unzip();
    let mut passed: BTreeMap<usize, Passed> =
        whose.into_iter().zip(subjects::gate_in_turn(tx, vault, &persons, turn)?).collect();
    let (mut people, mut bought, mut sold, mut stock) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, good) in newest.into_iter().enumerate() {
        match (good, passed.remove(&at)) {
            (_, Some(Passed { standing: Standing::Gone | Standing::Fenced, .. })) | (Good::Customer(_), None) => {
                taken.refused += 1;
            }
            (Good::Customer(customer), Some(passed)) => people.push((customer, passed)),
            (Good::Order(order), passed) => bought.push((order, passed)),
            (Good::Product(product), _) => sold.push(product),
            (Good::Level(level), _) => stock.push(level),
        }
    }
    customers::take_in(tx, vault, store, &kept.customer, &people, again, &mut taken)?;
    orders::take_in(tx, vault, store, &kept.contact, &bought, again, &mut taken)?;
    products::take_in(tx, store, &sold, again, &mut taken)?;
    levels::take_in(tx, store, &stock, again, &mut taken)?;
    turn.come(tx, vault)?;
    Ok(taken)
}

/// The platform says that these are gone: so are they here, and what was told of them before does not bring them back.
/// Says how many there were.
pub fn take_out(tx: &mut WriteTx, vault: &Vault, store: StoreId, shelf: Shelf, ids: &[String]) -> Result<usize> {
    departed::mark(tx, vault, store, shelf, ids)?;
    match shelf {
        Shelf::Customers => customers::take_out(tx, store, ids),
        Shelf::Orders => orders::take_out(tx, store, ids),
        Shelf::Products => products::take_out(tx, store, ids),
        Shelf::Inventory => levels::take_out(tx, store, ids),
    }
}

/// Of each thing its newest version, in order of what it is called.
fn newest<'g>(kept: &Kept, goods: &'g [Good], taken: &mut TakenIn) -> Vec<&'g Good> {
    let mut newest: BTreeMap<(Shelf, &str, &str), &Good> = BTreeMap::new();
    for good in goods {
        if !kept.takes(good) {
            taken.refused += 1;
            continue;
        }
        let (id, place) = key(good);
        let held = newest.entry((good.shelf(), id, place)).or_insert(good);
        if !std::ptr::eq(*held, good) {
            taken.older += 1;
            if updated_at(held) < updated_at(good) {
                *held = good;
            }
        }
    }
    newest.into_values().collect()
}

pub fn updated_at(good: &Good) -> Instant {
    match good {
        Good::Customer(customer) => customer.updated_at,
        Good::Order(order) => order.updated_at,
        Good::Product(product) => product.updated_at,
        Good::Level(level) => level.updated_at,
    }
}

/// Handle, mail and telephones, as far as they are told.
type Told<'g> = (Option<&'g Personal>, Option<&'g Personal>, [Option<&'g Personal>; 2]);

/// Whom it is about, by no more than the policy lets us keep.
fn named<'g>(kept: &Kept, store: StoreId, good: &'g Good) -> Option<Named<'g>> {
    let of = |fields: &Fields, (handle, mail, phones): Told<'g>| Named {
        store,
        customer: None,
        handle: fields.keep("name", handle),
        mail: fields.keep("mail", mail),
        phones: phones.into_iter().filter_map(|phone| fields.keep("phone", phone)).collect(),
        order: None,
    };
    let phone = |address: &'g Option<Address>| address.as_ref().and_then(|address| address.phone.as_ref());
    match good {
        Good::Customer(customer) => {
            let phones = [customer.phone.as_ref(), phone(&customer.address)];
            Some(Named { customer: Some(&customer.id), ..of(&kept.customer, (None, customer.mail.as_ref(), phones)) })
        }
        Good::Order(order) if kept.buyers => {
            let phones = [order.phone.as_ref(), phone(&order.ships_to)];
            let named = of(&kept.contact, (order.handle.as_ref(), order.mail.as_ref(), phones));
            Some(Named { customer: order.customer.as_deref(), order: Some(&order.id), ..named })
        }
        _ => None,
    }
}
