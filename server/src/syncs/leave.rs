//! Leave to write to a store. Nothing can be written without one, and one is had only here, in the transaction that puts
//! the write on record: somebody asked for it or, for stock alone, the sync of both stores is on.

use uuid::Uuid;

use super::queries::shops;
use super::running;
use super::stock::{LeaveKind, StockWrite};
use crate::floor::access::Actor;
use crate::floor::kernel::{Error, Result, StoreId};
use crate::floor::ledger::WriteTx;
use crate::floor::platforms::{Platform, Platforms};
use crate::floor::policy::Policy;
use crate::records::map::PRODUCTS;

/// Whose leave it is, and which stores it is for.
pub struct Leave {
    kind: LeaveKind,
    cause: Uuid,
    stores: Vec<StoreId>,
}

impl Leave {
    /// The leave of the person who acts in this transaction, for one connected store.
    pub fn by_user(
        tx: &mut WriteTx,
        (policy, platforms): (&Policy, &Platforms),
        store: StoreId,
        action: Uuid,
    ) -> Result<Self> {
        if matches!(tx.actor(), Actor::House | Actor::Job(_)) {
            return Err(Error::Forbidden("a person's action"));
        }
        let code = connected(tx, store)?;
        if scope(tx, (policy, platforms), (store, &code))?.is_none() {
            return Err(Error::refused("REFUSED", "this store does not let its stock be written"));
        }
        Ok(Self { kind: LeaveKind::User, cause: action, stores: vec![store] })
    }

    /// The leave of the merchant who turned the sync on: from this store to the others of the tenant whose sync is on and
    /// that let their stock be written. None where it is off.
    pub fn while_sync_is_on(
        tx: &mut WriteTx,
        (policy, platforms): (&Policy, &Platforms),
        source: StoreId,
    ) -> Result<Option<Self>> {
        let mut on = shops::syncing_held(tx)?;
        let Some(at) = on.iter().position(|(store, _)| *store == source) else { return Ok(None) };
        on.remove(at);
        let mut stores = Vec::new();
        for (store, code) in on {
            if scope(tx, (policy, platforms), (store, &code))?.is_some() {
                stores.push(store);
            }
        }
        Ok((!stores.is_empty()).then_some(Self { kind: LeaveKind::Sync, cause: source.uuid(), stores }))
    }

    pub fn kind(&self) -> LeaveKind {
        self.kind
    }

    pub fn cause(&self) -> Uuid {
        self.cause
    }

    pub fn stores(&self) -> &[StoreId] {
        &self.stores
    }
}

/// The leave of a signed-in person to change what one connected store sells. No sync has one, no job, and no key that a
/// program holds.
pub struct PersonsLeave {
    action: Uuid,
    store: StoreId,
}

impl PersonsLeave {
    /// The leave of the person who acts in this transaction.
    pub fn of(
        tx: &mut WriteTx,
        (policy, platforms): (&Policy, &Platforms),
        store: StoreId,
        action: Uuid,
    ) -> Result<Self> {
        if !matches!(tx.actor(), Actor::Staff(_) | Actor::Member(_)) {
            return Err(Error::Forbidden("a person's action"));
        }
        let code = connected(tx, store)?;
        let (platform, _) = platforms.find(&code).ok_or_else(not_connected)?;
        let names = selling(policy, platform);
        if names.is_empty() {
            let why =
                "the policy lists no scope to change what stores of this platform sell: change it at the platform";
            return Err(Error::refused("REFUSED", why));
        }
        if running::usable(tx, policy, (platform, store), &names)?.is_none() {
            let why =
                format!("this store does not let us change what it sells: connect it again and grant {}", names[0]);
            return Err(Error::refused("REFUSED", why));
        }
        Ok(Self { action, store })
    }

    pub fn store(&self) -> StoreId {
        self.store
    }

    pub fn action(&self) -> Uuid {
        self.action
    }
}

/// The scopes by which this policy lets what is sold be changed: those that write, and are listed for what is sold.
fn selling(policy: &Policy, platform: &dyn Platform) -> Vec<&'static str> {
    let sold = PRODUCTS.listed_as(policy).map(|category| category.code.get_ref());
    let names = platform.lets_listings_be_set().iter().copied();
    let is_for_it = |name: &&str| {
        policy.scopes_of(platform.code()).any(|scope| {
            scope.name.get_ref() == name
                && scope.writes
                && scope.categories.iter().any(|category| Some(category.get_ref()) == sold)
        })
    };
    names.filter(is_for_it).collect()
}

/// Why a change on record may be sent no more; the scope by which it may where it still may. The store stays as it is until
/// the transaction ends.
pub fn still_sells(
    tx: &mut WriteTx,
    (policy, platforms): (&Policy, &Platforms),
    store: StoreId,
) -> Result<Result<&'static str, &'static str>> {
    let shop = shops::held(tx, &[store])?.into_iter().find(|shop| shop.is_connected);
    let Some((platform, _)) = shop.and_then(|shop| platforms.find(&shop.platform)) else {
        return Ok(Err("disconnected"));
    };
    Ok(running::usable(tx, policy, (platform, store), &selling(policy, platform))?.ok_or("scope"))
}

/// The platform of a store that is connected, and stays so until the transaction ends.
fn connected(tx: &mut WriteTx, store: StoreId) -> Result<String> {
    let shop = shops::held(tx, &[store])?.into_iter().find(|shop| shop.is_connected);
    shop.map(|shop| shop.platform).ok_or_else(not_connected)
}

/// Why a write on record may be sent no more; the scope by which it may where it still may. The stores stay as they are
/// until the transaction ends.
pub fn still(
    tx: &mut WriteTx,
    (policy, platforms): (&Policy, &Platforms),
    write: &StockWrite,
) -> Result<Result<&'static str, &'static str>> {
    let target = write.wish.store;
    let source = (write.leave == LeaveKind::Sync).then(|| StoreId::from_uuid(write.standing.cause));
    let needed: Vec<StoreId> = source.into_iter().chain([target]).collect();
    let shops = shops::held(tx, &needed)?;
    if shops.iter().filter(|shop| shop.is_connected).count() < needed.len() {
        return Ok(Err("disconnected"));
    }
    if source.is_some() && !shops.iter().all(|shop| shop.sync_is_on) {
        return Ok(Err("sync_off"));
    }
    let code = shops.into_iter().find(|shop| shop.id == target).ok_or_else(not_connected)?.platform;
    Ok(scope(tx, (policy, platforms), (target, &code))?.ok_or("scope"))
}

fn scope(
    tx: &mut WriteTx,
    (policy, platforms): (&Policy, &Platforms),
    (store, code): (StoreId, &str),
) -> Result<Option<&'static str>> {
    let Some((platform, _)) = platforms.find(code) else { return Ok(None) };
    running::usable(tx, policy, (platform, store), platform.lets_stock_be_set())
}

fn not_connected() -> Error {
    Error::refused("REFUSED", "this store is not connected: nothing can be written to it")
}
