//! A merchant's own users: added, changed, removed. Their owner may, within his organisation, and so may the desk.

use super::super::model::{Login, Member, MemberRole, MemberState, check_mail, check_name};
use super::super::queries::{members, tenants};
use super::same_version;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::{Error, Flaws, MemberId, Personal, Ref, Result, SubjectId, TenantId};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;

/// Somebody who is to be a member.
#[derive(Clone)]
pub struct NewMember {
    pub tenant: TenantId,
    pub name: Personal,
    pub mail: Personal,
    pub role: MemberRole,
    pub login: Option<Login>,
}

/// What is to be otherwise; what is not said stays.
#[derive(Clone, Default)]
pub struct MemberChange {
    pub role: Option<MemberRole>,
    pub name: Option<Personal>,
    pub mail: Option<Personal>,
    pub login: Option<Option<Login>>,
}

/// Adds a member under a key of that person's own.
pub async fn add_member(tools: &Tools, caller: &Caller, new: NewMember, once: Option<Once>) -> Result<Member> {
    let scope = keeping(caller, new.tenant)?;
    checked(Some(&new.name), Some(&new.mail), new.login.as_ref())?;
    let (vault, id, subject) = (tools.vault.clone(), MemberId::fresh(), SubjectId::fresh());
    let written = tools.ledger.write_once(scope.clone(), once, "member", move |tx| {
        tenants::held(tx)?.require_active()?;
        let member = Member {
            tenant: new.tenant,
            id,
            subject,
            role: new.role,
            has_login: new.login.is_some(),
            state: MemberState::Active,
            added_at: tx.now()?,
            removed_at: None,
            version: 1,
        };
        members::add(tx, &vault, &member, (&new.name, &new.mail), new.login.as_ref())?;
        let added = Event::new("member.added", "member", id.uuid()).code("role", member.role.code());
        Ok(Witnessed::new(id.uuid(), added))
    });
    found(tools, &scope, MemberId::from_uuid(written.await?.id)).await
}

/// Changes a member. A change of name or address writes over the old one.
pub async fn change_member(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<MemberId>, i32),
    change: MemberChange,
    once: Option<Once>,
) -> Result<Member> {
    let scope = keeping(caller, at.tenant)?;
    checked(change.name.as_ref(), change.mail.as_ref(), change.login.as_ref().and_then(Option::as_ref))?;
    let vault = tools.vault.clone();
    let written = tools.ledger.write_once(scope.clone(), once, "member", move |tx| {
        let member = held(tx, at.id, version)?;
        if let Some(name) = &change.name {
            members::rename(tx, &vault, &member, name)?;
        }
        if let Some(mail) = &change.mail {
            members::readdress(tx, &vault, &member, mail)?;
        }
        if let Some(login) = &change.login {
            members::set_login(tx, &vault, &member, login.as_ref())?;
        }
        let role = change.role.unwrap_or(member.role);
        members::save(tx, &Member { role, ..member })?;
        let changed = Event::new("member.changed", "member", at.id.uuid()).code("role", role.code());
        Ok(Witnessed::new(at.id.uuid(), changed))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Takes a member out of the organisation. He comes in no more; his row stays until it is due to go.
pub async fn remove_member(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<MemberId>, i32),
    once: Option<Once>,
) -> Result<Member> {
    let scope = keeping(caller, at.tenant)?;
    let written = tools.ledger.write_once(scope.clone(), once, "member", move |tx| {
        let member = held(tx, at.id, version)?;
        let removed_at = Some(tx.now()?);
        members::save(tx, &Member { state: MemberState::Removed, removed_at, ..member })?;
        Ok(Witnessed::new(at.id.uuid(), Event::new("member.removed", "member", at.id.uuid())))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Whoever keeps tenants keeps their members too; an owner keeps those of his own.
fn keeping(caller: &Caller, tenant: TenantId) -> Result<Scope<One>> {
    match caller.permit(Permission::KeepMembers, tenant) {
        Err(Error::Forbidden(_)) => caller.permit(Permission::KeepTenants, tenant),
        outcome => outcome,
    }
}

/// The member, with the tenant held, so that changes of one tenant's people come one by one.
fn held(tx: &mut WriteTx, id: MemberId, version: i32) -> Result<Member> {
    let tenant = tenants::held(tx)?;
    let member = members::one(tx, id)?.filter(|member| member.state == MemberState::Active);
    let member = member.ok_or(Error::NotFound("member"))?;
    tenant.require_open()?;
    same_version(member.version, version)?;
    Ok(member)
}

async fn found(tools: &Tools, scope: &Scope<One>, id: MemberId) -> Result<Member> {
    tools.ledger.read(scope, move |tx| members::one(tx, id)).await?.ok_or(Error::NotFound("member"))
}

fn checked(name: Option<&Personal>, mail: Option<&Personal>, login: Option<&Login>) -> Result<()> {
    let mut flaws = Flaws::default();
    if let Some(name) = name {
        check_name(name, &mut flaws);
    }
    if let Some(mail) = mail {
        check_mail(mail, &mut flaws);
    }
    if let Some(login) = login {
        login.check(&mut flaws);
    }
    flaws.or(())
}
