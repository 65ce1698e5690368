//! The face of the feed: one subscription.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Object, Subscription};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use futures_util::{Stream, TryStreamExt, stream};
use tokio::sync::watch;
use uuid::Uuid;

use super::Heads;
use super::queries::{self, Happening};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::graphql::{Needs, Rule, asking, node_id, rule, tenant_node_id, tenant_place};
use crate::floor::kernel::{
    ApiKeyId, AppId, CampaignId, Error, GrantId, MemberId, NoticeId, ObjectionId, PolicyId, ProcessorId, PromiseId,
    ProviderTaskId, Ref, RequestId, Result, ReviewItemId, SessionId, StaffId, StoreId, SubscriberId, TenantId,
};
use crate::floor::ledger::{Ledger, Look};

pub const RULES: &[Rule] = &[
    rule("Subscription.changes", Needs::AnyOf(&[Permission::SeeTenants, Permission::SeeStaff])),
    rule("Change.*", Needs::Parent),
];

/// How long a follower waits where Postgres does not answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a client may follow.
#[derive(Default)]
pub struct FeedSubscription;

#[Subscription]
impl FeedSubscription {
    /// What changes, as it happens: of one tenant, or of the house where none is named. Each change once and in order.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant; without it, the house's own seats, sessions and keys.")] tenant: Option<ID>,
        #[graphql(desc = "The cursor of the last change you have; without it, from now on.")] after: Option<String>,
    ) -> Result<impl Stream<Item = async_graphql::Result<Change>> + use<>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let scope = match &tenant {
            Some(id) => caller.permit(Permission::SeeTenants, tenant_place(id)?)?,
            None => caller.permit_house(Permission::SeeStaff)?,
        };
        let ledger = asking.tools.ledger.clone();
        let head = ledger.read(&scope, queries::head).await?.ok_or(Error::NotFound("tenant"))?;
        let at = match after {
            Some(cursor) => read(scope.tenant(), &cursor).filter(|seq| *seq <= head).ok_or_else(|| {
                Error::invalid("after", "this cursor is not one of these changes: read anew, then follow without it")
            })?,
            None => head,
        };
        let heads = ctx.data::<Heads>().map_err(|_| Error::internal("a schema came without its feed"))?;
        // Only the length is learned by the house's own hand.
        let house = Caller::house().permit(Permission::KeepHouse, scope.tenant())?;
        let look = heads.0.look(&ledger, (scope.tenant(), house), head, queries::head);
        let follower = Follower { head: look.stamp(), _look: look, ledger, scope, at, ahead: VecDeque::new() };
        Ok(stream::try_unfold(follower, Follower::next).err_into())
    }
}

/// One who follows a chain, and how far he is.
struct Follower {
    ledger: Ledger,
    scope: Scope<One>,
    head: watch::Receiver<i64>,
    _look: Arc<Look>,
    at: i64,
    ahead: VecDeque<Happening>,
}

impl Follower {
    async fn next(mut self) -> Result<Option<(Change, Self)>> {
        loop {
            if let Some(next) = self.ahead.pop_front() {
                self.at = next.seq;
                return Ok(Some((Change { tenant: self.scope.tenant(), happening: next }, self)));
            }
            // Marked as seen before it is read: what comes in between is told of again.
            self.head.mark_unchanged();
            let at = self.at;
            match self.ledger.read(&self.scope, move |tx| queries::beyond(tx, at)).await {
                Ok(rows) if rows.is_empty() => {
                    if self.head.changed().await.is_err() {
                        return Ok(None);
                    }
                }
                Ok(rows) => self.ahead.extend(rows),
                Err(Error::Unavailable { .. }) => tokio::time::sleep(PATIENCE).await,
                Err(error) => return Err(error),
            }
        }
    }
}

pub struct Change {
    tenant: TenantId,
    happening: Happening,
}

/// Something that was done, as whoever follows is told of it.
#[Object]
impl Change {
    /// Its place in the order; follow on from here with `after`.
    async fn cursor(&self) -> String {
        written(self.tenant, self.happening.seq)
    }

    /// When it happened.
    async fn at(&self) -> DateTime<Utc> {
        self.happening.at.utc()
    }

    /// What was done, as a noun and a past-tense verb.
    async fn action(&self) -> &str {
        &self.happening.action
    }

    /// What it was done to, as the audit book names it.
    async fn object(&self) -> &str {
        &self.happening.object
    }

    /// Its id, where it is something that `node` answers.
    async fn node(&self) -> Option<ID> {
        node(self.tenant, &self.happening.object)
    }
}

fn node(tenant: TenantId, object: &str) -> Option<ID> {
    let (noun, id) = object.split_once(':')?;
    let id = Uuid::try_parse(id).ok()?;
    Some(match noun {
        "tenant" => tenant_node_id(TenantId::from_uuid(id)),
        "member" => node_id(Ref::new(tenant, MemberId::from_uuid(id))),
        "staff" => node_id(Ref::new(tenant, StaffId::from_uuid(id))),
        "session" => node_id(Ref::new(tenant, SessionId::from_uuid(id))),
        "policy" => node_id(Ref::new(tenant, PolicyId::from_uuid(id))),
        "grant" => node_id(Ref::new(tenant, GrantId::from_uuid(id))),
        "processor" => node_id(Ref::new(tenant, ProcessorId::from_uuid(id))),
        "notice" => node_id(Ref::new(tenant, NoticeId::from_uuid(id))),
        "subscriber" => node_id(Ref::new(tenant, SubscriberId::from_uuid(id))),
        "objection" => node_id(Ref::new(tenant, ObjectionId::from_uuid(id))),
        "campaign" => node_id(Ref::new(tenant, CampaignId::from_uuid(id))),
        "review_item" => node_id(Ref::new(tenant, ReviewItemId::from_uuid(id))),
        "api_key" => node_id(Ref::new(tenant, ApiKeyId::from_uuid(id))),
        "app" => node_id(Ref::new(tenant, AppId::from_uuid(id))),
        "provider_task" => node_id(Ref::new(tenant, ProviderTaskId::from_uuid(id))),
        "store" => node_id(Ref::new(tenant, StoreId::from_uuid(id))),
        "request" => node_id(Ref::new(tenant, RequestId::from_uuid(id))),
        "promise" => node_id(Ref::new(tenant, PromiseId::from_uuid(id))),
        _ => return None,
    })
}

fn written(tenant: TenantId, seq: i64) -> String {
    let mut bytes = tenant.uuid().as_bytes().to_vec();
    bytes.extend(seq.to_be_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

fn read(tenant: TenantId, cursor: &str) -> Option<i64> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    let (whose, seq) = bytes.split_at_checked(16)?;
    (whose == tenant.uuid().as_bytes()).then_some(())?;
    Some(i64::from_be_bytes(seq.try_into().ok()?)).filter(|seq| *seq >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_chain() {
        let (ours, theirs) = (TenantId::fresh(), TenantId::fresh());
        assert_eq!(read(ours, &written(ours, 42)), Some(42));
        assert_eq!(read(theirs, &written(ours, 42)), None);
        assert_eq!(read(ours, "42"), None);
        assert_eq!(read(ours, &written(ours, -1)), None);
    }

    #[test]
    fn what_node_can_answer_has_an_id() {
        let tenant = TenantId::fresh();
        let id = node(tenant, &format!("tenant:{}", tenant.uuid())).expect("a node");
        assert_eq!(tenant_place(&id).expect("an address"), tenant);
        assert!(node(tenant, "books:1").is_none() && node(tenant, "job:x").is_none());
    }
}
