//! What the operator holds of its own people, as their controller.

use crate::floor::datamap::{Row, Table, fact, hashed, key, personal, pseudonym, secret_id};
use crate::floor::policy::Ground::LegitimateInterest;

pub const STAFF: Table = Table::of_tenant("staff")
    .label("staff")
    .about("subject_id")
    .operators("staff")
    .ages("seen_at")
    .erased_by(Row::Cleared)
    .columns(&[
        key("id"),
        key("subject_id"),
        fact("handle").disclosed().kept_under(LegitimateInterest).because("chosen for the desk; the books name it"),
        personal("mail", "mail").emptied(),
        pseudonym("mail_bidx"),
        fact("mail_bidx_v"),
        fact("roles").disclosed().kept_under(LegitimateInterest),
        fact("permissions").disclosed().kept_under(LegitimateInterest),
        key("tenants"),
        fact("state").disclosed().kept_under(LegitimateInterest),
        fact("ends_at").disclosed().kept_under(LegitimateInterest),
        hashed("invitation_hash"),
        fact("invited_until").cleared(),
        hashed("password_hash"),
        secret_id("totp_secret_id"),
        fact("totp_step"),
        fact("provider"),
        pseudonym("provider_sub").as_text(),
        fact("added_at").disclosed().kept_under(LegitimateInterest),
        fact("seen_at").disclosed().kept_under(LegitimateInterest),
        fact("version"),
    ]);

pub const RECOVERY_CODES: Table = Table::of_tenant("recovery_codes")
    .about_through("staff_id", "staff")
    .operators("staff")
    .erased_by(Row::Deleted)
    .columns(&[key("id"), key("staff_id"), hashed("hash"), fact("used_at").disclosed()]);

pub const SESSIONS: Table = Table::of_tenant("sessions")
    .about_through("staff_id", "staff")
    .operators("staff")
    .ages("ended_at")
    .erased_by(Row::Deleted)
    .columns(&[
        key("id"),
        key("staff_id"),
        hashed("hash"),
        fact("stage"),
        fact("method").disclosed(),
        fact("staff_version"),
        fact("started_at").disclosed(),
        fact("seen_at").disclosed(),
        fact("expires_at").disclosed(),
        fact("idle_seconds"),
        fact("fresh_at"),
        fact("source").disclosed().because("cut short to its network before it was written"),
        fact("client").disclosed(),
        fact("ended_at").disclosed(),
        fact("end_reason").disclosed(),
    ]);

pub const DEVICE_SIGN_INS: Table =
    Table::of_tenant("device_sign_ins").operators("staff").ages("expires_at").columns(&[
        key("id"),
        hashed("hash"),
        secret_id("secret_id"),
        fact("user_code").because("of minutes, and typed at the provider; here it opens nothing"),
        fact("page"),
        fact("nonce"),
        hashed("invitation_hash"),
        key("session_id"),
        fact("source").because("cut short to its network before it was written"),
        fact("client"),
        fact("step"),
        fact("begun_at"),
        fact("polled_at"),
        fact("expires_at"),
    ]);

pub const THROTTLES: Table = Table::of_desk("throttles").ages("last_at").columns(&[
    fact("kind"),
    pseudonym("digest"),
    fact("marks"),
    fact("last_at"),
]);
