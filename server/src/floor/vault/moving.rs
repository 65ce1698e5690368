//! Values that go over from one person's key to another's, because a ground in law keeps their rows and the first key is
//! destroyed. What they hold never leaves the vault, so nobody looks at it on the way.

use std::collections::HashMap;

use uuid::Uuid;

use super::context::{KeyKind, Place, Purpose};
use super::envelope::{Header, Opening, Shut};
use super::keyring::Vault;
use super::keys::{Key, SubjectKey};
use crate::floor::kernel::{Error, Result, Sealed, SubjectId};
use crate::floor::ledger::WriteTx;

/// Moves what is sealed under some persons' keys to under one other's.
pub struct Mover {
    from: HashMap<Uuid, Key<SubjectKey>>,
    to: Key<SubjectKey>,
}

impl Mover {
    /// The same value at the same place under the other key; none where it is there already, or where it stands under
    /// no key of a person. What does not open stays shut.
    pub fn move_over(&self, place: &Place<'_>, envelope: &[u8]) -> Opening<Option<Result<Sealed>>> {
        let header = Header::parse(envelope).ok_or(Shut::Foreign)?;
        if header.kind != KeyKind::Subject || header.key_id == self.to.id() {
            return Ok(None);
        }
        let key = self.from.get(&header.key_id).ok_or(Shut::UnknownKey)?;
        let purpose @ (Purpose::Personal | Purpose::Blob) = header.purpose else { return Err(Shut::Foreign) };
        let clear = key.open(purpose, place, envelope)?;
        Ok(Some(self.to.seal(purpose, place, clear.bytes())))
    }
}

impl Vault {
    /// What takes values from under these persons' keys to under another's, whose key is made at first use. Those whose key
    /// is destroyed have nothing to take.
    pub fn mover(&self, tx: &mut WriteTx, from: &[SubjectId], to: SubjectId) -> Result<Mover> {
        let sealer = self.sealer::<SubjectKey>(tx, to)?;
        let to = sealer.map_err(|shut| Error::internal(format!("a keeper's key does not seal: {}", shut.code())))?.0;
        let found = self.find::<SubjectKey>(tx, from.iter().map(|subject| subject.uuid()).collect())?;
        let from = found.into_iter().filter_map(|(_, key)| key.ok()).map(|key| (key.id(), key)).collect();
        Ok(Mover { from, to })
    }
}
