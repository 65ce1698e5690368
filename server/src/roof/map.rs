//! Every table there is, a line each, in the order of a package: whom a row hangs on stands before it. It classifies
//! nothing itself.

use crate::floor::datamap::{Map, Table, doors};
use crate::floor::jobs::map as jobs;
use crate::{apps, audit, catalogue, grants, processors, promises, reviews, staff, stores, syncs, tenants};

pub const MAP: Map = Map::new(TABLES);

const TABLES: &[Table] = &[
    tenants::map::TENANTS,
    tenants::map::MEMBERS,
    tenants::map::API_KEYS,
    staff::map::STAFF,
    staff::map::RECOVERY_CODES,
    staff::map::SESSIONS,
    staff::map::DEVICE_SIGN_INS,
    staff::map::THROTTLES,
    grants::map::GRANTS,
    stores::map::STORES,
    stores::map::STORE_SCOPES,
    stores::map::STORE_GRANTS,
    stores::map::STORE_RECEIPTS,
    stores::map::HANDSHAKES,
    syncs::map::SYNCS,
    syncs::map::SYNC_RUNS,
    apps::map::APPS,
    apps::map::APP_RECEIPTS,
    apps::map::PROVIDER_TASKS,
    processors::map::PROCESSORS,
    processors::map::PROCESSOR_VERSIONS,
    processors::map::NOTICES,
    processors::map::SUBSCRIBERS,
    processors::map::NOTICE_DELIVERIES,
    processors::map::OBJECTIONS,
    reviews::map::REVIEW_CAMPAIGNS,
    reviews::map::REVIEW_EXTRACTS,
    reviews::map::REVIEW_ITEMS,
    reviews::map::REVIEW_REMINDERS,
    catalogue::map::POLICIES,
    promises::map::PROMISES,
    promises::map::PROMISE_LOOKS,
    audit::map::ACCESS_LOG,
    audit::map::AUDIT_EVENTS,
    audit::map::AUDIT_HEADS,
    jobs::JOBS,
    jobs::JOB_ATTEMPTS,
    jobs::LANES,
    jobs::SCHEDULES,
    doors::SUBJECT_KEYS,
    doors::REQUEST_KEYS,
    doors::TENANT_KEYS,
    doors::SECRETS,
    doors::KEYRING,
    doors::KEYHOLES,
    doors::ANSWERS,
    doors::MIGRATIONS,
];
