//! The ways in that bring a text of somebody else's making: a letter, a file of a backlog, a controller's call. Each is
//! read here into what was meant, or into all that is wrong with it at once. Nothing here asks the desk for anything,
//! stores anything, or trusts what it reads.

pub mod backlog;
pub mod mail;
pub mod opendsr;
mod rights;

pub use rights::{Guessed, Sureness, guess};
