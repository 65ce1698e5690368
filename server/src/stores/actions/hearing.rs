//! Whose a delivery is: the store that is connected under a domain, or was last; and the store behind an address of ours
//! that only it was told.

use super::super::HOOK;
use super::super::model::{Store, domain_digest, hook_digest};
use super::super::queries::{hooks, stores};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, HookId, Ref, Result, Secret, StoreId, TenantId};
use crate::floor::ledger::KeyholeKind;
use crate::floor::platforms::{Platform, Shop};
use crate::floor::tools::Tools;

/// A store that was told an address of ours.
pub struct Hooked {
    pub store: Store,
    /// What it signs with.
    pub secret: Secret,
}

/// The store that a platform means by this shop: the one that is connected, else the one that was last.
pub async fn behind(tools: &Tools, platform: &dyn Platform, shop: &Shop) -> Result<Option<Ref<StoreId>>> {
    let domains = platform.domains(shop);
    for domain in &domains {
        let found = tools.ledger.knock(domain_digest(platform.code(), domain)).await?;
        if let Some(hole) = found.filter(|found| found.kind == KeyholeKind::StoreDomain) {
            return Ok(Some(Ref::new(hole.tenant, StoreId::from_uuid(hole.target))));
        }
    }
    let desk = Caller::house().permit_desk(Permission::SeeQueue)?;
    let (desk, code) = (tools.ledger.desk_scope(desk, "store by domain").await?, platform.code());
    let last = tools.ledger.desk(&desk, move |tx| {
        for domain in &domains {
            if let Some(found) = stores::last_under(tx, code, domain)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    });
    Ok(last.await?.map(|(tenant, id)| Ref::new(tenant, id)))
}

/// The stores that are or were connected at a platform.
pub async fn ever_at(tools: &Tools, platform: &str) -> Result<Vec<(TenantId, StoreId)>> {
    let desk = Caller::house().permit_desk(Permission::SeeQueue)?;
    let (desk, platform) = (tools.ledger.desk_scope(desk, "stores of a platform").await?, platform.to_owned());
    tools.ledger.desk(&desk, move |tx| stores::ever_at(tx, &platform)).await
}

/// The hook at this address of ours.
pub async fn find_hook(tools: &Tools, id: HookId) -> Result<Option<Ref<HookId>>> {
    let found = tools.ledger.knock(hook_digest(id)).await?;
    let hole = found.filter(|found| found.kind == KeyholeKind::StoreHook);
    Ok(hole.map(|hole| Ref::new(hole.tenant, HookId::from_uuid(hole.target))))
}

/// The store behind a hook, and its secret, opened to hold a delivery against it.
pub async fn open_hook(tools: &Tools, at: Ref<HookId>) -> Result<Option<Hooked>> {
    let (scope, vault) = (Caller::house().permit(Permission::KeepStores, at.tenant)?, tools.vault.clone());
    let opened = tools.ledger.reveal(scope, "delivery", move |tx| {
        let Some((store, Some(secret))) = hooks::one(tx, at.id)? else { return Ok(None) };
        let store = stores::one(tx, store)?.ok_or(Error::NotFound("store"))?;
        let opened = vault.open_secret(tx, HOOK, secret)?.map_err(|shut| shut.of_secret(secret))?;
        Ok(Some(Hooked { store, secret: opened }))
    });
    opened.await
}
