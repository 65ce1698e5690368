//! The declared tables together. It asks Postgres nothing.

use super::columns::Column;
use super::table::{About, Table};

/// Every table there is, in the order of a package. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Map {
    tables: &'static [Table],
}

impl Map {
    pub const fn new(tables: &'static [Table]) -> Self {
        Self { tables }
    }

    pub fn tables(&self) -> impl Iterator<Item = &'static Table> + use<> {
        self.tables.iter()
    }

    pub fn table(&self, name: &str) -> Option<&'static Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The tables that hold something about people.
    pub fn about_people(&self) -> impl DoubleEndedIterator<Item = &'static Table> + use<> {
        self.tables.iter().filter(|table| table.about != About::Nobody)
    }

    /// Of which kind the mask is that stands for this column; none where it is no personal value.
    pub fn mask(&self, table: &str, column: &str) -> Option<&'static str> {
        self.table(table)?.column(column).and_then(Column::mask)
    }
}
