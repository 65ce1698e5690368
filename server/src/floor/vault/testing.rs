//! What the vault's tests share: the ids and keys of the known answers. Never compiled into the program.

use uuid::Uuid;

use super::keys::KeyBytes;
use crate::floor::kernel::TenantId;

pub const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub const KEK: &str = "22222222-2222-4222-8222-222222222222";
pub const STORE_SECRET: &str = "33333333-3333-4333-8333-333333333333";
pub const SUBJECT_KEY: &str = "44444444-4444-4444-8444-444444444444";
pub const ORDER_CONTACT: &str = "55555555-5555-4555-8555-555555555555";

pub fn id(text: &str) -> Uuid {
    Uuid::try_parse(text).expect("an id")
}

pub fn tenant() -> TenantId {
    TenantId::from_uuid(id(TENANT))
}

/// `start`, `start + 1` … `start + 31`.
pub fn span(start: u8) -> KeyBytes {
    let bytes: Vec<u8> = (start..=start + 31).collect();
    KeyBytes::from_slice(&bytes).expect("32 bytes")
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

/// A signing key whose seed is `span(start)`.
pub fn sign_key(start: u8, version: u32) -> super::SignKey {
    super::SignKey::new(&span(start), version)
}
