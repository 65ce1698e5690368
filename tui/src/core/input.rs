//! One line of text under the keys: typed, moved in and pasted by whole letters, shown plainly or behind dots.
//!
//! What it holds may be a password: it never prints and is wiped when it goes. Several of them are a `Fields`.

use std::fmt;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;
use zeroize::Zeroize;

use super::action::{Action, Cli, Scope, Verb};
use super::page::{Blank, Body, Line, Section, Tone};
use super::secret::Secret;

/// Most bytes a line holds; a long invitation or reason fits. Room for all of them is taken at once, so that a growing
/// password leaves no copies behind.
const LONGEST: usize = 1024;

/// How the text is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    #[default]
    Plain,
    /// A dot for each letter.
    Dots,
    /// Six digits, and a dot for each that is there.
    Code,
}

#[derive(PartialEq)]
pub struct Input {
    text: String,
    /// Where the next letter goes, in bytes; between two clusters.
    at: usize,
    shown: Shown,
}

impl Default for Input {
    fn default() -> Self {
        Self::new(Shown::Plain)
    }
}

impl Clone for Input {
    fn clone(&self) -> Self {
        let mut other = Self::new(self.shown);
        other.text.push_str(&self.text);
        other.at = self.at;
        other
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({:?})", self.shown)
    }
}

const fn verb(id: &'static str, title: &'static str, help: &'static str, keys: &'static [&'static str]) -> Verb {
    Verb { cli: Cli::None("a terminal's own line does this"), ..Verb::new(id, title, help, Scope::Fields, keys) }
}

pub const LEFT: Verb = verb("field.left", "one letter back", "Moves one letter back", &["Left", "Ctrl-b"]);
pub const RIGHT: Verb = verb("field.right", "one letter on", "Moves one letter on", &["Right", "Ctrl-f"]);
pub const HOME: Verb = verb("field.home", "to the beginning", "Moves before the first letter", &["Home", "Ctrl-a"]);
pub const END: Verb = verb("field.end", "to the end", "Moves behind the last letter", &["End"]);
pub const BACK: Verb =
    verb("field.back", "erase a letter", "Erases the letter before the cursor", &["Backspace", "Ctrl-h"]);
pub const DELETE: Verb = verb("field.delete", "erase the next", "Erases the letter under the cursor", &["Delete"]);
pub const WORD: Verb = verb("field.word", "erase a word", "Erases the word before the cursor", &["Ctrl-w"]);
pub const CLEAR: Verb = verb("field.clear", "erase the line", "Erases everything in the field", &["Ctrl-u"]);
pub const NEXT: Verb = verb("field.next", "next field", "Goes to the next field", &["Tab", "Down"]);
pub const PREVIOUS: Verb = verb("field.previous", "field before", "Goes to the field before", &["BackTab", "Up"]);

/// What the keys do in every field.
pub const VERBS: &[Verb] = &[LEFT, RIGHT, HOME, END, BACK, DELETE, WORD, CLEAR, NEXT, PREVIOUS];

impl Input {
    pub fn new(shown: Shown) -> Self {
        Self { text: String::with_capacity(LONGEST), at: 0, shown }
    }

    /// With what is so now, and the cursor behind it.
    pub fn being(text: &str) -> Self {
        let mut input = Self::default();
        input.paste(text);
        input
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What was typed, and an empty field in its stead.
    pub fn take(&mut self) -> Secret {
        let taken = Secret::new(self.text.as_str());
        self.clear();
        taken
    }

    pub fn clear(&mut self) {
        self.text.zeroize();
        self.at = 0;
    }

    /// Whether this character means something here.
    pub fn takes(&self, c: char) -> bool {
        match self.shown {
            Shown::Code => c.is_ascii_digit(),
            Shown::Plain | Shown::Dots => !c.is_control(),
        }
    }

    pub fn push(&mut self, c: char) {
        let full = match self.shown {
            Shown::Code => self.text.len() >= CODE,
            Shown::Plain | Shown::Dots => self.text.len() + c.len_utf8() > LONGEST,
        };
        if !self.takes(c) || full {
            return;
        }
        self.text.insert(self.at, c);
        // A mark joins the letter before it: the cursor stays between clusters.
        self.at = self.next(self.at + c.len_utf8() - 1);
    }

    /// Line ends become spaces, other controls vanish.
    pub fn paste(&mut self, text: &str) {
        let text = text.strip_suffix('\n').unwrap_or(text).replace("\r\n", " ");
        let text = zeroize::Zeroizing::new(text);
        text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).for_each(|c| self.push(c));
    }

    /// Erases the letter before the cursor.
    pub fn erase(&mut self) {
        let from = self.before(self.at);
        self.cut(from, self.at);
    }

    /// Follows typing, pasting and the keys of `VERBS`; whether that was for a field at all.
    pub fn follow(&mut self, action: &Action) -> bool {
        match action {
            Action::Typed(c) => self.push(*c),
            Action::Pasted(text) => self.paste(text),
            Action::Do(verb, _) if **verb == LEFT => self.at = self.before(self.at),
            Action::Do(verb, _) if **verb == RIGHT => self.at = self.next(self.at),
            Action::Do(verb, _) if **verb == HOME => self.at = 0,
            Action::Do(verb, _) if **verb == END => self.at = self.text.len(),
            Action::Do(verb, _) if **verb == BACK => self.erase(),
            Action::Do(verb, _) if **verb == DELETE => self.cut(self.at, self.next(self.at)),
            Action::Do(verb, _) if **verb == WORD => {
                let before = self.text.get(..self.at).unwrap_or_default().trim_end();
                let from = before.rfind(char::is_whitespace).map_or(0, |space| space + 1);
                self.cut(from, self.at);
            }
            Action::Do(verb, _) if **verb == CLEAR => self.clear(),
            _ => return false,
        }
        true
    }

    /// What is seen of it.
    pub fn shown(&self) -> String {
        let letters = self.text.graphemes(true).count();
        match self.shown {
            Shown::Plain => self.text.clone(),
            Shown::Dots => "•".repeat(letters),
            Shown::Code => {
                let digit = |n| if n < letters { "•" } else { "_" };
                let digits = |from: usize| (from..from + CODE / 2).map(digit).collect::<Vec<_>>().join(" ");
                format!("{}  {}", digits(0), digits(CODE / 2))
            }
        }
    }

    /// Cells between the beginning of what is seen and the cursor.
    pub fn caret(&self) -> usize {
        let before = self.text.get(..self.at).unwrap_or_default();
        let letters = before.graphemes(true).count();
        match self.shown {
            Shown::Plain => before.width(),
            Shown::Dots => letters,
            Shown::Code => letters * 2 + usize::from(letters >= CODE / 2),
        }
    }

    fn before(&self, at: usize) -> usize {
        let last = self.text.get(..at).and_then(|before| before.graphemes(true).next_back());
        at - last.map_or(0, str::len)
    }

    /// The end of the cluster that holds this byte or begins here.
    fn next(&self, at: usize) -> usize {
        let ends = self.text.grapheme_indices(true).map(|(from, cluster)| from + cluster.len());
        ends.into_iter().find(|end| *end > at).unwrap_or(self.text.len())
    }

    fn cut(&mut self, from: usize, to: usize) {
        if self.text.is_char_boundary(from) && self.text.is_char_boundary(to) {
            self.text.drain(from..to);
            self.at = from;
        }
    }
}

/// Digits of a second factor.
const CODE: usize = 6;

/// Named fields below one another; the keys go to one of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    pub list: Vec<Named>,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub id: &'static str,
    pub name: &'static str,
    pub input: Input,
}

