//! All SQL of this slice: rows to models and back.

pub mod books;
mod kept;
pub mod listings;
pub mod runs;
pub mod shops;
pub mod syncs;
pub mod writes;
