//! The face of grants, broken glass and reveals.

mod inputs;
mod nodes;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object};

pub use nodes::{GrantNode, RevealedReasonNode};

use self::inputs::{
    BreakGlassInput, EndGrantInput, GiveGrantInput, GrantFilter, RevealGrantReasonInput, RevealMemberInput,
    RevealStaffMemberInput, ReviewBreakGlassInput,
};
use self::nodes::RevealedNode;
use super::actions::{self, Shown};
use super::model::{self, Grant, Ground};
use super::queries::Filter;
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Asking, Listed, Needs, PageArgs, PersonalField, Rule, asking, connection, instant_key, once, payload, place, rule,
    tenant_place,
};
use crate::floor::kernel::{Error, GrantId, Instant, MemberId, Personal, Ref, Result, StaffId};
use crate::tenants::PersonalColumn;

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.grants", Needs::AnyOf(&[Permission::SeeData, Permission::GiveGrants, Permission::SeeStaff])),
    rule("Grant.*", Needs::Parent),
    rule("GrantConnection.*", Needs::Parent),
    rule("GrantEdge.*", Needs::Parent),
    rule("Revealed.*", Needs::Parent),
    rule("Mutation.giveGrant", Needs::Permission(Permission::GiveGrants)),
    rule("Mutation.endGrant", Needs::AnyOf(&[Permission::GiveGrants, Permission::SeeData])),
    rule("Mutation.breakGlass", Needs::Permission(Permission::BreakGlass)),
    rule("Mutation.reviewBreakGlass", Needs::Permission(Permission::GiveGrants)),
    rule("Mutation.revealGrantReason", Needs::Permission(Permission::GiveGrants)),
    rule("Mutation.revealMember", Needs::Permission(Permission::SeeData)),
    // One's own address needs no permission.
    rule("Mutation.revealStaffMember", Needs::OwnOr(Permission::KeepStaff)),
    rule("GiveGrantPayload.*", Needs::Parent),
    rule("EndGrantPayload.*", Needs::Parent),
    rule("BreakGlassPayload.*", Needs::Parent),
    rule("ReviewBreakGlassPayload.*", Needs::Parent),
    rule("RevealGrantReasonPayload.*", Needs::Parent),
    rule("RevealedReason.*", Needs::Parent),
    rule("RevealMemberPayload.*", Needs::Parent),
    rule("RevealStaffMemberPayload.*", Needs::Parent),
];

/// What can be asked about grants.
#[derive(Default)]
pub struct GrantQuery;

#[Object]
impl GrantQuery {
    /// Grants, newest first: everyone's for those who give them or see seats, else one's own.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<GrantFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, GrantNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "grants.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.map_or_else(Filter::default, GrantFilter::read);
        let (rows, total) = actions::list_grants(&asking.tools, caller, filter, page.clone()).await?;
        let key = |shown: &Shown| (instant_key(shown.grant.starts_at), shown.grant.id.uuid());
        Ok(connection(sort, &page, rows, total, key, GrantNode))
    }
}

payload! {
    /// What came of giving leave.
    GiveGrantPayload {
        /// The grant, live from now on.
        grant: GrantNode
    }
}
payload! {
    /// What came of ending leave.
    EndGrantPayload {
        /// The grant, ended.
        grant: GrantNode
    }
}
payload! {
    /// What came of breaking the glass.
    BreakGlassPayload {
        /// The grant, live for an hour.
        grant: GrantNode
    }
}
payload! {
    /// What came of looking into broken glass.
    ReviewBreakGlassPayload {
        /// The grant, reviewed.
        grant: GrantNode
    }
}
payload! {
    /// What came of opening a grant's reason.
    RevealGrantReasonPayload {
        /// The words in clear.
        revealed: RevealedReasonNode
    }
}

payload! {
    /// What came of opening a member's value.
    RevealMemberPayload {
        /// The value in clear.
        revealed: RevealedNode
    }
}
payload! {
    /// What came of opening a staff member's value.
    RevealStaffMemberPayload {
        /// The value in clear.
        revealed: RevealedNode
    }
}

/// What can be done with grants, and under them.
#[derive(Default)]
pub struct GrantMutation;

