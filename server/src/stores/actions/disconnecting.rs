//! The end of a connection: in one transaction the token is gone, the store's work is cancelled, what was to be sent of it
//! is dropped, its domain is free, and a receipt says so. Whoever asked is answered when no call of ours is on its way any
//! more; after that the platform hears one thing of us, that it may forget the token.

use super::super::jobs::RevokeAtPlatform;
use super::super::model::{GrantSource, Held, Receipt, Store};
use super::super::queries::{history, hooks, scopes, stores, tokens};
use super::super::{ENDING, TOKEN};
use super::granting::{Entry, count, note};
use super::{At, found, held_at};
use uuid::Uuid;

use crate::calls;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs;
use crate::floor::kernel::{ReceiptId, Result, Secret, StoreId};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::platforms::{self, Platform};
use crate::floor::policy::{Policy, RecipientKind};
use crate::floor::tools::Tools;
use crate::floor::vault::Vault;
use crate::relay;

/// Who ends a connection.
pub(super) enum Ends<'a> {
    /// The desk: the platform is asked to forget this token, where there is one that can be read.
    Desk(Option<&'a Secret>),
    /// The merchant, at the platform: nothing is good there any more.
    Platform,
}

/// Ends a store's connection, for good: a new one is a new store.
pub async fn disconnect_store(tools: &Tools, caller: &Caller, at: At, once: Option<Once>) -> Result<Store> {
    disconnect_store_and(tools, caller, at, once, |_| Ok(Vec::new())).await
}

/// The same with what else is written with it: both stand, or neither does.
pub async fn disconnect_store_and<F>(
    tools: &Tools,
    caller: &Caller,
    at: At,
    once: Option<Once>,
    also: F,
) -> Result<Store>
where
    F: FnOnce(&mut WriteTx) -> Result<Vec<Event>> + Clone + Send + 'static,
{
    let (place, _) = at;
    let scope = caller.permit(Permission::KeepStores, place.tenant)?;
    caller.require_fresh()?;
    let (vault, policy) = (tools.vault.clone(), tools.policy.in_force()?);
    let ending = to_give_back(tools, &scope, place.id).await?;
    let written = tools.ledger.write_once(scope.clone(), once, "store", move |tx| {
        let store = held_at(tx, at)?;
        let ended = end(tx, (&vault, &policy.policy), store, &Ends::Desk(ending.as_ref()))?;
        Ok(also(tx)?.into_iter().fold(ended, Witnessed::and))
    });
    written.await?;
    // Whatever was on its way when the connection ended is over before anybody is told that it has.
    calls::all_over(&tools.ledger, &scope, place.id).await?;
    found(tools, &scope, place.id).await
}

/// Ends the connection of a store that is held.
pub(super) fn end(
    tx: &mut WriteTx,
    (vault, policy): (&Vault, &Policy),
    store: Store,
    ends: &Ends<'_>,
) -> Result<Witnessed<Uuid>> {
    let (now, by) = (tx.now()?, tx.actor().to_string());
    let store = store.disconnected(now)?;
    let held = scopes::of(tx, &store)?;
    let granted: Vec<_> = held.into_iter().filter(Held::is_granted).map(|held| held.name).collect();
    let mut token_deleted = false;
    for token in stores::swap_tokens(tx, &store, None)? {
        token_deleted |= vault.delete(tx, token)?;
    }
    let (ending, by_hand) = match ends {
        Ends::Desk(token) if token_deleted => {
            (*token, platforms::find(&store.platform).and_then(Platform::ended_by_hand))
        }
        _ => (None, None),
    };
    scopes::end(tx, &store, &granted)?;
    stores::save(tx, &store)?;
    // That it is lost is no news any more.
    tokens::set_untold(tx, store.id, None)?;
    keyhole::close(tx, KeyholeKind::StoreDomain, store.id.uuid())?;
    let hooks = hooks::remove(tx, store.id)?;
    for hook in &hooks {
        keyhole::close(tx, KeyholeKind::StoreHook, hook.id.uuid())?;
        if let Some(secret) = hook.secret {
            vault.delete(tx, secret)?;
        }
    }
    let entry =
        Entry { how: GrantSource::Disconnected, scopes: Vec::new(), added: Vec::new(), removed: granted.clone() };
    note(tx, &store, entry, None)?;
    let cancelled = jobs::cancel(tx, store.id.uuid())?;
    let relay = relay::end_of_store(tx, vault, store.id)?;
    if let Some(token) = ending {
        let secret = vault.put(tx, ENDING, token)?;
        let hooks = hooks.into_iter().filter_map(|hook| hook.called).collect();
        jobs::enqueue(tx, &RevokeAtPlatform { store: store.id, secret, hooks })?;
    }
    let receipt = Receipt {
        id: ReceiptId::fresh(),
        store: store.id,
        at: now,
        by,
        token_deleted,
        jobs_cancelled: i32::try_from(cancelled).unwrap_or(i32::MAX),
        scopes: granted,
        destinations_ended: i32::try_from(relay.destinations).unwrap_or(i32::MAX),
        sendings_dropped: i32::try_from(relay.sendings).unwrap_or(i32::MAX),
        what_stays: what_stays(policy, &store.platform, by_hand),
    };
    history::add_receipt(tx, receipt)?;
    let told = Event::new("store.disconnected", "store", store.id.uuid()).count("jobs", cancelled);
    let told = told.count("destinations", count(relay.destinations)).count("sendings", count(relay.sendings));
    Ok(Witnessed::new(store.id.uuid(), told))
}

/// The token that its platform is asked to forget, where this desk can ask: opened here for that alone.
async fn to_give_back(tools: &Tools, scope: &Scope<One>, id: StoreId) -> Result<Option<Secret>> {
    let store = found(tools, scope, id).await?;
    if tools.platforms.find(&store.platform).is_none() {
        return Ok(None);
    }
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope.clone(), "disconnect", move |tx| {
        let Some(token) = stores::token(tx, id)? else { return Ok(None) };
        // One that stays shut is deleted all the same; the platform then hears nothing from us.
        Ok(vault.open_secret(tx, TOKEN, token)?.ok())
    });
    opened.await
}

/// What the platform keeps is its own affair; the policy says where it tells of it. What the merchant alone can take back is
/// said first.
fn what_stays(policy: &Policy, platform: &str, by_hand: Option<&str>) -> String {
    let listed = policy
        .recipients
        .iter()
        .find(|listed| listed.kind == RecipientKind::Platform && listed.code.get_ref() == platform);
    let name = listed.map_or(platform, |listed| listed.name.as_str());
    let stays = match listed.and_then(|listed| listed.policy.as_deref()) {
        Some(own) => format!("{name} keeps what it has of the store under its own policy: {own}"),
        None => format!("{name} keeps what it has of the store under its own policy"),
    };
    match by_hand {
        Some(how) => format!("What let us in is good there until the merchant ends it. {how} {stays}"),
        None => stays,
    }
}
