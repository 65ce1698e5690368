//! The verbs of this slice.

mod asking;
mod proofs;
mod reading;
mod receiving;
mod working;

pub use asking::open_for_buyers;
pub use proofs::Proofs;
pub use reading::{list_deliveries, list_notices};
pub use receiving::{Coming, Received, challenge, receive};
pub use working::work;
