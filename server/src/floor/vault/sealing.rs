//! A stored secret: sealed under a value key that is used once, which stands wrapped beside it under the tenant's
//! key. Pure; where the two columns stand is the business of `secrets`.

use uuid::Uuid;

use super::context::{Place, Purpose};
use super::envelope::{Opening, Shut};
use super::keys::{Kek, Key, KeyBytes, Value};
use crate::floor::kernel::{Result, Sealed, Secret, TenantId};

/// Where a stored secret stands: the kind is the label of its table, the generation grows with each overwrite.
#[derive(Debug, Clone, Copy)]
pub struct SecretPlace<'a> {
    pub tenant: TenantId,
    pub kind: &'a str,
    pub id: Uuid,
    pub generation: u32,
}

/// A secret as it is stored: its value key under the tenant's key, and itself under its value key.
pub struct SealedSecret {
    pub dek: Sealed,
    pub ct: Sealed,
}

impl SecretPlace<'_> {
    fn at<'a>(&'a self, column: &'a str) -> Place<'a> {
        Place { tenant: self.tenant, table: self.kind, column, row: self.id, generation: self.generation }
    }

    /// Under a value key made for this one envelope and dropped after it.
    pub fn seal(&self, kek: &Key<Kek>, secret: &Secret) -> Result<SealedSecret> {
        let value = Key::<Value>::fresh(self.generation, self.id)?;
        let dek = kek.seal(Purpose::WrappedKey, &self.at("dek"), value.bytes())?;
        let ct = value.seal(Purpose::Secret, &self.at("ct"), secret.expose().as_bytes())?;
        Ok(SealedSecret { dek, ct })
    }

    pub fn open(&self, kek: &Key<Kek>, dek: &[u8], ct: &[u8]) -> Opening<Secret> {
        self.value_key(kek, dek)?.open(Purpose::Secret, &self.at("ct"), ct)?.into_secret()
    }

    /// The same value key under another of the tenant's keys.
    pub fn rewrap(&self, old: &Key<Kek>, new: &Key<Kek>, dek: &[u8]) -> Opening<Result<Sealed>> {
        let value = self.value_key(old, dek)?;
        Ok(new.seal(Purpose::WrappedKey, &self.at("dek"), value.bytes()))
    }

    fn value_key(&self, kek: &Key<Kek>, dek: &[u8]) -> Opening<Key<Value>> {
        let clear = kek.open(Purpose::WrappedKey, &self.at("dek"), dek)?;
        let bytes = KeyBytes::from_slice(clear.bytes()).ok_or(Shut::Foreign)?;
        Ok(Key::from_bytes(bytes, self.generation, self.id))
    }
}
