//! What is held of persons beside their records: that there is one, and the blind indexes they are found by.

use crate::floor::datamap::{Row, Table, fact, key, personal, pseudonym};

pub const SUBJECTS: Table = Table::of_tenant("subjects").columns(&[
    key("id").because("the row outlives the key, as the key's own row does: nobody is made twice by mistake"),
    fact("made_at"),
    key("same_as"),
    fact("erased_at"),
    fact("restricted_at"),
    fact("version"),
]);

pub const SUBJECT_FENCES: Table = Table::of_tenant("subject_fences").ages("until").columns(&[
    key("id"),
    key("subject_id"),
    fact("kind"),
    fact("code").because("a purpose or recipient, as the policy calls it"),
    key("request_id"),
    fact("since"),
    fact("warned_at"),
    key("warning_id"),
    fact("ends_at"),
    fact("until"),
]);

pub const CORRECTED_VALUES: Table = Table::of_tenant("corrected_values")
    .about("subject_id")
    .listed(&["customer", "order"])
    .ages("at")
    .erased_by(Row::Deleted)
    .columns(&[
        key("id"),
        key("correction_id"),
        key("subject_id"),
        fact("about"),
        fact("field"),
        key("row_id"),
        pseudonym("salt"),
        pseudonym("was_digest").because("of what stood there, with a salt of its own: nothing is found by it"),
        pseudonym("is_digest").because("of what stands there, with a salt of its own: nothing is found by it"),
        fact("at"),
        fact("until"),
    ]);

pub const SUBJECT_IDENTIFIERS: Table = Table::of_tenant("subject_identifiers")
    .about("subject_id")
    .listed(&["customer", "order"])
    .ages("made_at")
    .erased_by(Row::Deleted)
    .columns(&[
        key("id"),
        key("subject_id"),
        fact("kind"),
        key("scope"),
        pseudonym("bidx"),
        fact("bidx_v"),
        fact("tells"),
        fact("made_at"),
    ]);

pub const TOMBSTONES: Table = Table::of_tenant("tombstones").label("tombstone").ages("made_at").columns(&[
    key("id"),
    key("subject_id")
        .because("of whom nothing else is left: the row says that somebody was erased, and nothing of whom"),
    key("request_id"),
    fact("kind"),
    key("scope"),
    pseudonym("digest").because("a keyed digest, so that nobody writes of somebody anew who was erased"),
    fact("nv"),
    fact("kv"),
    fact("reason"),
    fact("made_at"),
    fact("expires_at"),
    fact("hits"),
    fact("hit_at"),
    fact("asked_at"),
    key("asked_by"),
    personal("words", "reason").withheld(
        "words of staff about a task, under the tombstone's own key: it goes with the time of closed requests",
    ),
    fact("lifted_at"),
    key("lifted_by"),
]);
