//! Shapes that betray what they hold: PEM blocks, bearer tokens, keys of platforms, long base64, addresses.
//! One pass for each shape, skipped where its mark is absent; none of them backtracks, none guesses a language.

use std::borrow::Cow;

use super::redact::{BLANK, is_telling};

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
fn value_length(sign: &str, text: &str, header: bool) -> Option<usize> {
    let value = text.trim_start();
    let gap = text.len() - value.len();
    let first = value.chars().next()?;
    if header && !matches!(first, '"' | '\'') {
        return Some(text.len());
    }
    let opening = value.strip_prefix("Some(").unwrap_or(value).trim_start_matches('\\');
    if let Some(quote) = opening.chars().next().filter(|letter| matches!(letter, '"' | '\'')) {
        let inside = value.len() - opening.len() + 1;
        let mut escaped = false;
        let end = value[inside..].char_indices().find(|(_, letter)| {
            let ends = *letter == quote && !escaped;
            escaped = *letter == '\\' && !escaped && inside == 1;
            ends
        });
        return Some(gap + end.map_or(value.len(), |(at, _)| inside + at + 1));
    }
    if let Some(closing) = match first {
        '[' => Some(']'),
        '{' => Some('}'),
        _ => None,
    } {
        return Some(gap + value.find(closing).map_or(value.len(), |at| at + 1));
    }
    if sign == ":"
        && gap > 0
        && !first.is_ascii_digit()
        && first != '+'
        && !opening.contains("Some(")
        && value.len() == opening.len()
    {
        return None;
    }
    if value.starts_with(BLANK) {
        return None;
    }
    let end =
        value.find(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '&' | '}' | ')' | '"' | '\''));
    end.map_or(Some(text.len()), |end| (end > 0).then_some(gap + end))
}

/// Beginnings of keys that someone else's scanner knows too; what follows is the key.
const PREFIXES: &[&str] = &[
    "rds_",
    "shpat_",
    "shpca_",
    "shppa_",
    "shpss_",
    "shpua_",
    "shprt_",
    "shptka_",
    "whsec_",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "ck_",
    "cs_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "ASIA",
    "AGE-SECRET-KEY-",
    "ya29.",
    "v^1.1#",
];

/// Everything that is told by a single word, or by the word before it: schemes, prefixes, addresses, opaque runs.
fn words(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut scheme: Option<&str> = None;
    while let Some(start) = rest.find(|letter: char| !is_gap(letter)) {
        let (gap, from) = rest.split_at(start);
        let end = from.find(is_gap).unwrap_or(from.len());
        let (word, tail) = from.split_at(end);
        clean.push_str(gap);
        let follows = gap.chars().all(char::is_whitespace) && !gap.is_empty();
        if follows && scheme.is_some_and(|scheme| is_credential(scheme, word)) {
            clean.push_str(BLANK);
        } else {
            clean.push_str(&one_word(word));
        }
        scheme = ["bearer", "basic", "digest"].into_iter().any(|name| word.eq_ignore_ascii_case(name)).then_some(word);
        rest = tail;
    }
    clean + rest
}

fn is_gap(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '"' | '\'' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | '|' | '`')
}

/// "Bearer abc" is a credential; "bearer tokens are refused" is prose.
fn is_credential(scheme: &str, word: &str) -> bool {
    word != BLANK && (scheme == "Bearer" || word.len() >= 6 && word.chars().any(|letter| !letter.is_lowercase()))
}

fn one_word(word: &str) -> Cow<'_, str> {
    let at = word.find('@').or_else(|| find_ignoring_case(word, "%40"));
    if let Some(at) = at.filter(|at| *at > 0)
        && word[at..].trim_start_matches(['@', '%', '4', '0']).contains(|letter: char| letter.is_alphanumeric())
        && !word.contains("://")
    {
        let local = word[..at].rfind(['=', ':', '&', '?', '/']).map_or(0, |cut| cut + 1);
        return Cow::Owned(format!("{}[address]", &word[..local]));
    }
    if let Some((start, _)) = PREFIXES.iter().filter_map(|prefix| find_key(word, prefix)).min() {
        return Cow::Owned(format!("{}{BLANK}", &word[..start]));
    }
    if word.len() < 24 {
        return Cow::Borrowed(word);
    }
    let pieces: Vec<&str> = word.split_inclusive([':', '?', '&', '#', '\\']).collect();
    if pieces.iter().any(|piece| is_opaque(piece)) {
        return Cow::Owned(pieces.iter().map(|piece| if is_opaque(piece) { BLANK } else { piece }).collect());
    }
    Cow::Borrowed(word)
}

fn find_ignoring_case(text: &str, what: &str) -> Option<usize> {
    text.to_ascii_lowercase().find(&what.to_ascii_lowercase())
}

/// Where a key with this beginning stands: at the start of a word, with enough behind it to be one.
fn find_key(word: &str, prefix: &str) -> Option<(usize, usize)> {
    word.match_indices(prefix).map(|(at, _)| at).find_map(|at| {
        let is_start = word[..at].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
        let key = &word[at + prefix.len()..];
        let length = key
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'))
            .count();
        (is_start && length >= 8).then_some((at, length))
    })
}

/// A long run that reads like chance: base64, or hexadecimal longer than an id, or a token in three parts.
fn is_opaque(run: &str) -> bool {
    let run = run.trim_end_matches([':', '?', '&', '#', '\\', '.', '!']);
    if let Some(token) = run.find("eyJ").map(|at| &run[at..])
        && token.len() >= 24
    {
        return true;
    }
    let hex = run.chars().filter(char::is_ascii_hexdigit).count();
    if hex >= 48 && run.split(|letter: char| !letter.is_ascii_hexdigit()).any(|piece| piece.len() >= 48) {
        return true;
    }
    run.len() >= 32
        && run.bytes().any(|byte| byte.is_ascii_lowercase())
        && run.bytes().any(|byte| byte.is_ascii_uppercase())
        && is_restless(run)
}

/// Letters that change between cases and digits at every fourth place or oftener, and without digits, where names in
/// camel case come close, at two of five. Signs part words and are not counted: base64 has few, paths and names many.
fn is_restless(run: &str) -> bool {
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 0_u8,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let kinds: Vec<u8> = run.as_bytes().iter().map(kind).collect();
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1] && !pair.contains(&3)).count();
    let counted = kinds.iter().filter(|kind| **kind != 3).count();
    if run.bytes().any(|byte| byte.is_ascii_digit()) { changes * 4 >= counted } else { changes * 5 >= counted * 2 }
}

/// A phone number in the form that tells itself: a plus and seven to fifteen digits, with the usual gaps.
fn phones(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, number)) = rest.split_once('+') {
        clean.push_str(before);
        let end = number
            .find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ' ' | '-' | '(' | ')' | '.'))
            .unwrap_or(number.len());
        let run = number[..end].trim_end_matches([' ', '-', '(', ')', '.']);
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        let starts = run.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if starts && (7..=15).contains(&digits) {
            clean.push_str("[phone]");
            rest = &number[run.len()..];
        } else {
            clean.push('+');
            rest = number;
        }
    }
    clean + rest
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
        fn blanking_never_fails_and_twice_is_once(text in "[a-z:=\"'@+/ (){}%\\\\0-9A-Z_-]{0,120}|\\PC{0,60}") {
            let once = blank(&text).into_owned();
            prop_assert_eq!(blank(&once).into_owned().contains("rds_00000000"), false);
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
