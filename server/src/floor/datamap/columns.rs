//! One column, classified: what it holds, whether a person is given it, and what becomes of it when the person is
//! forgotten. Pure.

use crate::floor::policy::Ground;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// An id of ours.
    Key,
    /// A code, date, count or name that may stand in clear.
    Fact,
    /// What another knows a person by: an id of a platform, a blind index.
    Pseudonym,
    /// A value about a person, in an envelope; the word says of which kind.
    Personal(&'static str),
    /// What opens something: in an envelope, or only its digest.
    Secret { is_sealed: bool },
    /// Reckoned from another column or value.
    Derived(&'static str),
}

/// Why a row outlives the wish of whom it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Somebody waits for goods, or for their money.
    OpenOrder,
    /// A payment may still be disputed.
    Chargeback,
    /// The policy keeps it on this ground in law.
    Law(Ground),
    /// Somebody holds it: nobody knows yet what of it will be wanted.
    Held,
}

/// What becomes of a column when its person is forgotten and its row stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Stays,
    Null,
    /// Nothing is left in it, where the table wants something to be there.
    Empty,
    /// Random bytes of the row's own.
    Surrogate,
    /// Random letters of the row's own.
    SurrogateText,
    /// It stays as bytes that nobody can open, because the key goes.
    WithKey,
    /// The secret it names goes, then it does.
    WithSecret,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub class: Class,
    /// Whether it stands in an access package.
    pub is_disclosed: bool,
    /// The ground in law on which it outlives the wish to be forgotten.
    pub kept: Option<Ground>,
    /// For which reasons it stays in a row that outlives the wish. What no reason needs goes all the same.
    pub needed_by: &'static [Reason],
    /// Why it is as it is, where a lawyer could ask.
    pub note: Option<&'static str>,
    pub fate: Fate,
    /// The column that counts its overwrites.
    pub generation: Option<&'static str>,
}

impl Column {
    const fn new(name: &'static str, class: Class, fate: Fate) -> Self {
        let is_disclosed = matches!(class, Class::Personal(_));
        Self { name, class, is_disclosed, kept: None, needed_by: &[], note: None, fate, generation: None }
    }

    /// The person is given it.
    #[must_use]
    pub const fn disclosed(self) -> Self {
        Self { is_disclosed: true, ..self }
    }

    /// The person is not given it, for this reason.
    #[must_use]
    pub const fn withheld(self, why: &'static str) -> Self {
        Self { is_disclosed: false, note: Some(why), ..self }
    }

    /// It stays although its person is forgotten.
    #[must_use]
    pub const fn kept_under(self, ground: Ground) -> Self {
        Self { kept: Some(ground), ..self }
    }

    /// It stays in a row that is kept for one of these.
    #[must_use]
    pub const fn needed_by(self, reasons: &'static [Reason]) -> Self {
        Self { needed_by: reasons, ..self }
    }

    #[must_use]
    pub const fn because(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The table wants it filled: forgetting leaves it empty.
    #[must_use]
    pub const fn emptied(self) -> Self {
        Self { fate: Fate::Empty, ..self }
    }

    /// Forgetting clears it too.
    #[must_use]
    pub const fn cleared(self) -> Self {
        Self { fate: Fate::Null, ..self }
    }

    /// Nobody may change its row: it is forgotten with the key that sealed it.
    #[must_use]
    pub const fn with_key(self) -> Self {
        Self { fate: Fate::WithKey, ..self }
    }

    /// It is written as letters, not as bytes.
    #[must_use]
    pub const fn as_text(self) -> Self {
        Self { fate: Fate::SurrogateText, ..self }
    }

    /// This column grows with each overwrite of it.
    #[must_use]
    pub const fn counted_in(self, column: &'static str) -> Self {
        Self { generation: Some(column), ..self }
    }

    /// What a mask says in its place.
    pub const fn mask(&self) -> Option<&'static str> {
        match self.class {
            Class::Personal(field) => Some(field),
            _ => None,
        }
    }

    /// Whether a row that stays for this needs it; nothing is needed where no reason is known, and all of what is held.
    pub fn is_needed_by(&self, reason: Option<Reason>) -> bool {
        reason.is_some_and(|reason| reason == Reason::Held || self.needed_by.contains(&reason))
    }

    /// Whether each value in it must be an envelope.
    pub const fn is_sealed(&self) -> bool {
        matches!(self.class, Class::Personal(_) | Class::Secret { is_sealed: true })
    }

    /// Whether the desk may read it over all tenants.
    pub const fn is_for_the_desk(&self) -> bool {
        matches!(self.class, Class::Key | Class::Fact)
    }
}

/// An id of ours.
pub const fn key(name: &'static str) -> Column {
    Column::new(name, Class::Key, Fate::Stays)
}

/// The id of a stored secret, which goes with it.
pub const fn secret_id(name: &'static str) -> Column {
    Column::new(name, Class::Key, Fate::WithSecret)
}

/// What may stand in clear.
pub const fn fact(name: &'static str) -> Column {
    Column::new(name, Class::Fact, Fate::Stays)
}

/// What another knows a person by.
pub const fn pseudonym(name: &'static str) -> Column {
    Column::new(name, Class::Pseudonym, Fate::Surrogate)
}

/// A value about a person, of this kind, sealed.
pub const fn personal(name: &'static str, field: &'static str) -> Column {
    Column::new(name, Class::Personal(field), Fate::Null)
}

/// What opens something, sealed.
pub const fn secret(name: &'static str) -> Column {
    Column::new(name, Class::Secret { is_sealed: true }, Fate::Null)
}

/// What opens something, as its digest alone.
pub const fn hashed(name: &'static str) -> Column {
    Column::new(name, Class::Secret { is_sealed: false }, Fate::Null)
}

/// What was reckoned from something else.
pub const fn derived(name: &'static str, from: &'static str) -> Column {
    Column::new(name, Class::Derived(from), Fate::Null)
}
