//! Connecting a store at its platform: a merchant is given a link, says yes or no there, and comes back with a code, which
//! the platform changes for the token. The link is good once and for a while; no network is waited for in a transaction,
//! and whoever is killed in between leaves a link that is used up and nothing else.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use url::Url;

use super::super::jobs::SubscribeStore;
use super::super::model::{Handshake, HandshakeOutcome, Store, WITHIN, named_scopes};
use super::super::queries::{handshakes, stores};
use super::found;
use super::granting::{Tokens, count, taken_down};
use crate::calls;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs;
use crate::floor::kernel::{Error, HandshakeId, Instant, Ref, Result, Secret, StoreId, TenantId};
use crate::floor::ledger::keyhole;
use crate::floor::ledger::{Event, KeyholeKind, Once, Witnessed, WriteTx};
use crate::floor::platforms::{self, Came, Code, Consent, Fate, Handed, Platform, Query, Setup, Shop};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::staff::{Token, digest};
use crate::tenants;

/// The first letters of the state that a merchant carries to the platform and back.
const STATE: &str = "rdc_";

/// A try to connect that has begun.
pub struct Begun {
    pub store: Store,
    /// Where the merchant says yes. It leaves once: nothing of it is kept but a digest.
    pub url: Option<Url>,
    /// The same by way of this desk, which is short.
    pub short_url: Option<Url>,
    pub ends_at: Instant,
}

/// Begins to connect a store, or to connect it anew: asks for the scopes that the policy lists and for no other.
pub async fn begin_connection(tools: &Tools, caller: &Caller, at: Ref<StoreId>, once: Option<Once>) -> Result<Begun> {
    let scope = caller.permit(Permission::KeepStores, at.tenant)?;
    let store = found(tools, &scope, at.id).await?;
    store.require_open()?;
    let place = Place::of(tools, &store)?;
    let (state, ends_at) = (Token::fresh(STATE)?, tools.watch.now().plus(WITHIN));
    let policy = tools.policy.in_force()?;
    let scopes: Vec<String> =
        policy.policy.scopes_of(&store.platform).map(|scope| scope.name.get_ref().clone()).collect();
    let url = place.link(&policy.policy, &scopes, &state.text)?;
    let short_url = place.address(state.text.expose())?;
    let (digest, asked) = (state.digest, scopes.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "store", move |tx| {
        tenants::tenant(tx, at.tenant)?.ok_or(Error::NotFound("tenant"))?.require_active()?;
        stores::held(tx, at.id)?.require_open()?;
        replace(tx, at.id)?;
        let begun_at = tx.now()?;
        let id = HandshakeId::fresh();
        let new = Handshake {
            tenant: at.tenant,
            id,
            store: at.id,
            scopes: asked,
            begun_at,
            ends_at,
            outcome: HandshakeOutcome::Waiting,
            ended_at: None,
            code: None,
        };
        handshakes::add(tx, &new)?;
        if !keyhole::cut(tx, KeyholeKind::StoreHandshake, &digest, id.uuid())? {
            return Err(Error::Conflict);
        }
        let told = Event::new("store.connecting", "store", at.id.uuid()).count("scopes", count(scopes.len()));
        Ok(Witnessed::new(at.id.uuid(), told))
    });
    let done = written.await?;
    let store = found(tools, &scope, at.id).await?;
    let [url, short_url] = [url, short_url].map(|url| (!done.is_repeated).then_some(url));
    Ok(Begun { store, url, short_url, ends_at })
}

/// Where a link by way of this desk leads, as long as it is good.
pub async fn lead_on(tools: &Tools, state: Secret) -> Result<Option<Url>> {
    let Some(Known { handshake, store, .. }) = known(tools, &state).await? else { return Ok(None) };
    if handshake.require_waiting(tools.watch.now()).is_err() {
        return Ok(None);
    }
    let policy = tools.policy.in_force()?;
    Place::of(tools, &store)?.link(&policy.policy, &handshake.scopes, &state).map(Some)
}

