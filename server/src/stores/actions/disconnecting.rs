//! The end of a connection: in one transaction the token is gone, the store's work is cancelled, its domain is free, and
//! a receipt says so.

use super::super::model::{GrantSource, Held, Receipt, Store};
use super::super::queries::{history, scopes, stores};
use super::granting::{Entry, note};
use super::{At, found, held_at};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs;
use crate::floor::kernel::{ReceiptId, Result};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Once, Witnessed};
use crate::floor::policy::{Policy, RecipientKind};
use crate::floor::tools::Tools;

/// Ends a store's connection, for good: a new one is a new store.
pub async fn disconnect_store(tools: &Tools, caller: &Caller, at: At, once: Option<Once>) -> Result<Store> {
    let (place, _) = at;
    let scope = caller.permit(Permission::KeepStores, place.tenant)?;
    caller.require_fresh()?;
    let (vault, policy) = (tools.vault.clone(), tools.policy.in_force()?);
    let written = tools.ledger.write_once(scope.clone(), once, "store", move |tx| {
        let (now, by) = (tx.now()?, tx.actor().to_string());
        let store = held_at(tx, at)?.disconnected(now)?;
        let held = scopes::of(tx, &store)?;
        let granted: Vec<_> = held.into_iter().filter(Held::is_granted).map(|held| held.name).collect();
        let token_deleted = match stores::swap_token(tx, &store, None)? {
            Some(token) => vault.delete(tx, token)?,
            None => false,
        };
        scopes::end(tx, &store, &granted)?;
        stores::save(tx, &store)?;
        keyhole::close(tx, KeyholeKind::StoreDomain, store.id.uuid())?;
        let entry =
            Entry { how: GrantSource::Disconnected, scopes: Vec::new(), added: Vec::new(), removed: granted.clone() };
        note(tx, &store, entry, None)?;
        let cancelled = jobs::cancel(tx, store.id.uuid())?;
        let receipt = Receipt {
            id: ReceiptId::fresh(),
            store: store.id,
            at: now,
            by,
            token_deleted,
            jobs_cancelled: i32::try_from(cancelled).unwrap_or(i32::MAX),
            scopes: granted,
            what_stays: what_stays(&policy.policy, &store.platform),
        };
        history::add_receipt(tx, receipt)?;
        let told = Event::new("store.disconnected", "store", place.id.uuid()).count("jobs", cancelled);
        Ok(Witnessed::new(place.id.uuid(), told))
    });
    written.await?;
    found(tools, &scope, place.id).await
}

/// What the platform keeps is its own affair; the policy says where it tells of it.
fn what_stays(policy: &Policy, platform: &str) -> String {
    let listed = policy
        .recipients
        .iter()
        .find(|listed| listed.kind == RecipientKind::Platform && listed.code.get_ref() == platform);
    let name = listed.map_or(platform, |listed| listed.name.as_str());
    match listed.and_then(|listed| listed.policy.as_deref()) {
        Some(own) => format!("{name} keeps what it has of the store under its own policy: {own}"),
        None => format!("{name} keeps what it has of the store under its own policy"),
    }
}
