//! A first look at a document's text, before anything parses it: the parser calls itself for each bracket within a
//! bracket, and a few thousand of them end the process. Linear, and it keeps nothing.

use super::TooCostly;

/// Brackets within brackets.
const NESTING: usize = 40;
/// Words, values and signs.
const WORDS: usize = 2_500;

/// Refuses a text that no parser should see.
pub fn skim(document: &str) -> Result<(), TooCostly> {
    let text = document.as_bytes();
    let (mut at, mut words, mut open) = (0, 0_usize, 0_usize);
    while let Some(&byte) = text.get(at) {
        let length = match byte {
            b' ' | b',' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += text[at..].iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
                continue;
            }
            b'"' => string(&text[at..])?,
            _ => text[at..].iter().take_while(|byte| is_word(**byte)).count().max(1),
        };
        match byte {
            b'{' | b'[' | b'(' => open += 1,
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        words += 1;
        at += length;
        match () {
            () if open > NESTING => return Err(TooCostly::Nesting),
            () if words > WORDS => return Err(TooCostly::Words),
            () => {}
        }
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of the string that begins here. One without an end is refused: the parser would read on in it as if it
/// were something else, and not count the same brackets.
fn string(text: &[u8]) -> Result<usize, TooCostly> {
    if let Some(block) = text.strip_prefix(b"\"\"\"") {
        let mut at = 0;
        while at < block.len() {
            match &block[at..] {
                [b'\\', b'"', b'"', b'"', ..] => at += 4,
                [b'"', b'"', b'"', ..] => return Ok(at + 6),
                _ => at += 1,
            }
        }
        return Err(TooCostly::Open);
    }
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return Ok(at + 1),
            b'\n' | b'\r' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    Err(TooCostly::Open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    #[test]
    fn brackets_are_counted_where_the_parser_counts_them() {
        let nested =
            |open: &str, close: &str, times: usize| format!("{{a(b:{}1{})}}", open.repeat(times), close.repeat(times));
        assert_eq!(skim(&nested("[", "]", 38)), Ok(()));
        assert_eq!(skim(&nested("[", "]", 39)), Err(TooCostly::Nesting));
        assert_eq!(skim(&nested("{c:", "}", 5_000)), Err(TooCostly::Nesting));
        assert_eq!(skim(&format!("query($a:{}Int{}){{a}}", "[".repeat(900), "]".repeat(900))), Err(TooCostly::Nesting));
        assert_eq!(skim(&"{a".repeat(5_000)), Err(TooCostly::Nesting));
    }

    #[test]
    fn closing_signs_in_strings_and_comments_hide_nothing() {
        for hiding in ["\"]\"", "\"\\\"]\"", "#]\n", "#]\r", "\"\"\"]\"\"\"", "\"\"\"\\\"\"\"]\"\"\""] {
            let document = format!("{{a(b:{})}}", format!("[{hiding}").repeat(200));
            assert_eq!(skim(&document), Err(TooCostly::Nesting), "{hiding}");
        }
        // Without its end the parser takes a block for an empty string and reads on.
        let document = format!("{{a(b:[\"\"\" \" \" {}", "[".repeat(500));
        assert_eq!(skim(&document), Err(TooCostly::Open));
    }

    #[test]
    fn what_is_usual_passes_and_what_is_endless_does_not() {
        let usual = "query Q($a: Int = 3) { a(first: $a, b: \"x \\\" {[(\") @skip(if: true) { ...f } } # {{{\nfragment f on A { b }";
        assert!(skim(usual).is_ok() && parse_query(usual).is_ok());
        assert_eq!(skim(&format!("{{{}}}", "a ".repeat(2_499))), Err(TooCostly::Words));
        assert_eq!(skim(&format!("{{{}}}", "a ".repeat(2_498))), Ok(()));
        assert_eq!(skim("{a(b:\"x\n\")}"), Err(TooCostly::Open));
    }
}
