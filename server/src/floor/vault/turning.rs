//! The statements of turning keys: who is due, what drains, what may be retired or destroyed. They move rows' states
//! and versions and never see a key in clear.

use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::fault::KeyFault;
use super::files::FileKind;
use super::keyring::{KeyState, Vault, down, house, known, up};
use super::wraps::TenantKeyRow;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Role, Tx, Witnessed, WriteTx, statement};

/// A kek is turned after this many wraps, far below the 2^32 that random nonces bear.
const WORN: i64 = 1 << 28;

#[derive(QueryableByName)]
pub(super) struct TenantRow {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: Uuid,
    #[diesel(sql_type = Integer)]
    pub version: i32,
}

/// A key file, how far it has come, and how many rows still stand under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyStatus {
    pub kind: FileKind,
    pub version: u32,
    pub state: KeyState,
    /// None for kinds that wrap no rows.
    pub rows: Option<u64>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Text)]
    kind: FileKind,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// One short transaction of upkeep in this tenant.
pub(super) async fn upkeep<T, F>(ledger: &Ledger, tenant: TenantId, tend: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut WriteTx) -> Result<T> + Send + 'static,
{
    ledger.as_role(Role::Worker).bookkeep(Some(tenant), tend).await
}

/// A look over all tenants at keys' facts, never at keys.
async fn look<T, F>(ledger: &Ledger, view: &'static str, ask: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
{
    let scope = ledger.desk_scope(Caller::house().permit_desk(Permission::KeepHouse)?, view).await?;
    ledger.desk(&scope, ask).await
}

/// Tenants of whom something is not yet under this root, or worn, or draining.
pub(super) async fn due_tenants(ledger: &Ledger, root: u32) -> Result<Vec<TenantId>> {
    look(ledger, "keys due", move |tx| {
        let rows: Vec<TenantRow> = statement(
            "select tenant_id, max(version) as version from tenant_keys
              where state = 'draining' or purpose = 'kek' and root_version <> ?
                 or purpose = 'kek' and state = 'active'
                    and (made_under < ? or wraps >= ? or made_at < now() - interval '90 days')
              group by tenant_id order by tenant_id",
        )
        .bind::<Integer, _>(down(root))
        .bind::<Integer, _>(down(root))
        .bind::<BigInt, _>(WORN)
        .load(tx.conn())?;
        Ok(rows.into_iter().map(|row| TenantId::from_uuid(row.tenant_id)).collect())
    })
    .await
}

/// Tenants with keys under another epoch than this one, and which.
pub(super) async fn due_epochs(ledger: &Ledger, epoch: u32) -> Result<Vec<(TenantId, u32)>> {
    look(ledger, "keys due", move |tx| {
        let rows: Vec<TenantRow> = statement(
            "select tenant_id, epoch as version from subject_keys where epoch <> ?
              union select tenant_id, epoch from request_keys where epoch <> ? order by 1, 2",
        )
        .bind::<Integer, _>(down(epoch))
        .bind::<Integer, _>(down(epoch))
        .load(tx.conn())?;
        Ok(rows.into_iter().map(|row| (TenantId::from_uuid(row.tenant_id), up(row.version))).collect())
    })
    .await
}

pub(super) fn keks_under_other_roots(tx: &mut Tx, root: u32) -> Result<Vec<TenantKeyRow>> {
    let rows = statement(
        "select id, version, root_version as under, wrapped from tenant_keys
          where tenant_id = ? and purpose = 'kek' and root_version <> ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Integer, _>(down(root))
    .load(tx.conn())?;
    Ok(rows)
}

pub(super) fn branches_under_other_keks(tx: &mut Tx) -> Result<Vec<TenantKeyRow>> {
    let tenant = tx.tenant()?;
    let rows = statement(
        "select b.id, b.version, b.kek_version as under, b.wrapped from tenant_keys b
           join tenant_keys k on k.tenant_id = b.tenant_id and k.purpose = 'kek' and k.state = 'active'
          where b.tenant_id = ? and b.purpose <> 'kek' and b.kek_version <> k.version",
    )
    .bind::<SqlUuid, _>(tenant)
    .load(tx.conn())?;
    Ok(rows)
}

pub(super) fn is_kek_due(tx: &mut WriteTx, root: u32) -> Result<bool> {
    let due = statement(
        "select tenant_id, version from tenant_keys
          where tenant_id = ? and purpose = 'kek' and state = 'active'
            and (made_under < ? or wraps >= ? or made_at < now() - interval '90 days')",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Integer, _>(down(root))
    .bind::<BigInt, _>(WORN)
    .get_result::<TenantRow>(tx.conn())
    .optional()?;
    Ok(due.is_some())
}

/// Waits for whoever seals under the active kek at this moment.
pub(super) fn drain_kek(tx: &mut WriteTx, root: u32) -> Result<Option<TenantRow>> {
    let drained = statement(
        "update tenant_keys set state = 'draining'
          where tenant_id = ? and purpose = 'kek' and state = 'active'
            and (made_under < ? or wraps >= ? or made_at < now() - interval '90 days')
         returning tenant_id, version",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Integer, _>(down(root))
    .bind::<BigInt, _>(WORN)
    .get_result(tx.conn())
    .optional()?;
    Ok(drained)
}

pub(super) fn draining_keks(tx: &mut WriteTx) -> Result<Vec<u32>> {
    let rows: Vec<TenantRow> = statement(
        "select tenant_id, version from tenant_keys
          where tenant_id = ? and purpose = 'kek' and state = 'draining' order by version",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| up(row.version)).collect())
}

/// Keks that nothing stands under any more.
pub(super) fn retire_keks(tx: &mut WriteTx) -> Result<()> {
    statement(
        "update tenant_keys k set state = 'retired'
          where k.tenant_id = ? and k.purpose = 'kek' and k.state = 'draining'
            and not exists (select from secrets s where s.tenant_id = k.tenant_id and s.kek_version = k.version)
            and not exists (select from tenant_keys b where b.tenant_id = k.tenant_id and b.kek_version = k.version)",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .execute(tx.conn())?;
    Ok(())
}

async fn counts(ledger: &Ledger) -> Result<Vec<Count>> {
    look(ledger, "keys in use", |tx| {
        let rows = statement(
            "select 'root' as kind, root_version as version, count(*) as rows from tenant_keys
              where root_version is not null group by root_version
              union all
             select 'epoch', epoch, count(*) from (select epoch from subject_keys where epoch is not null
                                                    union all select epoch from request_keys where epoch is not null) e
              group by epoch",
        );
        Ok(rows.load(tx.conn())?)
    })
    .await
}

/// Retires every draining version of this kind that no row stands under. Returns how many.
pub(super) async fn retire(ledger: &Ledger, kind: FileKind) -> Result<u64> {
    let used: Vec<i32> =
        counts(ledger).await?.into_iter().filter(|row| row.kind == kind).map(|row| row.version).collect();
    upkeep(ledger, TenantId::HOUSE, move |tx| {
        let now = tx.now()?.utc();
        let retired = statement(
            "update keyring set state = 'retired', retired_at = ?
              where kind = ? and state = 'draining' and version <> all (?)",
        )
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(kind)
        .bind::<Array<Integer>, _>(used)
        .execute(tx.conn())?;
        Ok(retired as u64)
    })
    .await
}

impl Vault {
    /// Every key file, its state, and the rows that stand under it.
    pub async fn status(&self, ledger: &Ledger) -> Result<Vec<KeyStatus>> {
        let counts = counts(ledger).await?;
        let rows = |kind, version| {
            let count = counts.iter().find(|row| row.kind == kind && row.version == version);
            matches!(kind, FileKind::Root | FileKind::Epoch).then(|| count.map_or(0, |row| row.rows.unsigned_abs()))
        };
        let keys = known(ledger).await?.into_iter();
        Ok(keys
            .map(|key| KeyStatus {
                kind: key.kind,
                version: up(key.version),
                state: key.state,
                rows: rows(key.kind, key.version),
            })
            .collect())
    }

    /// Destroys a retired root or epoch: the row says so first, then the file goes. May be run again. Only for one who
    /// knows that no dump within the grace needs it.
    pub async fn destroy(&self, ledger: &Ledger, kind: FileKind, version: u32) -> Result<()> {
        if self.files().is_given(kind) {
            return Err(Error::refused("KEY_IS_GIVEN", KeyFault::Given(version).to_string()));
        }
        let keys = known(ledger).await?;
        let key = keys.iter().find(|key| key.kind == kind && up(key.version) == version);
        match key.map(|key| key.state) {
            None => return Err(Error::NotFound("key")),
            Some(KeyState::Destroyed) => {}
            Some(KeyState::Retired) if matches!(kind, FileKind::Root | FileKind::Epoch) => {
                if counts(ledger).await?.iter().any(|row| row.kind == kind && up(row.version) == version) {
                    return Err(Error::refused("KEY_IN_USE", "rows still stand under this key"));
                }
                ledger.as_role(Role::Worker).write(house()?, move |tx| mark_destroyed(tx, kind, version)).await?;
            }
            Some(_) => return Err(Error::refused("KEY_IN_USE", "only a retired root or epoch can be destroyed")),
        }
        self.drop_key(kind, version);
        self.files().destroy(kind, version).map_err(KeyFault::told)
    }
}

fn mark_destroyed(tx: &mut WriteTx, kind: FileKind, version: u32) -> Result<Witnessed<()>> {
    let now = tx.now()?.utc();
    let marked = statement(
        "update keyring set state = 'destroyed', destroyed_at = ?
          where kind = ? and version = ? and state = 'retired'",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(kind)
    .bind::<Integer, _>(down(version))
    .execute(tx.conn())?;
    if marked != 1 {
        return Err(Error::Conflict);
    }
    let event = Event::new("key.destroyed", "keyring", Uuid::nil());
    Ok(Witnessed::new((), event.code("kind", kind.code()).count("version", version.into())))
}
