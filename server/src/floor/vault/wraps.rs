//! Keys that stand wrapped in Postgres: a tenant's own under the root, a person's and a request's under the epoch.
//! A key that does not open is said to be shut; nothing here ever fails a caller for it, and nothing hands a key to a
//! reader that leaves no trace.

use std::collections::HashMap;
use std::hash::Hash;

use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::envelope::{Opening, Shut};
use super::files::FileKind;
use super::keyring::{Vault, down, up};
use super::keys::{Epoch, Index, Kek, Key, Pseudonym, RequestKey, Role, Root, Sealer, SubjectKey, Wraps};
use crate::floor::kernel::ids::KeyId;
use crate::floor::kernel::{Error, Result, SubjectId};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement};

/// What a person's or a request's key is found by.
pub trait Owned: Role {
    type Owner: Copy + Eq + Hash;
    #[doc(hidden)]
    const FIND: &'static str;
    #[doc(hidden)]
    const INSERT: &'static str;
    #[doc(hidden)]
    const FORGET: &'static str;
    #[doc(hidden)]
    const PAGE: &'static str;
    #[doc(hidden)]
    const REWRAP: &'static str;

    fn uuid(owner: Self::Owner) -> Uuid;
    fn owner(uuid: Uuid) -> Self::Owner;
}

macro_rules! owned {
    ($role:ty, $owner:ty, $into:expr, $from:expr, $table:literal, $column:literal) => {
        impl Owned for $role {
            type Owner = $owner;
            const FIND: &'static str = concat!(
                "select id, ", $column, " as owner, epoch, wrapped from ", $table,
                " where tenant_id = ? and ", $column, " = any(?)"
            );
            const INSERT: &'static str = concat!(
                "insert into ", $table, " (tenant_id, id, ", $column, ", epoch, wrapped) values (?, ?, ?, ?, ?)
                 on conflict do nothing"
            );
            const FORGET: &'static str = concat!(
                "insert into ", $table, " as k (tenant_id, id, ", $column, ", destroyed_at) values (?, ?, ?, ?)
                 on conflict (tenant_id, ", $column, ") do update
                    set epoch = null, wrapped = null, destroyed_at = excluded.destroyed_at where k.wrapped is not null"
            );
            const PAGE: &'static str = concat!(
                "select id, ", $column, " as owner, epoch, wrapped from ", $table,
                " where tenant_id = ? and epoch = ? and id > ? order by id limit ?"
            );
            const REWRAP: &'static str = concat!(
                "update ", $table, " k set wrapped = n.new, epoch = ?
                   from unnest(?, ?, ?) as n (id, old, new)
                  where k.tenant_id = ? and k.id = n.id and k.wrapped = n.old"
            );

            fn uuid(owner: $owner) -> Uuid {
                $into(owner)
            }

            fn owner(uuid: Uuid) -> $owner {
                $from(uuid)
            }
        }
    };
}

owned!(SubjectKey, SubjectId, SubjectId::uuid, SubjectId::from_uuid, "subject_keys", "subject_id");
owned!(RequestKey, Uuid, std::convert::identity, std::convert::identity, "request_keys", "owner_id");

