//! The books: what was done, for ever and without a word about a person; who looked, for as long as is promised.

use crate::floor::datamap::{Row, Table, derived, fact, key, personal};
use crate::floor::policy::Ground::LegalObligation;

pub const AUDIT_EVENTS: Table = Table::of_tenant("audit_events").columns(&[
    fact("seq"),
    fact("at"),
    key("actor"),
    fact("action"),
    key("object"),
    derived("payload_hash", "payload"),
    fact("payload").because("counts and codes; words about somebody stand in an envelope and go with its key"),
    derived("hash", "the whole row"),
]);

pub const AUDIT_HEADS: Table = Table::of_tenant("audit_heads")
    .columns(&[fact("seq"), fact("hash").because("of a chain that holds no value about a person")]);

pub const ACCESS_LOG: Table = Table::of_tenant("access_log")
    .label("access")
    .about("subject_id")
    .operators("access_book")
    .ages("at")
    .erased_by(Row::Kept)
    .columns(&[
        key("id"),
        fact("at").disclosed().kept_under(LegalObligation),
        key("actor"),
        key("subject_id"),
        fact("view").disclosed().kept_under(LegalObligation),
        fact("purpose").disclosed().kept_under(LegalObligation),
        key("grant_id"),
        fact("ticket"),
        personal("reason", "reason").with_key().withheld("words of staff about their task"),
    ]);