#[Object]
impl GrantMutation {
    /// Gives a colleague leave to open one tenant's personal data, for at most 30 days; never to oneself. Wants a second
    /// factor of the last five minutes.
    async fn give_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant.")] input: GiveGrantInput,
    ) -> Result<GiveGrantPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let new = actions::NewGrant {
            staff: seat(&input.staff)?,
            tenant: tenant_place(&input.tenant)?,
            ground: ground(input.ticket, input.reason),
            ends_at: Instant::from_utc(input.ends_at),
        };
        let given = actions::give_grant(&asking.tools, asking.caller()?, new, once).await;
        GiveGrantPayload::of(whole(asking, given).await)
    }

    /// Ends leave before its time: by whoever may give it, or by who holds it.
    async fn end_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant.")] input: EndGrantInput,
    ) -> Result<EndGrantPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<GrantId>(&input.id, "grant")?;
        let ended = actions::end_grant(&asking.tools, asking.caller()?, at, once).await;
        EndGrantPayload::of(whole(asking, ended).await)
    }

    /// Takes leave for an hour without asking, in an emergency. Everyone who gives grants is told. Wants a second factor
    /// of the last five minutes.
    async fn break_glass(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where, and why.")] input: BreakGlassInput,
    ) -> Result<BreakGlassPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let tenant = tenant_place(&input.tenant)?;
        let ground = ground(None, Some(input.reason));
        let broken = actions::break_glass(&asking.tools, asking.caller()?, tenant, ground, once).await;
        BreakGlassPayload::of(whole(asking, broken).await)
    }

    /// Says that one has looked into broken glass; never one's own.
    async fn review_break_glass(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant.")] input: ReviewBreakGlassInput,
    ) -> Result<ReviewBreakGlassPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place::<GrantId>(&input.id, "grant")?;
        let reviewed = actions::review_break_glass(&asking.tools, asking.caller()?, at, once).await;
        ReviewBreakGlassPayload::of(whole(asking, reviewed).await)
    }

    /// Opens a member's name or address under a live grant, and writes down who looked before it answers. Wants a second
    /// factor of the last five minutes.
    async fn reveal_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and why.")] input: RevealMemberInput,
    ) -> Result<RevealMemberPayload> {
        let asking = asking(ctx)?;
        let at = place::<MemberId>(&input.id, "member")?;
        let column = match input.field {
            PersonalField::Name => PersonalColumn::Name,
            PersonalField::Mail => PersonalColumn::Mail,
        };
        let ground = ground(input.ticket, input.reason);
        let revealed = actions::reveal_member(&asking.tools, asking.caller()?, at, column, ground).await;
        RevealMemberPayload::of(revealed.map(|revealed| RevealedNode::of(&revealed, input.field)))
    }

    /// Opens the words that somebody gave for a grant, for whoever gives and reviews them, and writes down who looked
    /// before it answers. Wants a second factor of the last five minutes.
    async fn reveal_grant_reason(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which grant.")] input: RevealGrantReasonInput,
    ) -> Result<RevealGrantReasonPayload> {
        let asking = asking(ctx)?;
        let at = place::<GrantId>(&input.id, "grant")?;
        let revealed = actions::reveal_grant_reason(&asking.tools, asking.caller()?, at).await;
        RevealGrantReasonPayload::of(revealed.map(|revealed| RevealedReasonNode::of(&revealed)))
    }

    /// Opens a staff member's address for whoever keeps seats, or for the person, and writes down who looked before it
    /// answers. Wants a second factor of the last five minutes.
    async fn reveal_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and why.")] input: RevealStaffMemberInput,
    ) -> Result<RevealStaffMemberPayload> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let revealed = match input.field {
            PersonalField::Mail => {
                let ground = ground(input.ticket, input.reason);
                actions::reveal_staff_member(&asking.tools, caller, seat(&input.id)?, ground).await
            }
            PersonalField::Name => Err(Error::invalid("field", "a seat goes by its handle; no civil name is kept")),
        };
        RevealStaffMemberPayload::of(revealed.map(|revealed| RevealedNode::of(&revealed, input.field)))
    }
}

/// The grant behind an id, for `node`.
pub async fn find_grant(ctx: &Context<'_>, id: &ID) -> Result<Option<GrantNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_grant(&asking.tools, asking.caller()?, place(id, "grant")?).await?;
    Ok(found.map(GrantNode))
}

async fn whole(asking: &Asking, changed: Result<Grant>) -> Result<GrantNode> {
    Ok(GrantNode(actions::shown(&asking.tools, changed?).await?))
}

fn ground(ticket: Option<String>, reason: Option<String>) -> Ground {
    Ground { ticket, reason: reason.map(Personal::new) }
}

/// A seat stands among the house's rows and nowhere else.
fn seat(id: &ID) -> Result<StaffId> {
    let at = place::<StaffId>(id, "staff member")?;
    if at == Ref::of_house(at.id) { Ok(at.id) } else { Err(Error::NotFound("staff member")) }
}
