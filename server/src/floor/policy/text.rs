//! Words of a policy, in the languages it is written in.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use toml::Spanned;

/// A text in the policy's first language, or in several. It remembers where the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text(Spanned<Words>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Words {
    Plain(String),
    Per(BTreeMap<String, String>),
}

impl Text {
    /// In this language, or in the one that stands first.
    pub fn in_locale(&self, locale: &str, first: &str) -> &str {
        match self.0.get_ref() {
            Words::Plain(text) => text,
            Words::Per(texts) => texts
                .get(locale)
                .or_else(|| texts.get(first))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }

    /// Whether it says nothing in any language.
    pub fn is_empty(&self) -> bool {
        match self.0.get_ref() {
            Words::Plain(text) => text.trim().is_empty(),
            Words::Per(texts) => texts.values().all(|text| text.trim().is_empty()),
        }
    }

    /// Whether it says something in this language. A plain text is one in the policy's first.
    pub fn speaks(&self, locale: &str, first: &str) -> bool {
        match self.0.get_ref() {
            Words::Plain(text) => locale == first && !text.trim().is_empty(),
            Words::Per(texts) => texts.get(locale).is_some_and(|text| !text.trim().is_empty()),
        }
    }

    /// The languages it names.
    pub(super) fn locales(&self) -> impl Iterator<Item = &str> {
        let named = match self.0.get_ref() {
            Words::Plain(_) => None,
            Words::Per(texts) => Some(texts.keys().map(String::as_str)),
        };
        named.into_iter().flatten()
    }

    /// Where the file has it.
    pub(super) fn at(&self) -> usize {
        self.0.span().start
    }
}

/// Words that are not given.
impl Default for Text {
    fn default() -> Self {
        Self::from("")
    }
}

/// Words of our own, which stand in no file.
impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Spanned::new(0..0, Words::Plain(text.to_owned())))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Spanned::deserialize(from).map(Self)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reading;

        impl<'de> Visitor<'de> for Reading {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or texts by language such as { en = \"…\", hi = \"…\" }")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Words, E> {
                Ok(Words::Plain(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Words, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((locale, text)) = given.next_entry::<String, String>()? {
                    texts.insert(locale, text);
                }
                Ok(Words::Per(texts))
            }
        }

        from.deserialize_any(Reading)
    }
}
