//! A store's token, opened for the length of a call and renewed where it has run out. One at a time renews: the others are
//! told to come back. What the platform has ended is not asked for again; a person connects the store anew.

use chrono::Duration;
use uuid::Uuid;

use super::super::jobs::TellOfLostConnection;
use super::super::model::{Held, SPARE, Store, StoreState};
use super::super::queries::stores::Kept;
use super::super::queries::{scopes, stores, tokens};
use super::super::{REFRESH, TOKEN};
use super::connecting::subscribe;
use super::granting::{Tokens, taken_down};
use super::{Place, found};
use crate::calls;
use crate::floor::access::{One, Scope};
use crate::floor::jobs;
use crate::floor::kernel::{Error, Instant, Ref, Result, Secret, StoreId};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::platforms::Fate;
use crate::floor::tools::Tools;
use crate::floor::vault::{SecretId, Vault};

/// For how long one who renews is waited for: longer than any call may take.
const WITHIN: Duration = Duration::minutes(1);
const SOON: std::time::Duration = std::time::Duration::from_secs(2);

/// A connected store and its token, good for at least a few calls.
pub async fn open_access(tools: &Tools, lane: &Scope<One>, id: StoreId) -> Result<(Store, Secret)> {
    let (store, kept) = kept(tools, lane, id).await?;
    let ends_before = tools.watch.now().plus(SPARE);
    let store = if kept.ends_at.is_some_and(|ends_at| ends_at <= ends_before) {
        renew(tools, lane, &store, kept.token).await?;
        found(tools, lane, id).await?
    } else {
        store
    };
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(lane.clone(), "store_call", move |tx| {
        let kept = tokens::kept(tx, id)?.ok_or_else(lapsed)?;
        vault.open_secret(tx, TOKEN, kept.token)
    });
    match opened.await? {
        Ok(access) => Ok((store, access)),
        Err(_) => Err(lost(tools, lane, &store, "shut").await?),
    }
}

/// Where the tokens of a connected store are.
async fn kept(tools: &Tools, lane: &Scope<One>, id: StoreId) -> Result<(Store, Kept)> {
    let read = tools.ledger.read(lane, move |tx| {
        let store = stores::one(tx, id)?.ok_or(Error::NotFound("store"))?;
        require_connected(&store)?;
        Ok((store, tokens::kept(tx, id)?.ok_or_else(lapsed)?))
    });
    read.await
}

/// Renews a store's connection, whether its token has run out or not.
pub async fn keep_alive(tools: &Tools, lane: &Scope<One>, id: StoreId) -> Result<()> {
    let (store, kept) = kept(tools, lane, id).await?;
    renew(tools, lane, &store, kept.token).await
}

/// Renews the token that stood there when somebody looked, unless somebody has by now.
async fn renew(tools: &Tools, lane: &Scope<One>, store: &Store, seen: SecretId) -> Result<()> {
    let place = Place::of(tools, store)?;
    let (id, vault) = (store.id, tools.vault.clone());
    let Some(until) = lease(tools, lane, (id, seen)).await? else { return Ok(()) };
    let opened = tools.ledger.reveal(lane.clone(), "store_renewal", move |tx| {
        let refresh = tokens::kept(tx, id)?.and_then(|kept| kept.refresh);
        refresh.map(|(secret, ends_at)| Ok((vault.open_secret(tx, REFRESH, secret)?, ends_at))).transpose()
    });
    let (former, ends_at) = match opened.await? {
        Some((Ok(former), ends_at)) => (former, ends_at),
        Some((Err(_), _)) => return Err(lost(tools, lane, store, "shut").await?),
        None => return Err(lost(tools, lane, store, "ended").await?),
    };
    let at = Ref::new(store.tenant, id);
    let renewed = calls::under_way(&tools.ledger, at, place.platform.refresh(place.visit(), &former)).await?;
    match renewed.map_err(|_| over())? {
        Ok(given) => {
            let refresh = given.refresh.map(|refresh| (refresh, given.refresh_ends)).or(Some((former, ends_at)));
            let tokens = Tokens { access: given.access, ends_at: given.access_ends, refresh };
            keep(tools, lane, (store, until), given.scopes, tokens).await
        }
        Err(Fate::Again { after }) => {
            release(tools, lane, id, until).await?;
            Err(Error::Unavailable { whom: "the store's platform", after })
        }
        Err(Fate::Stale) => Err(lost(tools, lane, store, "not_taken").await?),
        Err(Fate::Over(why)) => Err(lost(tools, lane, store, why).await?),
    }
}

