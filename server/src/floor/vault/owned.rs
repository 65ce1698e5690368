//! Persons' and requests' keys, wrapped in Postgres under the epoch. To seal takes a write, to open takes a reveal,
//! which notes who was looked at; nothing here hands an opening key to anyone else. Destroyed is for ever.

use std::collections::HashMap;
use std::hash::Hash;

use diesel::sql_types::{Array, Binary, Integer, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::envelope::{Opening, Shut};
use super::files::FileKind;
use super::keyring::{Vault, down, up};
use super::keys::{Epoch, Key, RequestKey, Role, Sealer, SubjectKey, Wraps};
use crate::floor::kernel::ids::KeyId;
use crate::floor::kernel::{Result, SubjectId};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement};

/// What a person's or a request's key is found by.
pub trait Owned: Role {
    type Owner: Copy + Eq + Hash;
    #[doc(hidden)]
    const FIND: &'static str;
    #[doc(hidden)]
    const MINT: &'static str;
    #[doc(hidden)]
    const FIRST: &'static str;
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
                "select k.* from (select ?::uuid as tenant_id) as at, (select distinct n.id from unnest(?) as n (id)) as n,
                        lateral (select id, ", $column, " as owner, epoch, wrapped from ", $table,
                "                 where tenant_id is not distinct from at.tenant_id and ", $column, " = n.id limit 1) as k"
            );
            const MINT: &'static str = concat!(
                "insert into ", $table, " (tenant_id, id, ", $column, ", epoch, wrapped)
                 select ?, n.id, n.owner, ?, n.wrapped from unnest(?, ?, ?) as n (id, owner, wrapped) order by n.owner
                 on conflict do nothing"
            );
            const FIRST: &'static str = concat!(
                "insert into ", $table, " (tenant_id, id, ", $column, ", epoch, wrapped)
                 select ?, n.id, n.owner, ?, n.wrapped from unnest(?, ?, ?) as n (id, owner, wrapped)"
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

/// An owner and what became of opening his key.
pub(super) type Found<R> = (<R as Owned>::Owner, Opening<Key<R>>);

impl Vault {
    /// The sealing half of the owner's key, which is made at first use. `Forgotten` once it was destroyed: an erased
    /// person gets no second key.
    pub fn sealer<R: Owned>(&self, tx: &mut WriteTx, owner: R::Owner) -> Result<Opening<Sealer<R>>>
    where
        Epoch: Wraps<R>,
    {
        Ok(self.sealers::<R>(tx, &[owner])?.remove(&owner).unwrap_or(Err(Shut::UnknownKey)))
    }

    /// The same of many owners, in as many statements as of one.
    pub fn sealers<R: Owned>(
        &self,
        tx: &mut WriteTx,
        owners: &[R::Owner],
    ) -> Result<HashMap<R::Owner, Opening<Sealer<R>>>>
    where
        Epoch: Wraps<R>,
    {
        if owners.is_empty() {
            return Ok(HashMap::new());
        }
        let mut found: HashMap<_, _> =
            self.find::<R>(tx, owners.iter().copied().map(R::uuid).collect())?.into_iter().collect();
        let mut missing: Vec<R::Owner> = owners.iter().copied().filter(|owner| !found.contains_key(owner)).collect();
        missing.sort_unstable_by_key(|owner| R::uuid(*owner));
        missing.dedup();
        if !missing.is_empty() {
            let made = self.mint::<R>(tx, R::MINT, &missing)?;
            let all_ours = made.len() == missing.len();
            found.extend(made);
            if !all_ours {
                // Another transaction made some of them at the same moment, and its keys are the ones.
                found.extend(self.find::<R>(tx, missing.into_iter().map(R::uuid).collect())?);
            }
        }
        Ok(found.into_iter().map(|(owner, key)| (owner, key.map(Sealer))).collect())
    }

    /// The same of owners who were made in this transaction, so that nobody else knows them: their first keys.
    pub fn first_sealers<R: Owned>(
        &self,
        tx: &mut WriteTx,
        owners: &[R::Owner],
    ) -> Result<HashMap<R::Owner, Opening<Sealer<R>>>>
    where
        Epoch: Wraps<R>,
    {
        if owners.is_empty() {
            return Ok(HashMap::new());
        }
        let made = self.mint::<R>(tx, R::FIRST, owners)?;
        Ok(made.into_iter().map(|(owner, key)| (owner, key.map(Sealer))).collect())
    }

    /// A key for each of these owners who have none. Fewer come back where another transaction was first, or none where
    /// the epoch is not at hand.
    fn mint<R: Owned>(&self, tx: &mut WriteTx, sql: &'static str, owners: &[R::Owner]) -> Result<Vec<Found<R>>>
    where
        Epoch: Wraps<R>,
    {
        let version = Self::active(tx, FileKind::Epoch)?;
        let Ok(epoch) = self.epoch(tx, version)? else { return Ok(Vec::new()) };
        let tenant = tx.tenant()?;
        let keys = owners.iter().map(|_| Key::<R>::fresh(0, KeyId::fresh().uuid())).collect::<Result<Vec<_>>>()?;
        let wrapped = keys.iter().map(|key| Ok(epoch.wrap(tenant, key)?.into_bytes())).collect::<Result<Vec<_>>>()?;
        let made = statement(sql)
            .bind::<SqlUuid, _>(tenant)
            .bind::<Integer, _>(down(version))
            .bind::<Array<SqlUuid>, _>(keys.iter().map(Key::id).collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(owners.iter().copied().map(R::uuid).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(wrapped)
            .execute(tx.conn())?;
        Ok(if made == keys.len() { owners.iter().copied().zip(keys.into_iter().map(Ok)).collect() } else { Vec::new() })
    }

    /// The sealing half of a key that is there already, for what is written down while it is looked at.
    pub fn known_sealer<R: Owned>(&self, tx: &mut Tx, owner: R::Owner) -> Result<Opening<Sealer<R>>>
    where
        Epoch: Wraps<R>,
    {
        Ok(self.find::<R>(tx, vec![R::uuid(owner)])?.pop().map_or(Err(Shut::UnknownKey), |(_, key)| key.map(Sealer)))
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

    pub(super) fn find<R: Owned>(&self, tx: &mut Tx, owners: Vec<Uuid>) -> Result<Vec<Found<R>>>
    where
        Epoch: Wraps<R>,
    {
        let rows: Vec<OwnedRow> = statement(R::FIND)
            .planned_for(owners.len())
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(owners)
            .load(tx.conn())?;
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
}
