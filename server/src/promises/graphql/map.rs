//! The data map as it is answered. It tells what columns are, never what is in them.

use async_graphql::{Context, Enum, Object, Result};

use crate::catalogue::LegalGround;
use crate::floor::datamap::{About, Class, Column, Of, Row, Table};
use crate::floor::graphql::asking;

/// A table and what it holds.
pub struct MapTable(pub &'static Table);

/// A table: whose rows it holds, about whom, and what becomes of them.
#[Object]
impl MapTable {
    /// Its name.
    async fn name(&self) -> &'static str {
        self.0.name
    }

    /// Whose rows it holds.
    async fn of(&self) -> TableOf {
        match self.0.of {
            Of::Tenant => TableOf::Tenant,
            Of::Desk => TableOf::Desk,
        }
    }

    /// The column that says whom a row is about; null where it is about nobody.
    async fn about(&self) -> Option<&'static str> {
        match self.0.about {
            About::Nobody => None,
            About::Subject(column) | About::Through { column, .. } => Some(column),
        }
    }

    /// The category of the policy it is held under, or the operator's own heading; null where the policy lists none, and
    /// nothing is held.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<&'static str>> {
        let in_force = asking(ctx)?.tools.policy.in_force()?;
        Ok(self.0.category.and_then(|category| category.under(&in_force.policy)))
    }

    /// What its envelopes are bound to.
    async fn label(&self) -> Option<&'static str> {
        self.0.label
    }

    /// The column its retention runs from.
    async fn ages_from(&self) -> Option<&'static str> {
        self.0.ages_from
    }

    /// What becomes of a row when its person is forgotten; null where it is about nobody.
    async fn erased_by(&self) -> Option<RowFate> {
        if self.0.about == About::Nobody {
            return None;
        }
        Some(match self.0.erased_by {
            Row::Deleted => RowFate::Deleted,
            Row::Cleared => RowFate::Cleared,
            Row::Kept => RowFate::Kept,
        })
    }

    /// Its columns.
    async fn columns(&self) -> Vec<MapColumn> {
        self.0.columns.iter().map(|column| MapColumn(self.0, column)).collect()
    }
}

/// A column and what it holds.
pub struct MapColumn(&'static Table, &'static Column);

/// One column.
#[Object]
impl MapColumn {
    /// Its name.
    async fn name(&self) -> &'static str {
        self.1.name
    }

    /// What it holds.
    async fn class(&self) -> ColumnClass {
        match self.1.class {
            Class::Key => ColumnClass::Key,
            Class::Fact => ColumnClass::Fact,
            Class::Pseudonym => ColumnClass::Pseudonym,
            Class::Personal(_) => ColumnClass::Personal,
            Class::Secret { .. } => ColumnClass::Secret,
            Class::Derived(_) => ColumnClass::Derived,
        }
    }

    /// Of a derived column, what it was reckoned from.
    async fn of(&self) -> Option<&'static str> {
        match self.1.class {
            Class::Derived(from) => Some(from),
            _ => None,
        }
    }

    /// The kind of a personal value, as masks say it.
    async fn field(&self) -> Option<&'static str> {
        self.1.mask()
    }

    /// Whether the person is given it.
    async fn is_disclosed(&self) -> bool {
        self.0.disclosed().any(|column| column == self.1)
    }

    /// The ground in law on which it stays although its person asks for it to go.
    async fn kept_under(&self) -> Option<LegalGround> {
        self.1.kept.map(LegalGround::from)
    }

    /// Why it is as it is.
    async fn note(&self) -> Option<&'static str> {
        self.1.note
    }
}

/// Whose rows a table holds.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableOf {
    /// Each row is one tenant's.
    Tenant,
    /// The desk's as a whole.
    Desk,
}

/// What becomes of a row when its person is forgotten.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFate {
    /// It goes.
    Deleted,
    /// It stays, and what is personal in it is cleared.
    Cleared,
    /// It takes no change: what is personal in it goes with its key.
    Kept,
}

/// What a column holds.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnClass {
    /// An id of ours.
    Key,
    /// What may stand in clear.
    Fact,
    /// What another knows a person by.
    Pseudonym,
    /// A value about a person, sealed.
    Personal,
    /// What opens something: sealed, or only its digest.
    Secret,
    /// Reckoned from something else.
    Derived,
}
