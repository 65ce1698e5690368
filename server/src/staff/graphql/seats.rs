//! Seats in the API.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::{DateTime, Utc};

use crate::floor::access::Caller;
use crate::floor::access::Permission::{SeeStaff, SeeTenants};
use crate::floor::graphql::{
    Listed, Mask, MaskKind, PageArgs, PermissionWord, RoleWord, asking, connection, node_id, once, payload, place,
    tenant_place, words,
};
use crate::floor::kernel::{Error, Instant, Personal, Ref, Result, StaffId, TenantId};
use crate::floor::tools::Tools;
use crate::staff;
use crate::staff::seats::{self, Authority, Change, Invitation, queries};
use crate::tenants::{self, TenantNode};

/// Whether a seat can be sat on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "staff::StaffState")]
pub enum StaffState {
    /// Waits for its person to accept.
    Invited,
    /// In use.
    Active,
    /// Shut by an admin.
    Disabled,
}

/// What a person shows beside the password.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "seats::SecondFactor")]
pub enum SecondFactor {
    /// One-time codes of an authenticator.
    Totp,
    /// Whatever the company's identity provider asks for.
    Provider,
}

/// A seat at the desk: one of the operator's people, or a partner's.
pub struct StaffMember(pub staff::StaffMember);

#[Object]
impl StaffMember {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.0.id))
    }

    /// The short name the desk calls the person by; chosen, not the civil name.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// The mail address, masked.
    async fn mail(&self) -> Mask {
        Mask::of(MaskKind::Mail, self.0.subject)
    }

    /// What the seat is for.
    async fn roles(&self) -> Vec<RoleWord> {
        words(&self.0.authority.roles)
    }

    /// What the seat may, by its roles and beside them.
    async fn permissions(&self) -> Vec<PermissionWord> {
        words(self.0.seat().permissions())
    }

    /// The tenants a partner's seat is limited to, of those the caller may see; null reaches every tenant.
    async fn tenants(&self, ctx: &Context<'_>) -> Result<Option<Vec<TenantNode>>> {
        let Some(named) = self.0.authority.tenants.clone() else { return Ok(None) };
        let asking = asking(ctx)?;
        match reached(&asking.tools, asking.caller()?, named).await {
            Err(Error::Forbidden(_) | Error::NotFound(_)) => Ok(Some(Vec::new())),
            found => found.map(|found| Some(found.into_iter().map(TenantNode).collect())),
        }
    }

    /// Whether it can be sat on.
    async fn state(&self) -> StaffState {
        self.0.state.into()
    }

    /// When the seat ends, to the second.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.authority.ends_at.map(Instant::utc)
    }

    /// What the person shows beside the password; none before it was enrolled.
    async fn second_factor(&self) -> Option<SecondFactor> {
        self.0.factor.map(Into::into)
    }

    /// Until when the invitation is good.
    async fn invited_until(&self) -> Option<DateTime<Utc>> {
        self.0.invited_until.map(Instant::utc)
    }

    /// When the seat was last used, to half a minute.
    async fn last_seen_at(&self) -> Option<DateTime<Utc>> {
        self.0.seen_at.map(Instant::utc)
    }

    /// Grows with every change of what the seat may; a change names the one it was made from.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// These tenants, all or none: whoever may not see one of them sees no seat that names it either, but his own.
async fn reached(tools: &Tools, caller: &Caller, named: Vec<TenantId>) -> Result<Vec<tenants::Tenant>> {
    if let [one] = named[..] {
        let scope = caller.permit(SeeTenants, one)?;
        return tools.ledger.read(&scope, move |tx| tenants::tenants(tx, &named)).await;
    }
    let span = tools.ledger.span(caller.permit_span(SeeTenants, &named)?, "seats").await?;
    tools.ledger.read(&span, move |tx| tenants::tenants(tx, &named)).await
}

/// The seat that has this id, for whoever may see it.
pub async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<StaffMember>> {
    let asking = asking(ctx)?;
    let caller = asking.caller()?;
    let id = house(place(id, "staff member")?)?;
    let scope = if caller.staff_id() == Some(id) { caller.permit_own()? } else { caller.permit_house(SeeStaff)? };
    let found = asking.tools.ledger.read(&scope, move |tx| queries::find(tx, id)).await?;
    Ok(found.map(StaffMember))
}

/// What stands among the house's rows stands nowhere else.
fn house(place: Ref<StaffId>) -> Result<StaffId> {
    if place == Ref::of_house(place.id) { Ok(place.id) } else { Err(Error::NotFound("staff member")) }
}

/// Which seats.
#[derive(InputObject, Default)]
struct StaffFilter {
    /// In one of these states.
    state: Option<Vec<StaffState>>,
    /// With this role.
    role: Option<RoleWord>,
    /// That end before this moment.
    ends_before: Option<DateTime<Utc>>,
}

