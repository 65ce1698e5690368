//! What the desk writes to people, composed from closed sentences of their own language: no template, and nothing that
//! anybody wrote is read for a slot. A letter in a language that is read from the right says so to whatever shows it.
//!
//! It opens no address, sends nothing, and keeps a code or the link of somebody's own page apart from the words, so that
//! both can be withheld from whoever else reads the letter and dropped once it has left.

mod bodies;
mod compose;
mod parts;
mod words;

pub use bodies::authority;
pub use compose::{NotDone, Rest, Slots, Told, Written, compose};
pub use parts::Parts;
pub use words::{Words, speaks, spoken};

/// Where people ask.
pub const ASK_PATH: &str = "/trust/ask";

/// Where somebody follows what they asked.
pub const FOLLOW_PATH: &str = "/trust/ask/follow";
