//! Digests to find people by without reading them: blind indexes under a tenant's index key, tombstones under the
//! suppression key. Pure. They never hold a value, and never leave the tenant they were made for.

use hkdf::Hkdf;
use sha2::Sha256;

use super::context::lp;
use super::keys::{Index, Key, KeyBytes, Pseudonym, hmac};
use crate::floor::kernel::text::normalise;
use crate::floor::kernel::{Error, Personal, Result, TenantId};

/// A blind index as it stands in a `_bidx` column.
pub type BlindIndex = [u8; 16];

/// The index key of one field: kinds like `email`, `phone`, `customer_gid`. Fields of few values get none.
pub struct FieldIndex(KeyBytes);

impl Key<Index> {
    /// Derived once per kind, used for many values.
    pub fn field(&self, kind: &str) -> Result<FieldIndex> {
        let mut key = KeyBytes::zeros();
        Hkdf::<Sha256>::new(None, self.bytes())
            .expand_multi_info(&[b"rightsdesk/bidx/1/", kind.as_bytes()], key.bytes_mut())
            .map_err(|_| Error::internal("no key for a blind index"))?;
        Ok(FieldIndex(key))
    }
}

impl FieldIndex {
    /// Of the normalised value; [`crate::floor::kernel::text::NORMALISER`] belongs in the column beside it.
    pub fn of(&self, value: &Personal) -> BlindIndex {
        let mut index = [0; 16];
        index.copy_from_slice(&hmac(self.0.bytes(), &[normalised(value).disclose().as_bytes()])[..16]);
        index
    }
}

impl Key<Pseudonym> {
    /// A stable handle for `id` that only this tenant's key can make again. The label keeps handles of different
    /// uses apart.
    pub fn handle(&self, label: &str, id: &[u8]) -> [u8; 16] {
        let mut message = Vec::with_capacity(64);
        lp(&mut message, b"rightsdesk/pseudonym/1");
        lp(&mut message, label.as_bytes());
        lp(&mut message, id);
        let mut handle = [0; 16];
        handle.copy_from_slice(&hmac(self.bytes(), &[&message])[..16]);
        handle
    }

    /// What stands for somebody's value of this kind, however it is written: nobody without this tenant's key tells whose
    /// it is, and nobody at all once the key is gone.
    pub fn alias(&self, kind: &str, value: &Personal) -> [u8; 32] {
        hmac(self.bytes(), &[kind.as_bytes(), &[0], normalised(value).disclose().as_bytes()])
    }
}

/// Key of tombstone digests, a version of its file.
pub struct SuppressKey {
    bytes: KeyBytes,
    version: u32,
}

impl SuppressKey {
    pub(super) fn new(bytes: KeyBytes, version: u32) -> Self {
        Self { bytes, version }
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    /// What a person is refused by. `scope` is the store's id for a platform's customer id, empty for mail and phone.
    pub fn tombstone(&self, tenant: TenantId, kind: &str, scope: &str, value: &Personal) -> [u8; 32] {
        let mut message = Vec::with_capacity(128);
        lp(&mut message, b"rightsdesk/tomb/1");
        lp(&mut message, tenant.uuid().as_bytes());
        lp(&mut message, kind.as_bytes());
        lp(&mut message, scope.as_bytes());
        lp(&mut message, normalised(value).disclose().as_bytes());
        let digest = hmac(self.bytes.bytes(), &[&message]);
        zeroize::Zeroize::zeroize(&mut message);
        digest
    }
}

fn normalised(value: &Personal) -> Personal {
    Personal::new(normalise(value.disclose()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::vault::testing::{hex, span, tenant};

    fn index_key() -> Key<Index> {
        Key::from_bytes(span(0xc0), 1, uuid::Uuid::nil())
    }

    #[test]
    fn the_known_blind_index_comes_out() {
        let index = index_key().field("email").expect("a field").of(&Personal::new("john@example.com"));
        assert_eq!(hex(&index), "e474b1c732865e3be01ab533f17615c0");
    }

    #[test]
    fn one_address_has_one_index_however_it_is_written() {
        let field = index_key().field("email").expect("a field");
        let index = field.of(&Personal::new("josé@example.com"));
        assert_eq!(field.of(&Personal::new("  Jose\u{301}@Example.COM ")), index);
        let phone = index_key().field("phone").expect("a field");
        assert_ne!(phone.of(&Personal::new("josé@example.com")), index);
        let other = Key::<Index>::from_bytes(span(0xc1), 1, uuid::Uuid::nil()).field("email").expect("a field");
        assert_ne!(other.of(&Personal::new("josé@example.com")), index);
    }

    #[test]
    fn the_known_tombstone_comes_out() {
        let key = SuppressKey::new(span(0xe0), 1);
        let john = Personal::new("john@example.com");
        let digest = key.tombstone(tenant(), "email", "", &john);
        assert_eq!(hex(&digest), "550bf7d960b82b894f7f448ccd2dc2b1a59c6c27fc412a9ffc631453f81c4a99");
        assert_ne!(key.tombstone(TenantId::HOUSE, "email", "", &john), digest);
        assert_ne!(key.tombstone(tenant(), "email", "1", &john), digest);
        assert_ne!(key.tombstone(tenant(), "emai", "l", &john), digest);
    }

    #[test]
    fn an_alias_is_one_however_the_value_is_written_and_belongs_to_its_kind_and_tenant() {
        let key = |start| Key::<Pseudonym>::from_bytes(span(start), 1, uuid::Uuid::nil());
        let alias = |kind, value| key(0x10).alias(kind, &Personal::new(value));
        assert_eq!(alias("client_id", " GA1.2.7 "), alias("client_id", "ga1.2.7"));
        assert_ne!(alias("client_id", "ga1.2.7"), alias("client", "_idga1.2.7"));
        assert_ne!(alias("client_id", "7"), key(0x11).alias("client_id", &Personal::new("7")));
        let known = hmac(key(0x10).bytes(), &[b"client_id\0ga1.2.7"]);
        assert_eq!(alias("client_id", "ga1.2.7"), known);
    }

    #[test]
    fn a_handle_is_stable_and_belongs_to_its_use() {
        let key = Key::<Pseudonym>::from_bytes(span(0x10), 1, uuid::Uuid::nil());
        assert_eq!(key.handle("subject", b"4"), key.handle("subject", b"4"));
        assert_ne!(key.handle("subject", b"4"), key.handle("order", b"4"));
    }
}
