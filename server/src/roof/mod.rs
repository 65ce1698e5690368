//! The roof: sums, lists and edges over all slices.

pub mod cluster;
