//! Turning keys: a new root and new tenant keys, a new epoch. Every row is rewrapped by compare-and-set, in pages, by
//! *version*; the versions in the rows are the only state, so that whoever was killed is followed by anyone. A version
//! is retired when no row needs it, and never before. No value is opened on the way, only keys.

use std::future::Future;
use std::time::Duration;

use diesel::sql_types::{Array, BigInt, Binary, Integer, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::files::FileKind;
use super::keyring::{KeyState, Vault, down, known, up};
use super::keys::{Epoch, Index, RequestKey, SubjectKey, Wraps};
use super::sealing::SecretPlace;
use super::turning::{self, TenantRow};
use super::wraps::{Owned, OwnedRow, TenantKeyRow};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Role, Witnessed, WriteTx, statement};

/// Rows rewrapped in one transaction: a tenant's writers wait for no longer than this takes.
pub const PAGE: i64 = 500;

/// How often a page is tried again when somebody holds its rows or the database is away for a moment.
const TRIES: u32 = 20;

/// How far a turning has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The root or epoch that is active now.
    pub version: u32,
    pub tenants: u64,
    /// Tenants' keys, persons' and requests' keys under their new key.
    pub keys: u64,
    /// Secrets under their tenant's new key.
    pub secrets: u64,
    /// Rows that do not open under the key they name, met in the last pass: they keep their old version in use.
    pub shut: u64,
    /// Versions that no row needs any more.
    pub retired: u64,
}

#[derive(QueryableByName)]
struct SecretRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    generation: i32,
    #[diesel(sql_type = Binary)]
    dek: Vec<u8>,
}

/// What one page did: how many rows it moved, how many stayed shut, and where the next begins.
#[derive(Default)]
struct Page {
    moved: u64,
    shut: u64,
    next: Option<Uuid>,
}

impl Vault {
    /// Turns the root and every tenant's kek, or takes up a rotation that was broken off. `tell` hears of each page.
    pub async fn rotate(&self, ledger: &Ledger, mut tell: impl FnMut(Progress)) -> Result<Progress> {
        self.turn_unless_draining(ledger, FileKind::Root).await?;
        self.tend(ledger, &mut tell).await
    }

    /// Finishes whatever rotation is under way, and turns keks that are worn: after 2^28 wraps or 90 days.
    pub async fn tend(&self, ledger: &Ledger, mut tell: impl FnMut(Progress)) -> Result<Progress> {
        let root = self.active_version(ledger, FileKind::Root).await?;
        let mut progress = Progress { version: root, ..Progress::default() };
        loop {
            let before = progress;
            progress.shut = 0;
            let due = turning::due_tenants(ledger, root).await?;
            for tenant in &due {
                self.rotate_tenant(ledger, *tenant, root, &mut progress, &mut tell).await?;
            }
            progress.tenants = progress.tenants.max(due.len() as u64);
            // What is left and does not move is shut: told in numbers, and kept with its key.
            if due.is_empty() || (progress.keys, progress.secrets) == (before.keys, before.secrets) {
                break;
            }
        }
        progress.retired = turning::retire(ledger, FileKind::Root).await?;
        tell(progress);
        Ok(progress)
    }

    /// Turns the epoch and rewraps every living person's and request's key, or takes up where it was broken off.
    pub async fn turn_epoch(&self, ledger: &Ledger, mut tell: impl FnMut(Progress)) -> Result<Progress> {
        self.turn_unless_draining(ledger, FileKind::Epoch).await?;
        let epoch = self.active_version(ledger, FileKind::Epoch).await?;
        let mut progress = Progress { version: epoch, ..Progress::default() };
        loop {
            let before = progress;
            progress.shut = 0;
            let due = turning::due_epochs(ledger, epoch).await?;
            for (tenant, old) in &due {
                self.rewrap_owned::<SubjectKey>(ledger, *tenant, *old, epoch, &mut progress, &mut tell).await?;
                self.rewrap_owned::<RequestKey>(ledger, *tenant, *old, epoch, &mut progress, &mut tell).await?;
            }
            progress.tenants = progress.tenants.max(due.len() as u64);
            if due.is_empty() || progress.keys == before.keys {
                break;
            }
        }
        progress.retired = turning::retire(ledger, FileKind::Epoch).await?;
        tell(progress);
        Ok(progress)
    }

    async fn turn_unless_draining(&self, ledger: &Ledger, kind: FileKind) -> Result<()> {
        let versions = known(ledger).await?;
        if versions.iter().any(|key| key.kind == kind && key.state == KeyState::Draining) {
            return Ok(());
        }
        match self.turn(ledger, kind).await {
            // Somebody else turned it at this moment: we help to rewrap.
            Err(Error::Conflict) => Ok(()),
            other => other.map(drop),
        }
    }

