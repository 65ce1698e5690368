//! What can be read by a command: its document, its filter words and its columns, a line each.

use crate::api::ask::Document;
use crate::api::{
    apps, books, carrying, figures, inbox, map, policies, processors, promises, requests, reviews, sharing, staff,
    stores, syncs, tenants,
};
use crate::core::filter::Term;

/// A noun of the desk as a command knows it.
#[derive(Debug)]
pub struct Noun {
    /// The word behind `rightsdesk`.
    pub command: &'static str,
    /// The shape of one; of a list, its plural.
    pub singular: &'static str,
    pub list: Document,
    /// Where in the answer the list stands.
    pub at: &'static str,
    pub terms: &'static [Term],
    /// What a list is narrowed to where nothing is said.
    pub first: &'static str,
    /// Head and place in a row.
    pub columns: &'static [(&'static str, &'static str)],
    /// One of them by its id, and where in the answer it stands.
    pub one: Option<(Document, &'static str)>,
}

pub static REQUESTS: Noun = Noun {
    command: "requests",
    singular: "request",
    list: requests::requests,
    at: "/requests",
    terms: requests::TERMS,
    first: "",
    columns: &[
        ("REF", "/reference"),
        ("DUE", "/due/on"),
        ("LATE", "/isLate"),
        ("RIGHT", "/right"),
        ("STAGE", "/stage"),
        ("NEXT", "/nextAction"),
        ("TENANT", "/tenant/legalName"),
        ("OWNER", "/owner/handle"),
        ("TEAM", "/team"),
        ("LEADS", "/due/regime"),
        ("CAME", "/receivedAt"),
        ("FROM", "/source"),
    ],
    one: None,
};

/// What the caller should do next.
pub static NEXT_REQUESTS: Noun = Noun {
    command: "next-requests",
    singular: "next-request",
    list: figures::next,
    at: "/nextRequests",
    terms: &[],
    first: "",
    columns: &[
        ("REF", "/reference"),
        ("DUE", "/due/on"),
        ("RIGHT", "/right"),
        ("NEXT", "/nextAction"),
        ("TENANT", "/tenant/legalName"),
        ("ID", "/id"),
    ],
    one: None,
};

/// A year as California wants it told.
pub static CCPA: Noun = Noun {
    command: "ccpa-rows",
    singular: "ccpa-row",
    list: figures::ccpa,
    at: "/ccpaTable/rows",
    terms: &[],
    first: "",
    columns: &[
        ("ASKED FOR", "/kind"),
        ("RECEIVED", "/received"),
        ("WHOLE", "/complied"),
        ("IN PART", "/partly"),
        ("DENIED", "/denied"),
        ("NOT VERIFIED", "/unverifiable"),
        ("EXEMPT", "/exempt"),
        ("OTHER", "/other"),
        ("MEDIAN DAYS", "/medianDays"),
        ("MEAN DAYS", "/meanDays"),
    ],
    one: None,
};

pub static TENANTS: Noun = Noun {
    command: "tenants",
    singular: "tenant",
    list: tenants::tenants,
    at: "/tenants",
    terms: tenants::TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("NAME", "/legalName"),
        ("STATE", "/state"),
        ("WE ARE", "/ourRole"),
        ("REGION", "/region"),
        ("PLAN", "/plan"),
        ("OPENED", "/openedAt"),
    ],
    one: Some((tenants::tenant, "/tenant")),
};

pub static STORES: Noun = Noun {
    command: "stores",
    singular: "store",
    list: stores::stores,
    at: "/stores",
    terms: stores::TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("STORE", "/domain"),
        ("STATE", "/state"),
        ("DRIFT", "/driftKinds"),
        ("PLATFORM", "/platform"),
        ("TENANT", "/tenant/legalName"),
        ("SYNC", "/syncIsOn"),
        ("REGION", "/region"),
        ("ADDED", "/addedAt"),
    ],
    one: Some((stores::store, "/store")),
};

/// The readings of one store.
pub static READINGS: Noun = Noun {
    command: "readings",
    singular: "reading",
    list: syncs::runs,
    at: "/syncRuns",
    terms: &[],
    first: "",
    columns: &[
        ("BEGAN", "/startedAt"),
        ("SHELF", "/shelf"),
        ("WHAT", "/kind"),
        ("NEW", "/new"),
        ("CHANGED", "/changed"),
        ("KNOWN", "/older"),
        ("REFUSED", "/refused"),
        ("UNREADABLE", "/unread"),
        ("CALLS", "/calls"),
        ("OUTCOME", "/outcome"),
        ("ENDED", "/endedAt"),
    ],
    one: None,
};

