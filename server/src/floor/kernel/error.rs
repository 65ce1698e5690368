//! The seven outcomes a caller can react to. What went wrong inside travels in a [`Report`], which has no
//! `Display`: an outsider gets its reference, the log gets its story, and no text from outside reaches either.

use std::fmt;
use std::time::Duration;

use uuid::Uuid;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What became of a call that did not succeed. As many variants as a caller has reactions.
#[derive(Debug)]
pub enum Error {
    /// The input is flawed; all its flaws at once.
    Invalid(Flaws),
    /// Lawfully no: an illegal step, a hold, a second extension.
    Refused(Refusal),
    /// Someone moved it first.
    Conflict,
    /// Not there, or not for you; the kind of thing that was asked for.
    NotFound(&'static str),
    /// You are known here, but may not: the permission that is missing.
    Forbidden(&'static str),
    /// Try again later: whom we wait for, and how long.
    Unavailable { whom: &'static str, after: Duration },
    /// Ours. A reference goes out, the report stays in.
    Internal(Report),
}

/// One flaw of an input: where it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub field: String,
    pub advice: String,
}

impl Flaw {
    pub fn new(field: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { field: field.into(), advice: advice.into() }
    }
}

/// All flaws of one input together, so that nobody has to mend them one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flaws(Vec<Flaw>);

impl Flaws {
    pub fn add(&mut self, field: impl Into<String>, advice: impl Into<String>) {
        self.0.push(Flaw::new(field, advice));
    }

    /// Notes all of `others` too.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Flaw> {
        self.0.iter()
    }

    /// The value, unless a flaw was noted on the way.
    pub fn or<T>(self, value: T) -> Result<T> {
        if self.is_empty() { Ok(value) } else { Err(Error::Invalid(self)) }
    }
}

impl From<Flaw> for Flaws {
    fn from(flaw: Flaw) -> Self {
        Self(vec![flaw])
    }
}

impl fmt::Display for Flaws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, flaw) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { "; " };
            write!(f, "{gap}{}: {}", flaw.field, flaw.advice)?;
        }
        Ok(())
    }
}

/// A lawful no: a stable code for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub why: String,
}

impl Refusal {
    pub fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, why: why.into() }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Flaw> for Error {
    fn from(flaw: Flaw) -> Self {
        Self::Invalid(flaw.into())
    }
}

impl From<Flaws> for Error {
    fn from(flaws: Flaws) -> Self {
        Self::Invalid(flaws)
    }
}

/// What went wrong inside: a reference that may leave, and a story of our own words that may not.
pub struct Report {
    pub reference: Uuid,
    story: String,
}

impl Report {
    /// `story` is written by us: codes, names of tables, ids. Never a value, never a message from outside.
    pub fn new(story: impl Into<String>) -> Self {
        Self { reference: Uuid::new_v4(), story: story.into() }
    }

    /// For the one log line at the edge.
    pub fn story(&self) -> &str {
        &self.story
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Report({}: {})", self.reference.as_simple(), self.story)
    }
}

impl Error {
    pub fn internal(story: impl Into<String>) -> Self {
        Self::Internal(Report::new(story))
    }

    pub fn invalid(field: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Invalid(Flaw::new(field, advice).into())
    }

    pub fn refused(code: &'static str, why: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(code, why))
    }

    pub fn unavailable(whom: &'static str) -> Self {
        Self::Unavailable { whom, after: Duration::from_secs(1) }
    }

    /// A row that cannot be read into the model.
    pub fn corrupt(table: &str, column: &str, row: impl fmt::Display) -> Self {
        Self::internal(format!("corrupt row: {table}.{column} of {row}"))
    }

    /// The stable code that programs branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "INVALID",
            Self::Refused(refusal) => refusal.code,
            Self::Conflict => "CONFLICT",
            Self::NotFound(_) => "NOT_FOUND",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }
}

/// The outward words. They carry no value of a row and no text of a dependency.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(flaws) => write!(f, "{flaws}"),
            Self::Refused(refusal) => f.write_str(&refusal.why),
            Self::Conflict => f.write_str("someone else changed this first: read it again"),
            Self::NotFound(kind) => write!(f, "no such {kind}"),
            Self::Forbidden(permission) => write!(f, "this needs the permission {permission}"),
            Self::Unavailable { whom, after } => {
                write!(f, "{whom} is not available: try again in {} s", after.as_secs().max(1))
            }
            Self::Internal(report) => {
                write!(f, "something on our side failed, reference {}", report.reference.as_simple())
            }
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_error_shows_its_reference_and_keeps_its_story() {
        let error = Error::internal("audit_heads vanished");
        let Error::Internal(report) = &error else { panic!("internal") };
        let shown = error.to_string();
        assert!(shown.contains(&report.reference.as_simple().to_string()));
        assert!(!shown.contains("audit_heads"));
    }

    #[test]
    fn all_flaws_come_back_together() {
        let mut flaws = Flaws::default();
        flaws.add("mail", "give an address");
        flaws.add("right", "choose one");
        let error = flaws.or(()).expect_err("two flaws");
        assert_eq!(error.to_string(), "mail: give an address; right: choose one");
        assert_eq!(error.code(), "INVALID");
    }
}
