//! What a place asks the server, and what it hears back. Made from typed operations in `api/ask.rs`, run by the api
//! layer, answered by an action that finds the place again wherever it stands.
//!
//! What goes out may hold passwords and what comes in may hold tokens: neither prints, and both are wiped when dropped.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::secret::wipe;

/// One operation for the server, from the place of this name.
#[derive(Clone, PartialEq)]
pub struct Ask {
    /// The place that hears the answer.
    pub to: &'static str,
    /// What the place knows the answer by.
    pub tag: &'static str,
    pub document: String,
    pub variables: Value,
    /// It was sent before and came back for a second factor.
    pub is_again: bool,
}

/// What came of an ask.
#[derive(Clone, PartialEq)]
pub struct Answer {
    pub to: &'static str,
    pub tag: &'static str,
    /// The `data` of the answer with every text scrubbed. What the server wants mended is a trouble already.
    pub outcome: Result<Value, Trouble>,
}

/// Why there is no data, one variant for each reaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Unreached(String),
    /// Nobody is signed in, or not any more.
    #[error("sign in first")]
    SignIn,
    /// It takes a second factor shown in the last minutes, and none was given.
    #[error("this needs your second factor, shown in the last minutes")]
    StepUp,
    /// The server says no, for these reasons; at least one.
    #[error("{}", told(.0))]
    Refused(Vec<Refusal>),
    #[error("{0}")]
    Strange(String),
}

/// One reason of the server, scrubbed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// From the contract's closed lists: `INVALID`, `THROTTLED`, `FORBIDDEN`…; empty where none was given.
    pub code: String,
    pub words: String,
    /// The path into the input it is about; empty where it is about all of it.
    pub field: Vec<String>,
}

impl Ask {
    /// Whether it reads only, so that a newer one of the same place and tag takes its stead.
    pub fn is_query(&self) -> bool {
        self.document.starts_with("query")
    }

    /// The answer to it.
    pub fn answer(&self, outcome: Result<Value, Trouble>) -> Answer {
        Answer { to: self.to, tag: self.tag, outcome }
    }
}

impl Answer {
    /// The data as this fragment of the contract.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Trouble> {
        match &self.outcome {
            Ok(data) => T::deserialize(data).map_err(|_| Trouble::Strange("its answer has another shape".to_owned())),
            Err(trouble) => Err(trouble.clone()),
        }
    }
}

impl Trouble {
    /// The code of the first reason, where the server gave reasons.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusals) => refusals.first().map(|refusal| refusal.code.as_str()),
            _ => None,
        }
    }
}

fn told(refusals: &[Refusal]) -> String {
    refusals.iter().map(|refusal| refusal.words.as_str()).collect::<Vec<_>>().join("; ")
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ask({} {}{})", self.to, self.tag, if self.is_again { " again" } else { "" })
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = self.outcome.as_ref().map(|_| "data");
        write!(f, "Answer({} {} {outcome:?})", self.to, self.tag)
    }
}

impl Drop for Ask {
    fn drop(&mut self) {
        wipe(&mut self.variables);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Ok(data) = &mut self.outcome {
            wipe(data);
        }
    }
}