#[derive(QueryableByName)]
pub(super) struct OwnedRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner: Uuid,
    #[diesel(sql_type = Nullable<Integer>)]
    epoch: Option<i32>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub wrapped: Option<Vec<u8>>,
}

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
    /// The sealing half of the owner's key, which is made at first use. `Forgotten` once it was destroyed: an erased
    /// person gets no second key.
    pub fn sealer<R: Owned>(&self, tx: &mut WriteTx, owner: R::Owner) -> Result<Opening<Sealer<R>>>
    where
        Key<Epoch>: Sized,
        Epoch: Wraps<R>,
    {
        if let Some((_, key)) = self.find::<R>(tx, vec![R::uuid(owner)])?.pop() {
            return Ok(key.map(Sealer));
        }
        let version = Self::active(tx, FileKind::Epoch)?;
        let Ok(epoch) = self.epoch(tx, version)? else { return Ok(Err(Shut::UnknownKey)) };
        let (tenant, key) = (tx.tenant()?, Key::<R>::fresh(0, KeyId::fresh().uuid())?);
        let made = statement(R::INSERT)
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(key.id())
            .bind::<SqlUuid, _>(R::uuid(owner))
            .bind::<Integer, _>(down(version))
            .bind::<Binary, _>(epoch.wrap(tenant, &key)?.into_bytes())
            .execute(tx.conn())?;
        if made == 1 {
            return Ok(Ok(Sealer(key)));
        }
        let theirs = self.find::<R>(tx, vec![R::uuid(owner)])?.pop();
        Ok(theirs.map_or(Err(Shut::UnknownKey), |(_, key)| key.map(Sealer)))
    }

    /// A person's key, to open what it sealed; the look is noted under `view`.
    pub fn subject_key(
        &self,
        tx: &mut RevealTx,
        subject: SubjectId,
        view: &'static str,
    ) -> Result<Opening<Key<SubjectKey>>> {
        Ok(self.subject_keys(tx, &[subject], view)?.remove(&subject).unwrap_or(Err(Shut::UnknownKey)))
    }

    /// The keys of many persons in one statement, each look noted under `view`. Persons without a key are absent.
    pub fn subject_keys(
        &self,
        tx: &mut RevealTx,
        subjects: &[SubjectId],
        view: &'static str,
    ) -> Result<HashMap<SubjectId, Opening<Key<SubjectKey>>>> {
        for subject in subjects {
            tx.note(Some(*subject), view);
        }
        let found = self.find::<SubjectKey>(tx, subjects.iter().map(|subject| subject.uuid()).collect())?;
        Ok(found.into_iter().collect())
    }

    /// The key of a request or delivery, to open what it sealed; the look is noted under `view`.
    pub fn request_key(&self, tx: &mut RevealTx, owner: Uuid, view: &'static str) -> Result<Opening<Key<RequestKey>>> {
        tx.note(None, view);
        Ok(self.find::<RequestKey>(tx, vec![owner])?.pop().map_or(Err(Shut::UnknownKey), |(_, key)| key))
    }

    /// Destroys the owner's key, and with it all it sealed. `false` if it was gone already; may be run again.
    pub fn forget<R: Owned>(&self, tx: &mut WriteTx, owner: R::Owner) -> Result<bool> {
        let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
        let changed = statement(R::FORGET)
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(KeyId::fresh().uuid())
            .bind::<SqlUuid, _>(R::uuid(owner))
            .bind::<Timestamptz, _>(now)
            .execute(tx.conn())?;
        Ok(changed == 1)
    }

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

    fn find<R: Owned>(&self, tx: &mut Tx, owners: Vec<Uuid>) -> Result<Vec<(R::Owner, Opening<Key<R>>)>>
    where
        Epoch: Wraps<R>,
    {
        let rows: Vec<OwnedRow> =
            statement(R::FIND).bind::<SqlUuid, _>(tx.tenant()?).bind::<Array<SqlUuid>, _>(owners).load(tx.conn())?;
        rows.into_iter().map(|row| Ok((R::owner(row.owner), self.open_owned(tx, &row)?))).collect()
    }

    pub(super) fn open_owned<R: Owned>(&self, tx: &mut Tx, row: &OwnedRow) -> Result<Opening<Key<R>>>
    where
        Epoch: Wraps<R>,
    {
        let (Some(version), Some(wrapped)) = (row.epoch, &row.wrapped) else { return Ok(Err(Shut::Forgotten)) };
        let tenant = tx.tenant()?;
        Ok(self.epoch(tx, up(version))?.and_then(|epoch| epoch.unwrap_key(tenant, row.id, 0, wrapped)))
    }

    pub(super) fn epoch(&self, tx: &mut Tx, version: u32) -> Result<Opening<Key<Epoch>>> {
        let bytes = self.key(tx, FileKind::Epoch, version)?;
        Ok(bytes.map(|bytes| Key::from_bytes(bytes, version, Uuid::nil())))
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
                Some(row) => {
                    return self.open_kek(tx, &row)?.map_err(|shut| {
                        Error::internal(format!("tenant key {} does not open: {}", row.id, shut.code()))
                    });
                }
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
