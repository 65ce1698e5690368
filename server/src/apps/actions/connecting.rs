//! Connecting and disconnecting. Whoever does either holds the tenant, so that they come one by one, and what is connected
//! is what is taken.

use super::super::CREDENTIAL;
use super::super::model::{
    self, App, AppState, Credential, NewApp, Receipt, checked_permissions, checked_secret, offers_erasure,
};
use super::super::queries::apps;
use super::asking_providers;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs::cancel;
use crate::floor::kernel::{AppId, Error, Flaws, ReceiptId, Ref, Result, Secret};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::tenants::{self, Tenant};

/// Connects an app, where a slot is free.
pub async fn connect_app(tools: &Tools, caller: &Caller, new: NewApp, once: Option<Once>) -> Result<App> {
    let scope = caller.permit(Permission::KeepApps, new.tenant)?;
    let new = new.checked(&tools.policy.in_force()?.policy)?;
    let (vault, id) = (tools.vault.clone(), AppId::fresh());
    let written = tools.ledger.write_once(scope.clone(), once, "app", move |tx| {
        let tenant = tenants::hold(tx)?;
        tenant.require_active()?;
        if apps::is_named(tx, &new.name)? {
            return Err(Error::refused("TAKEN", "an app of this name is connected already"));
        }
        let slot = apps::free_slot(tx, tenant.app_slots)?.ok_or_else(|| full(&tenant))?;
        let now = tx.now()?;
        let credential = match &new.credential {
            Some(secret) => Some(Credential::of(secret, vault.put(tx, CREDENTIAL, secret)?, now)),
            None => None,
        };
        let app = App {
            tenant: new.tenant,
            id,
            kind: new.kind,
            name: new.name,
            provider: new.provider,
            policy_url: new.policy_url,
            region: new.region,
            state: AppState::Connected,
            slot: Some(slot),
            granted: new.permissions,
            credential,
            last_used_at: None,
            connected_at: now,
            connected_by: tx.actor().to_string(),
            disconnected_at: None,
            reminded_for: None,
            version: 1,
        };
        apps::add(tx, app)?;
        Ok(Witnessed::new(id.uuid(), Event::new("app.connected", "app", id.uuid())))
    });
    found(tools, &scope, AppId::from_uuid(written.await?.id)).await
}

