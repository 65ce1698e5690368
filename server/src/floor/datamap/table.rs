//! One table, declared: whose rows it holds, about whom, under which category of the policy, and from when they age.
//! Pure, and a constant: what is declared cannot change while the desk runs.

use super::columns::{Column, Fate};
use crate::floor::policy::{self, Policy};

/// Whose rows a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Each row is one tenant's, behind the fence; `tenant_id` is a key and needs no line of its own.
    Tenant,
    /// The desk's as a whole: machine state and catalogues.
    Desk,
}

/// Whom the rows are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Nobody,
    /// The person whose id stands in this column.
    Subject(&'static str),
    /// Whom the row of another table is about that this column names.
    Through {
        column: &'static str,
        table: &'static str,
    },
}

/// Under which heading the rows are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// A category of the operator's policy.
    Policy(&'static str),
    /// The first of these that the operator's policy lists. Where it lists none, nothing is held.
    Listed(&'static [&'static str]),
    /// The operator's own, as controller: no category of what it holds for merchants.
    Operator(&'static str),
}

impl Category {
    /// What this policy calls it; nothing where it lists no such category.
    pub fn under(self, policy: &Policy) -> Option<&'static str> {
        match self {
            Self::Policy(code) | Self::Operator(code) => Some(code),
            Self::Listed(codes) => codes.iter().copied().find(|code| policy.category(code).is_some()),
        }
    }
}

/// What becomes of a row when its person is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// It goes.
    Deleted,
    /// It stays, and its columns are cleared.
    Cleared,
    /// It takes no change: what is personal in it goes with its key.
    Kept,
}

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub of: Of,
    /// What its envelopes are bound to; it outlives a rename.
    pub label: Option<&'static str>,
    pub about: About,
    pub category: Option<Category>,
    /// The column its retention runs from.
    pub ages_from: Option<&'static str>,
    pub erased_by: Row,
    /// Whether what it holds of a person came from the person: what they typed, or what they did.
    pub is_given: bool,
    /// Whether rows about nobody go when the merchant's account ends.
    pub ends_with_account: bool,
    pub columns: &'static [Column],
}

impl Table {
    const fn new(name: &'static str, of: Of) -> Self {
        let (about, erased_by) = (About::Nobody, Row::Kept);
        Self {
            name,
            of,
            label: None,
            about,
            category: None,
            ages_from: None,
            erased_by,
            is_given: false,
            ends_with_account: false,
            columns: &[],
        }
    }

    pub const fn of_tenant(name: &'static str) -> Self {
        Self::new(name, Of::Tenant)
    }

    pub const fn of_desk(name: &'static str) -> Self {
        Self::new(name, Of::Desk)
    }

    #[must_use]
    pub const fn label(self, label: &'static str) -> Self {
        Self { label: Some(label), ..self }
    }

    /// The person stands in this column.
    #[must_use]
    pub const fn about(self, column: &'static str) -> Self {
        Self { about: About::Subject(column), ..self }
    }

    /// The person is whom that table's row is about which this column names.
    #[must_use]
    pub const fn about_through(self, column: &'static str, table: &'static str) -> Self {
        Self { about: About::Through { column, table }, ..self }
    }

    /// Under this category of the policy.
    #[must_use]
    pub const fn category(self, code: &'static str) -> Self {
        Self { category: Some(Category::Policy(code)), ..self }
    }

    /// Under the first of these categories that the policy lists.
    #[must_use]
    pub const fn listed(self, codes: &'static [&'static str]) -> Self {
        Self { category: Some(Category::Listed(codes)), ..self }
    }

    /// Under this heading of the operator's own record.
    #[must_use]
    pub const fn operators(self, code: &'static str) -> Self {
        Self { category: Some(Category::Operator(code)), ..self }
    }

    #[must_use]
    pub const fn ages(self, column: &'static str) -> Self {
        Self { ages_from: Some(column), ..self }
    }

    #[must_use]
    pub const fn erased_by(self, row: Row) -> Self {
        Self { erased_by: row, ..self }
    }

    /// It came from the person, who may take it along.
    #[must_use]
    pub const fn given(self) -> Self {
        Self { is_given: true, ..self }
    }

    /// It is the merchant's, and about nobody: it goes with the account.
    #[must_use]
    pub const fn ends_with_account(self) -> Self {
        Self { ends_with_account: true, ..self }
    }

    #[must_use]
    pub const fn columns(self, columns: &'static [Column]) -> Self {
        Self { columns, ..self }
    }

    /// The category of this policy that the rows are held under.
    pub fn listed_as<'p>(&self, policy: &'p Policy) -> Option<&'p policy::Category> {
        match self.category? {
            Category::Operator(_) => None,
            category => policy.category(category.under(policy)?),
        }
    }

    /// Whether this policy lets a field of this kind be kept here.
    pub fn may_hold(&self, policy: &Policy, field: &str) -> bool {
        let listed = self.listed_as(policy).into_iter().flat_map(|category| &category.fields);
        listed.into_iter().any(|listed| is_field(field, listed.code.get_ref()) && listed.is_held())
    }

    /// What tells one of a person's rows from another: its id, or its first column where it has none.
    pub fn row_key(&self) -> &'static str {
        match self.columns {
            [first, ..] if self.column("id").is_none() => first.name,
            _ => "id",
        }
    }

    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What a person is given of a row, in the order of the package.
    pub fn disclosed(&self) -> impl Iterator<Item = &'static Column> + use<> {
        let told = self.about != About::Nobody;
        self.columns.iter().filter(move |column| told && column.is_disclosed)
    }

    /// What is no longer there, or no longer readable, once the person is forgotten.
    pub fn erased(&self) -> impl Iterator<Item = &'static Column> + use<> {
        let (told, row) = (self.about != About::Nobody, self.erased_by);
        self.columns.iter().filter(move |column| {
            told && match row {
                Row::Deleted => true,
                Row::Cleared => column.fate != Fate::Stays,
                Row::Kept => column.fate == Fate::WithKey,
            }
        })
    }
}

/// Whether a word of the map means this field of a policy.
pub fn is_field(word: &str, field: &str) -> bool {
    word == field || (word == "mail" && field == "email")
}