/// Seats asked for.
#[derive(Default)]
pub struct SeatQuery;

#[Object]
impl SeatQuery {
    /// Seats by handle.
    async fn staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] filter: Option<StaffFilter>,
        #[graphql(desc = "How many, from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, StaffMember, Listed, EmptyFields>> {
        const SORT: &str = "handle";
        let (asking, filter) = (asking(ctx)?, filter.unwrap_or_default());
        let scope = asking.caller()?.permit_house(SeeStaff)?;
        let page = PageArgs { first, after, last, before }.page(SORT)?;
        let filter = queries::Filter {
            states: filter.state.map(|states| words(&states)),
            role: filter.role.map(Into::into),
            ends_before: filter.ends_before.map(Instant::from_utc),
        };
        let asked = page.clone();
        let (rows, total) = asking.tools.ledger.read(&scope, move |tx| queries::page(tx, &filter, &asked)).await?;
        let key = |seat: &staff::StaffMember| (seat.handle.clone(), seat.id.uuid());
        Ok(connection(SORT, &page, rows, total, key, StaffMember))
    }

    /// One seat: one's own, or another's with leave to see seats; nothing where there is none.
    async fn staff_member(&self, ctx: &Context<'_>, #[graphql(desc = "Which.")] id: ID) -> Result<Option<StaffMember>> {
        match find(ctx, &id).await {
            Err(Error::NotFound(_)) => Ok(None),
            found => found,
        }
    }
}

/// A seat that is to be: of the desk with roles, or a partner's with permissions, tenants and an end.
#[derive(InputObject)]
struct InviteStaffInput {
    /// The short name the desk calls the person by: small letters, digits, dots and dashes.
    handle: String,
    /// The mail address the person signs in with.
    mail: String,
    /// What the seat is for.
    roles: Option<Vec<RoleWord>>,
    /// What a partner's seat may.
    permissions: Option<Vec<PermissionWord>>,
    /// The tenants a partner's seat is limited to.
    tenants: Option<Vec<ID>>,
    /// When the seat ends; a partner's must.
    ends_at: Option<DateTime<Utc>>,
    /// Of the client's own: a repeated call with it changes nothing more, and shows no invitation again.
    idempotency_key: Option<String>,
}

/// What is to be changed of a seat; what is left out stays.
#[derive(InputObject)]
struct ChangeStaffInput {
    /// The seat.
    id: ID,
    /// The version that was read.
    version: i32,
    /// What the seat is for.
    roles: Option<Vec<RoleWord>>,
    /// What a partner's seat may.
    permissions: Option<Vec<PermissionWord>>,
    /// The tenants a partner's seat is limited to; null makes it one of the desk.
    tenants: MaybeUndefined<Vec<ID>>,
    /// When the seat ends; null: never.
    ends_at: MaybeUndefined<DateTime<Utc>>,
    /// Of the client's own: a repeated call with it changes nothing more.
    idempotency_key: Option<String>,
}

/// Which seat gets a new invitation.
#[derive(InputObject)]
struct RenewInvitationInput {
    /// The seat.
    id: ID,
    /// Of the client's own: a repeated call with it changes nothing more, and shows no invitation again.
    idempotency_key: Option<String>,
}

/// Which seat, as it was read.
#[derive(InputObject)]
struct DisableStaffInput {
    /// The seat.
    id: ID,
    /// The version that was read.
    version: i32,
    /// Of the client's own: a repeated call with it changes nothing more.
    idempotency_key: Option<String>,
}

/// Which seat, as it was read.
#[derive(InputObject)]
struct EnableStaffInput {
    /// The seat.
    id: ID,
    /// The version that was read.
    version: i32,
    /// Of the client's own: a repeated call with it changes nothing more.
    idempotency_key: Option<String>,
}

/// A seat whose person is awaited.
#[derive(SimpleObject)]
#[expect(clippy::struct_field_names, reason = "the names are the contract's")]
pub struct Invited {
    /// The seat.
    staff: StaffMember,
    /// What lets the person in, shown once; none where the call was repeated.
    invitation: Option<String>,
    /// Until when it is good.
    invited_until: Option<DateTime<Utc>>,
}

impl From<seats::Invited> for Invited {
    fn from(invited: seats::Invited) -> Self {
        Self {
            invited_until: invited.staff.invited_until.map(Instant::utc),
            staff: StaffMember(invited.staff),
            invitation: invited.token.map(|token| token.expose().to_owned()),
        }
    }
}

payload! {
    /// The seat that was made.
    InviteStaffPayload {
        /// The seat and its invitation.
        invited: Invited
    }
}

