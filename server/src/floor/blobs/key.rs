//! The key of an object: what it is, whose it is, which it is. Read back strictly, so that what is not ours is left alone.

use object_store::path::Path;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{BlobId, TenantId};

vocabulary! {
    /// What an object is.
    pub enum Kind {
        /// What a person gets to download.
        Package = "package",
        /// A letter as it was sent.
        Letter = "letter",
        /// What proves that something was done.
        Evidence = "evidence",
        /// What someone handed in.
        Attachment = "attachment",
        /// A month of a merchant's in figures.
        Report = "report",
    }
}

/// One object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Blob {
    pub tenant: TenantId,
    pub id: BlobId,
    pub kind: Kind,
}

/// Objects that are not whole yet, under their later key.
pub(super) const INCOMING: &str = "incoming";

impl Blob {
    pub(super) fn at(self, prefix: &Path) -> Path {
        let Self { tenant, id, kind } = self;
        prefix.clone().join(kind.code()).join(tenant.to_string()).join(id.to_string())
    }

    /// Where it is written before it is whole; each attempt has a place of its own.
    pub(super) fn incoming(self, prefix: &Path) -> Path {
        let Self { tenant, id, kind } = self;
        let attempt = BlobId::fresh().uuid().as_simple().to_string();
        prefix.clone().join(INCOMING).join(kind.code()).join(tenant.to_string()).join(id.to_string()).join(attempt)
    }

    /// The object at this place, if it is one of ours.
    pub(super) fn read(prefix: &Path, at: &Path) -> Option<Self> {
        let parts: Vec<_> = at.prefix_match(prefix)?.collect();
        let [kind, tenant, id] = parts.as_slice() else { return None };
        Some(Self {
            kind: Kind::from_code(kind.as_ref())?,
            tenant: tenant.as_ref().parse().ok()?,
            id: id.as_ref().parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_nothing_else_does() {
        for prefix in [Path::default(), Path::from("desk/objects")] {
            let blob = Blob { tenant: TenantId::fresh(), id: BlobId::fresh(), kind: Kind::Evidence };
            let at = blob.at(&prefix);
            assert_eq!(Blob::read(&prefix, &at), Some(blob));
            assert_eq!(Blob::read(&prefix, &blob.incoming(&prefix)), None);
            assert_eq!(Blob::read(&prefix, &at.join("more")), None);
        }
        let odd = Path::from("package/ten_1/obj_2");
        assert_eq!(Blob::read(&Path::default(), &odd), None);
    }
}
