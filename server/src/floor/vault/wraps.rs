//! A tenant's own keys, wrapped in Postgres: the kek under the root, index and pseudonym keys under the kek. Made at
//! first use, counted, and never handed to a reader of another tenant. A key that does not open is said to be shut.

use diesel::sql_types::{BigInt, Binary, Integer, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::envelope::{Opening, Shut};
use super::files::FileKind;
use super::keyring::{Vault, down, up};
use super::keys::{Index, Kek, Key, Pseudonym, Role, Root, Wraps};
use crate::floor::kernel::ids::KeyId;
use crate::floor::kernel::{Error, Result};
use crate::floor::ledger::{Tx, WriteTx, statement};

#[derive(QueryableByName)]
pub(super) struct TenantKeyRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Integer)]
    pub version: i32,
    #[diesel(sql_type = Integer)]
    pub under: i32,
    #[diesel(sql_type = Binary)]
    pub wrapped: Vec<u8>,
}

impl Vault {
    /// The tenant's key of blind indexes.
    pub fn index_key(&self, tx: &mut WriteTx) -> Result<Opening<Key<Index>>> {
        self.branch(tx, "index")
    }

    /// The tenant's key of pseudonyms.
    pub fn pseudonym_key(&self, tx: &mut WriteTx) -> Result<Opening<Key<Pseudonym>>> {
        self.branch(tx, "pseudonym")
    }

    /// The tenant's key of blind indexes, to look for someone; a tenant that never indexed has none.
    pub fn find_index_key(&self, tx: &mut Tx) -> Result<Opening<Key<Index>>> {
        match active_key(tx, "index")? {
            Some(row) => self.open_branch(tx, &row),
            None => Ok(Err(Shut::UnknownKey)),
        }
    }

    pub(super) fn root(&self, tx: &mut Tx, version: u32) -> Result<Opening<Key<Root>>> {
        let bytes = self.key(tx, FileKind::Root, version)?;
        Ok(bytes.map(|bytes| Key::from_bytes(bytes, version, Uuid::nil())))
    }

    /// A kek as it stands in its row.
    pub(super) fn open_kek(&self, tx: &mut Tx, row: &TenantKeyRow) -> Result<Opening<Key<Kek>>> {
        let tenant = tx.tenant()?;
        let root = self.root(tx, up(row.under))?;
        Ok(root.and_then(|root| root.unwrap_key(tenant, row.id, up(row.version), &row.wrapped)))
    }

    /// The kek of this version.
    pub(super) fn kek(&self, tx: &mut Tx, version: u32) -> Result<Opening<Key<Kek>>> {
        let row = statement(
            "select id, version, root_version as under, wrapped from tenant_keys
              where tenant_id = ? and purpose = 'kek' and version = ?",
        )
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<Integer, _>(down(version))
        .get_result::<TenantKeyRow>(tx.conn())
        .optional()?;
        row.map_or(Ok(Err(Shut::UnknownKey)), |row| self.open_kek(tx, &row))
    }

    /// The kek to seal `wraps` values under, counted. It cannot be turned before this transaction ends.
    pub(super) fn kek_to_seal(&self, tx: &mut WriteTx, wraps: usize) -> Result<Key<Kek>> {
        self.kek_to_wrap(tx, wraps)?
            .map_err(|shut| Error::internal(format!("the active tenant key does not open: {}", shut.code())))
    }

    /// The same for one who can do without it where it does not open.
    pub(super) fn kek_to_wrap(&self, tx: &mut WriteTx, wraps: usize) -> Result<Opening<Key<Kek>>> {
        let wraps = i64::try_from(wraps).unwrap_or(i64::MAX);
        for attempt in 0..3 {
            let row = statement(
                "update tenant_keys set wraps = wraps + ?
                  where tenant_id = ? and purpose = 'kek' and state = 'active'
                 returning id, version, root_version as under, wrapped",
            )
            .bind::<BigInt, _>(wraps)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .get_result::<TenantKeyRow>(tx.conn())
            .optional()?;
            match row {
                Some(row) => return self.open_kek(tx, &row),
                // The first miss may be a key that was turned while we waited for it.
                None if attempt == 1 => self.make_kek(tx, 1)?,
                None => {}
            }
        }
        Err(Error::Conflict)
    }

    /// A kek of this version, unless another transaction was first.
    pub(super) fn make_kek(&self, tx: &mut WriteTx, version: u32) -> Result<()> {
        let root_version = Self::active(tx, FileKind::Root)?;
        let root = self.root(tx, root_version)?.map_err(|_| Error::internal("the active root is not at hand"))?;
        let (tenant, kek) = (tx.tenant()?, Key::<Kek>::fresh(version, KeyId::fresh().uuid())?);
        statement(
            "insert into tenant_keys (tenant_id, id, purpose, version, made_under, root_version, wrapped)
             values (?, ?, 'kek', ?, ?, ?, ?) on conflict do nothing",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(kek.id())
        .bind::<Integer, _>(down(version))
        .bind::<Integer, _>(down(root_version))
        .bind::<Integer, _>(down(root_version))
        .bind::<Binary, _>(root.wrap(tenant, &kek)?.into_bytes())
        .execute(tx.conn())?;
        Ok(())
    }

    /// One of the tenant's keys under its kek, made at first use.
    fn branch<R: Role>(&self, tx: &mut WriteTx, purpose: &'static str) -> Result<Opening<Key<R>>>
    where
        Kek: Wraps<R>,
    {
        if let Some(row) = active_key(tx, purpose)? {
            return self.open_branch(tx, &row);
        }
        let kek = self.kek_to_seal(tx, 1)?;
        let (tenant, key) = (tx.tenant()?, Key::<R>::fresh(1, KeyId::fresh().uuid())?);
        statement(
            "insert into tenant_keys (tenant_id, id, purpose, version, made_under, kek_version, wrapped)
             select tenant_id, ?, ?, 1, made_under, version, ? from tenant_keys
              where tenant_id = ? and purpose = 'kek' and version = ? on conflict do nothing",
        )
        .bind::<SqlUuid, _>(key.id())
        .bind::<Text, _>(purpose)
        .bind::<Binary, _>(kek.wrap(tenant, &key)?.into_bytes())
        .bind::<SqlUuid, _>(tenant)
        .bind::<Integer, _>(down(kek.version()))
        .execute(tx.conn())?;
        match active_key(tx, purpose)? {
            Some(row) => self.open_branch(tx, &row),
            None => Err(Error::Conflict),
        }
    }

    pub(super) fn open_branch<R: Role>(&self, tx: &mut Tx, row: &TenantKeyRow) -> Result<Opening<Key<R>>>
    where
        Kek: Wraps<R>,
    {
        let tenant = tx.tenant()?;
        let kek = self.kek(tx, up(row.under))?;
        Ok(kek.and_then(|kek| kek.unwrap_key(tenant, row.id, up(row.version), &row.wrapped)))
    }
}

fn active_key(tx: &mut Tx, purpose: &'static str) -> Result<Option<TenantKeyRow>> {
    let row = statement(
        "select id, version, kek_version as under, wrapped from tenant_keys
          where tenant_id = ? and purpose = ? and state = 'active'",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Text, _>(purpose)
    .get_result(tx.conn())
    .optional()?;
    Ok(row)
}