    async fn active_version(&self, ledger: &Ledger, kind: FileKind) -> Result<u32> {
        let active = known(ledger).await?.into_iter().find(|key| key.kind == kind && key.state == KeyState::Active);
        active.map(|key| up(key.version)).ok_or_else(|| Error::internal("no version of a key is active"))
    }

    async fn rotate_tenant(
        &self,
        ledger: &Ledger,
        tenant: TenantId,
        root: u32,
        progress: &mut Progress,
        tell: &mut impl FnMut(Progress),
    ) -> Result<()> {
        let keks = insist(|| {
            let vault = self.clone();
            turning::upkeep(ledger, tenant, move |tx| vault.rewrap_keks(tx, root))
        })
        .await?;
        progress.keys += keks.moved;
        progress.shut += keks.shut;
        insist(|| self.turn_kek(ledger, tenant, root)).await?;
        let branches = insist(|| {
            let vault = self.clone();
            turning::upkeep(ledger, tenant, move |tx| vault.rewrap_branches(tx))
        })
        .await?;
        progress.keys += branches.moved;
        progress.shut += branches.shut;
        for old in turning::upkeep(ledger, tenant, turning::draining_keks).await? {
            let mut after = Some(Uuid::nil());
            while let Some(from) = after {
                let page = insist(|| {
                    let vault = self.clone();
                    turning::upkeep(ledger, tenant, move |tx| vault.rewrap_secrets(tx, old, from))
                })
                .await?;
                progress.secrets += page.moved;
                progress.shut += page.shut;
                after = page.next;
                tell(*progress);
            }
        }
        turning::upkeep(ledger, tenant, turning::retire_keks).await
    }

    fn rewrap_keks(&self, tx: &mut WriteTx, root: u32) -> Result<Page> {
        let mut page = Page::default();
        let rows: Vec<TenantKeyRow> = turning::keks_under_other_roots(tx, root)?;
        let Ok(new) = self.root(tx, root)? else { return Err(Error::internal("the active root is not at hand")) };
        for row in rows {
            let Ok(kek) = self.open_kek(tx, &row)? else {
                page.shut += 1;
                continue;
            };
            let tenant = tx.tenant()?;
            let moved = statement(
                "update tenant_keys set wrapped = ?, root_version = ? where tenant_id = ? and id = ? and wrapped = ?",
            )
            .bind::<Binary, _>(new.wrap(tenant, &kek)?.into_bytes())
            .bind::<Integer, _>(down(root))
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(row.id)
            .bind::<Binary, _>(row.wrapped)
            .execute(tx.conn())?;
            page.moved += moved as u64;
        }
        Ok(page)
    }

    /// A new kek, if the active one is due. The old one is locked while it is turned, so no writer still seals under it
    /// afterwards.
    async fn turn_kek(&self, ledger: &Ledger, tenant: TenantId, root: u32) -> Result<()> {
        if !turning::upkeep(ledger, tenant, move |tx| turning::is_kek_due(tx, root)).await? {
            return Ok(());
        }
        let vault = self.clone();
        let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
        let turned = ledger
            .as_role(Role::Worker)
            .write(scope, move |tx| {
                let TenantRow { version, .. } = turning::drain_kek(tx, root)?.ok_or(Error::Conflict)?;
                vault.make_kek(tx, up(version) + 1)?;
                let turned = Event::new("key.turned", "tenant", tenant.uuid());
                Ok(Witnessed::new((), turned.count("version", u64::from(up(version) + 1))))
            })
            .await;
        // Another process was first.
        if matches!(turned, Err(Error::Conflict)) { Ok(()) } else { turned }
    }

    fn rewrap_branches(&self, tx: &mut WriteTx) -> Result<Page> {
        let mut page = Page::default();
        let rows: Vec<TenantKeyRow> = turning::branches_under_other_keks(tx)?;
        if rows.is_empty() {
            return Ok(page);
        }
        let new = self.kek_to_seal(tx, rows.len())?;
        for row in rows {
            // Index and pseudonym keys differ in what they are for, not in how they stand.
            let Ok(key) = self.open_branch::<Index>(tx, &row)? else {
                page.shut += 1;
                continue;
            };
            let tenant = tx.tenant()?;
            let moved = statement(
                "update tenant_keys set wrapped = ?, kek_version = ? where tenant_id = ? and id = ? and wrapped = ?",
            )
            .bind::<Binary, _>(new.wrap(tenant, &key)?.into_bytes())
            .bind::<Integer, _>(down(new.version()))
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(row.id)
            .bind::<Binary, _>(row.wrapped)
            .execute(tx.conn())?;
            page.moved += moved as u64;
        }
        Ok(page)
    }

