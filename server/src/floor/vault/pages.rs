//! Pages of rewrapping: rows under an old key are brought under the active one, each by compare-and-set, in one short
//! transaction. A row that does not open is stepped over and counted; no value is opened, only its key.

use diesel::sql_types::{Array, BigInt, Binary, Integer, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::files::FileKind;
use super::keyring::{Vault, down, up};
use super::keys::{Epoch, Index, Wraps};
use super::owned::{Owned, OwnedRow};
use super::sealing::SecretPlace;
use super::turning;
use super::wraps::TenantKeyRow;
use crate::floor::kernel::{Error, Result, Sealed};
use crate::floor::ledger::{WriteTx, statement};

/// Rows rewrapped in one transaction: a tenant's writers wait for no longer than this takes.
pub const PAGE: u16 = 500;

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
pub(super) struct Page {
    pub moved: u64,
    pub shut: u64,
    pub next: Option<Uuid>,
}

/// Puts a tenant's key under another, unless somebody was quicker. Returns how many rows that was.
fn replace(tx: &mut WriteTx, sql: &'static str, wrapped: Sealed, version: u32, row: TenantKeyRow) -> Result<u64> {
    let moved = statement(sql)
        .bind::<Binary, _>(wrapped.into_bytes())
        .bind::<Integer, _>(down(version))
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(row.id)
        .bind::<Binary, _>(row.wrapped)
        .execute(tx.conn())?;
    Ok(moved as u64)
}

impl Vault {
    /// The tenant's keks under this root. `None` where it is no longer the active one: whoever goes on under it would put
    /// rows back under a key that is taken away.
    pub(super) fn rewrap_keks(&self, tx: &mut WriteTx, root: u32) -> Result<Option<Page>> {
        if Self::active(tx, FileKind::Root)? != root {
            return Ok(None);
        }
        let mut page = Page::default();
        let rows: Vec<TenantKeyRow> = turning::keks_under_other_roots(tx, root)?;
        let Ok(new) = self.root(tx, root)? else { return Err(Error::internal("the active root is not at hand")) };
        for row in rows {
            let Ok(kek) = self.open_kek(tx, &row)? else {
                page.shut += 1;
                continue;
            };
            let wrapped = new.wrap(tx.tenant()?, &kek)?;
            let under_root =
                "update tenant_keys set wrapped = ?, root_version = ? where tenant_id = ? and id = ? and wrapped = ?";
            page.moved += replace(tx, under_root, wrapped, root, row)?;
        }
        Ok(Some(page))
    }

    pub(super) fn rewrap_branches(&self, tx: &mut WriteTx) -> Result<Page> {
        let mut page = Page::default();
        let rows: Vec<TenantKeyRow> = turning::branches_under_other_keks(tx)?;
        if rows.is_empty() {
            return Ok(page);
        }
        let Ok(new) = self.kek_to_wrap(tx, rows.len())? else { return Ok(Page { shut: rows.len() as u64, ..page }) };
        for row in rows {
            // Index and pseudonym keys differ in what they are for, not in how they stand.
            let Ok(key) = self.open_branch::<Index>(tx, &row)? else {
                page.shut += 1;
                continue;
            };
            let wrapped = new.wrap(tx.tenant()?, &key)?;
            let under_kek =
                "update tenant_keys set wrapped = ?, kek_version = ? where tenant_id = ? and id = ? and wrapped = ?";
            page.moved += replace(tx, under_kek, wrapped, new.version(), row)?;
        }
        Ok(page)
    }

    /// One page of secrets that stand under the kek of version `old`, from the one after `from`.
    pub(super) fn rewrap_secrets(&self, tx: &mut WriteTx, old: u32, from: Uuid) -> Result<Page> {
        let tenant = tx.tenant()?;
        // The kek first, then the secrets: the order every writer locks in.
        let new = self.kek_to_wrap(tx, usize::from(PAGE))?;
        let rows: Vec<SecretRow> = statement(
            "select id, kind, generation, dek from secrets
              where tenant_id = ? and kek_version = ? and id > ? order by id limit ? for update",
        )
        .planned_anew()
        .bind::<SqlUuid, _>(tenant)
        .bind::<Integer, _>(down(old))
        .bind::<SqlUuid, _>(from)
        .bind::<BigInt, _>(i64::from(PAGE))
        .load(tx.conn())?;
        let mut page = Page { next: next(rows.last().map(|row| row.id), rows.len()), ..Page::default() };
        let (Ok(new), Ok(old_kek)) = (new, self.kek(tx, old)?) else {
            return Ok(Page { shut: rows.len() as u64, ..page });
        };
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
        .planned_anew()
        .bind::<Integer, _>(down(new.version()))
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Binary>, _>(olds)
        .bind::<Array<Binary>, _>(deks)
        .bind::<SqlUuid, _>(tenant)
        .execute(tx.conn())?;
        page.moved = moved as u64;
        Ok(page)
    }

    /// One page of keys that stand under the epoch `old`. `None` where `epoch` is no longer the active one.
    pub(super) fn rewrap_owned_page<R: Owned>(
        &self,
        tx: &mut WriteTx,
        old: u32,
        epoch: u32,
        from: Uuid,
    ) -> Result<Option<Page>>
    where
        Epoch: Wraps<R>,
    {
        if Self::active(tx, FileKind::Epoch)? != epoch {
            return Ok(None);
        }
        let tenant = tx.tenant()?;
        let rows: Vec<OwnedRow> = statement(R::PAGE)
            .planned_anew()
            .bind::<SqlUuid, _>(tenant)
            .bind::<Integer, _>(down(old))
            .bind::<SqlUuid, _>(from)
            .bind::<BigInt, _>(i64::from(PAGE))
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
        Ok(Some(page))
    }
}

/// A full page has a successor.
fn next(last: Option<Uuid>, rows: usize) -> Option<Uuid> {
    last.filter(|_| rows >= usize::from(PAGE))
}
