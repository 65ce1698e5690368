//! A store, its scopes and its history, as they are answered.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions::{self, Shown};
use super::super::model::{self, Grant, Judged, Receipt};
use super::super::queries::Figures;
use super::super::queries::hooks::Hook;
use super::List;
use super::words::{DriftKind, GrantSource, HandshakeOutcome, RevocationReason, ScopeVerdict, StoreState};
use crate::catalogue::Sensitivity;
use crate::floor::graphql::{PageArgs, asking, connection, instant_key, node_id};
use crate::floor::kernel::{Instant, Ref, Result};
use crate::tenants::TenantNode;

/// A shop on a platform.
#[derive(Clone)]
pub struct StoreNode(pub Shown);

/// A shop on a platform, connected to a tenant: what it lets us do, against what the policy lists.
#[Object(name = "Store")]
impl StoreNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.0.store.tenant, self.0.store.id))
    }

    /// Whose it is.
    async fn tenant(&self) -> TenantNode {
        TenantNode(self.0.tenant.clone())
    }

    /// The platform, as the policy names it.
    async fn platform(&self) -> &str {
        &self.0.store.platform
    }

    /// Its address at the platform. While it is connected, no other store has it.
    async fn domain(&self) -> &str {
        &self.0.store.domain
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.store.name
    }

    /// A country or region, such as EU or US-CA.
    async fn region(&self) -> &str {
        &self.0.store.region
    }

    /// How far its connection has come.
    async fn state(&self) -> StoreState {
        self.0.store.state.into()
    }

    /// Whether data goes to and fro by itself.
    async fn sync_is_on(&self) -> bool {
        self.0.store.sync_is_on
    }

    /// When it was put on record.
    async fn added_at(&self) -> DateTime<Utc> {
        self.0.store.added_at.utc()
    }

    /// When it first granted us something.
    async fn connected_at(&self) -> Option<DateTime<Utc>> {
        self.0.store.connected_at.map(Instant::utc)
    }

    /// When its platform last told what it grants.
    async fn last_read_at(&self) -> Option<DateTime<Utc>> {
        self.0.store.read_at.map(Instant::utc)
    }

    /// When its connection ended.
    async fn disconnected_at(&self) -> Option<DateTime<Utc>> {
        self.0.store.disconnected_at.map(Instant::utc)
    }

    /// Until when its token opens anything; it is renewed in time. None where it does not end.
    async fn token_ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.store.token_ends_at.map(Instant::utc)
    }

    /// When nothing renews its token any more and its merchant has to connect it anew.
    async fn lapses_at(&self) -> Option<DateTime<Utc>> {
        self.0.store.lapses_at.map(Instant::utc)
    }

    /// Grows with each change; a change names the version it was made upon.
    async fn version(&self) -> i32 {
        self.0.store.version
    }

    /// What the policy in force lists for its platform, then what else it grants or was revoked; nothing once its
    /// connection is over.
    async fn scopes(&self) -> Vec<StoreScopeNode> {
        self.0.scopes.iter().cloned().map(StoreScopeNode).collect()
    }

    /// In which ways it differs from the policy; in none unless it is connected.
    async fn drift_kinds(&self) -> Vec<DriftKind> {
        let mut kinds: Vec<_> = self.0.scopes.iter().flat_map(|scope| scope.drift.iter().copied()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.into_iter().map(DriftKind::from).collect()
    }

    /// What it granted from when to when, newest first.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<List<StoreGrantNode>> {
        let asking = asking(ctx)?;
        let sort = "store_grants.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let at = Ref::new(self.0.store.tenant, self.0.store.id);
        let (rows, total) = actions::list_grants(&asking.tools, asking.caller()?, at, page.clone()).await?;
        let key = |grant: &Grant| (instant_key(grant.at), grant.id.uuid());
        Ok(connection(sort, &page, rows, total, key, |grant| StoreGrantNode { grant, store: self.0.clone() }))
    }

    /// What ended with its connection, and what did not.
    async fn receipt(&self) -> Option<StoreReceipt> {
        self.0.receipt.clone().map(StoreReceipt::from)
    }

    /// What it tells by itself, topic by topic; what it does not is asked for.
    async fn hooks(&self, ctx: &Context<'_>) -> Result<Vec<StoreHook>> {
        let at = Ref::new(self.0.store.tenant, self.0.store.id);
        let hooks = actions::list_hooks(&asking(ctx)?.tools, at).await?;
        let stands = |hook: Hook| Some(StoreHook { since: hook.since()?.utc(), topic: hook.topic });
        Ok(hooks.into_iter().filter_map(stands).collect())
    }

    /// The last try to connect it at its platform.
    async fn handshake(&self, ctx: &Context<'_>) -> Result<Option<Handshake>> {
        let at = Ref::new(self.0.store.tenant, self.0.store.id);
        Ok(actions::last_handshake(&asking(ctx)?.tools, at).await?.map(Handshake::from))
    }
}

