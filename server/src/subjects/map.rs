//! What is held of persons beside their records: that there is one, and the blind indexes they are found by.

use crate::floor::datamap::{Row, Table, fact, key, pseudonym};

pub const SUBJECTS: Table = Table::of_tenant("subjects").columns(&[
    key("id").because("the row outlives the key, as the key's own row does: nobody is made twice by mistake"),
    fact("made_at"),
    key("same_as"),
    fact("version"),
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
