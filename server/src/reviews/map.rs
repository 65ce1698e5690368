//! What is held of reviews: what was extracted and decided in clear, the words for it under each campaign's own key.

use crate::floor::datamap::{Table, derived, fact, key, personal};

pub const REVIEW_CAMPAIGNS: Table =
    Table::of_tenant("review_campaigns").operators("staff").ages("signed_off_at").columns(&[
        key("id"),
        fact("title").because("what the desk calls a review; it names no person"),
        fact("quarter"),
        fact("state"),
        fact("opened_at"),
        key("opened_by"),
        fact("due_on"),
        fact("taken_at"),
        fact("query_version"),
        derived("digest", "review_items"),
        fact("signed_off_at"),
        key("signed_off_by"),
        derived("evidence_digest", "the evidence"),
    ]);

pub const REVIEW_EXTRACTS: Table = Table::of_tenant("review_extracts").operators("staff").columns(&[
    key("campaign_id"),
    fact("subject"),
    fact("counted"),
]);

pub const REVIEW_ITEMS: Table =
    Table::of_tenant("review_items").label("review_item").operators("staff").ages("decided_at").columns(&[
        key("id"),
        key("campaign_id"),
        fact("subject"),
        key("of_tenant"),
        key("object_id"),
        fact("part"),
        fact("label").because("a handle that was chosen for the desk, a shop's public address, a program's name"),
        fact("facts").because("ids, codes and dates; handles where it says who gave it"),
        key("barred"),
        fact("decision"),
        personal("reason", "reason")
            .counted_in("reason_gen")
            .withheld("words of staff about a task, under the campaign's own key: they go with it"),
        fact("reason_gen"),
        fact("decided_at"),
        key("decided_by"),
        fact("exception_until"),
        fact("revocation"),
        fact("due_on"),
        fact("hindrance").because("a code of ours, never words"),
        fact("proven_at"),
        fact("proof").because("a link of the books and a time"),
        fact("version"),
    ]);

pub const REVIEW_REMINDERS: Table = Table::of_tenant("review_reminders").operators("staff").ages("told_at").columns(&[
    key("campaign_id"),
    key("about"),
    fact("day"),
    fact("told_at"),
]);
