//! Several lines of text under the keys: letters, notes, reasons. Typed, moved in and pasted by whole letters.
//!
//! What it holds may be about a person: it never prints and is wiped when it goes.

use std::fmt;

use unicode_segmentation::UnicodeSegmentation;
use zeroize::Zeroize;

/// Most bytes it holds: more than any letter the desk takes.
const LONGEST: usize = 16 * 1024;

#[derive(Clone, Default, PartialEq)]
pub struct Area {
    text: String,
    /// Where the next letter goes, in bytes; between two clusters.
    at: usize,
}

impl Drop for Area {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl fmt::Debug for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Area({} bytes)", self.text.len())
    }
}

impl Area {
    pub fn being(text: &str) -> Self {
        let mut area = Self::default();
        area.paste(text);
        area
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before the caret, and behind it.
    pub fn halves(&self) -> (&str, &str) {
        self.text.split_at_checked(self.at).unwrap_or((&self.text, ""))
    }

    pub fn push(&mut self, c: char) {
        let fits = self.text.len() + c.len_utf8() <= LONGEST;
        if !fits || (c.is_control() && c != '\n') {
            return;
        }
        self.text.insert(self.at, c);
        // A mark joins the letter before it: the caret stays between clusters.
        self.at += c.len_utf8();
    }

    /// Line ends of every kind are one; other controls vanish.
    pub fn paste(&mut self, text: &str) {
        let mut last = ' ';
        for c in text.chars() {
            match c {
                '\n' if last == '\r' => {}
                '\r' => self.push('\n'),
                '\t' => self.push(' '),
                c => self.push(c),
            }
            last = c;
        }
    }

    /// Erases the letter before the caret.
    pub fn erase(&mut self) {
        let from = self.before();
        self.text.drain(from..self.at);
        self.at = from;
    }

    pub fn clear(&mut self) {
        self.text.zeroize();
        self.at = 0;
    }

    /// One letter on, or back.
    pub fn step(&mut self, by: isize) {
        self.at = if by < 0 { self.before() } else { self.at + self.next().map_or(0, str::len) };
    }

    /// To the line above or below; whether there was one.
    pub fn line(&mut self, by: isize) -> bool {
        let (before, behind) = self.halves();
        let begins = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(begins..).unwrap_or_default().graphemes(true).count();
        let from = if by < 0 {
            let Some(end) = begins.checked_sub(1) else { return false };
            before.get(..end).unwrap_or_default().rfind('\n').map_or(0, |end| end + 1)
        } else {
            let Some(end) = behind.find('\n') else { return false };
            self.at + end + 1
        };
        let line = self.text.get(from..).unwrap_or_default().split('\n').next().unwrap_or_default();
        self.at = from + line.graphemes(true).take(column).map(str::len).sum::<usize>();
        true
    }

    fn before(&self) -> usize {
        let (before, _) = self.halves();
        before.len() - before.graphemes(true).next_back().map_or(0, str::len)
    }

    fn next(&self) -> Option<&str> {
        self.halves().1.graphemes(true).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_typed_moved_in_and_pasted() {
        let mut area = Area::being("Dear one,\r\nyour copy\rfollows\u{7}.");
        assert_eq!(area.text(), "Dear one,\nyour copy\nfollows.");
        assert!(area.line(-1));
        assert_eq!(area.halves().0, "Dear one,\nyour cop");
        assert!(area.line(-1) && !area.line(-1));
        area.push('!');
        assert_eq!(area.text(), "Dear one!,\nyour copy\nfollows.");
        area.step(1);
        area.push('\n');
        assert!(area.line(1) && area.line(1) && !area.line(1));
        area.clear();
        area.erase();
        area.step(-1);
        area.step(1);
        assert_eq!(area.text(), "");
    }

    #[test]
    fn a_letter_of_any_script_goes_whole_and_nothing_prints() {
        let mut area = Area::being("नी👩‍👩‍👧‍👦");
        area.erase();
        area.erase();
        assert_eq!(area.text(), "");
        assert!(!format!("{:?}", Area::being("secret")).contains("secret"));
        area.paste(&"x".repeat(LONGEST + 5));
        assert_eq!(area.text().len(), LONGEST);
    }
}
