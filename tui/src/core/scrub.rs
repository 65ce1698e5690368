//! Server text made harmless where it enters, and again on every way out that is not a cell.
//!
//! A shopper's name may hold escape sequences, bidi overrides or invisible letters. None of them reaches a terminal, a
//! title, a clipboard or a pipe through here; a bidi control stays visible as its number, so a reviewer sees the trick.

use std::fmt::Write;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use zeroize::Zeroize;

/// Longest text kept, in characters; a cell, a notice and a title need far less.
const LONGEST: usize = 4096;
/// Most code points in one cluster: enough for families of emoji and for Devanagari, too few to flood a line.
const CLUSTER: usize = 12;

/// Text that has been scrubbed; the only string type in what a server sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clean(pub String);

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(scrub(&text)))
    }
}

/// One line of printable text: controls and line ends are gone, tricks of direction are visible.
pub fn scrub(text: &str) -> String {
    up_to(LONGEST, text)
}

fn up_to(longest: usize, text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(longest));
    for (n, cluster) in text.graphemes(true).enumerate() {
        if n == longest {
            clean.push('…');
            break;
        }
        for c in cluster.chars().take(CLUSTER) {
            match c {
                '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => push_space(&mut clean),
                '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => clean.push('\u{fffd}'),
                '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    // Writing into a String cannot fail.
                    _ = write!(clean, "<U+{:04X}>", u32::from(c));
                }
                '\u{200c}' | '\u{200d}' if joins(cluster, c) => clean.push(c),
                '\u{ad}'
                | '\u{200b}'..='\u{200d}'
                | '\u{2060}'..='\u{2064}'
                | '\u{206a}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}' => {}
                _ => clean.push(c),
            }
        }
    }
    clean
}

/// What a document calls a text whose lines matter: it comes through as a list of them, each a text of its own.
const LINES: &str = "lines";
/// What a document calls a text with a signature over it: it is one line, and however long it is, it is whole.
const SIGNED: &str = "signed";
/// Most letters of such a text.
const LONGEST_SIGNED: usize = 4 * 1024 * 1024;

/// Every text of an answer; its names are our own.
pub fn scrub_all(value: &mut Value) {
    match value {
        Value::String(text) => {
            let clean = scrub(text);
            text.zeroize();
            *text = clean;
        }
        Value::Array(items) => items.iter_mut().for_each(scrub_all),
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut(LINES) {
                let lines = text.lines().map(|line| Value::String(line.to_owned())).collect();
                text.zeroize();
                members.insert(LINES.to_owned(), Value::Array(lines));
            }
            for (name, value) in members.iter_mut() {
                match value {
                    Value::String(text) if name == SIGNED => {
                        let clean = up_to(LONGEST_SIGNED, text);
                        text.zeroize();
                        *text = clean;
                    }
                    value => scrub_all(value),
                }
            }
        }
        _ => {}
    }
}

/// A line end is a space, and `\r\n` only one.
fn push_space(clean: &mut String) {
    if !clean.ends_with(' ') {
        clean.push(' ');
    }
}

/// A joiner belongs where it stands between letters that can join: never at an end, never beside ASCII.
fn joins(cluster: &str, joiner: char) -> bool {
    let first = cluster.chars().next().is_some_and(|c| c != joiner && !c.is_ascii());
    first && (joiner == '\u{200c}' || !cluster.ends_with(joiner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_controls_lose_their_power() {
        assert_eq!(scrub("a\x1b[2Jb\x07\u{9b}31mc\x7f"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}31mc\u{fffd}");
        assert_eq!(scrub("two\r\nlines\tand"), "two lines and");
    }

    #[test]
    fn tricks_of_direction_are_seen_and_invisible_letters_are_not_kept() {
        assert_eq!(scrub("ab\u{202e}cd\u{2066}"), "ab<U+202E>cd<U+2066>");
        assert_eq!(scrub("pay\u{200b}pal\u{feff} a\u{200d}b \u{e0041}"), "paypal ab ");
    }

    #[test]
    fn scripts_and_families_stay_whole() {
        for text in ["नीम बाज़ार", "北山商店", "👩‍👩‍👧‍👦", "क्‍ष", "می‌خواهم", "🇩🇪", "e\u{301}"]
        {
            assert_eq!(scrub(text), text);
        }
    }

    #[test]
    fn a_flood_is_cut() {
        assert_eq!(scrub(&format!("a{}", "\u{301}".repeat(5000))).chars().count(), CLUSTER);
        assert_eq!(scrub(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_signed_text_is_whole_and_harmless() {
        let long = "x".repeat(LONGEST * 3);
        let mut data = serde_json::json!({ "signed": format!("{long}\u{1b}"), "text": long });
        scrub_all(&mut data);
        assert_eq!(data["signed"].as_str().map(str::len), Some(LONGEST * 3 + '\u{fffd}'.len_utf8()));
        assert_eq!(data["text"].as_str().map(|text| text.chars().count()), Some(LONGEST + 1));
    }

    #[test]
    fn a_text_whose_lines_matter_is_scrubbed_line_by_line() {
        let mut data =
            serde_json::json!({ "lines": "a = 1\r\n  b\u{1b}[2J\n", "text": "a\nb", "of": { "lines": ["x\ny"] } });
        scrub_all(&mut data);
        let clean =
            serde_json::json!({ "lines": ["a = 1", "  b\u{fffd}[2J"], "text": "a b", "of": { "lines": ["x y"] } });
        assert_eq!(data, clean);
    }

    proptest::proptest! {
        #[test]
        fn whatever_arrives_what_leaves_is_printable_and_stays_as_it_is(text in "\\PC*|(?s).*") {
            let clean = scrub(&text);
            assert!(!clean.chars().any(char::is_control));
            assert!(!clean.contains(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}')));
        }
    }
}
