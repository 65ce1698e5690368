//! What is held of merchants: their account in clear, their own users sealed.

use crate::floor::datamap::{Reason, Row, Table, fact, hashed, key, personal, pseudonym};
use crate::floor::policy::Ground;

/// Who acted for a merchant, where the law wants that known or a claim turns on it.
const RECORDS: &[Reason] = &[Reason::Law(Ground::LegalObligation), Reason::Law(Ground::LegalClaims)];

pub const TENANTS: Table = Table::of_tenant("tenants").category("account").ages("closes_on").columns(&[
    fact("legal_name").because("an organisation's name, as its contract has it"),
    fact("reference"),
    fact("locale"),
    fact("region"),
    fact("plan"),
    fact("app_slots"),
    fact("our_role"),
    fact("role_note"),
    fact("state"),
    fact("opened_at"),
    fact("closing_at"),
    fact("closes_on"),
    fact("closed_at"),
    fact("version"),
]);

pub const MEMBERS: Table = Table::of_tenant("members")
    .label("member")
    .about("subject_id")
    .category("account")
    .ages("removed_at")
    .erased_by(Row::Deleted)
    .given()
    .columns(&[
        key("id"),
        key("subject_id"),
        personal("name", "name").emptied().counted_in("name_gen").needed_by(RECORDS),
        personal("mail", "mail").emptied().counted_in("mail_gen").needed_by(RECORDS),
        fact("role").disclosed(),
        fact("state").disclosed(),
        fact("added_at").disclosed(),
        fact("removed_at").disclosed(),
        fact("name_gen"),
        fact("mail_gen"),
        pseudonym("mail_bidx"),
        fact("mail_bidx_v"),
        pseudonym("login_bidx"),
        fact("login_bidx_v"),
        fact("version"),
    ]);

pub const API_KEYS: Table = Table::of_tenant("api_keys").category("account").ages("revoked_at").columns(&[
    key("id"),
    fact("name").because("what a merchant calls a program of his"),
    fact("hint"),
    hashed("hash"),
    fact("permissions"),
    key("made_by"),
    fact("made_at"),
    fact("expires_at"),
    fact("seen_at"),
    key("replaced_by"),
    fact("revoked_at"),
]);
