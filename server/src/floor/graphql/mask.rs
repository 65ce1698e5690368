//! What a personal field answers: that it is there, of what kind, and whose; never the value. The clear one leaves only
//! through a reveal, which is a mutation.

use async_graphql::{Enum, SimpleObject};
use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::floor::kernel::SubjectId;

/// What a masked value is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskKind {
    /// A civil name.
    Name,
    /// A mail address.
    Mail,
    /// A telephone number.
    Phone,
    /// A postal address.
    Address,
    /// A courier's reference.
    Tracking,
    /// What a platform calls somebody, or an order of theirs.
    Handle,
    /// Words that somebody wrote, which may name anyone.
    Words,
}

impl MaskKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Tracking => "tracking",
            Self::Handle => "handle",
            Self::Words => "words",
        }
    }
}

/// A personal value that stays shut.
#[derive(SimpleObject, Debug, Clone)]
pub struct Mask {
    /// Its kind and, where it is a person's, the person's handle: two fields of one person can be recognised, and none can
    /// be read.
    masked: String,
    /// What it is.
    kind: MaskKind,
}

impl Mask {
    pub fn of(kind: MaskKind, subject: SubjectId) -> Self {
        Self { masked: format!("{} of {}", kind.word(), handle(subject)), kind }
    }

    /// Words that are nobody's in particular.
    pub fn words() -> Self {
        Self::sealed(MaskKind::Words)
    }

    /// What is somebody's of whom nothing more is known.
    pub fn sealed(kind: MaskKind) -> Self {
        Self { masked: format!("{}, sealed", kind.word()), kind }
    }
}

/// A short name for a person that says nothing about them. The id it is made from is random already.
pub fn handle(subject: SubjectId) -> String {
    let digest = Sha256::digest(subject.uuid().as_bytes());
    format!("sub·{}", BASE32_NOPAD.encode(&digest[..4]).to_lowercase().get(..5).unwrap_or_default())
}
