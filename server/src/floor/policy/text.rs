//! Words of a policy, in the languages it is written in.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A text in the policy's first language, or in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    Plain(String),
    Per(BTreeMap<String, String>),
}

impl Text {
    /// In this language, or in the one that stands first.
    pub fn in_locale(&self, locale: &str, first: &str) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Per(texts) => texts
                .get(locale)
                .or_else(|| texts.get(first))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }

    /// The languages it is given in, where it says so.
    pub fn locales(&self) -> impl Iterator<Item = &str> {
        let given = match self {
            Self::Plain(_) => None,
            Self::Per(texts) => Some(texts.keys().map(String::as_str)),
        };
        given.into_iter().flatten()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Words;

        impl<'de> Visitor<'de> for Words {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or texts by language such as { en = \"…\", hi = \"…\" }")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                if text.trim().is_empty() { Err(E::custom("an empty text")) } else { Ok(Text::Plain(text.to_owned())) }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Text, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((locale, text)) = given.next_entry::<String, String>()? {
                    texts.insert(locale, text);
                }
                if texts.is_empty() { Err(A::Error::custom("a text in no language")) } else { Ok(Text::Per(texts)) }
            }
        }

        from.deserialize_any(Words)
    }
}
