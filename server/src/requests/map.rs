//! What is held of requests: keys, stages and dates in clear; what somebody wrote, goes by or was told sealed under the
//! contact's own key, which goes with them. A blind index stands beside an address, so that the same person is known again.

use crate::floor::datamap::{Table, fact, hashed, key, personal, pseudonym, secret};

/// Why nothing here is about a subject by the map: it is the file of the wish itself.
const OWN_KEY: &str = "under the contact's own key: it goes with that when the contact is forgotten";

pub const INTAKES: Table = Table::of_tenant("intakes").label("intake").ages("received_at").columns(&[
    key("id"),
    fact("source"),
    fact("role"),
    fact("subject_kind"),
    key("store_id"),
    fact("delivery").because("what the sender calls its own message: a digest where that could name somebody"),
    fact("locale"),
    fact("place").because("a country or region, for the law that holds there"),
    fact("zone"),
    fact("received_at"),
    fact("made_at"),
    key("made_by"),
    key("subject_id"),
    personal("original", "letter").withheld(OWN_KEY),
    fact("proof"),
    fact("proved_at"),
    fact("prove_until"),
    fact("mandate"),
    key("mandate_by"),
    fact("is_test"),
    fact("forgotten_at"),
    fact("version"),
]);

pub const INTAKE_IDENTIFIERS: Table = Table::of_tenant("intake_identifiers").label("intake_identifier").columns(&[
    key("id"),
    key("intake_id"),
    fact("kind"),
    key("store_id"),
    personal("value", "identifier").withheld(OWN_KEY),
    pseudonym("bidx"),
    fact("bidx_v"),
    fact("proof"),
    fact("proved_at"),
    key("proved_by"),
    personal("reason", "reason").withheld("words of staff about a task, under the contact's own key"),
    hashed("code_digest"),
    fact("code_sent_at"),
    fact("code_until"),
    fact("tries"),
]);

pub const REQUESTS: Table = Table::of_tenant("requests").ages("closed_at").columns(&[
    key("id"),
    key("intake_id"),
    fact("reference").because("made from its id: letters that nobody mixes up"),
    fact("right_code"),
    fact("special_case"),
    fact("source"),
    fact("role"),
    fact("locale"),
    key("store_id"),
    key("subject_id"),
    fact("received_at"),
    fact("stage"),
    fact("opened_at"),
    fact("paused_on"),
    key("plan_id"),
    fact("closed_at"),
    fact("outcome"),
    fact("ground"),
    key("original_id"),
    key("appeal_of"),
    fact("driving"),
    fact("due_on"),
    fact("due_at"),
    fact("target_on"),
    fact("answered_at"),
    fact("late_reason"),
    key("owner_id"),
    fact("team"),
    fact("is_test"),
    fact("moved_at"),
    fact("version"),
]);

pub const REQUEST_CLOCKS: Table = Table::of_tenant("request_clocks").columns(&[
    key("id"),
    key("request_id"),
    fact("regime"),
    fact("right_name"),
    fact("kind"),
    fact("whose"),
    fact("due_on"),
    fact("due_at"),
    fact("legal_on"),
    fact("is_paused"),
    fact("clock").because("a date with its basis: codes, days and citations"),
    fact("met_at"),
]);

pub const REQUEST_CLOCK_EVENTS: Table =
    Table::of_tenant("request_clock_events").label("request_clock_event").columns(&[
        key("id"),
        key("request_id"),
        fact("at"),
        fact("what"),
        fact("pause_on"),
        fact("regime"),
        fact("until_on"),
        fact("before_on"),
        fact("after_on"),
        key("made_by"),
        personal("reason", "reason").withheld("words of staff about a task, under the contact's own key"),
    ]);

