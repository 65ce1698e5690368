//! What is done to seats: by an admin with a fresh second factor, or by the operator's own hand on the machine.

use chrono::Duration;

use super::model::{Authority, Change, Invitation, Invited, StaffMember, StaffState};
use super::queries::{self, New};
use crate::floor::access::{Bounds, Caller, One, Permission, Role, Scope};
use crate::floor::kernel::{Error, Personal, Result, StaffId, SubjectId, TenantId};
use crate::floor::ledger::{Event, Once, RevealTx, Witnessed, WriteTx};
use crate::floor::mail::is_address;
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, Shut, SubjectKey};
use crate::staff::sessions::{self, SessionEnd};
use crate::staff::sign_in;
use crate::staff::token::Token;

/// How long an invitation waits.
const INVITED_FOR: Duration = Duration::days(7);

/// The first word of an invitation's token.
const PREFIX: &str = "rdi_";

/// The purpose of the blind index of mail addresses.
pub const MAIL_INDEX: &str = "email";

/// Whoever keeps seats, with a fresh second factor.
fn keeper(caller: &Caller) -> Result<Scope<One>> {
    let scope = caller.permit_house(Permission::KeepStaff)?;
    caller.require_fresh()?;
    Ok(scope)
}

/// A new seat, and the token that lets its person in, once.
pub async fn invite(tools: &Tools, caller: &Caller, wanted: Invitation, once: Option<Once>) -> Result<Invited> {
    let scope = keeper(caller)?;
    let (wanted, token) = (wanted.checked(tools.watch.now())?, Token::fresh(PREFIX)?);
    let (invitation, doors) = (token.digest, tools.clone());
    let done = tools
        .ledger
        .write_once(scope.clone(), once, "staff", move |tx| {
            let id = seat(&doors, tx, &wanted, Some(invitation))?;
            Ok(told("staff.invited", id))
        })
        .await?;
    let staff = read(tools, &scope, StaffId::from_uuid(done.id)).await?;
    Ok(Invited { staff, token: (!done.is_repeated).then_some(token.text) })
}

/// The first admin, where there is no seat yet: invited, or sitting at once at a local desk, whose token file signs in.
/// A desk that one person plays alone on has it hold other roles too.
pub async fn bootstrap(
    tools: &Tools,
    handle: &str,
    mail: Personal,
    also: &[Role],
    is_invited: bool,
) -> Result<Invited> {
    let scope = keeper(&Caller::house())?;
    let roles = [&[Role::Admin], also].concat();
    let authority = Authority { roles, permissions: Vec::new(), tenants: None, ends_at: None };
    let wanted = Invitation { handle: handle.to_owned(), mail, authority }.checked(tools.watch.now())?;
    let token = if is_invited { Some(Token::fresh(PREFIX)?) } else { None };
    let (invitation, doors) = (token.as_ref().map(|token| token.digest), tools.clone());
    let done = tools
        .ledger
        .write_once(scope.clone(), None, "staff", move |tx| {
            if queries::is_any(tx)? {
                return Err(Error::refused("TAKEN", "there is a seat already: an admin invites the others"));
            }
            let id = seat(&doors, tx, &wanted, invitation)?;
            Ok(told("desk.bootstrapped", id))
        })
        .await?;
    let staff = read(tools, &scope, StaffId::from_uuid(done.id)).await?;
    Ok(Invited { staff, token: token.map(|token| token.text) })
}

fn seat(tools: &Tools, tx: &mut WriteTx, wanted: &Invitation, invitation: Option<[u8; 32]>) -> Result<StaffId> {
    let (id, subject, now) = (StaffId::fresh(), SubjectId::fresh(), tx.now()?);
    let sealer = tools.vault.sealer::<SubjectKey>(tx, subject)?.map_err(shut)?;
    let index = tools.vault.index_key(tx)?.map_err(shut)?.field(MAIL_INDEX)?.of(&wanted.mail);
    let new = New {
        id,
        subject,
        handle: wanted.handle.clone(),
        mail: sealer.seal_personal(&mail_place(id), &wanted.mail)?,
        mail_index: index,
        state: if invitation.is_some() { StaffState::Invited } else { StaffState::Active },
        invitation: invitation.map(|digest| (digest, now.plus(INVITED_FOR))),
    };
    if queries::insert(tx, new, &wanted.authority)? {
        Ok(id)
    } else {
        Err(Error::refused("TAKEN", "this handle or mail address has a seat already"))
    }
}

/// Another authority for a seat: never one's own, and never the last admin's away.
pub async fn change(
    tools: &Tools,
    caller: &Caller,
    (id, version): (StaffId, i32),
    change: Change,
    once: Option<Once>,
) -> Result<StaffMember> {
    colleague(caller, id)?;
    kept(tools, caller, id, once, move |tx| {
        let others = queries::other_admins(tx, id)?;
        let staff = held(tx, id, version)?;
        let was_admin = staff.authority.is_admin();
        let authority = change.of(staff.authority).checked(tx.now()?)?;
        if was_admin && others == 0 && (!authority.is_admin() || authority.ends_at.is_some()) {
            return Err(last_admin());
        }
        queries::give(tx, id, version, &authority)?;
        sessions::queries::end_all(tx, id, None, SessionEnd::SeatChanged)?;
        Ok(told("staff.changed", id))
    })
    .await
}

/// A seat nobody may sit on until it is enabled again.
pub async fn disable(
    tools: &Tools,
    caller: &Caller,
    (id, version): (StaffId, i32),
    once: Option<Once>,
) -> Result<StaffMember> {
    kept(tools, caller, id, once, move |tx| {
        let others = queries::other_admins(tx, id)?;
        let staff = held(tx, id, version)?;
        if staff.state == StaffState::Active && staff.authority.is_admin() && others == 0 {
            return Err(last_admin());
        }
        queries::put(tx, id, version, StaffState::Disabled)?;
        sessions::queries::end_all(tx, id, None, SessionEnd::SeatEnded)?;
        Ok(told("staff.disabled", id))
    })
    .await
}

