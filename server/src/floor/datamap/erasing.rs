//! Carrying out what was planned about a person's rows: those that a ground keeps go over to a subject of nobody's name, the
//! others are cleared, and afterwards somebody looks whether anything is left. Each may be run again.
//!
//! It opens nothing: what goes over is resealed inside the vault. It never decides what a ground keeps.

use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::columns::{Class, Column, Fate, Reason};
use super::counting::{Apart, NO_PART, link};
use super::map::Map;
use super::people::{Who, cleared, left, looked_up};
use super::table::{About, Of, Row, Table};
use crate::floor::kernel::{Error, Instant, Result, StoreId, SubjectId};
use crate::floor::ledger::{Statement, Tx, WriteTx, numbered};
use crate::floor::vault::{KeyId, Mover, Place};

/// Rows of one table that share a fate.
#[derive(Clone, Copy)]
pub struct Picked<'a> {
    /// All ids of the person.
    pub persons: &'a [SubjectId],
    /// Only what came from this shop, or from none; wherever it came from where nothing is said.
    pub store: Option<Option<StoreId>>,
    pub apart: &'a Apart,
    /// Only what was told apart as this, or as none, where a table's rows can be.
    pub part: Option<i32>,
    /// Only what is not older.
    pub since: Option<Instant>,
}

/// What is left of a person in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub table: &'static Table,
    pub rows: i64,
}