pub const REQUEST_PLANS: Table = Table::of_tenant("request_plans").label("request_plan").columns(&[
    key("id"),
    key("request_id"),
    fact("number"),
    fact("digest").because("over codes and counts"),
    fact("drawn_at"),
    key("drawn_by"),
    fact("state"),
    fact("submitted_at"),
    key("submitted_by"),
    fact("decided_at"),
    key("decided_by"),
    personal("reason", "reason").withheld("words of staff about a task, under the contact's own key"),
    fact("starts_at"),
]);

pub const REQUEST_PLAN_LINES: Table = Table::of_tenant("request_plan_lines").columns(&[
    key("plan_id"),
    fact("position"),
    fact("category"),
    fact("place"),
    key("store_id"),
    fact("recipient"),
    fact("rows"),
    fact("action"),
    fact("ground"),
    fact("until_on"),
]);

pub const REQUEST_MESSAGES: Table =
    Table::of_tenant("request_messages").label("request_message").ages("made_at").columns(&[
        key("id"),
        key("request_id"),
        fact("way"),
        fact("kind"),
        fact("locale"),
        personal("title", "letter").counted_in("generation").withheld(OWN_KEY),
        personal("body", "letter").counted_in("generation").withheld(OWN_KEY),
        fact("generation"),
        fact("made_at"),
        key("made_by"),
        fact("state"),
        fact("sent_at"),
    ]);

pub const REQUEST_REMINDERS: Table = Table::of_tenant("request_reminders").ages("told_at").columns(&[
    key("request_id"),
    fact("about"),
    fact("day"),
    fact("told_at"),
]);

pub const HOLDS: Table = Table::of_tenant("holds").label("hold").ages("released_at").columns(&[
    key("id"),
    fact("reference").because("made from its id"),
    key("subject_id"),
    fact("kind"),
    personal("reason", "reason").withheld("words of staff about a task, under the hold's own key: they go with it"),
    fact("placed_at"),
    key("placed_by"),
    fact("review_on"),
    fact("released_at"),
    key("released_by"),
    fact("version"),
    key("order_id"),
]);

pub const SAVED_VIEWS: Table = Table::of_tenant("saved_views").operators("staff").ages("made_at").columns(&[
    key("id"),
    key("staff_id"),
    fact("name").because("what one of the operator's people calls a list"),
    fact("filter").because("words of the filter's own grammar; it names no person"),
    fact("position"),
    fact("made_at"),
]);

pub const CONTROLLER_CALLS: Table = Table::of_tenant("controller_calls").ages("received_at").columns(&[
    key("id"),
    key("intake_id"),
    key("request_id"),
    pseudonym("digest").because("a keyed digest of what a controller sent: the same call is known again by it"),
    fact("received_at"),
    fact("expected_at"),
    fact("callbacks").because("a controller's own addresses, at hosts that the operator listed"),
    fact("seen"),
    fact("status"),
    fact("due_at"),
]);

pub const REQUEST_CORRECTIONS: Table =
    Table::of_tenant("request_corrections").label("request_correction").ages("named_at").columns(&[
        key("id"),
        key("request_id"),
        fact("about"),
        fact("field"),
        key("store_id"),
        personal("value", "correction").withheld(OWN_KEY),
        fact("named_at"),
        key("named_by"),
        fact("state"),
        fact("settled_at"),
        fact("rows"),
    ]);

pub const REQUEST_EVIDENCE: Table = Table::of_tenant("request_evidence").ages("made_at").columns(&[
    key("id"),
    key("request_id"),
    fact("number"),
    fact("made_at"),
    fact("digest").because("over a document of digests, codes and days"),
    fact("document").because("digests, codes and days, signed: it says nothing of whom it is about"),
]);

pub const REQUEST_SELECTIONS: Table =
    Table::of_tenant("request_selections").operators("staff").ages("made_at").columns(&[
        key("id"),
        key("staff_id"),
        fact("made_at"),
        fact("ends_at"),
        fact("is_cut"),
        key("of_tenant"),
        key("request"),
        fact("at_version"),
    ]);

pub const REQUEST_PERSONS: Table =
    Table::of_tenant("request_persons").columns(&[key("request_id"), key("subject_id"), fact("part")]);

