//! What a person gets who asks to know or to take along: a copy of everything that is held, in files that programs and
//! people read, with what the law wants said beside it. It is made in the same memory however much it is, sealed with a
//! passphrase of its own, read and let go by a second person, and fetched once by a link of the person's own page.
//!
//! It never holds what the data map does not hand out, what a law forbids or what staff left out, and says so; and it is
//! offered only once it lies there whole.

mod archive;
mod csv;
mod html;
mod json;
mod legal;
mod model;
mod packing;
mod reading;
mod withheld;
mod words;

pub use super::actions::{Standing, clear, see_to};
pub use model::{LeftOut, Link, Made, Package, PackageState, Packed, Redaction, Release, Used};
pub use packing::{Brief, pack};
pub use reading::{Cells, Redacted, opened, tables, until};

use chrono::Duration;

/// How long a package that was released may be fetched.
pub const LIES: Duration = Duration::days(30);

/// How long a link of it is good.
pub const LINK_LIVES: Duration = Duration::hours(24);

/// How long a download that broke off may be resumed by the browser that began it.
pub const RESUMABLE: Duration = Duration::minutes(10);

/// How many links of a package are made within a day.
pub const MOST_LINKS: i64 = 10;
