//! Who asks, as the server sees him.

use async_graphql::{Context, Enum, Object};
use chrono::{DateTime, Utc};

use super::seats::StaffMember;
use super::sessions::{Session, SessionStage};
use crate::floor::access::{Actor, Caller, FRESH};
use crate::floor::graphql::{PermissionWord, asking, handle, node_id, tenant_node_id, words};
use crate::floor::kernel::{Error, Ref, Result};
use crate::staff::seats::queries;
use crate::staff::{self, sessions};
use crate::tenants::{self, TenantNode};

/// What kind of caller it is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewerKind {
    /// One of the operator's people.
    Staff,
    /// A merchant's own user.
    Member,
    /// A key of a frontend or partner.
    ApiKey,
}

/// The one who asks.
pub struct Viewer {
    caller: Caller,
    kind: ViewerKind,
    seat: Option<(staff::StaffMember, staff::Session)>,
}

/// Who asks.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// The one who asks, with the password alone or wholly signed in; nobody where no token came with the call.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        let asking = asking(ctx)?;
        let Some(caller) = asking.caller.clone() else { return Ok(None) };
        let (kind, seat) = match caller.actor() {
            Actor::Staff(id) => {
                let session = caller.session().map(|session| session.id);
                let scope = caller.permit_own()?;
                let held = asking.tools.ledger.read(&scope, move |tx| {
                    let session = session.map(|id| sessions::queries::find(tx, id)).transpose()?.flatten();
                    Ok(queries::find(tx, id)?.zip(session))
                });
                (ViewerKind::Staff, held.await?)
            }
            Actor::Member(_) => (ViewerKind::Member, None),
            Actor::ApiKey(_) => (ViewerKind::ApiKey, None),
            Actor::House | Actor::Job(_) => return Err(Error::internal("the house asked through the edge")),
        };
        Ok(Some(Viewer { caller, kind, seat }))
    }
}

/// What the caller may not see of himself is not there.
fn known<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(Error::Forbidden(_) | Error::NotFound(_)) => Ok(None),
        found => found,
    }
}

#[Object]
impl Viewer {
    /// What kind of caller it is.
    async fn kind(&self) -> ViewerKind {
        self.kind
    }

    /// What it is called: a handle, never a civil name.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        if let Some((seat, _)) = &self.seat {
            return Ok(seat.handle.clone());
        }
        let found = match (self.caller.actor(), self.caller.named()) {
            (Actor::Member(id), Some([tenant])) => {
                let member = tenants::find_member(ctx, &node_id(Ref::new(*tenant, id))).await;
                known(member)?.map(|node| handle(node.member.subject))
            }
            (Actor::ApiKey(id), Some([tenant])) => {
                let key = tenants::find_api_key(ctx, &node_id(Ref::new(*tenant, id))).await;
                known(key)?.map(|node| node.key.name)
            }
            _ => None,
        };
        Ok(found.unwrap_or_else(|| self.caller.actor().to_string()))
    }

    /// The tenant a member or a key belongs to.
    async fn tenant(&self, ctx: &Context<'_>) -> Result<Option<TenantNode>> {
        match (self.caller.staff_id(), self.caller.named()) {
            (None, Some([own])) => known(tenants::find_tenant(ctx, &tenant_node_id(*own)).await),
            _ => Ok(None),
        }
    }

    /// The seat, of one of the operator's people.
    async fn staff(&self) -> Option<StaffMember> {
        self.seat.clone().map(|(seat, _)| StaffMember(seat))
    }

    /// What may be done at this moment. With the password alone: nothing.
    async fn permissions(&self) -> Vec<PermissionWord> {
        match self.caller.session() {
            Some(session) if session.fresh_at.is_none() => Vec::new(),
            _ => words(self.caller.permissions()),
        }
    }

    /// How much the session was shown; none for keys.
    async fn stage(&self) -> Option<SessionStage> {
        self.seat.as_ref().map(|(_, session)| session.stage.into())
    }

    /// Whether a second factor has to be enrolled before anything else.
    async fn must_enrol(&self) -> bool {
        self.seat.as_ref().is_some_and(|(seat, session)| session.fresh_at.is_none() && seat.must_enrol())
    }

    /// Until when what is dangerous may be done without showing the second factor again.
    async fn fresh_until(&self) -> Option<DateTime<Utc>> {
        self.caller.session()?.fresh_at.map(|at| at.plus(FRESH).utc())
    }

    /// The session the call came with.
    async fn session(&self) -> Option<Session> {
        self.seat.clone().map(|(seat, session)| Session { session, seat })
    }
}
