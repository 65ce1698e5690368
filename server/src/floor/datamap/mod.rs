//! The data map: what every column of every table is, said once beside each slice's tables. From it follow what a person
//! is given, what is cleared when the person is forgotten, what stays masked, what the desk may see, and the record of
//! processing.
//!
//! It knows no slice: the roof lists the tables and hands the list down. It opens nothing and destroys no key; it never
//! decides whether somebody may be told or forgotten.

mod columns;
mod correcting;
mod counting;
mod csv;
pub mod doors;
mod erasing;
mod figures;
mod map;
mod paging;
mod people;
pub mod record;
mod table;
mod whole;

pub use self::csv::{guarded, spreadsheet};
pub use columns::{Class, Column, Fate, Reason, derived, fact, hashed, key, personal, pseudonym, secret, secret_id};
pub use correcting::{SealedCell, Whole};
pub use counting::{Apart, NO_PART, Portion, Span, Whose};
pub use erasing::{Left, Picked};
pub use figures::{Cells, Held};
pub use map::Map;
pub use paging::{Form, Forms, Leaf};
pub use people::{Cell, Disclosed, Line, Value};
pub use table::{About, Category, Of, Row, Table, is_field};
