//! All SQL of this slice: rows to models and back.

pub mod deliveries;
pub mod notices;
