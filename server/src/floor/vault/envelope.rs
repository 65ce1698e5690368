//! The envelope, version 1: 26 bytes of header, 12 of nonce, ciphertext, 16 of tag.
//! Pure but for the nonce, which comes from the OS. It never panics on what it is given, and what does not open
//! says no more than why we ourselves have to care.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key as CipherKey, Nonce};
use rand::TryRng;
use rand::rngs::SysRng;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::context::{KeyKind, Place, Purpose, associated_data};
use crate::floor::kernel::{Error, Personal, Result, Sealed, Secret};

pub const HEADER: usize = 26;
pub const NONCE: usize = 12;
pub const TAG: usize = 16;
/// By how much an envelope is longer than what it holds.
pub const OVERHEAD: usize = HEADER + NONCE + TAG;

/// What every envelope of this version begins with.
pub const MAGIC: [u8; 4] = [b'R', b'D', 1, 1];

/// Why an envelope stays shut. For our own reaction and our own figures; an outsider never learns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// The key was destroyed: what it held is erased.
    Forgotten,
    /// Moved, altered, or never ours.
    Foreign,
    /// It names a version of a key that we do not hold.
    UnknownKey,
}

impl Shut {
    /// A word for metrics and logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Forgotten => "forgotten",
            Self::Foreign => "foreign",
            Self::UnknownKey => "unknown_key",
        }
    }
}

/// What became of opening: data, not an error of the call. `Shut` converts into no [`Error`], so `?` cannot
/// mistake one for the other.
pub type Opening<T = Clear> = std::result::Result<T, Shut>;

/// What an envelope held. Zeroed when dropped; prints nothing.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Clear(Vec<u8>);

impl Clear {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn into_text(mut self) -> Opening<String> {
        String::from_utf8(std::mem::take(&mut self.0)).map_err(|error| {
            error.into_bytes().zeroize();
            Shut::Foreign
        })
    }

    pub fn into_secret(self) -> Opening<Secret> {
        self.into_text().map(Secret::new)
    }

    pub fn into_personal(self) -> Opening<Personal> {
        self.into_text().map(Personal::new)
    }
}

/// What the first 26 bytes say: readable by everyone, trusted only once the envelope has opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub purpose: Purpose,
    pub kind: KeyKind,
    pub version: u32,
    pub key_id: Uuid,
}

impl Header {
    pub fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4] = self.purpose.byte();
        bytes[5] = self.kind.byte();
        bytes[6..10].copy_from_slice(&self.version.to_be_bytes());
        bytes[10..].copy_from_slice(self.key_id.as_bytes());
        bytes
    }

    /// `None` for anything that is no envelope of this version.
    pub fn parse(envelope: &[u8]) -> Option<Self> {
        if envelope.len() < OVERHEAD {
            return None;
        }
        let (magic, rest) = envelope.split_first_chunk::<4>()?;
        let ([purpose, kind], rest) = rest.split_first_chunk::<2>()?;
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let key_id = rest.first_chunk::<16>()?;
        (*magic == MAGIC).then_some(())?;
        Some(Self {
            purpose: Purpose::from_byte(*purpose)?,
            kind: KeyKind::from_byte(*kind)?,
            version: u32::from_be_bytes(*version),
            key_id: Uuid::from_bytes(*key_id),
        })
    }
}

/// Fills `bytes` from the OS random source, the only one the vault knows.
pub(super) fn random(bytes: &mut [u8]) -> Result<()> {
    SysRng.try_fill_bytes(bytes).map_err(|_| Error::internal("the random source of the system does not answer"))
}

pub(super) fn seal(key: &[u8; 32], header: &Header, place: &Place<'_>, clear: &[u8]) -> Result<Sealed> {
    let mut nonce = [0; NONCE];
    random(&mut nonce)?;
    seal_with(key, header, nonce, place, clear)
}

fn seal_with(key: &[u8; 32], header: &Header, nonce: [u8; NONCE], place: &Place<'_>, clear: &[u8]) -> Result<Sealed> {
    let head = header.encode();
    let cipher = Aes256Gcm::new(&CipherKey::<Aes256Gcm>::from(*key));
    let payload = Payload { msg: clear, aad: &associated_data(&head, place) };
    let ciphertext =
        cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| Error::internal("too long for one envelope"))?;
    let mut envelope = Vec::with_capacity(HEADER + NONCE + ciphertext.len());
    envelope.extend_from_slice(&head);
    envelope.extend_from_slice(&nonce);
    envelope.extend_from_slice(&ciphertext);
    Ok(Sealed::from_bytes(envelope))
}

/// Opens an envelope that must carry exactly this header and stand at exactly this place.
pub(super) fn open(key: &[u8; 32], expected: &Header, place: &Place<'_>, envelope: &[u8]) -> Opening {
    if Header::parse(envelope).as_ref() != Some(expected) {
        return Err(Shut::Foreign);
    }
    let (head, rest) = envelope.split_at_checked(HEADER).ok_or(Shut::Foreign)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(Shut::Foreign)?;
    let cipher = Aes256Gcm::new(&CipherKey::<Aes256Gcm>::from(*key));
    let payload = Payload { msg: ciphertext, aad: &associated_data(head, place) };
    cipher.decrypt(&Nonce::from(*nonce), payload).map(Clear::new).map_err(|_| Shut::Foreign)
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
