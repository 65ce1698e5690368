//! The second net under the logs: what a field's name or a value's shape betrays is blanked before it is written.
//! It never is the first net (values that may not be logged have no `Debug`), and it rather blanks a harmless word
//! than lets a token pass.

use std::fmt::Write;

use super::shapes;
use crate::floor::kernel::text::scrub;

/// What stands where something stood.
pub const BLANK: &str = "[redacted]";

/// A line of a log is for reading: what is longer is cut.
const LONGEST: usize = 4096;

/// Parts of names whose values never show, whatever they look like; the singular stands for the plural.
const PARTS: &[&str] = &[
    "address",
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "birthdate",
    "birthday",
    "body",
    "cookie",
    "credential",
    "csrf",
    "document",
    "dsn",
    "email",
    "fax",
    "firstname",
    "fullname",
    "header",
    "hmac",
    "iban",
    "jwt",
    "lastname",
    "letter",
    "mobile",
    "otp",
    "passphrase",
    "passwd",
    "password",
    "payload",
    "phone",
    "pin",
    "plaintext",
    "postcode",
    "pwd",
    "secret",
    "signature",
    "street",
    "subject",
    "surname",
    "telephone",
    "token",
    "totp",
    "username",
    "variable",
    "zip",
];

/// Names of several parts that only together say what they hold.
const WHOLE: &[&str] = &[
    "access_key",
    "api_key",
    "client_id",
    "database_url",
    "date_of_birth",
    "display_name",
    "e_mail",
    "family_name",
    "first_name",
    "full_name",
    "given_name",
    "last_name",
    "master_key",
    "private_key",
    "root_key",
    "session_id",
    "signing_key",
];

/// Whether a value under this name is blanked unseen. The ids of persons and letters are addresses, not values:
/// `subject.id` shows, `subject` does not.
pub fn is_telling(name: &str) -> bool {
    let mut plain = String::with_capacity(name.len() + 4);
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            plain.push('_');
        }
        plain.extend(if letter.is_alphanumeric() { letter.to_lowercase().next() } else { Some('_') });
        before = letter;
    }
    if let Some(noun) = plain.strip_suffix("_id")
        && matches!(noun, "subject" | "letter" | "document" | "token" | "credential")
    {
        return false;
    }
    WHOLE.iter().any(|whole| plain.contains(whole))
        || plain
            .split('_')
            .any(|part| PARTS.contains(&part) || part.strip_suffix('s').is_some_and(|one| PARTS.contains(&one)))
}

/// A value as it may be written: blanked by its name, or else by its shapes; harmless to a terminal; not endless.
pub fn value(name: &str, text: &str) -> String {
    if is_telling(name) { BLANK.to_owned() } else { prose(text) }
}

/// Text as it may be written: shapes of tokens and addresses blanked, controls made visible, cut at a bound.
pub fn prose(text: &str) -> String {
    // What is cut off was never looked at, so the cut comes first, with room for what grows by escaping.
    let (text, rest) = cut(text, LONGEST);
    let mut clean = shapes::blank(&scrub(text)).into_owned();
    if rest > 0 {
        // A shape that straddles the cut may have lost what betrays it: its stump goes too.
        let stump = clean.rfind(char::is_whitespace).unwrap_or(0);
        clean.truncate(stump);
        let _ = write!(clean, " … ({rest} bytes more)");
    }
    clean
}

fn cut(text: &str, at: usize) -> (&str, usize) {
    if text.len() <= at {
        return (text, 0);
    }
    let end = (0..=at).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    (&text[..end], text.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_tell_are_known_in_every_spelling() {
        for name in [
            "token",
            "access_token",
            "accessToken",
            "store.tokens",
            "Authorization",
            "set-cookie",
            "PASSWORD",
            "user_passwd",
            "customer.email",
            "customerEmail",
            "phone_number",
            "clientSecret",
            "api-key",
            "x-shopify-hmac-sha256",
            "private_key",
            "database.url_dsn",
            "shippingAddress",
            "first_name",
            "variables",
            "subject",
        ] {
            assert!(is_telling(name), "{name}");
        }
        for name in [
            "request.id",
            "job.kind",
            "status",
            "attempt",
            "tenant",
            "store.id",
            "subject.id",
            "keys",
            "shopping",
            "author",
        ] {
            assert!(!is_telling(name), "{name}");
        }
    }

    #[test]
    fn a_telling_name_blanks_any_value() {
        assert_eq!(value("token", "x"), BLANK);
        assert_eq!(value("status", "open"), "open");
    }

    #[test]
    fn text_is_made_harmless_and_bounded() {
        assert_eq!(prose("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb c");
        let long = prose(&"wort ".repeat(4000));
        assert!(long.len() < LONGEST + 64 && long.ends_with("bytes more)"), "{long}");
    }

    #[test]
    fn a_cut_leaves_no_stump_of_a_secret() {
        let text = format!("{} rds_0123456789abcdefghijkl", "x ".repeat(2044));
        assert!(!prose(&text).contains("rds_0"));
    }
}
