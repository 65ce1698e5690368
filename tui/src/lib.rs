//! The console of Rightsdesk: a terminal's view of a desk, over GraphQL and nothing else.
//!
//! # Order
//!
//! `core` is pure; `api` speaks to the server; `screens` say what there is; `widgets` draw it; `terminal` owns modes, keys
//! and the loop; `cli` offers the same verbs as commands. With the feature `local`, one file lends the server inside.
//!
//! It never reads a database, and shows nothing a server did not send, beyond its own state.

pub mod api;
pub mod cli;
pub mod config;
pub mod console;
pub mod core;
#[cfg(feature = "local")]
pub mod local;
pub mod screens;
pub mod terminal;
pub mod widgets;
