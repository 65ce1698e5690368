//! The roof: sums, lists and edges over all slices.

pub mod boot;
pub mod cluster;
pub mod commands;
pub mod config;
pub mod demo;
pub mod followers;
pub mod http;
pub mod map;
pub mod schema;
pub mod telemetry;
pub mod workers;
