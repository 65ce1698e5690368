//! What is held of sub-processors, of those who are told of changes, and of merchants' objections.

use crate::floor::datamap::{Row, Table, fact, key, personal, pseudonym, secret};

pub const PROCESSORS: Table = Table::of_tenant("processors").columns(&[
    key("id"),
    fact("code"),
    fact("state"),
    fact("shown_version"),
    fact("listed_on"),
    fact("ends_on"),
    fact("objection_until"),
]);

pub const PROCESSOR_VERSIONS: Table = Table::of_tenant("processor_versions").columns(&[
    key("processor_id"),
    fact("policy_version"),
    fact("name").because("a company's name, as the public list has it"),
    fact("service"),
    fact("purposes"),
    fact("receives"),
    fact("forms"),
    fact("regions"),
    fact("transfer"),
    fact("agreement_on"),
    fact("policy_url"),
    fact("from_on"),
    fact("in_force_at"),
    fact("until_on"),
    fact("withdrawn_at"),
]);

pub const NOTICES: Table = Table::of_tenant("notices").columns(&[
    key("id"),
    fact("kind"),
    key("processor_id"),
    fact("processor_name").because("a company's name, as the public list had it"),
    fact("policy_version"),
    fact("is_withdrawal"),
    fact("announced_at"),
    fact("effective_on"),
    fact("objection_until"),
    fact("withdrawn_at"),
    fact("locales"),
    fact("texts").because("public"),
]);

pub const SUBSCRIBERS: Table = Table::of_tenant("subscribers")
    .label("subscriber")
    .about("subject_id")
    .operators("subscribers")
    .ages("ended_at")
    .erased_by(Row::Deleted)
    .columns(&[
        key("id"),
        key("merchant_id"),
        key("subject_id"),
        personal("mail", "mail"),
        pseudonym("mail_bidx"),
        fact("mail_bidx_v"),
        secret("confirm_token"),
        secret("leave_token"),
        fact("locale").disclosed(),
        fact("state").disclosed(),
        fact("asked_at").disclosed(),
        fact("letter_at").disclosed(),
        fact("letter_is_sent"),
        fact("live_at").disclosed(),
        fact("ended_at").disclosed(),
    ]);

pub const NOTICE_DELIVERIES: Table = Table::of_tenant("notice_deliveries")
    .about_through("subscriber_id", "subscribers")
    .operators("subscribers")
    .erased_by(Row::Deleted)
    .columns(&[
        key("notice_id"),
        key("subscriber_id"),
        fact("state").disclosed(),
        fact("attempts"),
        fact("sent_at").disclosed(),
    ]);

pub const OBJECTIONS: Table =
    Table::of_tenant("objections").label("objection").operators("objections").ages("answered_at").columns(&[
        key("id"),
        key("notice_id"),
        key("merchant_id"),
        fact("objected_at"),
        key("objected_by"),
        personal("reason", "reason")
            .withheld("words of a merchant's people, under the objection's own key: they go with it"),
        fact("state"),
        fact("answer_by"),
        fact("answered_at"),
        key("answered_by"),
        personal("answer", "answer")
            .withheld("words of staff to a merchant, under the objection's own key: they go with it"),
    ]);
