//! All SQL of this slice: rows to models and back.

pub mod runs;
pub mod syncs;
pub mod shops;
