//! Keys as types: what a key may seal and which key may wrap which is decided by the compiler.
//! A key never prints, is never copied out as text, and is zeroed when dropped.
//!
//! ```no_run
//! # use rightsdesk_server::floor::{kernel::Personal, vault::{Key, Kek, Place, SubjectKey}};
//! # fn of(kek: &Key<Kek>, john: &Key<SubjectKey>, place: &Place, mail: &Personal) {
//! let _ = john.seal_personal(place, mail);
//! # }
//! ```
//! A tenant's key would keep a person readable in every old dump, so this does not compile:
//! ```compile_fail,E0277
//! # use rightsdesk_server::floor::{kernel::Personal, vault::{Key, Kek, Place, SubjectKey}};
//! # fn of(kek: &Key<Kek>, john: &Key<SubjectKey>, place: &Place, mail: &Personal) {
//! let _ = kek.seal_personal(place, mail);
//! # }
//! ```
//! Nor does a person's key under the root:
//! ```compile_fail,E0277
//! # use rightsdesk_server::floor::{kernel::TenantId, vault::{Key, Root, SubjectKey}};
//! # fn of(root: &Key<Root>, john: &Key<SubjectKey>, tenant: TenantId) {
//! let _ = root.wrap(tenant, john);
//! # }
//! ```

use std::marker::PhantomData;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::context::{KeyKind, Place, Purpose};
use super::envelope::{self, Header, Opening, Shut};
use crate::floor::kernel::{Personal, Result, Sealed, TenantId};

pub const KEY: usize = 32;

/// 32 bytes of key, on the heap, zeroed when dropped.
pub struct KeyBytes(Box<[u8; KEY]>);

impl Drop for KeyBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl KeyBytes {
    /// To be filled.
    pub(super) fn zeros() -> Self {
        Self(Box::new([0; KEY]))
    }

    /// A key nobody had before.
    pub fn fresh() -> Result<Self> {
        let mut key = Self::zeros();
        envelope::random(key.0.as_mut_slice())?;
        Ok(key)
    }

    /// `None` where `bytes` is not exactly as long as a key.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == KEY).then(|| {
            let mut key = Self::zeros();
            key.0.copy_from_slice(bytes);
            key
        })
    }

    pub(super) fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    pub(super) fn bytes(&self) -> &[u8; KEY] {
        &self.0
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; KEY] {
        &mut self.0
    }

    /// What the keyring remembers of a key: enough to know it again, nothing to use it with.
    pub fn check_value(&self) -> [u8; 8] {
        let mut check = [0; 8];
        check.copy_from_slice(&hmac(self.bytes(), &[b"rightsdesk/check/1"])[..8]);
        check
    }

    /// Whether it is the key that this was remembered of. In constant time.
    pub(super) fn is_known_by(&self, check_value: &[u8]) -> bool {
        self.check_value().ct_eq(check_value).into()
    }
}

/// HMAC-SHA256 over the parts in a row. A key shorter than the block is one padded with zeros.
pub(super) fn hmac(key: &[u8; KEY], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; 64]);
    block[..KEY].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// What a key is for. Its `KIND` stands in every envelope it makes, its `TABLE` is the label it is wrapped under.
pub trait Role {
    const KIND: KeyKind;
    const TABLE: &'static str;
}

/// Of keys: may wrap a `Child`.
pub trait Wraps<Child: Role>: Role {}
/// Of keys: may seal personal fields.
pub trait SealsPersonal: Role {}
/// Of keys: may seal audit payloads, evidence, intake data.
pub trait SealsBlobs: Role {}

macro_rules! role {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $table:literal) => {
        $(#[$doc])*
        pub enum $name {}

        impl Role for $name {
            const KIND: KeyKind = KeyKind::$kind;
            const TABLE: &'static str = $table;
        }
    };
}

role!(
    /// Above every tenant's keys; outside Postgres.
    Root,
    Root,
    "root"
);
role!(
    /// Above every person's and request's key for a month or so; outside Postgres.
    Epoch,
    Epoch,
    "epoch"
);
role!(
    /// A tenant's key above its value keys.
    Kek,
    Tenant,
    "tenant_key"
);
role!(
    /// A tenant's key of blind indexes.
    Index,
    Tenant,
    "tenant_key"
);
role!(
    /// A tenant's key of pseudonyms.
    Pseudonym,
    Tenant,
    "tenant_key"
);
role!(
    /// One person's key.
    SubjectKey,
    Subject,
    "subject_key"
);
role!(
    /// The key of one request or inbox delivery.
    RequestKey,
    Request,
    "request_key"
);
role!(
    /// The key of one stored secret, used once.
    Value,
    Value,
    "value"
);

