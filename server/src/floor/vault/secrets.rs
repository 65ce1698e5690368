//! Every stored secret of every slice: a slice holds the id, the value stands here under a key of its own. Deleting a
//! secret is deleting a row, and rotation runs over one table. Never a value about a person: those hang on the
//! person's key.

use diesel::sql_types::{Array, Binary, Integer, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::envelope::{Opening, Shut};
use super::keyring::{Vault, down, up};
use super::sealing::SecretPlace;
use super::wraps::TenantKeyRow;
use crate::floor::kernel::ids::SecretId;
use crate::floor::kernel::{Error, Result, Secret};
use crate::floor::ledger::{RevealTx, WriteTx, statement};

/// What a secret is: the label its envelopes are bound to, fixed at first use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretKind(&'static str);

impl SecretKind {
    /// `label` is lower case ASCII, like `store_secret`; the database refuses any other.
    pub const fn new(label: &'static str) -> Self {
        Self(label)
    }

    pub const fn label(self) -> &'static str {
        self.0
    }
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Integer)]
    generation: i32,
    #[diesel(sql_type = Binary)]
    dek: Vec<u8>,
    #[diesel(sql_type = Binary)]
    ct: Vec<u8>,
    #[diesel(embed)]
    kek: TenantKeyRow,
}

#[derive(QueryableByName)]
struct Generation {
    #[diesel(sql_type = Integer)]
    generation: i32,
}

impl Vault {
    /// Stores a new secret.
    pub fn put(&self, tx: &mut WriteTx, kind: SecretKind, secret: &Secret) -> Result<SecretId> {
        let ids = self.put_all(tx, kind, std::slice::from_ref(secret))?;
        ids.first().copied().ok_or_else(|| Error::internal("a secret was not stored"))
    }

    /// Stores many new secrets of one kind in one statement.
    pub fn put_all(&self, tx: &mut WriteTx, kind: SecretKind, secrets: &[Secret]) -> Result<Vec<SecretId>> {
        let kek = self.kek_to_seal(tx, secrets.len())?;
        let tenant = tx.tenant()?;
        let mut ids = Vec::with_capacity(secrets.len());
        let (mut deks, mut cts) = (Vec::with_capacity(secrets.len()), Vec::with_capacity(secrets.len()));
        for secret in secrets {
            let id = SecretId::fresh();
            let sealed = SecretPlace { tenant, kind: kind.0, id: id.uuid(), generation: 0 }.seal(&kek, secret)?;
            ids.push(id);
            deks.push(sealed.dek.into_bytes());
            cts.push(sealed.ct.into_bytes());
        }
        statement(
            "insert into secrets (tenant_id, kind, kek_version, id, dek, ct)
             select ?, ?, ?, n.* from unnest(?, ?, ?) as n (id, dek, ct)",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(kind.0)
        .bind::<Integer, _>(down(kek.version()))
        .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<Uuid>>())
        .bind::<Array<Binary>, _>(deks)
        .bind::<Array<Binary>, _>(cts)
        .execute(tx.conn())?;
        Ok(ids)
    }

    /// Opens a secret for the length of one call; the look is noted under its kind.
    pub fn open_secret(&self, tx: &mut RevealTx, kind: SecretKind, id: SecretId) -> Result<Opening<Secret>> {
        tx.note(None, kind.0);
        let tenant = tx.tenant()?;
        let stored = statement(
            "select s.generation, s.dek, s.ct, k.id, k.version, k.root_version as under, k.wrapped
               from secrets s
               join tenant_keys k on k.tenant_id = s.tenant_id and k.purpose = 'kek' and k.version = s.kek_version
              where s.tenant_id = ? and s.id = ? and s.kind = ?",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(kind.0)
        .get_result::<Stored>(tx.conn())
        .optional()?;
        let Some(stored) = stored else { return Err(Error::NotFound("secret")) };
        let place = SecretPlace { tenant, kind: kind.0, id: id.uuid(), generation: up(stored.generation) };
        Ok(self.open_kek(tx, &stored.kek)?.and_then(|kek| place.open(&kek, &stored.dek, &stored.ct)))
    }

    /// Overwrites a secret: a new value key, and a generation on, so that the older ciphertext opens nowhere.
    pub fn reseal(&self, tx: &mut WriteTx, kind: SecretKind, id: SecretId, secret: &Secret) -> Result<()> {
        let kek = self.kek_to_seal(tx, 1)?;
        let tenant = tx.tenant()?;
        let held = statement("select generation from secrets where tenant_id = ? and id = ? and kind = ? for update")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(id)
            .bind::<Text, _>(kind.0)
            .get_result::<Generation>(tx.conn())
            .optional()?
            .ok_or(Error::NotFound("secret"))?;
        let place = SecretPlace { tenant, kind: kind.0, id: id.uuid(), generation: up(held.generation) + 1 };
        let sealed = place.seal(&kek, secret)?;
        statement(
            "update secrets set generation = ?, kek_version = ?, dek = ?, ct = ?, sealed_at = now()
              where tenant_id = ? and id = ?",
        )
        .bind::<Integer, _>(down(place.generation))
        .bind::<Integer, _>(down(kek.version()))
        .bind::<Binary, _>(sealed.dek.into_bytes())
        .bind::<Binary, _>(sealed.ct.into_bytes())
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
        Ok(())
    }

    /// Deletes a secret with its value key. `false` if it was gone already; may be run again.
    pub fn delete(&self, tx: &mut WriteTx, id: SecretId) -> Result<bool> {
        let gone = statement("delete from secrets where tenant_id = ? and id = ?")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(id)
            .execute(tx.conn())?;
        Ok(gone == 1)
    }
}

/// A value that stayed shut, where there is nothing to do but to tell whoever runs the desk.
impl Shut {
    pub fn of_secret(self, id: SecretId) -> Error {
        Error::internal(format!("secret {id} stays shut: {}", self.code()))
    }
}
