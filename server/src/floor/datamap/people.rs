//! What is held about one person, and clearing it, table by table. Both may be run again: what is gone is not found, and
//! nothing is cleared twice.
//!
//! It reads envelopes and opens none; the keys are the vault's, to open with or to destroy.

use diesel::sql_types::{Array, Binary, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;

use super::columns::{Column, Fate};
use super::map::Map;
use super::table::{About, Of, Row, Table};
use crate::floor::kernel::{Error, Result, Sealed, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::{Header, Key, Opening, Place, Purpose, Shut, SubjectKey};

/// Whose rows are meant.
#[derive(Clone, Copy)]
pub(super) enum Who {
    One,
    /// One person, by several ids.
    Several,
}

/// What one table holds about a person.
pub struct Disclosed {
    pub table: &'static Table,
    pub rows: Vec<Line>,
}

/// One row of it.
pub struct Line {
    pub row: Uuid,
    pub cells: Vec<Cell>,
}

/// One value of it.
pub struct Cell {
    pub column: &'static Column,
    pub value: Value,
}

/// As it is stored.
pub enum Value {
    Nothing,
    Plain(String),
    Sealed { envelope: Sealed, place: Place<'static> },
}

impl Cell {
    /// The value in words, with the key of the person it is about. The caller noted the look when it took the key.
    pub fn open(&self, key: &Key<SubjectKey>) -> Opening<Option<String>> {
        let (envelope, place) = match &self.value {
            Value::Nothing => return Ok(None),
            Value::Plain(text) => return Ok(Some(text.clone())),
            Value::Sealed { envelope, place } => (envelope, place),
        };
        let clear = match Header::parse(envelope.bytes()).map(|header| header.purpose) {
            Some(Purpose::Personal) => key.open_personal(place, envelope)?,
            Some(Purpose::Blob) => key.open_blob(place, envelope)?.into_personal()?,
            _ => return Err(Shut::Foreign),
        };
        Ok(Some(clear.disclose().to_owned()))
    }
}

#[derive(QueryableByName)]
pub(super) struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Array<Nullable<Text>>)]
    plain: Vec<Option<String>>,
    #[diesel(sql_type = Array<Nullable<Binary>>)]
    sealed: Vec<Option<Vec<u8>>>,
    #[diesel(sql_type = Array<Integer>)]
    generations: Vec<i32>,
}

impl Map {
    /// All that the pinned tenant's rows hold about this person, in the order of the package. Tables with nothing to
    /// tell are left out.
    pub fn disclose(&self, tx: &mut Tx, subject: SubjectId) -> Result<Vec<Disclosed>> {
        let tenant = tx.tenant()?;
        let mut package = Vec::new();
        for table in self.about_people().filter(|table| table.disclosed().next().is_some()) {
            let (sealed, plain): (Vec<_>, Vec<_>) = table.disclosed().partition(|column| column.is_sealed());
            let row = table.row_key();
            let sql = format!(
                "select {row} as id, array[{}]::text[] as plain, array[{}]::bytea[] as sealed,
                        array[{}]::int[] as generations
                   from {} where {} order by {row}",
                listed(&plain, |column| format!("to_json({}) #>> '{{}}'", column.name)),
                listed(&sealed, |column| column.name.to_owned()),
                listed(&sealed, |column| column.generation.unwrap_or("0").to_owned()),
                table.name,
                self.whose(table, Who::One)?,
            );
            let found: Vec<Found> =
                sql_query(sql).bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(subject).load(tx.conn())?;
            if !found.is_empty() {
                let rows = found.into_iter().map(|found| line(table, tenant, found)).collect();
                package.push(Disclosed { table, rows });
            }
        }
        Ok(package)
    }

    /// Clears what this table of the pinned tenant holds about the person, and says how many rows that touched; run
    /// again it touches none. The person's key is destroyed beside it, or what goes with the key is still there.
    pub fn forget(&self, tx: &mut WriteTx, table: &'static Table, subject: SubjectId) -> Result<usize> {
        let whose = self.whose(table, Who::One)?;
        for column in table.columns.iter().filter(|column| column.fate == Fate::WithSecret) {
            let sql = format!(
                "delete from secrets where tenant_id = $1 and id in (select {} from {} where {whose})",
                column.name, table.name
            );
            sql_query(sql).bind::<SqlUuid, _>(tx.tenant()?).bind::<SqlUuid, _>(subject).execute(tx.conn())?;
        }
        let sql = match table.erased_by {
            Row::Kept => return Ok(0),
            Row::Deleted => format!("delete from {} where {whose}", table.name),
            Row::Cleared => {
                let cleared: Vec<String> = table.columns.iter().filter_map(cleared).collect();
                let left: Vec<String> = table.columns.iter().filter_map(left).collect();
                format!("update {} set {} where {whose} and ({})", table.name, cleared.join(", "), left.join(" or "))
            }
        };
        Ok(sql_query(sql).bind::<SqlUuid, _>(tx.tenant()?).bind::<SqlUuid, _>(subject).execute(tx.conn())?)
    }

