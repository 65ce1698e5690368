//! What the console asks about seats, their sessions and the leave they have, and what it changes there.

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, so, term};

use super::ask::{self, Document};
use super::graph::{change, connection, inputs, narrowed};
use super::schema::{Word, schema};
use super::tenants::{NamedTenant, Revealed};

inputs!(StaffFilter, SessionFilter, GrantFilter);

pub const ROLES: &[&str] = &["SUPPORT", "APPROVER", "OPS", "AUDITOR", "ADMIN"];

/// What a list of seats is narrowed by.
pub const SEAT_TERMS: &[Term] = &[
    term("state", "state", Takes::Several(&["INVITED", "ACTIVE", "DISABLED"])),
    term("role", "role", Takes::One(ROLES)),
    term("ends", "endsBefore", Takes::Before),
];

/// What a list of grants is narrowed by.
pub const GRANT_TERMS: &[Term] = &[
    term("tenant", "tenant", Takes::Tenant),
    term("seat", "staff", Takes::Text),
    term("kind", "kind", Takes::One(&["GIVEN", "BREAK_GLASS"])),
    so("live", "live"),
    so("unreviewed", "awaitsReview"),
];

/// What a list of sessions is narrowed by.
pub const SESSION_TERMS: &[Term] =
    &[term("seat", "staff", Takes::Text), so("live", "live"), so("everyones", "everyone")];

narrowed!(SeatsVariables, StaffFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "SeatsVariables")]
pub struct Seats {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub staff: seat_pages::Connection,
}

connection!(seat_pages, "StaffMemberConnection", "StaffMemberEdge", Seat);

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "StaffMember")]
pub struct Seat {
    pub id: cynic::Id,
    pub handle: String,
    pub roles: Vec<Word<schema::Role>>,
    pub permissions: Vec<Word<schema::Permission>>,
    pub tenants: Option<Vec<NamedTenant>>,
    pub state: Word<schema::StaffState>,
    pub ends_at: Option<Moment>,
    pub second_factor: Option<Word<schema::SecondFactor>>,
    pub invited_until: Option<Moment>,
    pub last_seen_at: Option<Moment>,
    pub version: i32,
}

/// A seat as others name it.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "StaffMember")]
pub struct NamedSeat {
    pub id: cynic::Id,
    pub handle: String,
}

narrowed!(SessionsVariables, SessionFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "SessionsVariables")]
pub struct Sessions {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub sessions: session_pages::Connection,
}

connection!(session_pages, "SessionConnection", "SessionEdge", Session);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Session {
    pub id: cynic::Id,
    pub staff: NamedSeat,
    pub stage: Word<schema::SessionStage>,
    pub method: Word<schema::SignInMethod>,
    pub started_at: Moment,
    pub last_seen_at: Moment,
    pub expires_at: Moment,
    pub idle_at: Moment,
    pub source: Option<String>,
    pub client: Option<String>,
    pub is_this_one: bool,
    pub ended_at: Option<Moment>,
    pub end_reason: Option<Word<schema::SessionEnd>>,
}

narrowed!(GrantsVariables, GrantFilter);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "GrantsVariables")]
pub struct Grants {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub grants: grant_pages::Connection,
}

connection!(grant_pages, "GrantConnection", "GrantEdge", Grant);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Grant {
    pub id: cynic::Id,
    pub kind: Word<schema::GrantKind>,
    pub staff: NamedSeat,
    pub tenant: NamedTenant,
    pub ticket: Option<String>,
    pub given_by: Option<NamedSeat>,
    pub starts_at: Moment,
    pub ends_at: Moment,
    pub ended_at: Option<Moment>,
    pub is_live: bool,
    pub reviewed_at: Option<Moment>,
    pub reviewed_by: Option<NamedSeat>,
}

/// An invitation that was just made.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Invited")]
pub struct Invited {
    pub invitation: Option<String>,
}

change!(invite, invite_staff(InviteStaffInput) -> "InviteStaffPayload", invited: Invited);
change!(change, change_staff(ChangeStaffInput) -> "ChangeStaffPayload");
change!(renew, renew_invitation(RenewInvitationInput) -> "RenewInvitationPayload", invited: Invited);
change!(disable, disable_staff(DisableStaffInput) -> "DisableStaffPayload");
change!(enable, enable_staff(EnableStaffInput) -> "EnableStaffPayload");
change!(reveal, reveal_staff_member(RevealStaffMemberInput) -> "RevealStaffMemberPayload", revealed: Revealed);
change!(end_session, end_session(EndSessionInput) -> "EndSessionPayload");
change!(give, give_grant(GiveGrantInput) -> "GiveGrantPayload");
change!(end_grant, end_grant(EndGrantInput) -> "EndGrantPayload");
change!(break_glass, break_glass(BreakGlassInput) -> "BreakGlassPayload");
change!(review, review_break_glass(ReviewBreakGlassInput) -> "ReviewBreakGlassPayload");

pub fn seats() -> String {
    ask::query::<Seats, SeatsVariables>()
}

pub fn sessions() -> String {
    ask::query::<Sessions, SessionsVariables>()
}

pub fn grants() -> String {
    ask::query::<Grants, GrantsVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[
    seats,
    sessions,
    grants,
    invite::document,
    change::document,
    renew::document,
    disable::document,
    enable::document,
    reveal::document,
    end_session::document,
    give::document,
    end_grant::document,
    break_glass::document,
    review::document,
];
