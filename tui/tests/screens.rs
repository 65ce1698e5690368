//! The console tried without a terminal and in one: its rules, its pictures, its keys, hostile text, the real binary.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "screens/answering.rs"]
mod answering;
#[path = "screens/asks.rs"]
mod asks;
#[path = "screens/carrying.rs"]
mod carrying;
#[path = "screens/commanded.rs"]
mod commanded;
#[path = "screens/deciding.rs"]
mod deciding;
#[path = "screens/dialogs.rs"]
mod dialogs;
#[path = "screens/documents.rs"]
mod documents;
#[path = "screens/door.rs"]
mod door;
#[path = "screens/double.rs"]
mod double;
#[path = "screens/hands.rs"]
mod hands;
#[path = "screens/holdings.rs"]
mod holdings;
#[path = "screens/hostile.rs"]
mod hostile;
#[path = "screens/laws.rs"]
mod laws;
#[path = "screens/loops.rs"]
mod loops;
#[cfg(feature = "local")]
#[path = "screens/own_desk.rs"]
mod own_desk;
#[path = "screens/pictures.rs"]
mod pictures;
#[path = "screens/places.rs"]
mod places;
#[path = "screens/promised.rs"]
mod promised;
#[path = "screens/pty.rs"]
mod pty;
#[path = "screens/reads.rs"]
mod reads;
#[path = "screens/requested.rs"]
mod requested;
#[path = "screens/scenes.rs"]
mod scenes;
#[path = "screens/svg.rs"]
mod svg;
#[path = "screens/tty.rs"]
mod tty;
#[path = "screens/update.rs"]
mod update;
