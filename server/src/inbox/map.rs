//! What is held of deliveries: that they came in clear, what they brought sealed and for a while.

use crate::floor::datamap::{Table, fact, key, personal, pseudonym};

pub const DELIVERIES: Table = Table::of_tenant("deliveries").label("delivery").ages("received_at").columns(&[
    key("id"),
    key("store_id"),
    fact("platform"),
    fact("topic"),
    pseudonym("dedupe"),
    fact("happened_at"),
    fact("received_at"),
    personal("body", "delivery").withheld(
        "what a platform sent, under the delivery's own key: it goes once it is worked, after a week at the latest",
    ),
    fact("state"),
    fact("outcome").because("a code of ours, never words"),
    fact("done_at"),
]);

pub const PRIVACY_NOTICES: Table =
    Table::of_tenant("privacy_notices").label("privacy_notice").ages("received_at").columns(&[
        key("id"),
        key("store_id"),
        fact("platform"),
        fact("kind"),
        key("delivery_id"),
        fact("received_at"),
        fact("due_on"),
        fact("reference").because("what the platform calls its own request"),
        personal("identifiers", "identifiers")
            .withheld("whom a platform means, under the notice's own key: they go when it is settled"),
        fact("state"),
        key("subjects"),
        fact("matched_at"),
    ]);
