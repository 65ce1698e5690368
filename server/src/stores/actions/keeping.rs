//! Putting a store on record, and turning its sync on and off.

use super::super::model::{Store, StoreState};
use super::super::queries::stores;
use super::{At, found, held_at};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Result, StoreId, TenantId};
use crate::floor::ledger::{Event, Once, Witnessed};
use crate::floor::tools::Tools;
use crate::tenants;

/// A store that is to be.
#[derive(Debug, Clone)]
pub struct NewStore {
    pub tenant: TenantId,
    pub platform: String,
    pub domain: String,
    pub name: String,
    pub region: String,
}

/// Puts a store on record. Whose the domain is shows when the platform connects it.
pub async fn add_store(tools: &Tools, caller: &Caller, new: NewStore, once: Option<Once>) -> Result<Store> {
    let scope = caller.permit(Permission::KeepStores, new.tenant)?;
    let (id, policy) = (StoreId::fresh(), tools.policy.in_force()?);
    let platform = tools.platforms.find(&new.platform);
    let known = platform.and_then(|(platform, setup)| platform.shop(setup, &new.domain));
    let written = tools.ledger.write_once(scope.clone(), once, "store", move |tx| {
        tenants::tenant(tx, new.tenant)?.ok_or(Error::NotFound("tenant"))?.require_active()?;
        let store = Store {
            tenant: new.tenant,
            id,
            platform: new.platform,
            domain: new.domain,
            name: new.name,
            region: new.region,
            state: StoreState::Pending,
            sync_is_on: false,
            added_at: tx.now()?,
            connected_at: None,
            read_at: None,
            disconnected_at: None,
            token_ends_at: None,
            lapses_at: None,
            version: 1,
        };
        if !stores::add(tx, &store.checked(&policy.policy, known)?)? {
            return Err(Error::refused("TAKEN", "this tenant has a store under this domain"));
        }
        Ok(Witnessed::new(id.uuid(), Event::new("store.added", "store", id.uuid())))
    });
    found(tools, &scope, StoreId::from_uuid(written.await?.id)).await
}

/// Turns the sync of a connected store on or off.
pub async fn turn_sync(tools: &Tools, caller: &Caller, at: At, sync_is_on: bool, once: Option<Once>) -> Result<Store> {
    let (place, _) = at;
    let scope = caller.permit(Permission::KeepStores, place.tenant)?;
    let written = tools.ledger.write_once(scope.clone(), once, "store", move |tx| {
        let store = held_at(tx, at)?;
        store.require_held()?;
        stores::save(tx, &Store { sync_is_on, ..store })?;
        let turned = if sync_is_on { "store.sync_turned_on" } else { "store.sync_turned_off" };
        Ok(Witnessed::new(place.id.uuid(), Event::new(turned, "store", place.id.uuid())))
    });
    written.await?;
    found(tools, &scope, place.id).await
}
