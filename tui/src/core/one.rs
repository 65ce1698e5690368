//! One thing of the server in a place of the console: asked by its id, held as it was answered, and why it is not there.
//!
//! It never shows an older thing under a newer id, and knows no page.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::action::{Action, Effect, Effects};
use super::ask::{Answer, Ask, Trouble};
use super::page::{Body, Fact, Line, Section, Tone};

/// What one thing is to the server.
#[derive(Debug)]
pub struct Whole {
    /// The place that asks, and what it calls the thing.
    pub place: &'static str,
    pub tag: &'static str,
    pub document: fn() -> String,
    /// Where in the answer it stands.
    pub at: &'static str,
}

pub struct One<T> {
    of: &'static Whole,
    id: String,
    held: Option<T>,
    trouble: Option<Trouble>,
}

impl<T: DeserializeOwned> One<T> {
    pub fn new(of: &'static Whole) -> Self {
        Self { of, id: String::new(), held: None, trouble: None }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn held(&self) -> Option<&T> {
        self.held.as_ref()
    }

    /// The thing of this id from now on.
    pub fn open(&mut self, id: &str) -> Effects {
        id.clone_into(&mut self.id);
        self.held = None;
        self.ask()
    }

    /// What there is only one of has no id.
    pub fn ask(&self) -> Effects {
        let Whole { place, tag, document, .. } = self.of;
        let variables = if self.id.is_empty() { json!({}) } else { json!({ "id": self.id }) };
        vec![Effect::Ask(Ask { to: place, tag, document: document(), variables, is_again: false })]
    }

    /// What became of it, once it is there.
    pub fn look(&self) -> Effects {
        if self.held.is_some() { self.ask() } else { Effects::new() }
    }

    /// Asks again where what happened says that it may have changed; an answer for another says nothing.
    pub fn renew(&self, action: &Action) -> Effects {
        if matches!(action, Action::Answered(_)) { Effects::new() } else { self.ask() }
    }

    /// Takes an answer that is for it; whether it was.
    pub fn hear(&mut self, answer: &Answer) -> bool {
        let is_mine = answer.tag == self.of.tag;
        if is_mine {
            match self.read(answer) {
                Ok(thing) => (self.held, self.trouble) = (Some(thing), None),
                Err(trouble) => self.trouble = Some(trouble),
            }
        }
        is_mine
    }

    fn read(&self, answer: &Answer) -> Result<T, Trouble> {
        let data = answer.outcome.as_ref().map_err(Clone::clone)?;
        let found = data.pointer(self.of.at).filter(|found| **found != Value::Null);
        let found = found.ok_or_else(|| Trouble::Strange("it is not there, or not for you".to_owned()))?;
        T::deserialize(found).map_err(|_| Trouble::Strange("its answer has another shape".to_owned()))
    }

    /// What is so of it, or why that is not known.
    pub fn section(&self, id: &'static str, title: &'static str, facts: impl FnOnce(&T) -> Vec<Fact>) -> Section {
        let note = self.trouble.as_ref().map(|trouble| Line::of(Tone::Bad, format!("✗ {trouble}")));
        let body = match &self.held {
            Some(thing) => Body::Facts(facts(thing)),
            None => Body::Words(vec![Line::dim(if note.is_some() { "not known" } else { "asking the server" })]),
        };
        Section { id, title, note: note.unwrap_or_default(), body }
    }
}