pub const KEEPS: Table = Table::of_tenant("keeps").ages("ended_at").columns(&[
    key("id"),
    key("keeper_id").because("nobody's name: whose rows it has is gone"),
    key("request_id"),
    fact("place"),
    key("store_id"),
    fact("ground").because("a code: the policy's keep, an open order"),
    fact("until_on"),
    fact("made_at"),
    fact("ended_at"),
]);

pub const REQUEST_STEPS: Table = Table::of_tenant("request_steps").ages("finished_at").columns(&[
    key("plan_id"),
    fact("position"),
    key("request_id"),
    fact("name"),
    fact("line"),
    fact("place"),
    key("store_id"),
    fact("state"),
    fact("attempt"),
    fact("rows"),
    fact("outcome").because("a code of ours"),
    fact("begun_at"),
    fact("finished_at"),
    fact("looked_through"),
    fact("left_over"),
]);

pub const REQUEST_MATCHES: Table = Table::of_tenant("request_matches").label("request_match").columns(&[
    key("id"),
    key("request_id"),
    fact("kind"),
    key("store_id"),
    personal("value", "identifier").withheld("under the request's own key, until the last recipient has settled"),
    pseudonym("bidx"),
    fact("bidx_v"),
    fact("tells"),
]);

pub const CERTIFICATES: Table = Table::of_tenant("certificates").ages("made_at").columns(&[
    key("id"),
    key("request_id"),
    fact("number"),
    key("supplements"),
    fact("made_at"),
    fact("key_version"),
    fact("digest").because("over a document of codes, counts and dates"),
    fact("document")
        .because("codes, counts and dates, signed for outsiders; whom it is about stands in it as a handle of ours"),
]);

/// Why a package is about nobody by the map: it is a copy, and goes with its request's step for files.
const COPY: &str = "it leads to a copy: whoever is erased is found by it, and it goes with the copy";

pub const REQUEST_PACKAGES: Table =
    Table::of_tenant("request_packages").label("request_package").ages("expires_at").columns(&[
        key("id"),
        key("request_id"),
        fact("number"),
        fact("state"),
        fact("is_given"),
        fact("locale"),
        fact("ordered_at"),
        key("ordered_by"),
        key("blob_id").because("a file that its passphrase alone opens"),
        fact("made_at"),
        fact("rows"),
        fact("left_out"),
        fact("bytes"),
        fact("digest").because("of a sealed file"),
        fact("manifest").because("of a list of names, counts and digests"),
        secret("opener")
            .because("under the contact's own key, shown to the proved person alone; gone when the package ends"),
        fact("released_at"),
        key("released_by"),
        fact("expires_at"),
        fact("ended_at"),
        fact("version"),
    ]);

pub const PACKAGE_SUBJECTS: Table =
    Table::of_tenant("package_subjects").columns(&[key("package_id"), key("subject_id").because(COPY)]);

pub const PACKAGE_FILES: Table = Table::of_tenant("package_files").columns(&[
    key("package_id"),
    fact("position"),
    fact("name"),
    fact("rows"),
    fact("bytes"),
    hashed("digest").because("of what a person is given, which somebody who guesses it could know again"),
]);

pub const PACKAGE_LINKS: Table = Table::of_tenant("package_links").ages("made_at").columns(&[
    key("id"),
    key("package_id"),
    fact("made_at"),
    fact("expires_at"),
    fact("used_at"),
    hashed("session"),
    fact("until"),
    fact("ended_at"),
]);

pub const PACKAGE_REDACTIONS: Table =
    Table::of_tenant("package_redactions").label("package_redaction").ages("made_at").columns(&[
        key("id"),
        key("request_id"),
        fact("place"),
        key("row_id"),
        fact("field"),
        fact("code"),
        personal("reason", "reason").withheld("words of staff about a task, under the contact's own key"),
        fact("made_at"),
        key("made_by"),
        fact("lifted_at"),
        key("lifted_by"),
    ]);
