//! Values of a person that were put right, as digests with a salt of their own: whoever holds a value knows by them whether it
//! is the one. Nothing is read out of them, and nothing is found by them. Pure.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::floor::kernel::{Personal, SubjectId};

/// A value that was put right, as digests.
pub struct Corrected {
    pub subject: SubjectId,
    pub row: Uuid,
    pub salt: [u8; 16],
    pub was: Option<[u8; 32]>,
    pub is: [u8; 32],
}

impl Corrected {
    pub fn of((subject, row): (SubjectId, Uuid), salt: [u8; 16], (was, is): (Option<&Personal>, &Personal)) -> Self {
        Self { subject, row, salt, was: was.map(|was| correction_digest(&salt, was)), is: correction_digest(&salt, is) }
    }
}

/// What is kept of a value that was put right, as `docs/formats.md` has it.
pub fn correction_digest(salt: &[u8], value: &Personal) -> [u8; 32] {
    let mut text = Vec::new();
    for part in [b"rightsdesk/correction/1".as_slice(), salt, value.disclose().as_bytes()] {
        text.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        text.extend(part);
    }
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_two_values_apart_and_not_what_they_are() {
        let (value, digest) = (Personal::new("ada@example.com"), correction_digest);
        assert_ne!(digest(&[1; 16], &value), digest(&[2; 16], &value), "each has a salt of its own");
        assert_ne!(digest(&[1; 16], &value), digest(&[1; 16], &Personal::new("Ada@example.com")));
    }
}
