//! What is held of recipients: how each is reached, what it is told, how far that has come. Whom it is about stands there
//! sealed under the request's own key, and no longer than the task is open.

use crate::floor::datamap::{Table, fact, key, personal, secret_id};

pub const RECIPIENT_WAYS: Table = Table::of_tenant("recipient_ways").columns(&[
    key("id"),
    fact("recipient"),
    fact("kind"),
    fact("address").because("a company's own address, for wishes that are passed on"),
    fact("parts").because("what the recipient calls the merchant's account, list or project there"),
    secret_id("secret_id"),
    fact("certificate").because("a recipient's own, which it shows to everybody"),
    fact("certificate_at"),
    fact("since"),
    fact("version"),
]);

pub const RECIPIENT_TASKS: Table =
    Table::of_tenant("recipient_tasks").label("recipient_task").ages("opened_at").columns(&[
        key("id"),
        key("request_id"),
        fact("reference").because("made from the request's id: letters that nobody mixes up"),
        fact("right_code"),
        fact("regulation"),
        fact("recipient"),
        key("store_id"),
        key("subject_id"),
        fact("categories"),
        fact("kind"),
        fact("state"),
        fact("is_unsure"),
        fact("step"),
        fact("refs").because("what the recipient calls the task"),
        key("sealed_under"),
        personal("matches", "identifier").withheld("under the request's own key: it goes when the task ends"),
        fact("ticket").because("a job with ids in it"),
        fact("zone"),
        fact("submitted_at"),
        fact("opened_at"),
        fact("until"),
        fact("tried_at"),
        fact("ended_at"),
        fact("attempts"),
        fact("answer").because("a status or a code of ours, never words"),
        fact("advice").because("a sentence of ours"),
        fact("proof").because("a digest of what a recipient answered"),
        key("proof_id"),
        personal("words", "reason").withheld("words of staff about a task, under the task's own key"),
        fact("reminded_at"),
        fact("held_at"),
        fact("version"),
    ]);

pub const RECIPIENT_ATTEMPTS: Table = Table::of_tenant("recipient_attempts").columns(&[
    key("task_id"),
    fact("number"),
    fact("at"),
    fact("did"),
    fact("state"),
    fact("answer").because("a status or a code of ours, never words"),
    fact("by").because("a job, or one of the operator's people, by id"),
]);
