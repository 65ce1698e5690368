//! The forms in which a value leaves: hashed in the destination's own normalisation, cut short, or both; and what stands
//! for a person under a tenant's own key. Pure. What does not fit a form does not leave in it: it is never sent as it is.

mod address;
mod meta;
#[cfg(test)]
mod tests;

pub use address::truncated;
pub use meta::Meta;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A value in the normalisation of its kind, hashed; one that is a digest already is left as it is.
pub fn hashed(kind: Meta, value: &str) -> Option<String> {
    let normal = kind.normal(value)?;
    Some(if meta::is_digest(&normal) { normal } else { digest(&normal) })
}

/// An address of the network, cut short and then hashed.
pub fn truncated_hashed(address: &str) -> Option<String> {
    truncated(address).map(|cut| digest(&cut))
}

fn digest(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}
