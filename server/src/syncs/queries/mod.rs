//! All SQL of this slice: rows to models and back.

pub mod runs;
pub mod shops;
pub mod syncs;
pub mod writes;
