//! What a platform says that a store grants, and what of it we stop using. The platform's word is one thing, what we use
//! of it another: a revocation holds at once, and is proven when the platform's word no longer holds the scope.

use super::super::model::{Grant, GrantSource, Held, RevocationReason, Store, StoreState, domain_digest, named_scopes};
use super::super::queries::stores::Kept;
use super::super::queries::{history, scopes, stores};
use super::super::{REFRESH, TOKEN};
use super::{At, found, held_at};
use uuid::Uuid;

use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Instant, Ref, Result, Secret, StoreGrantId, StoreId};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::floor::vault::Vault;
use crate::tenants;

/// What a platform says of a store.
#[derive(Clone)]
pub struct Reading {
    /// All it grants now.
    pub scopes: Vec<String>,
    /// The tokens by which we come in, where it gave any.
    pub tokens: Option<Tokens>,
}

/// The tokens by which we come in at a store.
#[derive(Clone)]
pub struct Tokens {
    pub access: Secret,
    /// Until when it opens anything; for ever where the platform names no end.
    pub ends_at: Option<Instant>,
    /// What renews it.
    pub refresh: Option<(Secret, Option<Instant>)>,
}

/// Scopes that are to be used no more.
#[derive(Debug, Clone)]
pub struct Revoking {
    pub scopes: Vec<String>,
    pub reason: RevocationReason,
}