/// How it ended for whoever came back.
#[derive(Debug)]
pub enum Landed {
    Connected(Box<Store>),
    Denied,
    /// It leads nowhere, is used up, or its time is over.
    Lapsed,
    /// It is not what the platform sends: by a word of ours.
    Forged(&'static str),
    /// The platform gave no token: by a word of ours.
    Failed(&'static str),
}

/// A merchant is back from a platform, by what the browser brought along.
pub async fn come_back(tools: &Tools, platform: &str, query: Query) -> Result<Landed> {
    let Some(state) = query.one("state").or_else(|| query.one("user_id")) else { return Ok(Landed::Lapsed) };
    let state = Secret::new(state.to_owned());
    let Some(begun) = behind(tools, platform, &state).await? else { return Ok(Landed::Lapsed) };
    let Known { scope, handshake, store } = begun;
    let (place, now) = (Place::of(tools, &store)?, tools.watch.now());
    if handshake.is_lapsed(now) {
        return Ok(Landed::Lapsed);
    }
    let came = match place.platform.returned(place.setup, &place.shop, &query, now) {
        Ok(came) => came,
        // The link is not used up by whoever cannot sign.
        Err(refusal) => return Ok(Landed::Forged(refusal.0)),
    };
    let (id, next) = match came {
        Came::HandedOver if handshake.outcome == HandshakeOutcome::Connected => {
            return Ok(Landed::Connected(Box::new(store)));
        }
        Came::HandedOver => return Ok(Landed::Lapsed),
        Came::Denied => (handshake.id, HandshakeOutcome::Denied),
        Came::Code(_) => (handshake.id, HandshakeOutcome::Taken),
    };
    if handshake.require_waiting(now).is_err() || !take(tools, scope.clone(), id, next).await? {
        return Ok(Landed::Lapsed);
    }
    let Came::Code(code) = came else { return Ok(Landed::Denied) };
    let at = Ref::new(handshake.tenant, handshake.store);
    let given = calls::under_way(&tools.ledger, at, place.exchange(&state, &code, &handshake.scopes)).await?;
    match given.unwrap_or(Err(Fate::Over("disconnected"))) {
        Ok((said, tokens)) => keep(tools, scope, handshake, said, tokens).await,
        Err(fate) => failed(tools, scope, id, word(fate)).await,
    }
}

/// A store hands its keys over by itself, before its merchant's browser is back. They are tried before they are kept.
pub async fn take_keys(tools: &Tools, platform: &str, body: &[u8]) -> Result<Landed> {
    let Some(known) = platforms::find(platform) else { return Ok(Landed::Lapsed) };
    let Handed { state, tokens } = match known.handed_over(body) {
        Ok(handed) => handed,
        Err(refusal) => return Ok(Landed::Forged(refusal.0)),
    };
    let Some(begun) = behind(tools, platform, &state).await? else { return Ok(Landed::Lapsed) };
    let Known { scope, handshake, store } = begun;
    let place = Place::of(tools, &store)?;
    if handshake.require_waiting(tools.watch.now()).is_err() {
        return Ok(Landed::Lapsed);
    }
    let at = Ref::new(handshake.tenant, handshake.store);
    let tried = calls::under_way(&tools.ledger, at, place.tried(tokens)).await?;
    match tried.unwrap_or(Err(Fate::Over("disconnected"))) {
        Ok((said, tokens)) => {
            if !take(tools, scope.clone(), handshake.id, HandshakeOutcome::Taken).await? {
                return Ok(Landed::Lapsed);
            }
            keep(tools, scope, handshake, said, tokens).await
        }
        // Whoever posts keys that open nothing does not use the link up: the store's own may come yet.
        Err(fate) => Ok(Landed::Failed(word(fate))),
    }
}

/// What a state leads to.
struct Known {
    scope: Scope<One>,
    handshake: Handshake,
    store: Store,
}

/// The try to connect behind a state, at this platform.
async fn behind(tools: &Tools, platform: &str, state: &Secret) -> Result<Option<Known>> {
    Ok(known(tools, state).await?.filter(|known| known.store.platform == platform))
}

async fn known(tools: &Tools, state: &Secret) -> Result<Option<Known>> {
    let found = tools.ledger.knock(digest(state.expose())).await?;
    let Some(hole) = found.filter(|found| found.kind == KeyholeKind::StoreHandshake) else { return Ok(None) };
    let (scope, id) = (hand(hole.tenant)?, HandshakeId::from_uuid(hole.target));
    let read = tools.ledger.read(&scope, move |tx| {
        let handshake = handshakes::one(tx, id)?.ok_or(Error::NotFound("try to connect"))?;
        let store = stores::one(tx, handshake.store)?.ok_or(Error::NotFound("store"))?;
        Ok((handshake, store))
    });
    let (handshake, store) = read.await?;
    Ok(Some(Known { scope, handshake, store }))
}

/// A store's place at its platform.
pub struct Place<'t> {
    tools: &'t Tools,
    pub platform: &'static dyn Platform,
    setup: &'t Setup,
    shop: Shop,
}

impl<'t> Place<'t> {
    pub fn of(tools: &'t Tools, store: &Store) -> Result<Self> {
        let Some((platform, setup)) = tools.platforms.find(&store.platform) else {
            let why = format!("this desk is not set up for {0}: set platforms.{0}", store.platform);
            return Err(Error::refused("PLATFORM", why));
        };
        let shop = platform.shop(setup, &store.domain).ok_or_else(|| {
            Error::refused("REFUSED", format!("{} knows no shop under {}", platform.title(), store.domain))
        })?;
        Ok(Self { tools, platform, setup, shop })
    }