#[derive(QueryableByName)]
struct Envelopes {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Array<Nullable<Binary>>)]
    sealed: Vec<Option<Vec<u8>>>,
    #[diesel(sql_type = Array<Integer>)]
    generations: Vec<i32>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl Map {
    /// Clears these rows of the pinned tenant, and says how many that touched; run again it touches none.
    pub fn clear(&self, tx: &mut WriteTx, table: &'static Table, picked: &Picked<'_>) -> Result<usize> {
        let condition = self.picked(table, picked)?;
        Self::remove_secrets(tx, table.columns.iter(), (table, &condition), picked)?;
        let name = table.name;
        let sql = match table.erased_by {
            Row::Kept => return Ok(0),
            Row::Deleted => format!("delete from {name} where {}", found(table, &condition)),
            Row::Cleared => {
                let cleared: Vec<String> = table.columns.iter().filter_map(cleared).collect();
                let left: Vec<String> = table.columns.iter().filter_map(left).collect();
                let left = format!("{condition} and ({})", left.join(" or "));
                format!("update {name} set {} where {}", cleared.join(", "), found(table, &left))
            }
        };
        Self::run(tx, sql, picked)
    }

    /// These rows go over to `keeper`: what the reason for which they stay does not need is taken from them, what is sealed in
    /// them under the person's keys is sealed under the keeper's from then on, and they name the person no more. What hangs on
    /// another table's rows goes over before those do.
    pub fn hand_over(
        &self,
        tx: &mut WriteTx,
        table: &'static Table,
        (picked, reason): (&Picked<'_>, Option<Reason>),
        (mover, keeper): (&Mover, SubjectId),
    ) -> Result<usize> {
        self.strip(tx, table, (picked, reason))?;
        let (tenant, key) = (tx.tenant()?, table.row_key());
        let sealed: Vec<&Column> = table.columns.iter().filter(|column| column.is_sealed()).collect();
        let listed =
            |form: fn(&Column) -> String| sealed.iter().map(|column| form(column)).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "select {key} as id, array[{}]::bytea[] as sealed, array[{}]::int[] as generations from {} where {} for update",
            listed(|column| column.name.to_owned()),
            listed(|column| column.generation.unwrap_or("0").to_owned()),
            table.name,
            found(table, &self.picked(table, picked)?),
        );
        let rows: Vec<Envelopes> = Self::bound(sql, tx, picked)?.load(tx.conn())?;
        for (at, column) in sealed.iter().enumerate() {
            let (mut ids, mut anew) = (Vec::new(), Vec::new());
            for row in &rows {
                let Some(envelope) = row.sealed.get(at).and_then(Option::as_ref).filter(|bytes| !bytes.is_empty())
                else {
                    continue;
                };
                let generation = row.generations.get(at).copied().unwrap_or_default().unsigned_abs();
                let label = table.label.unwrap_or(table.name);
                let place = Place { tenant, table: label, column: column.name, row: row.id, generation };
                match mover.move_over(&place, envelope) {
                    Ok(None) => {}
                    Ok(Some(resealed)) => {
                        ids.push(row.id);
                        anew.push(resealed?.into_bytes());
                    }
                    Err(shut) => {
                        let (name, shut) = (table.name, shut.code());
                        return Err(Error::internal(format!(
                            "{name}.{} of a kept row stays shut: {shut}",
                            column.name
                        )));
                    }
                }
            }
            if !ids.is_empty() {
                let sql = format!(
                    "update {} t set {} = n.value
                       from unnest($2, $3) as n (id, value),
                            lateral (select ctid as place from {} where tenant_id is not distinct from $1 and {key} = n.id offset 0) as x
                      where t.ctid = x.place",
                    table.name, column.name, table.name
                );
                numbered(sql)
                    .bind::<SqlUuid, _>(tenant)
                    .bind::<Array<SqlUuid>, _>(ids)
                    .bind::<Array<Binary>, _>(anew)
                    .execute(tx.conn())?;
            }
        }
        if let About::Subject(column) = table.about {
            let name = table.name;
            let sql = format!(
                "update {name} set {column} = $2 where ctid = any(array(
                   select x.place from unnest($3) as n (id),
                          lateral (select ctid as place from {name} where tenant_id is not distinct from $1 and {key} = n.id offset 0) as x))"
            );
            numbered(sql)
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(keeper)
                .bind::<Array<SqlUuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
                .execute(tx.conn())?;
        }
        Ok(rows.len())
    }

    /// Takes from these rows what the reason for which they stay does not need. Whom they are about is said until they go over;
    /// what Postgres reckons from other columns goes with those.
    fn strip(
        &self,
        tx: &mut WriteTx,
        table: &'static Table,
        (picked, reason): (&Picked<'_>, Option<Reason>),
    ) -> Result<()> {
        if table.erased_by == Row::Kept {
            return Ok(());
        }
        let goes = |column: &&Column| {
            let is_whose = table.about == About::Subject(column.name);
            !is_whose && !matches!(column.class, Class::Derived(_)) && !column.is_needed_by(reason)
        };
        let (name, condition) = (table.name, self.picked(table, picked)?);
        Self::remove_secrets(tx, table.columns.iter().filter(goes), (table, &condition), picked)?;
        let stripped: Vec<String> = table.columns.iter().filter(goes).filter_map(cleared).collect();
        if !stripped.is_empty() {
            let sql = format!("update {name} set {} where {}", stripped.join(", "), found(table, &condition));
            Self::run(tx, sql, picked)?;
        }
        Ok(())
    }

    /// The secrets that these columns name go.
    fn remove_secrets(
        tx: &mut WriteTx,
        columns: impl Iterator<Item = &'static Column>,
        (table, condition): (&Table, &str),
        picked: &Picked<'_>,
    ) -> Result<()> {
        for column in columns.filter(|column| column.fate == Fate::WithSecret) {
            let sql = format!(
                "delete from secrets where tenant_id = $1 and id in (select {} from {} where {condition})",
                column.name, table.name
            );
            Self::run(tx, sql, picked)?;
        }
        Ok(())
    }

    /// How many of these rows there are.
    pub fn tally(&self, tx: &mut Tx, table: &'static Table, picked: &Picked<'_>) -> Result<u64> {
        let condition = self.picked(table, picked)?;
        let sql = format!("select '{}' as name, count(*) as rows from {} where {condition}", table.name, table.name);
        let counted: Counted = Self::bound(sql, tx, picked)?.get_result(tx.conn())?;
        Ok(counted.rows.unsigned_abs())
    }

    /// Where something of a person is left, by all ids the person was ever given, but for the books that the law wants
    /// whole. One statement.
    pub fn left_of(&self, tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<Left>> {
        let mut parts = Vec::new();
        for table in self.about_people().filter(|table| !(table.erased_by == Row::Kept && is_of_itself(table))) {
            let (name, condition) = (table.name, self.whose(table, Who::Several)?);
            parts.push(format!("select '{name}' as name, count(*) as rows from {name} where {condition}"));
        }
        let counted: Vec<Counted> = numbered(parts.join(" union all "))
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(persons.to_vec())
            .load(tx.conn())?;
        let left = |found: Counted| {
            let table = self.table(&found.name).filter(|_| found.rows > 0)?;
            Some(Left { table, rows: found.rows })
        };
        Ok(counted.into_iter().filter_map(left).collect())
    }

    /// In how many of the pinned tenant's rows something is sealed under one of these keys still, whomever they name, but
    /// for those that nobody may change: they are shut with the key. Rows are found by the key of their first value, and
    /// those few whose values are under several keys are read one by one, so that the size of the tenant costs nothing.
    /// What a person is not given is sealed under keys of its own, and is not looked for here.
    pub fn sealed_under(&self, tx: &mut Tx, keys: &[KeyId]) -> Result<Vec<Left>> {
        let mut parts = Vec::new();
        for table in self.about_people().filter(|table| table.of == Of::Tenant) {
            let name = table.name;
            let under = |column: &str| format!("substring({column} from 11 for 16)");
            let columns: Vec<&str> = under_the_persons_key(table).collect();
            let first = match columns[..] {
                [] => continue,
                _ if table.column(FIRST_KEY).is_some() => FIRST_KEY.to_owned(),
                [one] => under(one),
                _ => under(&format!("coalesce({})", columns.join(", "))),
            };
            let found = looked_up(name, &first, "select key as through from unnest($2) as n (key)");
            parts.push(format!("select '{name}' as name, count(*) as rows from {name} where {found}"));
            if columns.len() > 1 {
                let either = |form: &dyn Fn(&str) -> String| {
                    columns.iter().map(|column| form(column)).collect::<Vec<_>>().join(" or ")
                };
                let (several, held) = (
                    either(&|column| format!("{} <> {first}", under(column))),
                    either(&|column| format!("{} = any($2)", under(column))),
                );
                parts.push(format!(
                    "select '{name}' as name, count(*) as rows from {name}
                      where tenant_id = $1 and ({several}) and ({held})"
                ));
            }
        }
        let bytes: Vec<Vec<u8>> = keys.iter().map(|key| key.uuid().as_bytes().to_vec()).collect();
        let counted: Vec<Counted> = numbered(parts.join(" union all "))
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<Binary>, _>(bytes)
            .load(tx.conn())?;
        let left = |found: Counted| {
            let table = self.table(&found.name).filter(|_| found.rows > 0)?;
            Some(Left { table, rows: found.rows })
        };
        Ok(counted.into_iter().filter_map(left).collect())
    }

    /// How many columns of tables about people there are: what a look for somebody reads.
    pub fn columns_about_people(&self) -> usize {
        self.about_people().map(|table| table.columns.len()).sum()
    }

    /// The tables about people, whatever hangs on another before that.
    pub fn children_first(&self) -> impl Iterator<Item = &'static Table> + use<> {
        self.about_people().rev()
    }

    fn run(tx: &mut WriteTx, sql: String, picked: &Picked<'_>) -> Result<usize> {
        Ok(Self::bound(sql, tx, picked)?.execute(tx.conn())?)
    }

    fn bound(sql: String, tx: &Tx, picked: &Picked<'_>) -> Result<Statement> {
        let is_named = |part: i32| picked.part == Some(part) || picked.part == Some(NO_PART);
        let apart = picked.apart.rows.iter().filter(|(_, part)| is_named(*part));
        let apart: Vec<Uuid> = apart.map(|(row, _)| *row).collect();
        Ok(numbered(sql)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(picked.persons.to_vec())
            .bind::<Nullable<SqlUuid>, _>(picked.store.flatten())
            .bind::<Array<SqlUuid>, _>(apart)
            .bind::<Nullable<Timestamptz>, _>(picked.since.map(Instant::utc)))
    }

    /// Which rows those are: `$1` is the tenant, `$2` the person, `$3` the shop, `$4` what is told apart, `$5` the moment.
    fn picked(&self, table: &Table, picked: &Picked<'_>) -> Result<String> {
        let (name, link) = (table.name, link(table, picked.apart));
        let store = picked.store.map(|_| format!("{} is not distinct from $3", self.store_of(table, picked.apart)));
        let apart = link.zip(picked.part).map(|(link, part)| {
            let is_one = format!("({name}.{link} = any($4))");
            if part == NO_PART { format!("{is_one} is not true") } else { is_one }
        });
        let ages = table.ages_from.filter(|_| picked.since.is_some());
        let young = ages.map(|ages| format!("({name}.{ages} is null or {name}.{ages} >= $5)"));
        let parts = [Some(self.whose(table, Who::Several)?), store, apart, young];
        Ok(parts.into_iter().flatten().collect::<Vec<_>>().join(" and "))
    }
}

/// The column with the key of a row's first value, where a table has so many rows that they are found by it.
const FIRST_KEY: &str = "sealed_by";

/// The columns of a table whose values are sealed under the key of whom the row is about.
fn under_the_persons_key(table: &'static Table) -> impl Iterator<Item = &'static str> {
    let of_the_person = |column: &&Column| {
        matches!(column.class, Class::Personal(_)) && column.is_disclosed && column.fate != Fate::WithKey
    };
    table.columns.iter().filter(of_the_person).map(|column| column.name)
}

/// Rows that are looked for as a reader does, and are then at hand by their places: of whoever writes, the fence asks twice
/// whose they are, and Postgres would rather read all of the tenant's. What has become another's meanwhile is left alone.
fn found(table: &Table, condition: &str) -> String {
    let still = match table.about {
        About::Subject(column) => format!(" and ({column} = any($2)) is true"),
        About::Nobody | About::Through { .. } => String::new(),
    };
    format!("ctid = any(array(select ctid from {} where {condition})){still}", table.name)
}

fn is_of_itself(table: &Table) -> bool {
    matches!(table.about, About::Subject(_))
}