    /// One page of secrets that stand under the kek of version `old`, from the one after `from`.
    fn rewrap_secrets(&self, tx: &mut WriteTx, old: u32, from: Uuid) -> Result<Page> {
        let tenant = tx.tenant()?;
        // The kek first, then the secrets: the order every writer locks in.
        let new = self.kek_to_seal(tx, PAGE.unsigned_abs() as usize)?;
        let rows: Vec<SecretRow> = statement(
            "select id, kind, generation, dek from secrets
              where tenant_id = ? and kek_version = ? and id > ? order by id limit ? for update",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Integer, _>(down(old))
        .bind::<SqlUuid, _>(from)
        .bind::<BigInt, _>(PAGE)
        .load(tx.conn())?;
        let mut page = Page { next: next(rows.last().map(|row| row.id), rows.len()), ..Page::default() };
        let Ok(old_kek) = self.kek(tx, old)? else { return Ok(Page { shut: rows.len() as u64, ..page }) };
        let (mut ids, mut olds, mut deks) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let place = SecretPlace { tenant, kind: &row.kind, id: row.id, generation: up(row.generation) };
            match place.rewrap(&old_kek, &new, &row.dek) {
                Ok(dek) => {
                    ids.push(row.id);
                    olds.push(row.dek);
                    deks.push(dek?.into_bytes());
                }
                Err(_) => page.shut += 1,
            }
        }
        let moved = statement(
            "update secrets s set dek = n.new, kek_version = ? from unnest(?, ?, ?) as n (id, old, new)
              where s.tenant_id = ? and s.id = n.id and s.dek = n.old",
        )
        .bind::<Integer, _>(down(new.version()))
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Binary>, _>(olds)
        .bind::<Array<Binary>, _>(deks)
        .bind::<SqlUuid, _>(tenant)
        .execute(tx.conn())?;
        page.moved = moved as u64;
        Ok(page)
    }

    async fn rewrap_owned<R: Owned + 'static>(
        &self,
        ledger: &Ledger,
        tenant: TenantId,
        old: u32,
        epoch: u32,
        progress: &mut Progress,
        tell: &mut impl FnMut(Progress),
    ) -> Result<()>
    where
        Epoch: Wraps<R>,
    {
        let mut after = Some(Uuid::nil());
        while let Some(from) = after {
            let page = insist(|| {
                let vault = self.clone();
                turning::upkeep(ledger, tenant, move |tx| vault.rewrap_owned_page::<R>(tx, old, epoch, from))
            })
            .await?;
            progress.keys += page.moved;
            progress.shut += page.shut;
            after = page.next;
            tell(*progress);
        }
        Ok(())
    }

    fn rewrap_owned_page<R: Owned>(&self, tx: &mut WriteTx, old: u32, epoch: u32, from: Uuid) -> Result<Page>
    where
        Epoch: Wraps<R>,
    {
        let tenant = tx.tenant()?;
        let rows: Vec<OwnedRow> = statement(R::PAGE)
            .bind::<SqlUuid, _>(tenant)
            .bind::<Integer, _>(down(old))
            .bind::<SqlUuid, _>(from)
            .bind::<BigInt, _>(PAGE)
            .load(tx.conn())?;
        let mut page = Page { next: next(rows.last().map(|row| row.id), rows.len()), ..Page::default() };
        let Ok(new) = self.epoch(tx, epoch)? else { return Err(Error::internal("the active epoch is not at hand")) };
        let (mut ids, mut olds, mut news) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let key = self.open_owned::<R>(tx, &row)?;
            match (key, row.wrapped) {
                (Ok(key), Some(wrapped)) => {
                    ids.push(row.id);
                    olds.push(wrapped);
                    news.push(new.wrap(tenant, &key)?.into_bytes());
                }
                _ => page.shut += 1,
            }
        }
        let moved = statement(R::REWRAP)
            .bind::<Integer, _>(down(epoch))
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Array<Binary>, _>(olds)
            .bind::<Array<Binary>, _>(news)
            .bind::<SqlUuid, _>(tenant)
            .execute(tx.conn())?;
        page.moved = moved as u64;
        Ok(page)
    }
}

/// A full page has a successor.
fn next(last: Option<Uuid>, rows: usize) -> Option<Uuid> {
    last.filter(|_| rows as u64 >= PAGE.unsigned_abs())
}

/// Tries again where somebody else held the rows or the database was away: every page may be run twice.
async fn insist<T, F: Future<Output = Result<T>>>(mut page: impl FnMut() -> F) -> Result<T> {
    let mut tries = 0;
    loop {
        match page().await {
            Err(Error::Conflict | Error::Unavailable { .. }) if tries < TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(50 * u64::from(tries))).await;
            }
            outcome => return outcome,
        }
    }
}
