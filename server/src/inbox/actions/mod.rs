//! The verbs of this slice.

mod proofs;
mod receiving;

pub use proofs::Proofs;
pub use receiving::{Coming, Received, challenge, receive};
