//! All SQL of this slice: rows to models and back.

mod kept;
pub mod listings;
pub mod runs;
pub mod shops;
pub mod syncs;
pub mod writes;
