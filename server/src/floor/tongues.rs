//! Words of the program's own, a file per language, each read once. What one language says every other says too, or it is
//! no language of ours: a file that lacks a word is refused when it is read. It holds no word itself.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

/// The language that there are always words in.
pub const ENGLISH: &str = "en";

/// The same words in several languages.
pub struct Tongues<W>(BTreeMap<&'static str, W>);

impl<W: DeserializeOwned> Tongues<W> {
    /// Reads the text of each language's file.
    pub fn read(files: &[(&'static str, &str)]) -> Self {
        let read = |(name, text): &(&'static str, &str)| match toml::from_str(text) {
            Ok(words) => Some((*name, words)),
            Err(error) => {
                tracing::error!(file = name, of = std::any::type_name::<W>(), %error, "words that cannot be read");
                None
            }
        };
        Self(files.iter().filter_map(read).collect())
    }
}

impl<W> Tongues<W> {
    /// Whether there are words in the language of this locale.
    pub fn speaks(&self, locale: &str) -> bool {
        self.0.contains_key(language(locale))
    }

    /// The words for the first of these locales that there are words for; else those of English.
    pub fn of(&self, locales: &[&str]) -> Option<&W> {
        locales.iter().chain(&[ENGLISH]).find_map(|locale| self.0.get(language(locale)))
    }

    /// Each language with its words; English first.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &W)> {
        let english = self.0.get_key_value(ENGLISH);
        let others = self.0.iter().filter(|(language, _)| **language != ENGLISH);
        english.into_iter().chain(others).map(|(language, words)| (*language, words))
    }
}

/// The language of a locale: `pt` of `pt-BR`.
pub fn language(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// The name of what is filled in here.
    Slot(&'a str),
}

/// A sentence with `{slots}`, piece by piece.
pub fn pieces(sentence: &str) -> impl Iterator<Item = Piece<'_>> {
    sentence.split('{').enumerate().flat_map(|(number, part)| {
        let (slot, words) = match part.split_once('}') {
            _ if number == 0 => (None, part),
            Some((slot, words)) => (Some(slot), words),
            None => (Some(part), ""),
        };
        [slot.map(Piece::Slot), Some(Piece::Words(words))].into_iter().flatten()
    })
}

/// A sentence whose slots are filled, each by its name. What fills one is never looked at for another.
pub fn fill(sentence: &str, slots: &[(&str, &str)]) -> String {
    let filled = pieces(sentence).map(|piece| match piece {
        Piece::Words(words) => words,
        Piece::Slot(name) => slots.iter().find(|(slot, _)| *slot == name).map_or("", |(_, filling)| filling),
    });
    filled.collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Hello {
        hello: String,
    }

    #[test]
    fn the_first_language_there_are_words_for_is_spoken_and_else_english() {
        let files = [("de", "hello = \"Hallo\""), ("en", "hello = \"Hello\""), ("fr", "hallo = \"Bonjour\"")];
        let tongues = Tongues::<Hello>::read(&files);
        let said = |locales: &[&str]| tongues.of(locales).expect("words").hello.clone();
        assert_eq!(
            (said(&["de-AT"]), said(&["fr", "de"]), said(&["fr", "tlh"])),
            ("Hallo".to_owned(), "Hallo".to_owned(), "Hello".to_owned())
        );
        assert!(tongues.speaks("de_CH") && !tongues.speaks("fr"), "a file that lacks a word is no language");
        assert_eq!(tongues.all().map(|(language, _)| language).collect::<Vec<_>>(), ["en", "de"]);
    }

    #[test]
    fn a_slot_is_filled_by_its_name_and_its_filling_is_no_sentence() {
        assert_eq!(fill("{who} pays {whom}.", &[("whom", "{who}"), ("who", "Asma")]), "Asma pays {who}.");
        assert_eq!(fill("no slots", &[]), "no slots");
        assert_eq!(fill("{a}{b}{", &[("a", "1")]), "1");
    }
}
