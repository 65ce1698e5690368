//! What is asked of the tables of this slice, all of them the house's.

pub mod deliveries;
pub mod notices;
pub mod objections;
pub mod processors;
pub mod subscribers;
