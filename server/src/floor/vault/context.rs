//! What an envelope is bound to: its purpose, the kind of its key, and the place it stands in.
//! Pure, and free of personal data; it never looks at a key.

use uuid::Uuid;

use crate::floor::kernel::TenantId;

/// What was sealed. The number is the envelope's fifth byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Secret,
    Personal,
    WrappedKey,
    Blob,
}

impl Purpose {
    pub const ALL: [Self; 4] = [Self::Secret, Self::Personal, Self::WrappedKey, Self::Blob];

    pub const fn byte(self) -> u8 {
        match self {
            Self::Secret => 1,
            Self::Personal => 2,
            Self::WrappedKey => 3,
            Self::Blob => 4,
        }
    }

    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.byte() == byte)
    }
}

/// What kind of key sealed it. The number is the envelope's sixth byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Root,
    Epoch,
    Tenant,
    Subject,
    Request,
    Value,
}

impl KeyKind {
    pub const ALL: [Self; 6] = [Self::Root, Self::Epoch, Self::Tenant, Self::Subject, Self::Request, Self::Value];

    pub const fn byte(self) -> u8 {
        match self {
            Self::Root => 1,
            Self::Epoch => 2,
            Self::Tenant => 3,
            Self::Subject => 4,
            Self::Request => 5,
            Self::Value => 6,
        }
    }

    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.byte() == byte)
    }
}

/// Where an envelope stands. Table and column are ASCII labels fixed in code at first use: renaming a table does
/// not rename its label. The generation grows with each overwrite and is 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    pub tenant: TenantId,
    pub table: &'a str,
    pub column: &'a str,
    pub row: Uuid,
    pub generation: u32,
}

/// Appends the length of `part` as u32, then `part`.
pub fn lp(out: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(part);
}

/// The associated data of an envelope with these first 26 bytes at this place.
pub fn associated_data(header: &[u8], place: &Place<'_>) -> Vec<u8> {
    let mut data = Vec::with_capacity(128 + place.table.len() + place.column.len());
    lp(&mut data, b"rightsdesk/aad/1");
    lp(&mut data, header);
    lp(&mut data, place.tenant.uuid().as_bytes());
    lp(&mut data, place.table.as_bytes());
    lp(&mut data, place.column.as_bytes());
    lp(&mut data, place.row.as_bytes());
    lp(&mut data, &place.generation.to_be_bytes());
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_names_at_most_one_purpose_and_one_kind() {
        for byte in 0..=u8::MAX {
            assert_eq!(Purpose::from_byte(byte).map(Purpose::byte), (1..=4).contains(&byte).then_some(byte));
            assert_eq!(KeyKind::from_byte(byte).map(KeyKind::byte), (1..=6).contains(&byte).then_some(byte));
        }
    }

    proptest! {
        #[test]
        fn parts_that_differ_never_encode_alike(left in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 2..4),
                                               right in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 2..4)) {
            let encode = |parts: &[Vec<u8>]| {
                let mut out = Vec::new();
                for part in parts {
                    lp(&mut out, part);
                }
                out
            };
            prop_assert_eq!(left == right, encode(&left) == encode(&right));
        }
    }
}
