//! Every key, and nothing else: envelopes and what they are bound to, keys as types, blind indexes and tombstone
//! digests, the folder of key files. The bytes are `docs/formats.md`, for anyone to check without our code.
//!
//! The vault never knows a slice, never hands a key out as text, never logs a value, and never says to an outsider
//! why something stays shut.

pub mod blind;
pub mod calls;
pub mod context;
pub mod envelope;
pub mod epochs;
mod fault;
pub mod files;
pub mod keyring;
pub mod keys;
mod moving;
mod owned;
mod pages;
mod public;
pub mod rewrap;
pub mod sealing;
pub mod secrets;
mod shown;
pub mod signing;
mod stranded;
pub mod turning;
pub mod wraps;

pub use blind::{BlindIndex, FieldIndex, SuppressKey};
pub use calls::CallKey;
pub use context::{KeyKind, Place, Purpose};
pub use envelope::{Clear, Header, Opening, Shut};
pub use files::{FileKind, KeyFault, KeyFiles, KeySource};
pub use keyring::{KeyState, Vault};
pub use keys::{Epoch, Index, Kek, Key, KeyBytes, Pseudonym, RequestKey, Root, Sealer, SubjectKey};
pub use moving::Mover;
pub use owned::Owned;
pub use public::PublicKeys;
pub use rewrap::Progress;
pub use sealing::{SealedSecret, SecretPlace};
pub use secrets::SecretKind;
pub use shown::ShownKey;
pub use signing::{SignKey, verify};
pub use stranded::{modes, secret_kinds, stranded};
pub use turning::KeyStatus;

pub use crate::floor::kernel::ids::{KeyId, SecretId};

#[cfg(test)]
pub(crate) mod testing;
