//! Sessions in the API.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};

use super::seats::StaffMember;
use crate::floor::access::Caller;
use crate::floor::graphql::{Listed, PageArgs, asking, connection, instant_key, node_id, once, payload, place};
use crate::floor::kernel::{Ref, Result, SessionId, StaffId};
use crate::staff::{self, sessions};

/// How much a session was shown.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "staff::SessionStage")]
pub enum SessionStage {
    /// The password alone: it enrols a second factor or shows it, and nothing else.
    Password,
    /// Everything.
    Full,
}

/// How a session was begun.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "staff::SignInMethod")]
pub enum SignInMethod {
    /// Password and one-time code.
    Local,
    /// The company's identity provider.
    Provider,
    /// The token file of the machine itself.
    File,
    /// A recovery code, which asks for a new second factor.
    Recovery,
}

/// Why a session ended before its time.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "staff::SessionEnd")]
pub enum SessionEnd {
    /// Its holder signed out.
    SignedOut,
    /// Its holder or an admin ended it.
    Ended,
    /// Another took its place, when the second factor was shown or the password changed.
    Replaced,
    /// What the seat may was changed.
    SeatChanged,
    /// The seat was shut.
    SeatEnded,
}

/// A sign-in of one of the operator's people that is, or was, good for calls.
pub struct Session {
    pub(super) session: staff::Session,
    pub(super) seat: staff::StaffMember,
}

impl From<(staff::Session, staff::StaffMember)> for Session {
    fn from((session, seat): (staff::Session, staff::StaffMember)) -> Self {
        Self { session, seat }
    }
}

#[Object]
impl Session {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.session.id))
    }

    /// Whose it is.
    async fn staff(&self) -> StaffMember {
        StaffMember(self.seat.clone())
    }

    /// How much it was shown.
    async fn stage(&self) -> SessionStage {
        self.session.stage.into()
    }

    /// How it was begun.
    async fn method(&self) -> SignInMethod {
        self.session.method.into()
    }

    /// When it was begun.
    async fn started_at(&self) -> DateTime<Utc> {
        self.session.started_at.utc()
    }

    /// When it was last used, to half a minute.
    async fn last_seen_at(&self) -> DateTime<Utc> {
        self.session.seen_at.utc()
    }

    /// When it ends at the latest.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.session.expires_at.utc()
    }

    /// When it ends if it is not used from now on.
    async fn idle_at(&self) -> DateTime<Utc> {
        self.session.idle_at().utc()
    }

    /// The network it was begun from; never an address.
    async fn source(&self) -> Option<&String> {
        self.session.source.as_ref()
    }

    /// What the client calls itself.
    async fn client(&self) -> Option<&String> {
        self.session.client.as_ref()
    }

    /// Whether this call came with it.
    async fn is_this_one(&self, ctx: &Context<'_>) -> Result<bool> {
        let caller = asking(ctx)?.caller.as_ref();
        Ok(caller.and_then(Caller::session).is_some_and(|own| own.id == self.session.id))
    }

    /// When it was ended before its time.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.session.ended.map(|(at, _)| at.utc())
    }

    /// Why it was ended before its time.
    async fn end_reason(&self) -> Option<SessionEnd> {
        self.session.ended.map(|(_, reason)| reason.into())
    }
}

/// The session that has this id, for whoever may see it.
pub async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Session>> {
    let asking = asking(ctx)?;
    let (caller, id) = (asking.caller()?, house(place(id, "session")?)?);
    Ok(Some(sessions::find(&asking.tools, caller, id).await?.into()))
}

/// What stands among the house's rows stands nowhere else.
fn house(place: Ref<SessionId>) -> Result<SessionId> {
    if place == Ref::of_house(place.id) { Ok(place.id) } else { Err(crate::floor::kernel::Error::NotFound("session")) }
}

/// Whose sessions, and which; one's own where nothing is said.
#[derive(InputObject, Default)]
struct SessionFilter {
    /// This person's.
    staff: Option<ID>,
    /// Everyone's.
    everyone: Option<bool>,
    /// Only those that open something now, or only those that do not.
    live: Option<bool>,
}

/// Lists of sessions.
#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// Sessions, the newest first: one's own, or others' with leave to see seats.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and which.")] filter: Option<SessionFilter>,
        #[graphql(desc = "How many, from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Session, Listed, EmptyFields>> {
        const SORT: &str = "started";
        let (asking, filter) = (asking(ctx)?, filter.unwrap_or_default());
        let caller = asking.caller()?;
        let page = PageArgs { first, after, last, before }.page(SORT)?;
        let staff = match (filter.staff, filter.everyone) {
            (Some(id), _) => Some(place::<StaffId>(&id, "staff member")?.id),
            (None, Some(true)) => None,
            (None, _) => caller.staff_id(),
        };
        let filter = sessions::queries::Filter { staff, live: filter.live };
        let (rows, total) = sessions::page(&asking.tools, caller, filter, page.clone()).await?;
        let key =
            |(session, _): &(staff::Session, staff::StaffMember)| (instant_key(session.started_at), session.id.uuid());
        Ok(connection(SORT, &page, rows, total, key, Session::from))
    }
}

/// Which session to end.
#[derive(InputObject)]
struct EndSessionInput {
    /// The session.
    id: ID,
    /// Of the client's own: a repeated call with it changes nothing more.
    idempotency_key: Option<String>,
}

/// Nothing is asked.
#[derive(InputObject)]
struct SignOutInput {
    /// Not used: an input has at least one field.
    client_mutation_id: Option<String>,
}

payload! {
    /// The session that was ended.
    EndSessionPayload {
        /// The session, ended.
        session: Session
    }
}

payload! {
    /// The session that was ended.
    SignOutPayload {
        /// The session, ended.
        session: Session
    }
}

/// Sessions ended.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Ends the session the call came with.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing.")] input: SignOutInput,
    ) -> Result<SignOutPayload> {
        let _ = input.client_mutation_id;
        let asking = asking(ctx)?;
        let caller = asking.caller.as_ref().ok_or_else(crate::floor::graphql::sign_in_needed)?;
        SignOutPayload::of(sessions::sign_out(&asking.tools, caller).await.map(Session::from))
    }

    /// Ends a session: one's own, or somebody else's with leave to keep seats.
    async fn end_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: EndSessionInput,
    ) -> Result<EndSessionPayload> {
        let asking = asking(ctx)?;
        let (caller, id) = (asking.caller()?, house(place(&input.id, "session")?)?);
        let once = once(ctx, input.idempotency_key.as_deref())?;
        EndSessionPayload::of(sessions::end(&asking.tools, caller, id, once).await.map(Session::from))
    }
}