/// A disabled seat, open again as it was. One that was never accepted needs a new invitation besides.
pub async fn enable(
    tools: &Tools,
    caller: &Caller,
    (id, version): (StaffId, i32),
    once: Option<Once>,
) -> Result<StaffMember> {
    kept(tools, caller, id, once, move |tx| {
        let staff = held(tx, id, version)?;
        if staff.state != StaffState::Disabled {
            return Err(Error::refused("REFUSED", "the seat is not disabled"));
        }
        let was_accepted = staff.has_password || staff.factor.is_some();
        queries::put(tx, id, version, if was_accepted { StaffState::Active } else { StaffState::Invited })?;
        Ok(told("staff.enabled", id))
    })
    .await
}

/// What a keeper does to a seat, once, and the seat as it is then.
async fn kept<F>(tools: &Tools, caller: &Caller, id: StaffId, once: Option<Once>, change: F) -> Result<StaffMember>
where
    F: FnOnce(&mut WriteTx) -> Result<Witnessed<uuid::Uuid>> + Clone + Send + 'static,
{
    let scope = keeper(caller)?;
    tools.ledger.write_once(scope.clone(), once, "staff", change).await?;
    read(tools, &scope, id).await
}

/// A lost invitation or second factor: what the person signed in with is gone, and a new invitation is open.
pub async fn renew(tools: &Tools, caller: &Caller, id: StaffId, once: Option<Once>) -> Result<Invited> {
    let scope = keeper(caller)?;
    colleague(caller, id)?;
    let (token, doors) = (Token::fresh(PREFIX)?, tools.clone());
    let digest = token.digest;
    let done = tools
        .ledger
        .write_once(scope.clone(), once, "staff", move |tx| {
            let staff = queries::hold(tx, id)?;
            if staff.state == StaffState::Disabled {
                return Err(Error::refused("REFUSED", "the seat is disabled: enable it first"));
            }
            let until = tx.now()?.plus(INVITED_FOR);
            sign_in::forget_factor(&doors, tx, id)?;
            queries::reinvite(tx, id, digest, until)?;
            sessions::queries::end_all(tx, id, None, SessionEnd::SeatChanged)?;
            Ok(told("staff.renewed", id))
        })
        .await?;
    let staff = read(tools, &scope, id).await?;
    Ok(Invited { staff, token: (!done.is_repeated).then_some(token.text) })
}

/// The mail of a seat in clear; who looks is noted with it.
pub fn open_mail(tools: &Tools, tx: &mut RevealTx, id: StaffId) -> Result<Personal> {
    let (subject, sealed) = queries::mail(tx, id)?.ok_or(Error::NotFound("staff member"))?;
    let key = tools.vault.subject_key(tx, subject, "staff.mail")?.map_err(shut)?;
    key.open_personal(&mail_place(id), &sealed).map_err(shut)
}

/// Whom the desk writes to where nobody has ended something in time: its second persons, and its own mailbox, each with a
/// word for the letter's id.
pub async fn second_persons(tools: &Tools, purpose: &'static str) -> Result<Vec<(String, Personal)>> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let inside = tools.clone();
    let wanted = |seat: &StaffMember| {
        seat.seat().bounds() == &Bounds::Desk && seat.seat().permissions().contains(&Permission::ApprovePlans)
    };
    let opened = tools.ledger.reveal(house, purpose, move |tx| {
        let now = tx.now()?;
        let seats = queries::active(tx)?;
        let wanted = seats.iter().filter(|seat| seat.is_open(now) && wanted(seat));
        wanted.map(|seat| Ok((seat.id.to_string(), open_mail(&inside, tx, seat.id)?))).collect::<Result<Vec<_>>>()
    });
    let mut all = opened.await?;
    let desk = Personal::new(tools.policy.in_force()?.policy.operator.contact.clone());
    if is_address(&desk) {
        all.push(("desk".to_owned(), desk));
    }
    Ok(all)
}

/// Where a mail is sealed. The labels are those of the first day, whatever the table is called.
fn mail_place(id: StaffId) -> Place<'static> {
    Place { tenant: TenantId::HOUSE, table: "staff", column: "mail", row: id.uuid(), generation: 0 }
}

/// Nobody raises or lowers himself.
fn colleague(caller: &Caller, id: StaffId) -> Result<()> {
    if caller.staff_id() == Some(id) {
        return Err(Error::refused("SAME_PERSON", "a colleague changes your seat, never you"));
    }
    Ok(())
}

fn held(tx: &mut WriteTx, id: StaffId, version: i32) -> Result<StaffMember> {
    let staff = queries::hold(tx, id)?;
    if staff.version == version { Ok(staff) } else { Err(Error::Conflict) }
}

async fn read(tools: &Tools, scope: &Scope<One>, id: StaffId) -> Result<StaffMember> {
    tools.ledger.read(scope, move |tx| queries::find(tx, id)?.ok_or(Error::NotFound("staff member"))).await
}

fn told(action: &'static str, id: StaffId) -> Witnessed<uuid::Uuid> {
    Witnessed::new(id.uuid(), Event::new(action, "staff", id.uuid()))
}

fn last_admin() -> Error {
    Error::refused("LAST_ADMIN", "the last seat that keeps seats stays: make another admin first")
}

fn shut(shut: Shut) -> Error {
    Error::internal(format!("a mail of staff stays shut: {}", shut.code()))
}
