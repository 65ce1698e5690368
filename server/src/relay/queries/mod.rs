//! SQL of the relay. Nothing here opens what is sealed.

pub mod deliveries;
pub mod destinations;
pub mod disclosures;
pub mod events;
mod standing;
pub mod withheld;

pub use standing::{Afterwards, Figure, Held, afterwards, figures, held};