    /// Which rows are the person's: `$1` is the tenant, and `$2` the person, or several ids of theirs. What is of several is
    /// looked up for each by itself, and is at hand by its place: until somebody has counted a table's rows, Postgres takes the
    /// tenant's name twice for few rows, and reads all of them. Who reads page by page wants it in order instead.
    pub(super) fn whose(&self, table: &Table, who: Who) -> Result<String> {
        let strange = || Error::internal(format!("{} says of nobody whom it is about", table.name));
        match (table.of, table.about) {
            (Of::Tenant, About::Subject(column)) => Ok(match who {
                Who::One => format!("tenant_id = $1 and {column} = $2"),
                Who::Several => looked_up(table.name, column, "select id as through from unnest($2) as n (id)"),
            }),
            (Of::Tenant, About::Through { column, table: parent }) => {
                let parent = self.table(parent).ok_or_else(strange)?;
                let name = table.name;
                let parents = format!("select id as through from {} where {}", parent.name, self.whose(parent, who)?);
                Ok(match who {
                    Who::One => format!("tenant_id is not distinct from $1 and {column} = any(array({parents}))"),
                    Who::Several => looked_up(name, column, &parents),
                })
            }
            _ => Err(strange()),
        }
    }
}

/// That a row's column is one of these, which are told as `through`: each is looked up by itself.
pub(super) fn looked_up(name: &str, column: &str, through: &str) -> String {
    format!(
        "{name}.ctid = any(array(select x.place from ({through}) as wanted, lateral (
           select ctid as place from {name} where tenant_id is not distinct from $1 and {column} = through offset 0) as x))"
    )
}

pub(super) fn listed(columns: &[&'static Column], form: impl Fn(&Column) -> String) -> String {
    columns.iter().map(|column| form(column)).collect::<Vec<_>>().join(", ")
}

pub(super) fn line(table: &'static Table, tenant: TenantId, found: Found) -> Line {
    let (mut plain, mut sealed) = (found.plain.into_iter(), found.sealed.into_iter().zip(found.generations));
    let label = table.label.unwrap_or(table.name);
    let cells = table.disclosed().map(|column| {
        let value = if column.is_sealed() {
            sealed.next().and_then(|(bytes, generation)| {
                let bytes = bytes.filter(|bytes| !bytes.is_empty())?;
                let generation = generation.unsigned_abs();
                let place = Place { tenant, table: label, column: column.name, row: found.id, generation };
                Some(Value::Sealed { envelope: Sealed::from_bytes(bytes), place })
            })
        } else {
            plain.next().flatten().map(Value::Plain)
        };
        Cell { column, value: value.unwrap_or(Value::Nothing) }
    });
    Line { row: found.id, cells: cells.collect() }
}

/// What an update writes over a column.
pub(super) fn cleared(column: &Column) -> Option<String> {
    let name = column.name;
    let surrogate = match column.fate {
        Fate::Stays | Fate::WithKey => return None,
        Fate::Null | Fate::WithSecret => return Some(format!("{name} = null")),
        Fate::Empty => return Some(format!("{name} = ''")),
        // As long as what it stands for: a table may want its digests whole.
        Fate::Surrogate => format!("substring(sha256(uuid_send(gen_random_uuid())) from 1 for octet_length({name}))"),
        Fate::SurrogateText => "gen_random_uuid()::text".to_owned(),
    };
    Some(format!("{name} = case when {name} is not null then {surrogate} end"))
}

/// How a row shows that it was not cleared yet. A surrogate looks like what it stands for.
pub(super) fn left(column: &Column) -> Option<String> {
    let name = column.name;
    match column.fate {
        Fate::Null | Fate::WithSecret => Some(format!("{name} is not null")),
        Fate::Empty => Some(format!("octet_length({name}) > 0")),
        Fate::Stays | Fate::WithKey | Fate::Surrogate | Fate::SurrogateText => None,
    }
}