/// What the platform of one store told by itself.
pub static DELIVERIES: Noun = Noun {
    command: "deliveries",
    singular: "delivery",
    list: inbox::deliveries,
    at: "/deliveries",
    terms: &[],
    first: "",
    columns: &[
        ("CAME", "/receivedAt"),
        ("ABOUT", "/topic"),
        ("STATE", "/state"),
        ("OUTCOME", "/outcome"),
        ("HAPPENED", "/happenedAt"),
    ],
    one: None,
};

/// What was written to one store.
pub static WRITES: Noun = Noun {
    command: "writes",
    singular: "write",
    list: syncs::writes,
    at: "/stockWrites",
    terms: &[],
    first: "",
    columns: &[
        ("WHEN", "/at"),
        ("ITEM", "/item"),
        ("SKU", "/sku"),
        ("WAS", "/was"),
        ("TO", "/quantity"),
        ("LEAVE", "/leave"),
        ("WHO", "/by"),
        ("STATE", "/state"),
        ("WHY", "/code"),
        ("ANSWERED", "/answeredAt"),
    ],
    one: None,
};

/// What of one store's went to whom.
pub static SHARED: Noun = Noun {
    command: "shared",
    singular: "shared-field",
    list: sharing::shared,
    at: "/shared",
    terms: &[],
    first: "",
    columns: &[
        ("FIELD", "/field"),
        ("TO", "/recipient"),
        ("ON", "/isOn"),
        ("BY THE POLICY", "/form"),
        ("WENT AS", "/formsSent"),
        ("TIMES", "/times"),
        ("LAST", "/lastAt"),
    ],
    one: None,
};

pub static PRIVACY_NOTICES: Noun = Noun {
    command: "privacy-notices",
    singular: "privacy-notice",
    list: inbox::privacy_notices,
    at: "/privacyNotices",
    terms: inbox::TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("DUE", "/dueOn"),
        ("WHAT", "/kind"),
        ("STATE", "/state"),
        ("PLATFORM", "/platform"),
        ("CAME", "/receivedAt"),
        ("REFERENCE", "/reference"),
        ("STORE", "/store"),
        ("TENANT", "/tenant"),
    ],
    one: None,
};

pub static DISCLOSURES: Noun = Noun {
    command: "disclosures",
    singular: "disclosure",
    list: sharing::disclosures,
    at: "/disclosures",
    terms: sharing::TERMS,
    first: "",
    columns: &[
        ("WHEN", "/at"),
        ("TO", "/recipient"),
        ("CATEGORY", "/category"),
        ("FIELDS", "/fields"),
        ("FORM", "/form"),
        ("COUNT", "/count"),
        ("PURPOSE", "/purpose"),
        ("HOW", "/way"),
        ("ABOUT", "/subject"),
        ("STORE", "/store"),
    ],
    one: None,
};

/// What the recipients of a tenant's requests are told.
pub static RECIPIENTS: Noun = Noun {
    command: "recipients",
    singular: "recipient",
    list: carrying::recipients,
    at: "/recipientTasks",
    terms: carrying::TERMS,
    first: "",
    columns: &[
        ("STATE", "/state"),
        ("RECIPIENT", "/recipient"),
        ("REF", "/reference"),
        ("RIGHT", "/right"),
        ("HOW", "/kind"),
        ("ANSWER", "/answer"),
        ("DUE", "/until"),
        ("BY HAND", "/isByHand"),
        ("TRIES", "/tries"),
        ("ID", "/id"),
    ],
    one: None,
};

pub static APPS: Noun = Noun {
    command: "apps",
    singular: "app",
    list: apps::apps,
    at: "/apps",
    terms: apps::TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("APP", "/name"),
        ("STATE", "/state"),
        ("TOO MANY", "/excess"),
        ("MISSING", "/missing"),
        ("ROTATE BY", "/credential/rotateBy"),
        ("USED", "/lastUsedAt"),
        ("KIND", "/kind/code"),
        ("TENANT", "/tenant/legalName"),
        ("PROVIDER", "/provider"),
    ],
    one: Some((apps::app, "/app")),
};