payload! {
    /// The seat that waits anew.
    RenewInvitationPayload {
        /// The seat and its invitation.
        invited: Invited
    }
}

payload! {
    /// The seat that was changed.
    ChangeStaffPayload {
        /// The seat as it is now.
        staff_member: StaffMember
    }
}

payload! {
    /// The seat that was shut.
    DisableStaffPayload {
        /// The seat as it is now.
        staff_member: StaffMember
    }
}

payload! {
    /// The seat that is open again.
    EnableStaffPayload {
        /// The seat as it is now.
        staff_member: StaffMember
    }
}

/// Seats made and changed.
#[derive(Default)]
pub struct SeatMutation;

#[Object]
impl SeatMutation {
    /// Makes a seat and shows its invitation, once.
    async fn invite_staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The seat that is to be.")] input: InviteStaffInput,
    ) -> Result<InviteStaffPayload> {
        let (asking, once) = (asking(ctx)?, once(ctx, input.idempotency_key.as_deref())?);
        let caller = asking.caller()?;
        let wanted = tenants(input.tenants).map(|tenants| Invitation {
            handle: input.handle,
            mail: Personal::new(input.mail),
            authority: Authority {
                roles: words(&input.roles.unwrap_or_default()),
                permissions: words(&input.permissions.unwrap_or_default()),
                tenants,
                ends_at: input.ends_at.map(Instant::from_utc),
            },
        });
        let invited = match wanted {
            Ok(wanted) => seats::invite(&asking.tools, caller, wanted, once).await,
            Err(flawed) => Err(flawed),
        };
        InviteStaffPayload::of(invited.map(Invited::from))
    }

    /// Changes what a seat may. Its sessions end at once.
    async fn change_staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: ChangeStaffInput,
    ) -> Result<ChangeStaffPayload> {
        let (asking, once) = (asking(ctx)?, once(ctx, input.idempotency_key.as_deref())?);
        let (caller, id) = (asking.caller()?, house(place(&input.id, "staff member")?)?);
        let named = match input.tenants {
            MaybeUndefined::Undefined => Ok(None),
            MaybeUndefined::Null => Ok(Some(None)),
            MaybeUndefined::Value(ids) => tenants(Some(ids)).map(Some),
        };
        let changed = match named {
            Ok(tenants) => {
                let change = Change {
                    roles: input.roles.map(|roles| words(&roles)),
                    permissions: input.permissions.map(|permissions| words(&permissions)),
                    tenants,
                    ends_at: Option::<Option<_>>::from(input.ends_at).map(|end| end.map(Instant::from_utc)),
                };
                seats::change(&asking.tools, caller, (id, input.version), change, once).await
            }
            Err(flawed) => Err(flawed),
        };
        ChangeStaffPayload::of(changed.map(StaffMember))
    }

    /// Gives a seat a new invitation, where the first or the second factor was lost: everything begins anew.
    async fn renew_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which seat.")] input: RenewInvitationInput,
    ) -> Result<RenewInvitationPayload> {
        let (asking, once) = (asking(ctx)?, once(ctx, input.idempotency_key.as_deref())?);
        let (caller, id) = (asking.caller()?, house(place(&input.id, "staff member")?)?);
        RenewInvitationPayload::of(seats::renew(&asking.tools, caller, id, once).await.map(Invited::from))
    }

    /// Shuts a seat. Its sessions end at once.
    async fn disable_staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which seat.")] input: DisableStaffInput,
    ) -> Result<DisableStaffPayload> {
        let (asking, once) = (asking(ctx)?, once(ctx, input.idempotency_key.as_deref())?);
        let (caller, id) = (asking.caller()?, house(place(&input.id, "staff member")?)?);
        let changed = seats::disable(&asking.tools, caller, (id, input.version), once).await;
        DisableStaffPayload::of(changed.map(StaffMember))
    }

    /// Opens a seat again that was shut.
    async fn enable_staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which seat.")] input: EnableStaffInput,
    ) -> Result<EnableStaffPayload> {
        let (asking, once) = (asking(ctx)?, once(ctx, input.idempotency_key.as_deref())?);
        let (caller, id) = (asking.caller()?, house(place(&input.id, "staff member")?)?);
        let changed = seats::enable(&asking.tools, caller, (id, input.version), once).await;
        EnableStaffPayload::of(changed.map(StaffMember))
    }
}

fn tenants(ids: Option<Vec<ID>>) -> Result<Option<Vec<TenantId>>> {
    ids.map(|ids| ids.iter().map(tenant_place).collect::<Result<Vec<_>>>())
        .transpose()
        .map_err(|_| Error::invalid("tenants", "name tenants by the ids that the list of tenants gives"))
}
