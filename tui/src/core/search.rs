//! Finding by letters: a field that is typed into, and how well a title fits it.

use unicode_segmentation::UnicodeSegmentation;

/// Longest search, in characters.
const LONGEST: usize = 400;

/// One line of text under the keys; it holds no line ends and no controls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field(String);

impl Field {
    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn push(&mut self, c: char) {
        if !c.is_control() && self.0.chars().count() < LONGEST {
            self.0.push(c);
        }
    }

    /// Takes the last cluster away, as a person counts letters.
    pub fn erase(&mut self) {
        let last = self.0.graphemes(true).next_back().map_or(0, str::len);
        self.0.truncate(self.0.len() - last);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// How far a title is from what is wanted; `None` when a letter is missing. Smaller is better: letters that begin words
/// cost little, letters far from the one before cost much.
pub fn score(wanted: &str, title: &str) -> Option<usize> {
    walk(wanted, title, true).or_else(|| walk(wanted, title, false))
}

/// One way through the title, taking beginnings of words where they exist, or the nearest letter each time.
fn walk(wanted: &str, title: &str, by_words: bool) -> Option<usize> {
    let title: Vec<char> = title.to_lowercase().chars().collect();
    let begins_a_word = |at: usize| at == 0 || title.get(at - 1).is_some_and(|before| *before == ' ');
    let mut cost = usize::from(!by_words) * 100;
    let mut from = 0;
    for c in wanted.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let mut places = (from..title.len()).filter(|at| title.get(*at) == Some(&c));
        let nearest = places.clone().next()?;
        let word = places.find(|at| begins_a_word(*at)).filter(|_| by_words && nearest != from);
        let at = word.unwrap_or(nearest);
        cost += if begins_a_word(at) { 1 } else { (at - from) * 2 };
        from = at + 1;
    }
    Some(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_find_and_word_beginnings_win() {
        assert_eq!(score("", "help"), Some(0));
        assert!(score("hp", "help").is_some());
        assert!(score("ex", "next e").is_some());
        assert_eq!(score("ph", "help"), None);
        assert!(score("se", "ask the server now") < score("se", "switch the zone"), "beginnings of words come first");
    }

    #[test]
    fn erasing_takes_a_whole_letter() {
        let mut field = Field::default();
        "aनी".chars().for_each(|c| field.push(c));
        field.erase();
        assert_eq!(field.text(), "a");
        field.erase();
        field.erase();
        assert_eq!(field.text(), "");
    }
}
