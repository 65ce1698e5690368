//! Keys of frontends: made, replaced with an overlap, taken back. A token is shown to whoever made it, once.

use chrono::Duration;

use super::super::model::{ApiKey, ApiKeyState, LONGEST_LIFE, Token, is_line};
use super::super::queries::{api_keys, tenants};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::{ApiKeyId, Error, Flaws, Instant, Ref, Result, Secret, TenantId};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;

/// The longest that an old key stands beside its successor.
const LONGEST_OVERLAP: Duration = Duration::days(7);

/// A key that is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub tenant: TenantId,
    pub name: String,
    pub permissions: Vec<Permission>,
    pub expires_at: Instant,
}

/// How a key gives way to its successor.
#[derive(Debug, Clone, Copy)]
pub struct Rotation {
    /// How long the old one still stands.
    pub overlap: Duration,
    /// When the new one ends; after as long as the old one was given, where nothing is said.
    pub expires_at: Option<Instant>,
}

/// A key, and its token where this very call made it.
pub struct Made {
    pub key: ApiKey,
    pub secret: Option<Secret>,
}

/// Makes a key.
pub async fn create_api_key(tools: &Tools, caller: &Caller, new: NewKey, once: Option<Once>) -> Result<Made> {
    let scope = keeping(caller, new.tenant)?;
    let permissions = lendable(&new)?;
    let (token, id) = (Token::fresh()?, ApiKeyId::fresh());
    let (digest, hint) = (token.own_digest(), token.hint());
    let written = tools.ledger.write_once(scope.clone(), once, "api_key", move |tx| {
        tenants::held(tx)?.require_active()?;
        let now = tx.now()?;
        let key = ApiKey {
            tenant: new.tenant,
            id,
            name: new.name,
            hint,
            permissions,
            made_by: tx.actor().to_string(),
            made_at: now,
            expires_at: ending(new.expires_at, now)?,
            seen_at: None,
            replaced_by: None,
            revoked_at: None,
        };
        cut(tx, &key, &digest)?;
        Ok(Witnessed::new(id.uuid(), Event::new("api_key.made", "api_key", id.uuid())))
    });
    let done = written.await?;
    let key = found(tools, &scope, ApiKeyId::from_uuid(done.id)).await?;
    Ok(Made { key, secret: (!done.is_repeated).then(|| token.into_secret()) })
}

/// Replaces a key: the new one may what the old one may, and for a while both open.
pub async fn rotate_api_key(
    tools: &Tools,
    caller: &Caller,
    at: Ref<ApiKeyId>,
    rotation: Rotation,
    once: Option<Once>,
) -> Result<Made> {
    let scope = keeping(caller, at.tenant)?;
    if rotation.overlap < Duration::zero() || rotation.overlap > LONGEST_OVERLAP {
        return Err(Error::invalid("overlapMinutes", "give 0 to 10080 minutes"));
    }
    let (token, id) = (Token::fresh()?, ApiKeyId::fresh());
    let (digest, hint) = (token.own_digest(), token.hint());
    let written = tools.ledger.write_once(scope.clone(), once, "api_key", move |tx| {
        tenants::held(tx)?.require_open()?;
        let now = tx.now()?;
        let old = api_keys::one(tx, at.id)?.ok_or(Error::NotFound("API key"))?;
        match old.state(now) {
            ApiKeyState::Live => {}
            ApiKeyState::Overlapping => {
                return Err(Error::refused("REFUSED", "this key was replaced already: rotate its successor"));
            }
            ApiKeyState::Expired | ApiKeyState::Revoked => {
                return Err(Error::refused("EXPIRED", "this key has ended: make a new one"));
            }
        }
        let expires_at = rotation.expires_at.unwrap_or_else(|| now.plus(old.expires_at.since(old.made_at)));
        let key = ApiKey {
            id,
            hint,
            made_by: tx.actor().to_string(),
            made_at: now,
            expires_at: ending(expires_at, now)?,
            seen_at: None,
            ..old.clone()
        };
        cut(tx, &key, &digest)?;
        let expires_at = old.expires_at.min(now.plus(rotation.overlap));
        api_keys::save(tx, &ApiKey { expires_at, replaced_by: Some(id), ..old })?;
        let rotated = Event::new("api_key.rotated", "api_key", at.id.uuid());
        Ok(Witnessed::new(id.uuid(), rotated).and(Event::new("api_key.made", "api_key", id.uuid())))
    });
    let done = written.await?;
    let key = found(tools, &scope, ApiKeyId::from_uuid(done.id)).await?;
    Ok(Made { key, secret: (!done.is_repeated).then(|| token.into_secret()) })
}

/// Takes a key back, at once. One that was taken back already stays so.
pub async fn revoke_api_key(tools: &Tools, caller: &Caller, at: Ref<ApiKeyId>, once: Option<Once>) -> Result<ApiKey> {
    let scope = keeping(caller, at.tenant)?;
    let written = tools.ledger.write_once(scope.clone(), once, "api_key", move |tx| {
        tenants::held(tx)?;
        let key = api_keys::one(tx, at.id)?.ok_or(Error::NotFound("API key"))?;
        let revoked_at = key.revoked_at.unwrap_or(tx.now()?);
        api_keys::save(tx, &ApiKey { revoked_at: Some(revoked_at), ..key })?;
        keyhole::close(tx, KeyholeKind::ApiKey, at.id.uuid())?;
        Ok(Witnessed::new(at.id.uuid(), Event::new("api_key.revoked", "api_key", at.id.uuid())))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Whoever keeps keys, with a second factor that was just shown.
fn keeping(caller: &Caller, tenant: TenantId) -> Result<Scope<One>> {
    let scope = caller.permit(Permission::KeepApiKeys, tenant)?;
    caller.require_fresh()?;
    Ok(scope)
}

fn lendable(new: &NewKey) -> Result<Vec<Permission>> {
    let mut flaws = Flaws::default();
    if !is_line(&new.name, 200) {
        flaws.add("name", "name what uses it, up to 200 bytes");
    }
    let mut permissions = new.permissions.clone();
    permissions.sort_unstable();
    permissions.dedup();
    if permissions.is_empty() || permissions.iter().any(|permission| !Permission::LENDABLE.contains(permission)) {
        let codes: Vec<_> = Permission::LENDABLE.iter().map(|permission| permission.code()).collect();
        flaws.add("permissions", format!("choose among {}", codes.join(", ")));
    }
    flaws.or(permissions)
}

fn ending(expires_at: Instant, now: Instant) -> Result<Instant> {
    if expires_at > now && expires_at <= now.plus(LONGEST_LIFE) {
        Ok(expires_at)
    } else {
        Err(Error::invalid("expiresAt", "give a time to come, at most two years from now"))
    }
}

/// The row, and the keyhole that leads to it.
fn cut(tx: &mut WriteTx, key: &ApiKey, digest: &[u8; 32]) -> Result<()> {
    api_keys::add(tx, key, digest)?;
    if keyhole::cut(tx, KeyholeKind::ApiKey, digest, key.id.uuid())? { Ok(()) } else { Err(Error::Conflict) }
}

async fn found(tools: &Tools, scope: &Scope<One>, id: ApiKeyId) -> Result<ApiKey> {
    tools.ledger.read(scope, move |tx| api_keys::one(tx, id)).await?.ok_or(Error::NotFound("API key"))
}