impl Fields {
    pub fn new(fields: impl IntoIterator<Item = (&'static str, &'static str, Shown)>) -> Self {
        let list = fields.into_iter().map(|(id, name, shown)| Named { id, name, input: Input::new(shown) }).collect();
        Self { list, at: 0 }
    }

    /// The field of this id; a field that is not there is empty.
    pub fn text(&self, id: &str) -> &str {
        self.list.iter().find(|field| field.id == id).map_or("", |field| field.input.text())
    }

    pub fn takes(&self, c: char) -> bool {
        self.list.get(self.at).is_some_and(|field| field.input.takes(c))
    }

    /// To the first field that is still empty; whether there was one.
    pub fn to_empty(&mut self) -> bool {
        let empty = self.list.iter().position(|field| field.input.is_empty());
        self.at = empty.unwrap_or(self.at);
        empty.is_some()
    }

    /// To the first field that is still empty, with words about it; nothing when all are filled.
    pub fn missing(&mut self) -> Option<Line> {
        let is_missing = self.to_empty();
        let name = self.list.get(self.at).map_or("", |field| field.name);
        is_missing.then(|| Line::of(Tone::Warn, format!("{name} is empty")))
    }

    /// To the field of this id.
    pub fn go(&mut self, id: &str) {
        self.at = self.list.iter().position(|field| field.id == id).unwrap_or(self.at);
    }

