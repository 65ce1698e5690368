//! Shapes that a single word betrays, or the word before it: keys with a known beginning, credentials behind their
//! scheme, addresses of people, long runs that read like chance.

use std::borrow::Cow;

use super::redact::BLANK;

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
pub(super) fn words(text: &str) -> String {
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
pub(super) fn phones(text: &str) -> String {
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