pub static PROMISES: Noun = Noun {
    command: "promises",
    singular: "promise",
    list: promises::promises,
    at: "/promises",
    terms: promises::TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("PROMISE", "/code"),
        ("STANDING", "/standing"),
        ("CHECKED", "/checkedAt"),
        ("FIGURE", "/figure"),
        ("SECTION", "/section"),
        ("AS PUBLISHED", "/text"),
    ],
    one: Some((promises::promise, "/node")),
};

pub static POLICIES: Noun = Noun {
    command: "policies",
    singular: "policy-version",
    list: policies::versions,
    at: "/policyVersions",
    terms: &[],
    first: "",
    columns: &[
        ("ID", "/id"),
        ("POLICY", "/name"),
        ("VERSION", "/version"),
        ("STATE", "/state"),
        ("HOLDS FROM", "/effectiveOn"),
        ("PROPOSED", "/proposedAt"),
        ("PUBLISHED", "/publishedAt"),
        ("ENDED", "/endedAt"),
    ],
    one: None,
};

/// What is otherwise in a version of the policy; of one version only.
pub static CHANGES: Noun = Noun {
    command: "policy-changes",
    singular: "policy-change",
    list: policies::diff,
    at: "/policyDiff/changes",
    terms: &[],
    first: "",
    columns: &[
        ("PART", "/part"),
        ("CODE", "/code"),
        ("KIND", "/kind"),
        ("MATERIAL", "/isMaterial"),
        ("WORSENS", "/worsens"),
        ("LINE", "/line"),
        ("BEFORE", "/before"),
        ("AFTER", "/after"),
        ("EFFECT", "/effect"),
    ],
    one: None,
};

/// What is held, a row a column.
pub static MAP: Noun = Noun {
    command: "map",
    singular: "map-column",
    list: map::map,
    at: "/dataMap",
    terms: &[],
    first: "",
    columns: &[
        ("TABLE", "/table"),
        ("COLUMN", "/name"),
        ("CLASS", "/class"),
        ("HOLDS", "/field"),
        ("DISCLOSED", "/isDisclosed"),
        ("KEPT UNDER", "/keptUnder"),
        ("CATEGORY", "/category"),
        ("FORGOTTEN", "/erasedBy"),
        ("WHOSE", "/whose"),
        ("WHY", "/note"),
    ],
    one: None,
};

pub static REVIEWS: Noun = Noun {
    command: "reviews",
    singular: "review",
    list: reviews::campaigns,
    at: "/campaigns",
    terms: &[],
    first: "",
    columns: &[
        ("ID", "/id"),
        ("DUE", "/dueOn"),
        ("OVERDUE", "/isOverdue"),
        ("TITLE", "/title"),
        ("STATE", "/state"),
        ("ROWS", "/figures/rows"),
        ("OPEN", "/figures/open"),
        ("UNPROVEN", "/figures/unproven"),
        ("COVERS", "/covers"),
        ("OPENED", "/openedAt"),
    ],
    one: Some((reviews::campaign, "/campaign")),
};

pub static REVIEW_ITEMS: Noun = Noun {
    command: "review-items",
    singular: "review-item",
    list: reviews::items,
    at: "/campaign/items",
    terms: reviews::TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("DECISION", "/decision"),
        ("PROOF", "/revocation"),
        ("WHAT", "/label"),
        ("PART", "/part"),
        ("OF", "/subject"),
        ("TENANT", "/tenant/legalName"),
        ("BY", "/decidedBy/handle"),
        ("EXCEPTION", "/exceptionUntil"),
    ],
    one: None,
};

pub static PROCESSORS: Noun = Noun {
    command: "processors",
    singular: "processor",
    list: processors::processors,
    at: "/processors",
    terms: processors::TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("CODE", "/code"),
        ("NAME", "/name"),
        ("STATE", "/state"),
        ("WHERE", "/regions"),
        ("GROUND", "/transfer"),
        ("OBJECTIONS UNTIL", "/objectionUntil"),
        ("AGREEMENT", "/agreementOn"),
        ("LISTED", "/listedOn"),
        ("ENDS", "/endsOn"),
    ],
    one: Some((processors::processor, "/processor")),
};