    /// Empties the field of this id and goes there.
    pub fn again(&mut self, id: &str) {
        self.go(id);
        self.list.iter_mut().filter(|field| field.id == id).for_each(|field| field.input.clear());
    }

    pub fn clear(&mut self) {
        self.list.iter_mut().for_each(|field| field.input.clear());
    }

    /// Follows the keys and clicks; whether they were for fields at all.
    pub fn follow(&mut self, action: &Action) -> bool {
        let count = self.list.len().max(1);
        match action {
            Action::Do(verb, _) if **verb == NEXT => self.at = (self.at + 1) % count,
            Action::Do(verb, _) if **verb == PREVIOUS => self.at = (self.at + count - 1) % count,
            Action::Picked(id) => self.go(id),
            action => return self.list.get_mut(self.at).is_some_and(|field| field.input.follow(action)),
        }
        true
    }

    /// As they are seen; without the keys, no field has a cursor.
    pub fn section(&self, has_keys: bool) -> Section {
        let blank = |(n, field): (usize, &Named)| {
            let caret = (has_keys && n == self.at).then(|| field.input.caret());
            let tone = if caret.is_some() { Tone::Strong } else { Tone::Plain };
            Blank { id: field.id, name: field.name, shown: Line::of(tone, field.input.shown()), caret }
        };
        let blanks = self.list.iter().enumerate().map(blank).collect();
        Section { id: "fields", title: "", note: Line::default(), body: Body::Fields(blanks) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::action::Target;

    fn does(input: &mut Input, verbs: &[&'static Verb]) {
        for verb in verbs {
            assert!(input.follow(&Action::Do(verb, Target::default())));
        }
    }

    #[test]
    fn letters_go_in_and_out_where_the_cursor_is() {
        let mut input = Input::being("desk");
        does(&mut input, &[&HOME, &RIGHT, &DELETE]);
        input.push('u');
        assert_eq!((input.text(), input.caret()), ("dusk", 2));
        does(&mut input, &[&END, &BACK, &LEFT, &LEFT, &LEFT, &LEFT, &BACK]);
        assert_eq!((input.text(), input.caret()), ("dus", 0));
        does(&mut input, &[&END]);
        input.paste(" and\r\nchair\n");
        assert_eq!(input.text(), "dus and chair");
        does(&mut input, &[&WORD, &WORD]);
        assert_eq!(input.text(), "dus ");
        does(&mut input, &[&CLEAR]);
        assert!(input.is_empty());
    }

    #[test]
    fn a_letter_of_many_parts_is_one() {
        let mut input = Input::being("aनी👩‍👩‍👧");
        assert_eq!(input.caret(), input.text().width());
        does(&mut input, &[&BACK]);
        assert_eq!(input.text(), "aनी");
        does(&mut input, &[&LEFT, &DELETE]);
        assert_eq!(input.text(), "a");
        input.push('\u{301}');
        assert_eq!((input.text(), input.caret()), ("a\u{301}", 1), "a mark joins and the cursor stays behind it");
    }

    #[test]
    fn a_password_is_dots_and_a_code_is_six_digits() {
        let mut input = Input::new(Shown::Dots);
        input.paste("pa ss\u{7}wörd");
        assert_eq!((input.shown().as_str(), input.caret()), ("•••••••••", 9));
        assert_eq!(format!("{input:?}"), "Input(Dots)");
        assert_eq!((input.take().expose(), input.text()), ("pa sswörd", ""));

        let mut code = Input::new(Shown::Code);
        code.paste("12 34q");
        assert_eq!((code.text(), code.shown().as_str(), code.caret()), ("1234", "• • •  • _ _", 9));
        code.paste("56789");
        assert_eq!((code.text(), code.takes('q')), ("123456", false));
    }

    #[test]
    fn fields_are_walked_and_clicked() {
        let mut fields = Fields::new([("mail", "Mail", Shown::Plain), ("password", "Password", Shown::Dots)]);
        fields.follow(&Action::Typed('m'));
        assert!(fields.to_empty() && fields.at == 1);
        fields.follow(&Action::Do(&NEXT, Target::default()));
        fields.follow(&Action::Typed('a'));
        fields.follow(&Action::Picked("password".to_owned()));
        fields.follow(&Action::Typed('x'));
        assert_eq!((fields.text("mail"), fields.text("password"), fields.text("none")), ("ma", "x", ""));
        fields.again("password");
        assert!(fields.to_empty() && fields.at == 1);
    }
}
