//! What one table holds about a person, leaf by leaf, so that a copy of it takes the same memory however much that is.
//! A leaf is told by the row that the one before ended with: what is written down meanwhile moves nothing.

use std::collections::HashMap;

use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::map::Map;
use super::people::{Found, Line, Who, line, listed};
use super::table::Table;
use crate::floor::kernel::{Instant, Result, SubjectId};
use crate::floor::ledger::{Tx, numbered, statement};

/// From where, until when and how much is read of a table.
#[derive(Debug, Clone, Copy)]
pub struct Leaf {
    /// The last row of the leaf before.
    pub after: Option<Uuid>,
    /// The last row that is read at all.
    pub to: Option<Uuid>,
    /// What is younger is left out, where the table says from when its rows age.
    pub until: Option<Instant>,
    pub most: u16,
}

/// How the values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Number,
    Truth,
    /// A list or a document.
    Document,
}

/// The forms of columns, by table and name.
pub type Forms = HashMap<(String, String), Form>;

#[derive(QueryableByName)]
struct Typed {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    form: String,
}

impl Map {
    /// A leaf of what this table holds about this person. Rows that share what tells rows apart are never parted, so that it
    /// may be somewhat longer than `most`; where it is shorter, nothing follows.
    pub fn leaf(&self, tx: &mut Tx, table: &'static Table, subject: SubjectId, leaf: Leaf) -> Result<Vec<Line>> {
        let tenant = tx.tenant()?;
        let (sealed, plain): (Vec<_>, Vec<_>) = table.disclosed().partition(|column| column.is_sealed());
        let row = table.row_key();
        // Only what is asked for is said, so that each leaf is looked for from where it begins. Whoever has more than one is
        // planned for: most have few rows, and theirs are read and put in order, which nobody does again for every leaf.
        let after = leaf.after.map(|_| format!("and {row} > $3")).unwrap_or_default();
        let young = table.ages_from.filter(|_| leaf.until.is_some());
        let young = young.map(|ages| format!("and ({ages} is null or {ages} <= $4)")).unwrap_or_default();
        let to = leaf.to.map(|_| format!("and {row} <= $5")).unwrap_or_default();
        let sql = format!(
            "select {row} as id, array[{}]::text[] as plain, array[{}]::bytea[] as sealed,
                    array[{}]::int[] as generations
               from {} where {} {after} {young} {to}
              order by {row} fetch first {} rows with ties",
            listed(&plain, |column| format!("to_json({}) #>> '{{}}'", column.name)),
            listed(&sealed, |column| column.name.to_owned()),
            listed(&sealed, |column| column.generation.unwrap_or("0").to_owned()),
            table.name,
            self.whose(table, Who::One)?,
            leaf.most,
        );
        let asked = numbered(sql);
        let asked = if leaf.after.is_some() { asked.planned_for_these(tx)? } else { asked };
        let found: Vec<Found> = asked
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(subject)
            .bind::<Nullable<SqlUuid>, _>(leaf.after)
            .bind::<Nullable<Timestamptz>, _>(leaf.until.map(Instant::utc))
            .bind::<Nullable<SqlUuid>, _>(leaf.to)
            .load(tx.conn())?;
        Ok(found.into_iter().map(|found| line(table, tenant, found)).collect())
    }

    /// How the values of these tables' columns are written. What is sealed is text.
    pub fn forms(&self, tx: &mut Tx, tables: &[&'static Table]) -> Result<Forms> {
        let names: Vec<String> = tables.iter().map(|table| table.name.to_owned()).collect();
        let rows: Vec<Typed> = statement(
            "select n.name as of, a.attname::text as name, format_type(a.atttypid, null) as form
               from unnest(?) as n (name) join pg_attribute a on a.attrelid = to_regclass(n.name)
              where a.attnum > 0 and not a.attisdropped",
        )
        .bind::<Array<Text>, _>(names)
        .load(tx.conn())?;
        Ok(rows.into_iter().map(|row| ((row.of, row.name), form(&row.form))).collect())
    }
}

fn form(of: &str) -> Form {
    match of {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => Form::Number,
        "boolean" => Form::Truth,
        "json" | "jsonb" => Form::Document,
        list if list.ends_with("[]") => Form::Document,
        _ => Form::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reckoned_with_is_a_number_and_what_is_sealed_is_text() {
        let forms = ["bigint", "numeric", "boolean", "text[]", "bytea", "timestamp with time zone"].map(form);
        assert_eq!(forms, [Form::Number, Form::Number, Form::Truth, Form::Document, Form::Text, Form::Text]);
    }
}