impl Wraps<Kek> for Root {}
impl Wraps<Index> for Kek {}
impl Wraps<Pseudonym> for Kek {}
impl Wraps<SubjectKey> for Epoch {}
impl Wraps<RequestKey> for Epoch {}
impl SealsPersonal for SubjectKey {}
impl SealsBlobs for SubjectKey {}
impl SealsBlobs for RequestKey {}

/// A key with its role, version and id. Roots and epochs have the nil id; persons' and requests' keys version 0.
pub struct Key<R: Role> {
    bytes: KeyBytes,
    version: u32,
    id: Uuid,
    role: PhantomData<R>,
}

impl<R: Role> Key<R> {
    pub(super) fn from_bytes(bytes: KeyBytes, version: u32, id: Uuid) -> Self {
        Self { bytes, version, id, role: PhantomData }
    }

    pub(super) fn fresh(version: u32, id: Uuid) -> Result<Self> {
        KeyBytes::fresh().map(|bytes| Self::from_bytes(bytes, version, id))
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn bytes(&self) -> &[u8; KEY] {
        self.bytes.bytes()
    }

    fn header(&self, purpose: Purpose) -> Header {
        Header { purpose, kind: R::KIND, version: self.version, key_id: self.id }
    }

    pub(super) fn seal(&self, purpose: Purpose, place: &Place<'_>, clear: &[u8]) -> Result<Sealed> {
        envelope::seal(self.bytes(), &self.header(purpose), place, clear)
    }

    pub(super) fn open(&self, purpose: Purpose, place: &Place<'_>, sealed: &[u8]) -> Opening {
        let opening = envelope::open(self.bytes(), &self.header(purpose), place, sealed);
        if let Err(shut) = &opening {
            metrics::counter!("rightsdesk_envelopes_shut_total", "reason" => shut.code()).increment(1);
        }
        opening
    }

    /// Where a key of this role stands wrapped; its version is its generation.
    fn wrapped_at(tenant: TenantId, id: Uuid, version: u32) -> Place<'static> {
        Place { tenant, table: R::TABLE, column: "wrapped", row: id, generation: version }
    }

    pub fn wrap<C: Role>(&self, tenant: TenantId, child: &Key<C>) -> Result<Sealed>
    where
        R: Wraps<C>,
    {
        let place = Key::<C>::wrapped_at(tenant, child.id, child.version);
        self.seal(Purpose::WrappedKey, &place, child.bytes())
    }

    pub fn unwrap_key<C: Role>(&self, tenant: TenantId, id: Uuid, version: u32, wrapped: &[u8]) -> Opening<Key<C>>
    where
        R: Wraps<C>,
    {
        let clear = self.open(Purpose::WrappedKey, &Key::<C>::wrapped_at(tenant, id, version), wrapped)?;
        let bytes = KeyBytes::from_slice(clear.bytes()).ok_or(Shut::Foreign)?;
        Ok(Key::from_bytes(bytes, version, id))
    }

    pub fn seal_personal(&self, place: &Place<'_>, value: &Personal) -> Result<Sealed>
    where
        R: SealsPersonal,
    {
        self.seal(Purpose::Personal, place, value.disclose().as_bytes())
    }

    pub fn open_personal(&self, place: &Place<'_>, sealed: &Sealed) -> Opening<Personal>
    where
        R: SealsPersonal,
    {
        self.open(Purpose::Personal, place, sealed.bytes())?.into_personal()
    }

    pub fn seal_blob(&self, place: &Place<'_>, bytes: &[u8]) -> Result<Sealed>
    where
        R: SealsBlobs,
    {
        self.seal(Purpose::Blob, place, bytes)
    }

    pub fn open_blob(&self, place: &Place<'_>, sealed: &Sealed) -> Opening
    where
        R: SealsBlobs,
    {
        self.open(Purpose::Blob, place, sealed.bytes())
    }
}

/// The sealing half of a key: what a write may do without leaving an access row.
pub struct Sealer<R: Role>(pub(super) Key<R>);

impl<R: Role> Sealer<R> {
    pub fn seal_personal(&self, place: &Place<'_>, value: &Personal) -> Result<Sealed>
    where
        R: SealsPersonal,
    {
        self.0.seal_personal(place, value)
    }

    pub fn seal_blob(&self, place: &Place<'_>, bytes: &[u8]) -> Result<Sealed>
    where
        R: SealsBlobs,
    {
        self.0.seal_blob(place, bytes)
    }

    /// A value that stands at one place, sealed anew for another: `own` opens it there. Nobody sees it on the way, so no look
    /// is noted.
    pub fn carry_personal(
        &self,
        own: &Self,
        (from, sealed): (&Place<'_>, &Sealed),
        to: &Place<'_>,
    ) -> Result<Opening<Sealed>>
    where
        R: SealsPersonal,
    {
        match own.0.open_personal(from, sealed) {
            Ok(value) => self.0.seal_personal(to, &value).map(Ok),
            Err(shut) => Ok(Err(shut)),
        }
    }
}
