//! The body of a letter or message, as it is sealed: paragraphs in words, and apart from them the two things that only
//! whoever gets the letter may know.

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::words::Words;
use crate::floor::kernel::{Error, IntakeIdentifierId, Personal, Result, Secret};

/// One part of a body.
#[derive(Clone)]
pub enum Part {
    Words(Personal),
    /// A code that proves an address; none any more once the letter has left.
    Code(Option<Personal>),
    /// The secret of the person's own page; none any more once the letter has left.
    Page(Option<Secret>),
}

/// A body.
#[derive(Clone, Default)]
pub struct Parts {
    /// Whose address it goes to, where that is not the person's usual one.
    pub to: Option<IntakeIdentifierId>,
    pub parts: Vec<Part>,
}

impl Parts {
    /// What somebody wrote in their own words.
    pub fn in_words(words: &Personal) -> Self {
        Self { to: None, parts: vec![Part::Words(words.clone())] }
    }

    /// Its bytes, to be sealed at once.
    pub fn bytes(&self) -> Zeroizing<Vec<u8>> {
        let parts = self.parts.iter().map(|part| match part {
            Part::Words(words) => json!({ "words": words.disclose() }),
            Part::Code(code) => json!({ "code": code.as_ref().map(Personal::disclose) }),
            Part::Page(secret) => json!({ "page": secret.as_ref().map(Secret::expose) }),
        });
        let parts: Value = parts.collect();
        let to = self.to.map(|to| to.uuid().to_string());
        Zeroizing::new(json!({ "to": to, "parts": parts }).to_string().into_bytes())
    }

    pub fn read(bytes: &[u8]) -> Result<Self> {
        let flawed = || Error::internal("a sealed message has no parts");
        let value: Value = serde_json::from_slice(bytes).map_err(|_| flawed())?;
        let to = match value["to"].as_str() {
            Some(to) => Some(IntakeIdentifierId::from_uuid(to.parse().map_err(|_| flawed())?)),
            None => None,
        };
        let part = |part: &Value| {
            let (kind, value) = part.as_object()?.iter().next()?;
            match (kind.as_str(), value.as_str()) {
                ("words", Some(words)) => Some(Part::Words(Personal::new(words))),
                ("code", code) => Some(Part::Code(code.map(Personal::new))),
                ("page", secret) => Some(Part::Page(secret.map(Secret::new))),
                _ => None,
            }
        };
        let parts = value["parts"].as_array().ok_or_else(flawed)?;
        let parts = parts.iter().map(part).collect::<Option<Vec<_>>>().ok_or_else(flawed)?;
        Ok(Self { to, parts })
    }

    /// Whether it holds what only its reader may know.
    pub fn is_secret(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Code(Some(_)) | Part::Page(Some(_))))
    }

    /// The same without that.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let parts = self.parts.iter().map(|part| match part {
            Part::Words(words) => Part::Words(words.clone()),
            Part::Code(_) => Part::Code(None),
            Part::Page(_) => Part::Page(None),
        });
        Self { to: self.to, parts: parts.collect() }
    }

    /// As it goes out: `link` is the address of the page behind a secret.
    pub fn letter(&self, words: &Words, link: impl Fn(&Secret) -> Personal) -> Personal {
        self.text(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Code(code) => code.clone().unwrap_or_else(|| Personal::new(&*words.code_withheld)),
            Part::Page(Some(secret)) => link(secret),
            Part::Page(None) => Personal::new(&*words.page_withheld),
        })
    }

    /// As anybody else reads it.
    pub fn shown(&self, words: &Words) -> Personal {
        self.text(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Code(_) => Personal::new(&*words.code_withheld),
            Part::Page(_) => Personal::new(&*words.page_withheld),
        })
    }

    fn text(&self, part: impl Fn(&Part) -> Personal) -> Personal {
        let parts: Vec<Personal> = self.parts.iter().map(part).collect();
        Personal::new(parts.iter().map(Personal::disclose).collect::<Vec<_>>().join("\n\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_reader_may_know_is_withheld_and_dropped() {
        let words = Words::of(&["en"]).expect("words");
        let to = IntakeIdentifierId::fresh();
        let body = Parts {
            to: Some(to),
            parts: vec![
                Part::Words(Personal::new("Hello {code},")),
                Part::Code(Some(Personal::new("417 203"))),
                Part::Page(Some(Secret::new("rdf_x"))),
            ],
        };
        let read = Parts::read(&body.bytes()).expect("its parts");
        assert!(read.is_secret() && read.to == Some(to));
        let link = |secret: &Secret| Personal::new(["https://desk.example/", secret.expose()].concat());
        assert_eq!(read.letter(words, link).disclose(), "Hello {code},\n\n417 203\n\nhttps://desk.example/rdf_x");
        let shown = "Hello {code},\n\n(the code)\n\n(the link to the person's own page)";
        assert_eq!(read.shown(words).disclose(), shown);
        let kept = Parts::read(&read.without_secrets().bytes()).expect("its parts");
        assert!(!kept.is_secret() && kept.letter(words, link).disclose() == shown);
        assert!(Parts::read(b"{}").is_err() && Parts::read(b"[1").is_err());
    }
}