/// Disconnects an app: in one step its slot is free, its credential and the key to it are gone, its permissions are
/// withdrawn, its jobs are cancelled, and a receipt says so. What it already has stays with its provider: where that is
/// about people, the task of asking for it stands from the same moment on.
pub async fn disconnect_app(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<AppId>, i32),
    once: Option<Once>,
) -> Result<App> {
    let scope = caller.permit(Permission::KeepApps, at.tenant)?;
    caller.require_fresh_of_staff()?;
    let (vault, adopted, id) = (tools.vault.clone(), tools.policy.in_force()?, ReceiptId::fresh());
    let written = tools.ledger.write_once(scope.clone(), once, "app", move |tx| {
        let tenant = tenants::hold(tx)?;
        let app = held(tx, at.id, version)?;
        let mut receipt = receipt(tx, id, (&app, &tenant), &adopted.policy)?;
        let secret = app.credential.as_ref().map(|credential| credential.secret);
        let over = App {
            state: AppState::Disconnected,
            slot: None,
            granted: Vec::new(),
            credential: None,
            reminded_for: None,
            disconnected_at: Some(receipt.at),
            ..app
        };
        apps::save(tx, over)?;
        if let Some(secret) = secret {
            receipt.credentials_deleted = i32::from(vault.delete(tx, secret)?);
        }
        // Last, because whatever takes jobs from workers holds them up.
        let jobs = cancel(tx, at.id.uuid())?;
        receipt.jobs_cancelled = i32::try_from(jobs).unwrap_or(i32::MAX);
        let has_personal_data = receipt.offers_erasure;
        apps::add_receipt(tx, receipt)?;
        let disconnected = Event::new("app.disconnected", "app", at.id.uuid()).count("jobs", jobs);
        let done = Witnessed::new(at.id.uuid(), disconnected);
        if !has_personal_data {
            return Ok(done);
        }
        let (_, opened) = asking_providers::open(tx, at)?;
        Ok(done.and(opened))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Says which permissions an app has now.
pub async fn change_permissions(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<AppId>, i32),
    permissions: Vec<String>,
    once: Option<Once>,
) -> Result<App> {
    let scope = caller.permit(Permission::KeepApps, at.tenant)?;
    let mut flaws = Flaws::default();
    let granted = checked_permissions(permissions, &mut flaws);
    let granted = flaws.or(granted)?;
    let written = tools.ledger.write_once(scope.clone(), once, "app", move |tx| {
        let app = held(tx, at.id, version)?;
        let changed = Event::new("app.permissions_changed", "app", at.id.uuid())
            .count("added", count(&granted, &app.granted))
            .count("withdrawn", count(&app.granted, &granted));
        apps::save(tx, App { granted, ..app })?;
        Ok(Witnessed::new(at.id.uuid(), changed))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Puts another credential in the place of the old one, which is gone with its key.
pub async fn set_credential(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<AppId>, i32),
    secret: Secret,
    once: Option<Once>,
) -> Result<App> {
    let scope = caller.permit(Permission::KeepApps, at.tenant)?;
    caller.require_fresh_of_staff()?;
    let mut flaws = Flaws::default();
    checked_secret(&secret, &mut flaws);
    flaws.or(())?;
    let vault = tools.vault.clone();
    let written = tools.ledger.write_once(scope.clone(), once, "app", move |tx| {
        let app = held(tx, at.id, version)?;
        let former = app.credential.as_ref().map(|credential| credential.secret);
        let credential = Some(Credential::of(&secret, vault.put(tx, CREDENTIAL, &secret)?, tx.now()?));
        apps::save(tx, App { credential, reminded_for: None, ..app })?;
        if let Some(former) = former {
            vault.delete(tx, former)?;
        }
        Ok(Witnessed::new(at.id.uuid(), Event::new("app.credential_set", "app", at.id.uuid())))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// What ends here, before it is counted what that took along.
fn receipt(tx: &mut WriteTx, id: ReceiptId, (app, tenant): (&App, &Tenant), policy: &Policy) -> Result<Receipt> {
    let kind = model::kind(policy, &app.kind);
    Ok(Receipt {
        tenant: app.tenant,
        id,
        app: app.id,
        at: tx.now()?,
        by: tx.actor().to_string(),
        slot: app.slot.ok_or_else(|| Error::corrupt("apps", "slot", app.id))?,
        credentials_deleted: 0,
        jobs_cancelled: 0,
        withdrawn: app.granted.clone(),
        sharing_stopped: kind.touches.iter().map(|touched| touched.get_ref().clone()).collect(),
        what_stays: kind.stays.in_locale(policy.spoken(&tenant.locale), policy.first_locale()).to_owned(),
        provider_policy: app.policy_url.clone(),
        offers_erasure: offers_erasure(policy, &app.kind),
    })
}

/// A connected app at the version it was read at, held.
fn held(tx: &mut WriteTx, id: AppId, version: i32) -> Result<App> {
    let app = apps::held(tx, id)?;
    if app.version != version {
        return Err(Error::Conflict);
    }
    if app.is_connected() { Ok(app) } else { Err(Error::refused("REFUSED", "this app is disconnected already")) }
}

fn full(tenant: &Tenant) -> Error {
    let why = format!("all {} slots of this tenant are taken: disconnect an app first", tenant.app_slots);
    Error::refused("SLOTS_FULL", why)
}

/// How many are among the first and not among the second.
fn count(held: &[String], other: &[String]) -> u64 {
    held.iter().filter(|one| !other.contains(one)).map(|_| 1).sum()
}

async fn found(tools: &Tools, scope: &Scope<One>, id: AppId) -> Result<App> {
    tools.ledger.read(scope, move |tx| apps::one(tx, id)).await?.ok_or(Error::NotFound("app"))
}
