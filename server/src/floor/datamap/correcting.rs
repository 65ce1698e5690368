//! Values of a person that are put right. An envelope is bound to how often it was overwritten, which several columns may
//! count in one, so a row is read whole and written whole, and only over what was read.
//!
//! It reads and writes envelopes and opens none.

use diesel::sql_types::{Array, Binary, Integer, Nullable, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;

use super::columns::Column;
use super::map::Map;
use super::people::Who;
use super::table::{About, Table};
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Result, Sealed, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::Place;

/// A row of a person's, as it is stored.
pub struct Whole {
    pub row: Uuid,
    /// Under whose key it is sealed.
    pub subject: SubjectId,
    pub cells: Vec<SealedCell>,
}

/// One sealed value of it.
pub struct SealedCell {
    pub column: &'static Column,
    pub envelope: Option<Sealed>,
    /// How often it was overwritten.
    generation: i32,
}

impl Whole {
    /// Where a value of it stands.
    pub fn place(&self, table: &'static Table, tenant: TenantId, cell: &SealedCell) -> Place<'static> {
        let label = table.label.unwrap_or(table.name);
        let generation = cell.generation.unsigned_abs();
        Place { tenant, table: label, column: cell.column.name, row: self.row, generation }
    }

    /// Where it stands once the row was written anew.
    pub fn next_place(&self, table: &'static Table, tenant: TenantId, cell: &SealedCell) -> Place<'static> {
        let generation = (cell.generation + 1).unsigned_abs();
        Place { generation, ..self.place(table, tenant, cell) }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    subject: SubjectId,
    #[diesel(sql_type = Array<Integer>)]
    generations: Vec<i32>,
    #[diesel(sql_type = Array<Nullable<Binary>>)]
    sealed: Vec<Option<Vec<u8>>>,
}

/// The sealed columns of a table, each with the column that counts its overwrites.
fn counted(table: &'static Table) -> Result<Vec<(&'static Column, &'static str)>> {
    let sealed = table.columns.iter().filter(|column| column.is_sealed());
    let counted: Option<Vec<_>> = sealed.map(|column| Some((column, column.generation?))).collect();
    let counted = counted.filter(|counted| !counted.is_empty());
    counted.ok_or_else(|| Error::internal(format!("nothing of {} is put right", table.name)))
}

/// Where the values of a table that are found by a mail address stand found by it.
const MAIL_INDEX: &str = "mail_bidx";

impl Map {
    /// The rows of a table that are about these persons, at one store alone where one is named.
    pub fn rows_of(
        &self,
        tx: &mut Tx,
        table: &'static Table,
        subjects: &[SubjectId],
        store: Option<StoreId>,
    ) -> Result<Vec<Whole>> {
        let counted = counted(table)?;
        let strange = || Error::internal(format!("{} says of nobody whom it is about", table.name));
        let (subject, at_store) = match table.about {
            About::Subject(column) => {
                let is_of_a_store = table.column("store_id").is_some();
                (column.to_owned(), if is_of_a_store { "store_id = $3".to_owned() } else { "false".to_owned() })
            }
            About::Through { column, table: parent } => {
                let Some(About::Subject(whom)) = self.table(parent).map(|parent| parent.about) else {
                    return Err(strange());
                };
                let own = |wanted: &str| {
                    let name = table.name;
                    format!("(select p.{wanted} from {parent} p where p.tenant_id = $1 and p.id = {name}.{column})")
                };
                (own(whom), format!("{} = $3", own("store_id")))
            }
            About::Nobody => return Err(strange()),
        };
        let names: Vec<&str> = counted.iter().map(|(column, _)| column.name).collect();
        let counts: Vec<&str> = counted.iter().map(|(_, counts)| *counts).collect();
        let (row, name) = (table.row_key(), table.name);
        let sql = format!(
            "select {row} as id, {subject} as subject, array[{}]::int[] as generations, array[{}]::bytea[] as sealed
               from {name} where {} and ($3::uuid is null or {at_store}) order by {row}",
            counts.join(", "),
            names.join(", "),
            self.whose(table, Who::Several)?,
        );
        let found: Vec<Found> = sql_query(sql)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(subjects.to_vec())
            .bind::<Nullable<SqlUuid>, _>(store)
            .load(tx.conn())?;
        let whole = |found: Found| {
            let values = found.sealed.into_iter().zip(found.generations);
            let cells = counted.iter().zip(values).map(|((column, _), (bytes, generation))| {
                let envelope = bytes.filter(|bytes| !bytes.is_empty()).map(Sealed::from_bytes);
                SealedCell { column, envelope, generation }
            });
            Whole { row: found.id, subject: found.subject, cells: cells.collect() }
        };
        Ok(found.into_iter().map(whole).collect())
    }

    /// Writes a row anew, its envelopes in the order in which they were read; where it is found by a mail address that
    /// changes, by the index of that. `false` where somebody else wrote it meanwhile.
    pub fn write_anew(
        &self,
        tx: &mut WriteTx,
        table: &'static Table,
        whole: &Whole,
        (envelopes, mail): (Vec<Option<Sealed>>, Option<Vec<u8>>),
    ) -> Result<bool> {
        let (mut set, mut stands) = (Vec::new(), Vec::new());
        for ((column, counts), at) in counted(table)?.into_iter().zip(1..) {
            set.push(format!("{} = ($4::bytea[])[{at}]", column.name));
            let grows = format!("{counts} = {counts} + 1");
            if !set.contains(&grows) {
                set.push(grows);
                stands.push(format!("{counts} = ($3::int[])[{at}]"));
            }
        }
        if table.column(MAIL_INDEX).is_some() {
            set.push(format!("{MAIL_INDEX} = coalesce($5, {MAIL_INDEX})"));
            set.push(format!("{MAIL_INDEX}_v = case when $5::bytea is null then {MAIL_INDEX}_v else {NORMALISER} end"));
        }
        if table.column("version").is_some() {
            set.push("version = version + 1".to_owned());
        }
        let sql = format!(
            "update {} set {} where tenant_id = $1 and {} = $2 and {} and ($5::bytea is null or true)",
            table.name,
            set.join(", "),
            table.row_key(),
            stands.join(" and "),
        );
        let generations: Vec<i32> = whole.cells.iter().map(|cell| cell.generation).collect();
        let envelopes: Vec<Option<Vec<u8>>> =
            envelopes.into_iter().map(|sealed| sealed.map(Sealed::into_bytes)).collect();
        let written = sql_query(sql)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(whole.row)
            .bind::<Array<Integer>, _>(generations)
            .bind::<Array<Nullable<Binary>>, _>(envelopes)
            .bind::<Nullable<Binary>, _>(mail)
            .execute(tx.conn())?;
        Ok(written == 1)
    }
}
