//! Shapes that betray what they hold: PEM blocks, bearer tokens, keys of platforms, long base64, addresses.
//! One pass for each shape, skipped where its mark is absent; none of them backtracks, none guesses a language.

use std::borrow::Cow;

use super::redact::{BLANK, is_telling};
use super::words::{phones, words};

/// Where the mark stands, the pass is worth its time.
type Pass = (&'static str, fn(&str) -> String);

const PASSES: &[Pass] =
    &[("-----BEGIN", pem), ("://", userinfo), (")=(", detail), ("", named), ("", words), ("+", phones)];

/// Blanks every shape that is known to hold a secret or a person's address.
pub fn blank(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for (mark, pass) in PASSES {
        if text.contains(mark) {
            text = Cow::Owned(pass(&text));
        }
    }
    text
}

/// A PEM block, to its end or to the end of the text.
fn pem(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, block)) = rest.split_once("-----BEGIN") {
        clean.push_str(before);
        clean.push_str(BLANK);
        rest = block.split_once("-----END").and_then(|(_, tail)| tail.split_once("-----")).map_or("", |(_, tail)| tail);
    }
    clean + rest
}

/// `scheme://user:password@host`: the part before the `@`.
fn userinfo(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, authority)) = rest.split_once("://") {
        clean.push_str(before);
        clean.push_str("://");
        let end = authority
            .find(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '<' | '>'))
            .unwrap_or(authority.len());
        let (url, tail) = authority.split_at(end);
        // A password may hold anything but the end of the authority, so the last `@` before a path counts.
        let host_end = url.find('/').unwrap_or(url.len());
        let at = url[..host_end].rfind('@').or_else(|| url.rfind('@').filter(|_| url.contains(':')));
        match at {
            Some(at) => {
                clean.push_str(BLANK);
                clean.push_str(&url[at..]);
            }
            None => clean.push_str(url),
        }
        rest = tail;
    }
    clean + rest
}

/// The detail of a database error, `Key (email)=(value) already exists`: the value, whatever the key.
fn detail(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, value)) = rest.split_once(")=(") {
        clean.push_str(before);
        clean.push_str(")=(");
        clean.push_str(BLANK);
        rest = value.rfind(')').map_or("", |end| &value[end..]);
    }
    clean + rest
}