/// Something that a store tells by itself.
#[derive(SimpleObject)]
pub struct StoreHook {
    /// As the platform calls it.
    topic: String,
    /// Since when.
    since: DateTime<Utc>,
}

/// A try to connect a store, from the link to what its platform answered.
#[derive(SimpleObject)]
#[graphql(name = "StoreHandshake")]
pub struct Handshake {
    /// How far it has come.
    outcome: HandshakeOutcome,
    /// When the link was given.
    begun_at: DateTime<Utc>,
    /// Until when the link is good.
    ends_at: DateTime<Utc>,
    /// When it was over.
    ended_at: Option<DateTime<Utc>>,
    /// What was asked for.
    scopes: Vec<String>,
    /// Why it failed, in a word.
    code: Option<String>,
}

impl From<model::Handshake> for Handshake {
    fn from(handshake: model::Handshake) -> Self {
        Self {
            outcome: handshake.outcome.into(),
            begun_at: handshake.begun_at.utc(),
            ends_at: handshake.ends_at.utc(),
            ended_at: handshake.ended_at.map(Instant::utc),
            scopes: handshake.scopes,
            code: handshake.code,
        }
    }
}

/// A scope, as the policy and the store have it.
pub struct StoreScopeNode(Judged);

/// One scope of a store: what the policy says of it, and what the store grants.
#[Object(name = "StoreScope")]
impl StoreScopeNode {
    /// As the platform names it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Why the policy lists it.
    async fn reason(&self) -> Option<&str> {
        self.0.listed.as_ref().map(|listed| listed.reason.as_str())
    }

    /// How much it opens, where the policy lists it.
    async fn sensitivity(&self) -> Option<Sensitivity> {
        self.0.listed.as_ref().map(|listed| listed.sensitivity.into())
    }

    /// The feature that needs it, where the policy lists it.
    async fn feature(&self) -> Option<&str> {
        self.0.listed.as_ref().map(|listed| listed.feature.as_str())
    }

    /// Whether it lets us write, as far as the policy knows it.
    async fn writes(&self) -> bool {
        self.0.listed.as_ref().is_some_and(|listed| listed.writes)
    }

    /// Whether the policy lists it.
    async fn is_listed(&self) -> bool {
        self.0.listed.is_some()
    }

    /// Whether the store grants it, by its platform's last word.
    async fn is_granted(&self) -> bool {
        self.0.held.as_ref().is_some_and(super::super::model::Held::is_granted)
    }

    /// Whether we use it no more, whatever the platform says.
    async fn is_revoked_here(&self) -> bool {
        self.revoked_at().is_some()
    }

    /// Since when the store grants it.
    async fn granted_at(&self) -> Option<DateTime<Utc>> {
        self.0.held.as_ref().map(|held| held.granted_at.utc())
    }

