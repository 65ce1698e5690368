//! The pure half of the console: what it knows, what may be done, and what follows from it.
//!
//! Nothing here draws, waits, asks a clock, reads a file or speaks to a server. Time, sizes and answers arrive as
//! actions, so every rule in this folder is tested without a terminal.

pub mod action;
pub mod area;
pub mod ask;
pub mod canvas;
pub mod chain;
pub mod connection;
pub mod cursor;
pub mod dialog;
mod door;
pub mod due;
pub mod filter;
pub mod form;
pub mod input;
pub mod keymap;
pub mod list;
pub mod me;
pub mod model;
pub mod notice;
pub mod one;
pub mod outcomes;
pub mod page;
pub mod preview;
pub mod qr;
pub mod question;
pub mod screen;
pub mod scrub;
pub mod search;
pub mod secret;
pub mod shell;
pub mod shown;
pub mod update;
pub mod window;