/// `password=…`, `"token": "…"`, `email: Some("…")`, `?code=…`: the value behind a telling name.
fn named(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find([':', '=']) {
        let (before, behind) = rest.split_at(at);
        clean.push_str(before);
        let sign = &behind[..1];
        clean.push_str(sign);
        rest = &behind[1..];
        let name = before.trim_end_matches(['"', '\'', '\\', ' ']);
        let start = name
            .rfind(|letter: char| !is_name(letter))
            .map_or(0, |at| at + name[at..].chars().next().map_or(1, char::len_utf8));
        let name = &name[start..];
        if name.is_empty() || !is_telling(name) {
            continue;
        }
        let header = matches!(
            name.to_ascii_lowercase().as_str(),
            "authorization" | "cookie" | "set-cookie" | "proxy-authorization"
        );
        if let Some(length) = value_length(sign, rest, header) {
            let gap = rest.len() - rest.trim_start().len();
            clean.push_str(&rest[..gap.min(length)]);
            clean.push_str(BLANK);
            rest = &rest[length..];
        }
    }
    clean + rest
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// How far the value reaches that begins here; `None` where prose follows rather than a value.
fn value_length(sign: &str, text: &str, is_header: bool) -> Option<usize> {
    let value = text.trim_start();
    let gap = text.len() - value.len();
    // `Some("…")`, and quotes that stand escaped in a quoted text.
    let bare = value.strip_prefix("Some(").unwrap_or(value).trim_start_matches('\\');
    let skipped = value.len() - bare.len();
    let first = bare.chars().next()?;
    let length = match first {
        '"' | '\'' => skipped + quoted_length(bare, first, value.starts_with('\\')),
        _ if is_header => value.len(),
        '[' => value.find(']').map_or(value.len(), |at| at + 1),
        '{' => value.find('}').map_or(value.len(), |at| at + 1),
        // "password: give a longer one" is advice, "phone: 123" and "password:one" are values.
        _ if sign == ":" && gap > 0 && skipped == 0 && !first.is_ascii_digit() && first != '+' => return None,
        _ => value.find(is_end).unwrap_or(value.len()),
    };
    (length > 0).then_some(gap + length)
}

/// To the closing quote and over it. Where the quotes themselves are escaped, a backslash before one says nothing.
fn quoted_length(text: &str, quote: char, is_nested: bool) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, letter)| {
        let is_end = *letter == quote && !is_escaped;
        is_escaped = *letter == '\\' && !is_escaped && !is_nested;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

fn is_end(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, ',' | ';' | '&' | '}' | ')' | '"' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";

    #[test]
    fn secrets_are_told_by_their_shape() {
        for text in [
            format!("opened with rds_{KEY}"),
            format!("shpat_{}", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
            format!("authorization: Bearer {KEY}"),
            "header Bearer all-lower-secret said".to_owned(),
            "Basic dXNlcjpwYXNzd29yZA==".to_owned(),
            format!("Some(\"{KEY}=\")"),
            format!("sealed as {KEY} today"),
            format!("hex {}", "0123456789abcdef".repeat(4)),
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl".to_owned(),
            "-----BEGIN PRIVATE KEY----- MC4CAQAwBQYDK2VwBCIEIA -----END PRIVATE KEY-----".to_owned(),
            "-----BEGIN OPENSSH PRIVATE KEY----- cut off in the middle MC4C".to_owned(),
        ] {
            let clean = blank(&text);
            assert!(clean.contains(BLANK), "{clean}");
            for secret in [KEY, "all-lower-secret", "0a1b2c", "dXNlc", "0123456789abcdef", "c2lnbmF0", "MC4C"] {
                assert!(!clean.contains(secret), "{clean}");
            }
        }
    }

    #[test]
    fn values_behind_telling_names_are_blanked_in_prose() {
        for text in [
            "Login { password: \"swordfish\", attempt: 3 }",
            "Login { password: Some(\"swordfish\"), attempt: 3 }",
            "{\"access_token\":\"swordfish\"}",
            "{\\\"access_token\\\":\\\"swordfish\\\"}",
            "token=swordfish&next=1",
            "GET /oauth?client_secret=swordfish HTTP/1.1",
            "email: 'swordfish'",
            "Cookie: session swordfish; other swordfish",
            "Key (email)=(swordfish) already exists.",
            "Key (kind, mail)=(a, swordfish (two)) already exists.",
            "postgres://desk:swordfish@db.example/desk",
            "postgres://desk:sword/swordfish@db.example/desk",
            "api_key = swordfish",
            "tokens: [\"a\", \"swordfish\"]",
        ] {
            let clean = blank(text);
            assert!(!clean.contains("swordfish"), "{clean}");
        }
    }

    #[test]
    fn persons_are_told_by_their_addresses() {
        for text in [
            "no such member ada@example.com",
            "<Ada.L+tag@Mail.Example.COM>",
            "mailto:ada@example.com",
            "ada%40example.com",
            "müller@exämple.de",
            "to=ada@localhost",
            "called +49 (0)30 1234-5678 twice",
            "+4915112345678",
        ] {
            let clean = blank(text);
            for part in ["ada", "Ada.L", "müller", "1234", "5112"] {
                assert!(!clean.contains(part), "{clean}");
            }
        }
    }

    #[test]
    fn ordinary_lines_stay_as_they_are() {
        for text in [
            "ready on http://127.0.0.1:8600/graphql in 1.204 s",
            "request req_0190a1b2c3d4e5f60718293a4b5c6d7e opened for tenant ten_00000000000000000000000000000000",
            "0190a1b2-c3d4-7e5f-8071-8293a4b5c6d7",
            "/usr/lib/postgresql/15/bin/postgres -D /home/someone/.local/share/rightsdesk/cluster-15/data",
            "rightsdesk_server::floor::ledger::statement: 12 statements",
            "vault.password: give a longer one",
            "bearer tokens are refused here; basic configuration follows",
            "1 + 1 = 2, a+b, 2026-11-21T06:09:39.123Z, postgres 15.14 (Debian 15.14-0+deb12u1)",
            "error[E0308] at server/src/floor/ledger/statement.rs:95:13",
            "application/graphql-response+json; charset=utf-8",
            "/home/Ada/Projects/Rightsdesk2/target/debug/deps/Rightsdesk",
            "exports/ten_0190a1b2c3d4e5f60718293a4b5c6d7e/0190a1b2-c3d4-7e5f-8071-8293a4b5c6d7",
            "खाता खुला है: ३ अनुरोध",
            "客户请求已关闭",
        ] {
            assert_eq!(blank(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_surroundings_save_a_key(
            before in "[a-z:=\"'@+/ (){}%\\\\0-9A-Z_-]{0,80}|\\PC{0,40}",
            after in "[a-z:=\"'@+/ (){}%\\\\0-9A-Z_-]{0,80}|\\PC{0,40}",
        ) {
            let text = format!("{before} rds_{KEY} {after}");
            prop_assert!(!blank(&text).contains(KEY), "{}", blank(&text));
        }
    }

    #[test]
    fn random_keys_hardly_ever_pass() {
        use sha2::{Digest, Sha256};
        let missed = (0..20_000_u32).filter(|seed| {
            let key = base64_of(&Sha256::digest(seed.to_be_bytes()));
            let text = format!("found '{key}' there");
            blank(&text).contains(&key)
        });
        let missed: Vec<_> = missed.map(|seed| base64_of(&Sha256::digest(seed.to_be_bytes()))).collect();
        assert!(missed.len() <= 5, "a second net may miss one in four thousand: {missed:?}");
    }

    fn base64_of(bytes: &[u8]) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            for at in 0..=chunk.len() {
                text.push(char::from(LETTERS[(word >> (18 - 6 * at) & 63) as usize]));
            }
        }
        text
    }
}
