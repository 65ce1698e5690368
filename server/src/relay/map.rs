//! What is held for the relay: who got what, for ever and without a value; and for a while the events themselves, sealed.

use crate::floor::datamap::{Row, Table, fact, key, personal, pseudonym, secret_id};
use crate::floor::policy::Ground::LegalObligation;

pub const DISCLOSURES: Table = Table::of_tenant("disclosures")
    .about("subject_id")
    .operators("disclosure_book")
    .ages("at")
    .erased_by(Row::Kept)
    .columns(&[
        key("id"),
        fact("at").disclosed().kept_under(LegalObligation),
        fact("recipient").disclosed().kept_under(LegalObligation),
        key("app_id"),
        key("store_id"),
        key("subject_id"),
        fact("category").disclosed().kept_under(LegalObligation),
        fact("fields").disclosed().kept_under(LegalObligation),
        fact("form").disclosed().kept_under(LegalObligation),
        fact("count"),
        fact("purpose").disclosed().kept_under(LegalObligation),
        fact("way"),
        key("reference"),
    ]);

pub const DESTINATIONS: Table = Table::of_tenant("destinations").category("account").columns(&[
    key("id"),
    key("store_id"),
    fact("recipient"),
    fact("url").because("a merchant's own address at whoever receives its events"),
    fact("region"),
    secret_id("secret_id"),
    fact("state"),
    fact("since"),
]);

pub const RELAYED_EVENTS: Table = Table::of_tenant("relayed_events")
    .label("relayed_event")
    .about("subject_id")
    .listed(&["event"])
    .ages("happened_at")
    .erased_by(Row::Cleared)
    .columns(&[
        key("id"),
        key("store_id"),
        fact("kind"),
        fact("happened_at"),
        fact("received_at"),
        key("subject_id").cleared(),
        pseudonym("alias"),
        personal("linked", "relayed").withheld(
            "what the shop told of an order or visit, for a month at most; to whom it went stands in the disclosures",
        ),
        key("linked_key"),
        fact("linked_until"),
        personal("facts", "relayed").withheld("values of an order that lead to nobody, under the event's own key"),
        personal("passing", "relayed").withheld("what is not kept: it is here only while a delivery waits"),
        key("passing_key"),
        fact("expires_at"),
        pseudonym("source"),
    ]);

pub const RELAY_DELIVERIES: Table = Table::of_tenant("relay_deliveries").category("account").columns(&[
    key("id"),
    key("event_id"),
    key("destination_id"),
    fact("state"),
    fact("attempts"),
    fact("idempotency_key").because("a digest of our own ids"),
    fact("sent_at"),
    fact("answer").because("a status or a code of ours, never words"),
]);

pub const RELAY_WITHHELD: Table = Table::of_tenant("relay_withheld").category("account").columns(&[
    key("store_id"),
    fact("recipient"),
    fact("kind"),
    fact("day"),
    fact("count").because("how often by the day: nobody is named"),
    fact("last_at"),
]);