pub static NOTICES: Noun = Noun {
    command: "notices",
    singular: "notice",
    list: processors::notices,
    at: "/notices",
    terms: &[],
    first: "",
    columns: &[
        ("ID", "/id"),
        ("WHEN", "/announcedAt"),
        ("WHAT", "/kind"),
        ("WHOM", "/processor/name"),
        ("FROM", "/effectiveOn"),
        ("OBJECTIONS UNTIL", "/objectionUntil"),
        ("TAKEN", "/reached"),
        ("TO SEND", "/waiting"),
        ("REFUSED", "/failed"),
    ],
    one: None,
};

pub static OBJECTIONS: Noun = Noun {
    command: "objections",
    singular: "objection",
    list: processors::objections,
    at: "/objections",
    terms: processors::OBJECTION_TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("ANSWER BY", "/answerBy"),
        ("STATE", "/state"),
        ("TENANT", "/tenant/legalName"),
        ("TO", "/notice/processor/name"),
        ("WHY", "/reason/masked"),
        ("OBJECTED", "/objectedAt"),
        ("ANSWERED", "/answeredAt"),
    ],
    one: None,
};

pub static SEATS: Noun = Noun {
    command: "seats",
    singular: "seat",
    list: staff::seats,
    at: "/staff",
    terms: staff::SEAT_TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("NAME", "/handle"),
        ("ROLES", "/roles"),
        ("STATE", "/state"),
        ("ENDS", "/endsAt"),
        ("2ND", "/secondFactor"),
        ("SEEN", "/lastSeenAt"),
    ],
    one: None,
};

pub static SESSIONS: Noun = Noun {
    command: "sessions",
    singular: "session",
    list: staff::sessions,
    at: "/sessions",
    terms: staff::SESSION_TERMS,
    first: "is:live",
    columns: &[
        ("ID", "/id"),
        ("WHO", "/staff/handle"),
        ("STAGE", "/stage"),
        ("BY", "/method"),
        ("STARTED", "/startedAt"),
        ("SEEN", "/lastSeenAt"),
        ("ENDED", "/endedAt"),
    ],
    one: None,
};

pub static GRANTS: Noun = Noun {
    command: "grants",
    singular: "grant",
    list: staff::grants,
    at: "/grants",
    terms: staff::GRANT_TERMS,
    first: "",
    columns: &[
        ("ID", "/id"),
        ("WHO", "/staff/handle"),
        ("TENANT", "/tenant/legalName"),
        ("KIND", "/kind"),
        ("TICKET", "/ticket"),
        ("ENDS", "/endsAt"),
        ("LIVE", "/isLive"),
        ("REVIEWED", "/reviewedAt"),
    ],
    one: None,
};

pub static EVENTS: Noun = Noun {
    command: "events",
    singular: "event",
    list: books::events,
    at: "/events",
    terms: books::EVENT_TERMS,
    first: "",
    columns: &[
        ("SEQ", "/seq"),
        ("WHEN", "/at"),
        ("WHO", "/actor"),
        ("DID", "/action"),
        ("ON", "/object"),
        ("FACTS", "/facts"),
    ],
    one: None,
};

pub static ACCESSES: Noun = Noun {
    command: "accesses",
    singular: "access",
    list: books::accesses,
    at: "/accesses",
    terms: books::ACCESS_TERMS,
    first: "",
    columns: &[
        ("WHEN", "/at"),
        ("WHO", "/actor"),
        ("SAW", "/view"),
        ("OF", "/subject"),
        ("FOR", "/purpose"),
        ("TICKET", "/ticket"),
    ],
    one: None,
};

pub static NOUNS: &[&Noun] = &[
    &REQUESTS,
    &TENANTS,
    &STORES,
    &PRIVACY_NOTICES,
    &DISCLOSURES,
    &RECIPIENTS,
    &APPS,
    &PROMISES,
    &POLICIES,
    &REVIEWS,
    &PROCESSORS,
    &NOTICES,
    &OBJECTIONS,
    &SEATS,
    &SESSIONS,
    &GRANTS,
    &EVENTS,
    &ACCESSES,
];

/// What there is only one of, as a command knows it.
#[derive(Debug)]
pub struct Sole {
    /// Its shape.
    pub name: &'static str,
    pub document: Document,
    /// Where in the answer it stands.
    pub at: &'static str,
}

pub static DRIFT: Sole = Sole { name: "drift", document: stores::drift, at: "/drift" };
