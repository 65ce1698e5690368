//! The registry: a line a screen, a line a layer. A screen is one file and one line here.
//!
//! Screens never name each other, and see no terminal, no drawing library and no clock.

mod accesses;
mod audit;
mod desk;
pub mod door;
mod help;
mod listing;
mod notices;
mod palette;
mod panes;
mod sessions;
mod shared;
mod staff;
mod tenant;
mod tenants;

use crate::api::ask::Document;
use crate::api::{books, staff as staff_api, tenants as tenants_api, viewer};
use crate::core::dialog;
use crate::core::filter::Term;
use crate::core::screen::Entry;
use crate::core::shown;

/// The first screen is home; tabs stand in this order.
pub static REGISTRY: &[Entry] = &[
    desk::ENTRY,
    tenants::ENTRY,
    staff::ENTRY,
    sessions::ENTRY,
    audit::ENTRY,
    accesses::ENTRY,
    tenant::ENTRY,
    notices::ENTRY,
    palette::ENTRY,
    help::ENTRY,
    dialog::ENTRY,
    shown::ENTRY,
    door::sign_in::ENTRY,
    door::enrolment::ENTRY,
    door::step_up::ENTRY,
    door::lock::ENTRY,
];

/// Every operation that the console can send.
pub static DOCUMENTS: &[&[Document]] =
    &[viewer::DOCUMENTS, door::calls::DOCUMENTS, tenants_api::DOCUMENTS, staff_api::DOCUMENTS, books::DOCUMENTS];

/// The words of every list, and the input of the contract that they fill.
pub static FILTERS: &[(&str, &[Term])] = &[
    ("TenantFilter", tenants_api::TERMS),
    ("StaffFilter", staff_api::SEAT_TERMS),
    ("GrantFilter", staff_api::GRANT_TERMS),
    ("SessionFilter", staff_api::SESSION_TERMS),
    ("EventFilter", books::EVENT_TERMS),
    ("AccessFilter", books::ACCESS_TERMS),
];