/// Records what a platform says. The first word connects the store, and its domain is then this tenant's alone.
pub async fn record_grant(
    tools: &Tools,
    caller: &Caller,
    at: Ref<StoreId>,
    reading: Reading,
    once: Option<Once>,
) -> Result<Store> {
    let scope = caller.permit(Permission::KeepStores, at.tenant)?;
    let (said, vault) = (named_scopes(reading.scopes)?, tools.vault.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "store", move |tx| {
        Ok(taken_down(tx, &vault, at, said, reading.tokens.as_ref())?.0)
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Takes down what a platform says now, with the tokens that it gave along. Says whether it grants more than before.
pub(super) fn taken_down(
    tx: &mut WriteTx,
    vault: &Vault,
    at: Ref<StoreId>,
    said: Vec<String>,
    tokens: Option<&Tokens>,
) -> Result<(Witnessed<Uuid>, bool)> {
    let now = tx.now()?;
    taken_down_of(tx, vault, at, (said, now), tokens)
}

/// The same where the platform said it at another moment.
pub(super) fn taken_down_of(
    tx: &mut WriteTx,
    vault: &Vault,
    at: Ref<StoreId>,
    (said, said_at): (Vec<String>, Instant),
    tokens: Option<&Tokens>,
) -> Result<(Witnessed<Uuid>, bool)> {
    tenants::tenant(tx, at.tenant)?.ok_or(Error::NotFound("tenant"))?.require_open()?;
    let store = stores::held(tx, at.id)?;
    store.require_open()?;
    let is_first = store.state == StoreState::Pending;
    let told = Told::of(&scopes::of(tx, &store)?, said);
    if is_first {
        connect(tx, &store, &told)?;
    }
    let (added, removed, proven) = (told.added.len(), told.removed.len(), told.proven);
    let store = take_up(tx, store, (told, said_at), tokens.is_some())?;
    if let Some(tokens) = tokens {
        keep_tokens(tx, vault, &store, tokens)?;
    }
    let action = if is_first { "store.connected" } else { "store.read" };
    let told = Event::new(action, "store", at.id.uuid()).count("added", count(added)).count("removed", count(removed));
    let done = Witnessed::new(at.id.uuid(), told);
    if proven == 0 {
        return Ok((done, added > 0));
    }
    let proof = Event::new("store.revocation_proven", "store", at.id.uuid()).count("scopes", count(proven));
    Ok((done.and(proof), added > 0))
}

/// From now on these are used no more, whatever the platform still says.
pub async fn revoke_scopes(
    tools: &Tools,
    caller: &Caller,
    at: At,
    revoking: Revoking,
    once: Option<Once>,
) -> Result<Store> {
    let (place, _) = at;
    let scope = caller.permit(Permission::KeepStores, place.tenant)?;
    caller.require_fresh()?;
    let revoked = named_scopes(revoking.scopes)?;
    let written = tools.ledger.write_once(scope.clone(), once, "store", move |tx| {
        let store = held_at(tx, at)?;
        store.require_held()?;
        let held = scopes::of(tx, &store)?;
        let (kept, named): (Vec<_>, Vec<_>) = in_use(&held).partition(|name| !revoked.contains(name));
        if revoked.is_empty() || named.len() < revoked.len() {
            return Err(Error::invalid("scopes", "name scopes that the store grants and that were not revoked before"));
        }
        scopes::revoke(tx, &store, &revoked)?;
        let scopes = count(revoked.len());
        let entry = Entry { how: GrantSource::Revoked, scopes: kept, added: Vec::new(), removed: revoked };
        note(tx, &store, entry, Some(revoking.reason))?;
        stores::save(tx, &store)?;
        let told = Event::new("store.scopes_revoked", "store", place.id.uuid());
        Ok(Witnessed::new(place.id.uuid(), told.count("scopes", scopes).code("reason", revoking.reason.code())))
    });
    written.await?;
    found(tools, &scope, place.id).await
}

/// What a store grants and we use.
fn in_use(held: &[Held]) -> impl Iterator<Item = String> {
    held.iter().filter(|held| held.is_granted() && held.revoked_at.is_none()).map(|held| held.name.clone())
}

/// What the platform's word changes.
struct Told {
    scopes: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
    /// How many of the removed were revoked here.
    proven: usize,
}

impl Told {
    fn of(held: &[Held], said: Vec<String>) -> Self {
        let (granted, gone): (Vec<_>, Vec<_>) =
            held.iter().filter(|held| held.is_granted()).partition(|held| said.contains(&held.name));
        let added = said.iter().filter(|name| !granted.iter().any(|held| held.name == **name)).cloned().collect();
        let proven = gone.iter().filter(|held| held.revoked_at.is_some()).count();
        Self { added, removed: gone.into_iter().map(|held| held.name.clone()).collect(), proven, scopes: said }
    }
}

/// The domain leads to this store from now on, and to no other.
fn connect(tx: &mut WriteTx, store: &Store, told: &Told) -> Result<()> {
    if told.scopes.is_empty() {
        return Err(Error::invalid("scopes", "a store is connected by granting something"));
    }
    if keyhole::cut(tx, KeyholeKind::StoreDomain, &domain_digest(&store.platform, &store.domain), store.id.uuid())? {
        Ok(())
    } else {
        Err(Error::refused("TAKEN", "another store is connected under this domain"))
    }
}

/// Brings the rows to what was told, and into the history where that is anything new.
fn take_up(tx: &mut WriteTx, store: Store, (told, said_at): (Told, Instant), has_tokens: bool) -> Result<Store> {
    let now = tx.now()?;
    let state = if told.scopes.is_empty() { StoreState::NeedsReconnecting } else { StoreState::Connected };
    if told.added.is_empty() && told.removed.is_empty() && (state == store.state || !has_tokens) {
        stores::seen(tx, &store, said_at)?;
        return Ok(store);
    }
    if !told.added.is_empty() {
        scopes::grant(tx, &store, &told.added)?;
    }
    scopes::end(tx, &store, &told.removed)?;
    let how = if store.connected_at.is_none() { GrantSource::Connected } else { GrantSource::Read };
    let connected_at = store.connected_at.or(Some(now));
    let store = Store { state, connected_at, read_at: Some(said_at), ..store };
    let Told { scopes, added, removed, .. } = told;
    note(tx, &store, Entry { how, scopes, added, removed }, None)?;
    stores::save(tx, &store)?;
    Ok(store)
}

/// The new tokens take the place of the former, which are gone with that.
fn keep_tokens(tx: &mut WriteTx, vault: &Vault, store: &Store, tokens: &Tokens) -> Result<()> {
    let token = vault.put(tx, TOKEN, &tokens.access)?;
    let refresh = tokens.refresh.as_ref().map(|(refresh, ends_at)| {
        let kept = vault.put(tx, REFRESH, refresh)?;
        Ok::<_, Error>((kept, *ends_at))
    });
    let kept = Kept { token, ends_at: tokens.ends_at, refresh: refresh.transpose()? };
    for former in stores::swap_tokens(tx, store, Some(kept))? {
        vault.delete(tx, former)?;
    }
    Ok(())
}

/// What an entry of the history says of the scopes.
pub(super) struct Entry {
    pub how: GrantSource,
    pub scopes: Vec<String>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

/// Appends to a store's history what happens now.
pub(super) fn note(tx: &mut WriteTx, store: &Store, entry: Entry, reason: Option<RevocationReason>) -> Result<()> {
    let Entry { how, scopes, added, removed } = entry;
    let (id, at, by) = (StoreGrantId::fresh(), tx.now()?, tx.actor().to_string());
    history::add(tx, Grant { tenant: store.tenant, id, store: store.id, at, how, scopes, added, removed, by, reason })
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
