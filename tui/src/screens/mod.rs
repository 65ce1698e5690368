//! The registry: a line a screen, a line a layer. A screen is one file and one line here.
//!
//! Screens never name each other, and see no terminal, no drawing library and no clock.

mod accesses;
mod audit;
mod desk;
mod help;
mod notices;
mod palette;
mod sessions;
mod shared;
mod staff;
mod tenant;
mod tenants;

use crate::core::dialog;
use crate::core::screen::Entry;
use crate::core::shown;

/// The first screen is home; tabs stand in this order.
pub static REGISTRY: &[Entry] =
    &[desk::ENTRY, tenants::ENTRY, staff::ENTRY, sessions::ENTRY, audit::ENTRY, accesses::ENTRY, tenant::ENTRY, notices::ENTRY, palette::ENTRY, help::ENTRY, dialog::ENTRY, shown::ENTRY];
