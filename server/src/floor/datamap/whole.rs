//! What is held of everybody at once, at a shop or under an account, and what stands there about nobody. Each may be run
//! again.

use diesel::sql_types::{Array, BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::counting::{Apart, Whose};
use super::map::Map;
use super::table::{About, Of, Row, Table};
use crate::floor::kernel::{Error, Instant, Result, SubjectId};
use crate::floor::ledger::{Tx, WriteTx};

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: SubjectId,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl Map {
    /// Everybody of whom rows are there, but for books that the law wants whole and for tables that stay. Of one person, that
    /// person's ids.
    pub fn everybody(&self, tx: &mut Tx, whose: &Whose, stays: impl Fn(&Table) -> bool) -> Result<Vec<SubjectId>> {
        let apart = Apart { table: "orders", key: "order_id", rows: Vec::new() };
        let stores = match whose {
            Whose::Person(ids) => return Ok(ids.clone()),
            Whose::Shop(store) => vec![store.uuid()],
            Whose::Account => Vec::new(),
        };
        let mut parts = Vec::new();
        for (table, column) in self.of_themselves().filter(|(table, _)| !stays(table)) {
            let condition = match whose {
                Whose::Shop(_) => self.of_shop(table, &apart),
                _ => Some(format!("{}.tenant_id = $1 and $2::uuid[] is not null", table.name)),
            };
            let name = table.name;
            let part = |condition| {
                format!("select {name}.{column} as id from {name} where {condition} and {name}.{column} is not null")
            };
            parts.extend(condition.map(part));
        }
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Person> = sql_query(format!("select id from ({}) as known order by id", parts.join(" union ")))
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(stores)
            .load(tx.conn())?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Those of these persons of whom no row is left anywhere, whatever they may still be found by in `index`.
    pub fn without_rows(&self, tx: &mut Tx, persons: &[SubjectId], index: &str) -> Result<Vec<SubjectId>> {
        let is_free = |(table, column): (&'static Table, &'static str)| {
            let name = table.name;
            format!("not exists (select from {name} where {name}.tenant_id = $1 and {name}.{column} = person)")
        };
        let free: Vec<String> = self.of_themselves().filter(|(table, _)| table.name != index).map(is_free).collect();
        let free = if free.is_empty() { "true".to_owned() } else { free.join(" and ") };
        let rows: Vec<Person> =
            sql_query(format!("select person as id from unnest($2) as person where {free} order by person"))
                .bind::<SqlUuid, _>(tx.tenant()?)
                .bind::<Array<SqlUuid>, _>(persons.to_vec())
                .load(tx.conn())?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// How many rows of a table that is about nobody are not older than this; all of them where nothing is said.
    pub fn tally_of_nobody(&self, tx: &mut Tx, table: &'static Table, since: Option<Instant>) -> Result<u64> {
        let name = nobodys(table)?;
        let young = table.ages_from.map_or_else(|| "true".to_owned(), |ages| format!("{ages} >= $2"));
        let sql = format!(
            "select count(*) as rows from {name} where tenant_id = $1 and ($2::timestamptz is null or {young})"
        );
        let counted: Counted = sql_query(sql)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Nullable<Timestamptz>, _>(since.map(Instant::utc))
            .get_result(tx.conn())?;
        Ok(counted.rows.unsigned_abs())
    }

    /// Rows of a table that is about nobody go; where something is said, those that are older alone.
    pub fn remove_of_nobody(&self, tx: &mut WriteTx, table: &'static Table, before: Option<Instant>) -> Result<u64> {
        let name = nobodys(table)?;
        let old = table.ages_from.map_or_else(|| "false".to_owned(), |ages| format!("{ages} < $2"));
        let sql = format!("delete from {name} where tenant_id = $1 and ($2::timestamptz is null or {old})");
        let gone = sql_query(sql)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Nullable<Timestamptz>, _>(before.map(Instant::utc))
            .execute(tx.conn())?;
        Ok(gone as u64)
    }

    /// The tables that go with an account, whatever hangs on another before that: those about people, and the merchant's own.
    pub fn ending_with_account(&self) -> impl Iterator<Item = &'static Table> + use<> {
        let all: Vec<&'static Table> =
            self.tables().filter(|table| table.about != About::Nobody || table.ends_with_account).collect();
        all.into_iter().rev()
    }

    /// The tables whose rows say themselves whom they are about, with the column that does, but for books.
    fn of_themselves(&self) -> impl Iterator<Item = (&'static Table, &'static str)> + use<> {
        self.tables().filter_map(|table| match table.about {
            About::Subject(column) if table.erased_by != Row::Kept => Some((table, column)),
            _ => None,
        })
    }
}

fn nobodys(table: &'static Table) -> Result<&'static str> {
    let is_nobodys = table.of == Of::Tenant && table.about == About::Nobody && table.ends_with_account;
    is_nobodys
        .then_some(table.name)
        .ok_or_else(|| Error::internal(format!("{} does not end with an account", table.name)))
}