    /// When it was last used, to the hour.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.held.as_ref().and_then(|held| held.last_used_at).map(Instant::utc)
    }

    /// Since when we use it no more.
    #[graphql(name = "revokedAt")]
    async fn revoked_here_at(&self) -> Option<DateTime<Utc>> {
        self.revoked_at().map(Instant::utc)
    }

    /// When the platform's word first held it no more: the proof that it is gone.
    async fn proven_at(&self) -> Option<DateTime<Utc>> {
        self.revoked_at()?;
        self.0.held.as_ref().and_then(|held| held.gone_at).map(Instant::utc)
    }

    /// How it stands.
    async fn verdict(&self) -> ScopeVerdict {
        self.0.verdict.into()
    }
}

impl StoreScopeNode {
    fn revoked_at(&self) -> Option<Instant> {
        self.0.held.as_ref().and_then(|held| held.revoked_at)
    }
}

/// An entry of a store's history, and the store.
#[derive(Clone)]
pub struct StoreGrantNode {
    pub grant: Grant,
    pub store: Shown,
}

/// What a store granted from one moment to the next.
#[Object(name = "StoreGrant")]
impl StoreGrantNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.grant.tenant, self.grant.id))
    }

    /// Which store.
    async fn store(&self) -> StoreNode {
        StoreNode(self.store.clone())
    }

    /// From when on.
    async fn at(&self) -> DateTime<Utc> {
        self.grant.at.utc()
    }

    /// By what it came to be so.
    async fn how(&self) -> GrantSource {
        self.grant.how.into()
    }

    /// The whole set from then on: as the platform told it, or what of it we still used.
    async fn scopes(&self) -> &[String] {
        &self.grant.scopes
    }

    /// What is in it that was not.
    async fn added(&self) -> &[String] {
        &self.grant.added
    }

    /// What is not in it that was.
    async fn removed(&self) -> &[String] {
        &self.grant.removed
    }

    /// Who did it, as the books name him.
    async fn by(&self) -> &str {
        &self.grant.by
    }

    /// Why, where we stopped using something.
    async fn reason(&self) -> Option<RevocationReason> {
        self.grant.reason.map(RevocationReason::from)
    }
}

/// What ended with a store's connection, and what did not.
#[derive(SimpleObject)]
pub struct StoreReceipt {
    /// When.
    at: DateTime<Utc>,
    /// Who did it, as the books name him.
    by: String,
    /// Whether there was a token, which is gone with its key.
    token_deleted: bool,
    /// How many jobs for it were cancelled.
    jobs_cancelled: i32,
    /// How many destinations got the events of this store alone, and are gone with their secrets.
    destinations_ended: i32,
    /// How many of its events waited to be sent somewhere, and never will be.
    sendings_dropped: i32,
    /// What it granted until then.
    scopes: Vec<String>,
    /// What the merchant has to end at the platform, where no app can, and what the platform keeps.
    what_stays: String,
}

impl From<Receipt> for StoreReceipt {
    fn from(receipt: Receipt) -> Self {
        Self {
            at: receipt.at.utc(),
            by: receipt.by,
            token_deleted: receipt.token_deleted,
            jobs_cancelled: receipt.jobs_cancelled,
            destinations_ended: receipt.destinations_ended,
            sendings_dropped: receipt.sendings_dropped,
            scopes: receipt.scopes,
            what_stays: receipt.what_stays,
        }
    }
}

/// How many connected stores differ from the policy in force.
#[derive(SimpleObject)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
pub struct Drift {
    /// How many are connected.
    stores: i64,
    /// How many of them differ in any way.
    with_drift: i64,
    /// How many grant what the policy does not list.
    not_listed: i64,
    /// How many do not grant what the policy lists.
    missing: i64,
    /// How many grant what nothing used for 90 days.
    unused: i64,
    /// How many let us write while their sync is off.
    writes_while_sync_is_off: i64,
}

impl From<Figures> for Drift {
    fn from(figures: Figures) -> Self {
        Self {
            stores: figures.stores,
            with_drift: figures.with_drift,
            not_listed: figures.not_listed,
            missing: figures.missing,
            unused: figures.unused,
            writes_while_sync_is_off: figures.writes_while_sync_is_off,
        }
    }
}
