//! Who stands behind a key or a login: callers whose tenant is found on the way. It answers as whom they may ask, and
//! nothing else of what it saw.

use super::super::model::{Login, Tenant, TenantState, Token, reference_digest};
use super::super::queries::{api_keys, members, tenants};
use crate::floor::access::{Bounds, Caller, One, Permission, Scope, Seat};
use crate::floor::graphql::sign_in_needed;
use crate::floor::kernel::{ApiKeyId, Personal, Result, TenantId};
use crate::floor::ledger::{KeyholeKind, Tx};
use crate::floor::tools::Tools;

/// The caller a key stands for. Unknown, ended, taken back and of a closed tenant are one answer.
pub async fn recognise_key(tools: &Tools, token: &str) -> Result<Caller> {
    if !Token::is_well_formed(token) {
        return Err(sign_in_needed());
    }
    let digest = Token::digest(token);
    let found = tools.ledger.knock(digest).await?.filter(|found| found.kind == KeyholeKind::ApiKey);
    let Some(found) = found else { return Err(sign_in_needed()) };
    let (tenant, id) = (found.tenant, ApiKeyId::from_uuid(found.target));
    let scope = upkeep(tenant)?;
    let key = tools.ledger.read(&scope, move |tx| {
        let now = tx.now()?;
        let key = api_keys::by_digest(tx, id, &digest)?.filter(|key| key.opens(now));
        Ok(if is_open(tx, tenant)? { key.map(|key| (api_keys::is_seen_long_ago(&key, now), key)) } else { None })
    });
    let Some((is_due, key)) = key.await? else { return Err(sign_in_needed()) };
    if is_due {
        tools.ledger.bookkeep(Some(tenant), move |tx| api_keys::mark_seen(tx, id)).await?;
    }
    Ok(Caller::api_key(id, Seat::new(&[], &key.permissions, Bounds::Named(vec![tenant]))))
}

/// The member whom the tenant's identity provider calls by this issuer and subject; nobody where the tenant is closed.
pub async fn member_by_login(tools: &Tools, tenant: TenantId, issuer: &str, subject: &str) -> Result<Option<Caller>> {
    let login = Login { issuer: issuer.to_owned(), subject: Personal::new(subject) };
    let (vault, scope) = (tools.vault.clone(), upkeep(tenant)?);
    let member = tools
        .ledger
        .read(&scope, move |tx| if is_open(tx, tenant)? { members::by_login(tx, &vault, &login) } else { Ok(None) });
    Ok(member.await?.map(|member| Caller::member(member.id, member.role.seat(tenant))))
}

/// The tenant that its identity provider calls so.
pub async fn tenant_by_reference(tools: &Tools, reference: &str) -> Result<Option<TenantId>> {
    let found = tools.ledger.knock(reference_digest(reference)).await?;
    Ok(found.filter(|found| found.kind == KeyholeKind::TenantReference).map(|found| found.tenant))
}

fn is_open(tx: &mut Tx, tenant: TenantId) -> Result<bool> {
    let tenant: Option<Tenant> = tenants::one(tx, tenant)?;
    Ok(tenant.is_some_and(|tenant| tenant.state != TenantState::Closed))
}

/// Before anyone is recognised, the house looks.
fn upkeep(tenant: TenantId) -> Result<Scope<One>> {
    Caller::house().permit(Permission::KeepHouse, tenant)
}
