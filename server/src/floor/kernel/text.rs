//! Text as it comes from people and goes to terminals: one normal form for comparing, one scrubber for showing.
//! Neither guesses: what cannot be normalised is said to be flawed by whoever asked.

use unicode_normalization::UnicodeNormalization;

/// The form in which identifiers are compared: NFC, trimmed, lower case. The vault's blind indexes carry
/// [`NORMALISER`] beside them, so that a change here can be followed by re-indexing.
pub fn normalise(text: &str) -> String {
    let composed: String = text.trim().nfc().collect();
    composed.to_lowercase().nfc().collect()
}

/// Version of [`normalise`].
pub const NORMALISER: i16 = 1;

/// Makes text safe for a terminal or a log line: controls, bidi overrides and invisible characters become
/// visible escapes. Line ends and tabs become spaces.
pub fn scrub(text: &str) -> String {
    use std::fmt::Write;
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => clean.push(' '),
            hidden if is_hostile(hidden) => {
                let _ = write!(clean, "\\u{{{:x}}}", u32::from(hidden));
            }
            letter => clean.push(letter),
        }
    }
    clean
}

/// C0, C1, DEL, bidi controls, zero-width (but the joiners that Indic scripts and emoji need), tags.
fn is_hostile(letter: char) -> bool {
    matches!(letter,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identifiers_compare_in_one_form() {
        assert_eq!(normalise("  Jose\u{301}@Example.COM\n"), normalise("josé@example.com"));
    }

    #[test]
    fn an_escape_sequence_becomes_harmless_text() {
        assert_eq!(scrub("a\u{1b}[31mb\nc\u{202e}d"), "a\\u{1b}[31mb c\\u{202e}d");
        assert_eq!(scrub("नीम बाज़ार 北山商店"), "नीम बाज़ार 北山商店");
    }

    proptest! {
        #[test]
        fn scrubbed_text_holds_nothing_hostile(text in "\\PC*|.*") {
            prop_assert!(!scrub(&text).chars().any(|letter| is_hostile(letter) || letter == '\n'));
        }

        #[test]
        fn normalising_twice_changes_nothing_more(text in ".*") {
            prop_assert_eq!(normalise(&normalise(&text)), normalise(&text));
        }
    }
}
