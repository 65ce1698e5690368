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
    /// Words that somebody wrote, which may name anyone.
    Words,
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
        let word = match kind {
            MaskKind::Name => "name",
            MaskKind::Mail => "mail",
            MaskKind::Phone => "phone",
            MaskKind::Address => "address",
            MaskKind::Tracking => "tracking",
            MaskKind::Words => "words",
        };
        Self { masked: format!("{word} of {}", handle(subject)), kind }
    }

    /// Words that are nobody's in particular.
    pub fn words() -> Self {
        Self { masked: "words, sealed".to_owned(), kind: MaskKind::Words }
    }
}

/// A short name for a person that says nothing about them. The id it is made from is random already.
pub fn handle(subject: SubjectId) -> String {
    let digest = Sha256::digest(subject.uuid().as_bytes());
    format!("sub·{}", BASE32_NOPAD.encode(&digest[..4]).to_lowercase().get(..5).unwrap_or_default())
}
