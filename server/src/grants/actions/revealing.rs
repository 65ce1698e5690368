//! Opening one personal value for one person's eyes. The record of it commits in the transaction that opens it, before
//! the value leaves; where anything is missing, nothing is opened and nothing is on record.

use super::super::model::Ground;
use super::super::queries;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::ids::AccessId;
use crate::floor::kernel::{Error, GrantId, MemberId, Personal, Ref, Result, StaffId, SubjectId, TenantId};
use crate::floor::ledger::{Leave, RevealTx};
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, Shut, SubjectKey, Vault};
use crate::staff;
use crate::tenants::{self, PersonalColumn};

/// What the access book says such a look was for.
const PURPOSE: &str = "reveal";

/// A value in clear, on its way to whoever asked, and the row that says so.
pub struct Revealed {
    pub value: Personal,
    pub access: Ref<AccessId>,
}

/// Opens a name or address of a merchant's user, under a live grant.
pub async fn reveal_member(
    tools: &Tools,
    caller: &Caller,
    at: Ref<MemberId>,
    column: PersonalColumn,
    ground: Ground,
) -> Result<Revealed> {
    let scope = caller.permit(Permission::SeeData, at.tenant)?;
    let staff = caller.staff_id().ok_or(Error::Forbidden(Permission::SeeData.code()))?;
    caller.require_fresh()?;
    let ground = ground.checked()?;
    let view = match column {
        PersonalColumn::Name => "members.name",
        PersonalColumn::Mail => "members.mail",
    };
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, PURPOSE, move |tx| {
        let value = tenants::sealed_value(tx, at.id, column)?.ok_or(Error::NotFound("member"))?;
        let grant = queries::live(tx, staff)?.ok_or_else(no_grant)?;
        let access = look(tx, &vault, (value.subject, view), Some(grant), ground)?;
        let key = vault.subject_key(tx, value.subject, view)?.map_err(shut)?;
        let value = key.open_personal(&value.place, &value.sealed).map_err(shut)?;
        Ok(Revealed { value, access: Ref::new(at.tenant, access) })
    });
    opened.await
}

/// Opens the address of a seat: for whoever keeps seats, or its own holder. No grant is needed among colleagues; ground,
/// second factor and record are.
pub async fn reveal_staff_member(tools: &Tools, caller: &Caller, id: StaffId, ground: Ground) -> Result<Revealed> {
    let is_own = caller.staff_id() == Some(id);
    let scope = if is_own { caller.permit_own()? } else { caller.permit_house(Permission::KeepStaff)? };
    caller.require_fresh()?;
    let ground = ground.checked()?;
    let tools_inside = tools.clone();
    let opened = tools.ledger.reveal(scope, PURPOSE, move |tx| {
        let (subject, _) = staff::seats::queries::mail(tx, id)?.ok_or(Error::NotFound("staff member"))?;
        let access = look(tx, &tools_inside.vault, (subject, "staff.mail"), None, ground)?;
        let value = staff::seats::open_mail(&tools_inside, tx, id)?;
        Ok(Revealed { value, access: Ref::of_house(access) })
    });
    opened.await
}

/// Opens the words that somebody gave for a grant, for whoever reviews it. They may name people: the look is on record.
pub async fn reveal_grant_reason(tools: &Tools, caller: &Caller, at: Ref<GrantId>) -> Result<Revealed> {
    let scope = caller.permit(Permission::GiveGrants, at.tenant)?;
    caller.require_fresh()?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, PURPOSE, move |tx| {
        let sealed = queries::reason(tx, at.id)?.ok_or(Error::NotFound("reason"))?;
        tx.under(Leave { grant: Some(at.id), ..Leave::default() });
        let access = tx.note(None, "grants.reason");
        let key = vault.request_key(tx, at.id.uuid(), "grants.reason")?.map_err(|shut_by| match shut_by {
            Shut::Forgotten => Error::refused("REFUSED", "these words were erased"),
            other => shut(other),
        })?;
        let value = key.open_blob(&queries::place_of_reason(at.tenant, at.id), &sealed).map_err(shut)?;
        let value = value.into_personal().map_err(shut)?;
        Ok(Revealed { value, access: Ref::new(at.tenant, access) })
    });
    opened.await
}

/// Writes down under which leave the subject is looked at from here on, the reason sealed under that person's own key.
fn look(
    tx: &mut RevealTx,
    vault: &Vault,
    (subject, view): (SubjectId, &'static str),
    grant: Option<GrantId>,
    ground: Ground,
) -> Result<AccessId> {
    let reason = match ground.reason {
        Some(reason) => {
            let sealer = vault.known_sealer::<SubjectKey>(tx, subject)?.map_err(shut)?;
            let place = place(tx.tenant()?, tx.next_access());
            Some(sealer.seal_blob(&place, reason.disclose().as_bytes())?)
        }
        None => None,
    };
    tx.under(Leave { grant, ticket: ground.ticket, reason });
    Ok(tx.note(Some(subject), view))
}

/// Where a reason stands: in the access row itself.
fn place(tenant: TenantId, access: AccessId) -> Place<'static> {
    Place { tenant, table: "access", column: "reason", row: access.uuid(), generation: 0 }
}

fn no_grant() -> Error {
    Error::refused("NO_GRANT", "no grant of yours is live for this tenant: ask a colleague for one")
}

/// What was erased is said to be so; anything else that stays shut is a fault of ours.
fn shut(shut: Shut) -> Error {
    match shut {
        Shut::Forgotten => Error::refused("REFUSED", "this person's data was erased"),
        other => Error::internal(format!("a personal value stays shut: {}", other.code())),
    }
}