    /// An address of this desk's that the platform is told.
    fn ours(&self, end: &str) -> Result<Url> {
        self.address(&format!("{}/{end}", self.platform.code()))
    }

    fn address(&self, end: &str) -> Result<Url> {
        Url::parse(&format!("{}/connect/{end}", self.tools.public_url))
            .map_err(|_| Error::refused("REFUSED", "set http.public_url: platforms send merchants back there"))
    }

    fn link(&self, policy: &Policy, scopes: &[String], state: &Secret) -> Result<Url> {
        let (back, keys_to) = (self.ours("back")?, self.ours("keys")?);
        let challenge = self.verifier(state).map(|verifier| BASE64URL_NOPAD.encode(&Sha256::digest(verifier.expose())));
        let consent = Consent {
            shop: &self.shop,
            scopes,
            state: state.expose(),
            challenge: challenge.as_deref(),
            asker: &policy.operator.name,
            back: &back,
            keys_to: &keys_to,
        };
        let link = self.platform.consent(self.setup, &consent);
        link.map_err(|refusal| Error::refused("REFUSED", format!("no link could be made: {}", refusal.0)))
    }

    /// What only this desk can say of the state that travels with the browser: it stands in no row.
    fn verifier(&self, state: &Secret) -> Option<Secret> {
        self.setup.verifier(state).filter(|_| self.platform.uses_pkce())
    }

    /// What the platform gives for the code: all it grants, and the tokens.
    async fn exchange(&self, state: &Secret, code: &Secret, asked: &[String]) -> Result<(Vec<String>, Tokens), Fate> {
        let back = self.ours("back").map_err(|_| Fate::Over("not_set_up"))?;
        let verifier = self.verifier(state);
        let code = Code { code, verifier: verifier.as_ref(), back: &back };
        let given = self.platform.exchange(self.visit(), code).await?;
        self.proven(given, asked).await
    }

    /// Keys that came unasked, once the store itself says what they open.
    async fn tried(&self, given: platforms::Tokens) -> Result<(Vec<String>, Tokens), Fate> {
        let posted = given.scopes.clone().unwrap_or_default();
        self.proven(platforms::Tokens { scopes: None, ..given }, &posted).await
    }

    /// Tokens that open the store, and what they open. A platform that does not say what it grants has granted what was
    /// asked.
    async fn proven(&self, given: platforms::Tokens, asked: &[String]) -> Result<(Vec<String>, Tokens), Fate> {
        let said = if let Some(said) = given.scopes {
            said
        } else {
            let told = self.platform.granted(self.visit(), &given.access).await?;
            told.unwrap_or_else(|| asked.to_vec())
        };
        let refresh = given.refresh.map(|refresh| (refresh, given.refresh_ends));
        Ok((said, Tokens { access: given.access, ends_at: given.access_ends, refresh }))
    }

    pub fn visit(&self) -> platforms::Visit<'_> {
        self.tools.platforms.visit(self.setup, &self.shop, self.tools.watch.now())
    }
}

