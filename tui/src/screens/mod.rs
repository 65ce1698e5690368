//! The registry: a line a screen, a line a layer. A screen is one file and one line here.
//!
//! Screens never name each other, and see no terminal, no drawing library and no clock.

mod accesses;
mod announced;
mod app;
mod apps;
mod audit;
mod campaign;
mod carried;
mod carrying;
mod connecting;
mod course;
mod deliveries;
mod desk;
pub mod door;
mod drift;
mod file;
mod following;
mod help;
mod holds;
mod letter;
mod listing;
mod load;
mod map;
mod matrix;
mod notices;
mod objections;
mod package;
mod palette;
mod panes;
mod plan;
mod policy;
mod privacy;
mod processor;
mod processors;
mod promise;
mod promises;
mod proof;
mod queue;
mod reading;
mod recipients;
mod reports;
mod request;
mod reviews;
mod sessions;
mod shared;
mod sharing;
mod staff;
mod store;
mod stores;
mod tenant;
mod tenants;
mod undertaking;
mod version;
mod working;
mod writes;

use crate::api::ask::Document;
use crate::api::{
    acts, apps as apps_api, books, carrying as carrying_api, figures, inbox, map as map_api, policies,
    processors as processors_api, promises as promises_api, requests as requests_api, reviews as reviews_api,
    sharing as sharing_api, staff as staff_api, stores as stores_api, syncs, tenants as tenants_api, viewer,
};
use crate::core::dialog;
use crate::core::filter::Term;
use crate::core::outcomes;
use crate::core::screen::Entry;
use crate::core::shown;

/// The first screen is home; tabs stand in this order.
pub static REGISTRY: &[Entry] = &[
    desk::ENTRY,
    queue::ENTRY,
    tenants::ENTRY,
    stores::ENTRY,
    drift::ENTRY,
    privacy::ENTRY,
    apps::ENTRY,
    promises::ENTRY,
    policy::ENTRY,
    map::ENTRY,
    matrix::ENTRY,
    reviews::ENTRY,
    processors::ENTRY,
    announced::ENTRY,
    objections::ENTRY,
    staff::ENTRY,
    sessions::ENTRY,
    audit::ENTRY,
    accesses::ENTRY,
    reports::ENTRY,
    holds::ENTRY,
    request::ENTRY,
    plan::ENTRY,
    letter::ENTRY,
    carrying::ENTRY,
    package::ENTRY,
    proof::ENTRY,
    recipients::ENTRY,
    tenant::ENTRY,
    store::ENTRY,
    connecting::ENTRY,
    reading::ENTRY,
    deliveries::ENTRY,
    writes::ENTRY,
    sharing::ENTRY,
    app::ENTRY,
    promise::ENTRY,
    version::ENTRY,
    file::ENTRY,
    campaign::ENTRY,
    processor::ENTRY,
    notices::ENTRY,
    palette::ENTRY,
    help::ENTRY,
    dialog::ENTRY,
    shown::ENTRY,
    outcomes::ENTRY,
    door::sign_in::ENTRY,
    door::enrolment::ENTRY,
    door::step_up::ENTRY,
    door::lock::ENTRY,
];

/// Every operation that the console can send.
pub static DOCUMENTS: &[&[Document]] = &[
    viewer::DOCUMENTS,
    door::calls::DOCUMENTS,
    tenants_api::DOCUMENTS,
    staff_api::DOCUMENTS,
    stores_api::DOCUMENTS,
    syncs::DOCUMENTS,
    inbox::DOCUMENTS,
    sharing_api::DOCUMENTS,
    apps_api::DOCUMENTS,
    promises_api::DOCUMENTS,
    policies::DOCUMENTS,
    map_api::DOCUMENTS,
    reviews_api::DOCUMENTS,
    processors_api::DOCUMENTS,
    books::DOCUMENTS,
    requests_api::DOCUMENTS,
    figures::DOCUMENTS,
    acts::DOCUMENTS,
    carrying_api::DOCUMENTS,
];

/// The words of every list, and the input of the contract that they fill.
pub static FILTERS: &[(&str, &[Term])] = &[
    ("RequestFilter", requests_api::TERMS),
    ("TenantFilter", tenants_api::TERMS),
    ("StoreFilter", stores_api::TERMS),
    ("PrivacyNoticeFilter", inbox::TERMS),
    ("DisclosureFilter", sharing_api::TERMS),
    ("RecipientTaskFilter", carrying_api::TERMS),
    ("AppFilter", apps_api::TERMS),
    ("PromiseFilter", promises_api::TERMS),
    ("ReviewItemFilter", reviews_api::TERMS),
    ("ProcessorFilter", processors_api::TERMS),
    ("ObjectionFilter", processors_api::OBJECTION_TERMS),
    ("StaffFilter", staff_api::SEAT_TERMS),
    ("GrantFilter", staff_api::GRANT_TERMS),
    ("SessionFilter", staff_api::SESSION_TERMS),
    ("EventFilter", books::EVENT_TERMS),
    ("AccessFilter", books::ACCESS_TERMS),
];