/// A store's platform does not let us in any more: what it once gave is thrown away, whoever keeps the store is told, and
/// nothing is called until it is connected anew. What to tell whoever wanted in.
pub async fn lost(tools: &Tools, lane: &Scope<One>, store: &Store, why: &'static str) -> Result<Error> {
    let (id, vault) = (store.id, tools.vault.clone());
    let written = tools.ledger.write(lane.clone(), move |tx| {
        let store = stores::held(tx, id)?;
        if store.state == StoreState::Connected { lose(tx, &vault, store, why) } else { Err(Error::Conflict) }
    });
    match written.await {
        Ok(_) | Err(Error::Conflict) => Ok(lapsed()),
        Err(other) => Err(other),
    }
}

/// A store that is held and connected is not connected any more, until its merchant connects it anew.
pub(super) fn lose(tx: &mut WriteTx, vault: &Vault, store: Store, why: &'static str) -> Result<Witnessed<Uuid>> {
    let (id, now) = (store.id, tx.now()?);
    for former in stores::swap_tokens(tx, &store, None)? {
        vault.delete(tx, former)?;
    }
    stores::save(tx, &Store { state: StoreState::NeedsReconnecting, ..store })?;
    tokens::set_untold(tx, id, Some(now))?;
    jobs::enqueue(tx, &TellOfLostConnection { store: id })?;
    Ok(Witnessed::new(id.uuid(), Event::new("store.connection_lost", "store", id.uuid()).code("why", why)))
}

fn require_connected(store: &Store) -> Result<()> {
    store.require_held()?;
    if store.state == StoreState::Connected { Ok(()) } else { Err(lapsed()) }
}

fn over() -> Error {
    Error::refused("REFUSED", "this store is disconnected")
}

fn lapsed() -> Error {
    Error::refused("REFUSED", "this store's platform lets us in no more: connect it anew")
}

/// Takes the renewal of a store upon whoever asks, until the answered moment; none where the token is another by now.
async fn lease(tools: &Tools, lane: &Scope<One>, (id, seen): (StoreId, SecretId)) -> Result<Option<Instant>> {
    let leased = tools.ledger.write(lane.clone(), move |tx| {
        require_connected(&stores::held(tx, id)?)?;
        let now = tx.now()?;
        if tokens::renewing_until(tx, id)?.is_some_and(|until| until > now) {
            return Err(Error::Unavailable { whom: "who renews this store's token", after: SOON });
        }
        if tokens::kept(tx, id)?.is_none_or(|kept| kept.token != seen) {
            return Err(Error::Conflict);
        }
        let until = now.plus(WITHIN);
        tokens::set_renewing(tx, id, Some(until))?;
        Ok(Witnessed::new(until, Event::new("store.renewing", "store", id.uuid())))
    });
    match leased.await {
        Ok(until) => Ok(Some(until)),
        Err(Error::Conflict) => Ok(None),
        Err(other) => Err(other),
    }
}

async fn release(tools: &Tools, lane: &Scope<One>, id: StoreId, until: Instant) -> Result<()> {
    let released = tools.ledger.write(lane.clone(), move |tx| {
        stores::held(tx, id)?;
        if tokens::renewing_until(tx, id)? == Some(until) {
            tokens::set_renewing(tx, id, None)?;
        }
        Ok(Witnessed::new((), Event::new("store.not_renewed", "store", id.uuid())))
    });
    released.await
}

/// The new pair takes the place of the former one, if nobody else renewed meanwhile.
async fn keep(
    tools: &Tools,
    lane: &Scope<One>,
    (store, until): (&Store, Instant),
    said: Option<Vec<String>>,
    tokens: Tokens,
) -> Result<()> {
    let (vault, at) = (tools.vault.clone(), Ref::new(store.tenant, store.id));
    let written = tools.ledger.write(lane.clone(), move |tx| {
        let store = stores::held(tx, at.id)?;
        require_connected(&store)?;
        if tokens::renewing_until(tx, at.id)? != Some(until) {
            return Err(Error::Conflict);
        }
        tokens::set_renewing(tx, at.id, None)?;
        let said = match said {
            Some(said) => said,
            None => scopes::of(tx, &store)?.into_iter().filter(Held::is_granted).map(|held| held.name).collect(),
        };
        let (done, grants_more) = taken_down(tx, &vault, at, said, Some(&tokens))?;
        if grants_more {
            subscribe(tx, &store)?;
        }
        Ok(done.and(Event::new("store.renewed", "store", at.id.uuid())))
    });
    written.await.map(|_| ())
}