/// Why there is no token, in a word of ours.
const fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Again { .. } => "not_reached",
        Fate::Stale => "not_taken",
        Fate::Over(why) => why,
    }
}

async fn failed(tools: &Tools, scope: Scope<One>, id: HandshakeId, why: &'static str) -> Result<Landed> {
    let written = tools.ledger.write(scope, move |tx| {
        let held = handshakes::held(tx, id)?;
        let (store, now) = (held.store, tx.now()?);
        let failed = held.ended(HandshakeOutcome::Failed, Some(why), now);
        handshakes::save(tx, &failed)?;
        let told = Event::new("store.came_back", "store", store.uuid()).code("outcome", failed.outcome.code());
        Ok(Witnessed::new((), told))
    });
    written.await?;
    Ok(Landed::Failed(why))
}

/// The house's own hand on one tenant.
fn hand(tenant: TenantId) -> Result<Scope<One>> {
    Caller::house().permit(Permission::KeepStores, tenant)
}

/// Links that were given before lead nowhere any more.
fn replace(tx: &mut WriteTx, store: StoreId) -> Result<()> {
    let now = tx.now()?;
    for former in handshakes::open(tx, store)? {
        keyhole::close(tx, KeyholeKind::StoreHandshake, former.id.uuid())?;
        handshakes::save(tx, &former.ended(HandshakeOutcome::Replaced, None, now))?;
    }
    Ok(())
}

/// Uses a link up. `false` where somebody did before, or its time ran out meanwhile.
async fn take(tools: &Tools, scope: Scope<One>, id: HandshakeId, next: HandshakeOutcome) -> Result<bool> {
    let written = tools.ledger.write(scope, move |tx| {
        let held = handshakes::held(tx, id)?;
        let now = tx.now()?;
        held.require_waiting(now)?;
        let store = held.store;
        let next = if next == HandshakeOutcome::Taken {
            Handshake { outcome: next, ..held }
        } else {
            held.ended(next, None, now)
        };
        handshakes::save(tx, &next)?;
        let told = Event::new("store.came_back", "store", store.uuid()).code("outcome", next.outcome.code());
        Ok(Witnessed::new((), told))
    });
    match written.await {
        Ok(()) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Asks a store to tell what its scopes let it tell, where its platform is asked store by store. One that is to be asked
/// already is asked once: what its scopes are by then is what counts.
pub(super) fn subscribe(tx: &mut WriteTx, store: &Store) -> Result<()> {
    let tells = platforms::find(&store.platform).is_some_and(|platform| !platform.topics().is_empty());
    if tells && !jobs::waits::<SubscribeStore>(tx, store.id.uuid())? {
        jobs::enqueue(tx, &SubscribeStore { store: store.id })?;
    }
    Ok(())
}

/// The store is connected, by what the platform gave.
async fn keep(
    tools: &Tools,
    scope: Scope<One>,
    handshake: Handshake,
    said: Vec<String>,
    tokens: Tokens,
) -> Result<Landed> {
    let Ok(said) = named_scopes(said) else { return failed(tools, scope, handshake.id, "scopes").await };
    let (vault, id, store) = (tools.vault.clone(), handshake.id, handshake.store);
    let at = Ref::new(handshake.tenant, store);
    let written = tools.ledger.write(scope.clone(), move |tx| {
        let held = handshakes::held(tx, id)?;
        if held.outcome != HandshakeOutcome::Taken {
            return Err(Error::Conflict);
        }
        let now = tx.now()?;
        handshakes::save(tx, &held.ended(HandshakeOutcome::Connected, None, now))?;
        let (done, _) = taken_down(tx, &vault, at, said, Some(&tokens))?;
        let store = stores::held(tx, store)?;
        subscribe(tx, &store)?;
        Ok(done)
    });
    match written.await {
        Ok(_) => Ok(Landed::Connected(Box::new(found(tools, &scope, store).await?))),
        // Somebody began anew meanwhile, or the domain is another tenant's.
        Err(Error::Conflict) => Ok(Landed::Lapsed),
        Err(Error::Refused(_) | Error::Invalid(_)) => failed(tools, scope, id, "taken").await,
        Err(other) => Err(other),
    }
}
