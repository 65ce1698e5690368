//! Values of a person that are put right. All envelopes of a row are bound to how often it was overwritten, so a row is
//! read whole and written whole, and only over what was read.
//!
//! It reads and writes envelopes and opens none.

use diesel::sql_types::{Array, Binary, Integer, Nullable, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;

use super::columns::Column;
use super::map::Map;
use super::table::{About, Table};
use crate::floor::kernel::{Error, Result, Sealed, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::Place;

/// A row of a person's, as it is stored.
pub struct Whole {
    pub row: Uuid,
    /// Under whose key it is sealed.
    pub subject: SubjectId,
    generation: i32,
    /// Its sealed columns, each with its envelope.
    pub columns: Vec<(&'static Column, Option<Sealed>)>,
}

impl Whole {
    /// Where a column of it stands.
    pub fn place(&self, table: &'static Table, tenant: TenantId, column: &'static str) -> Place<'static> {
        self.place_at(table, tenant, column, self.generation)
    }

    /// Where it stands once the row was written anew.
    pub fn next_place(&self, table: &'static Table, tenant: TenantId, column: &'static str) -> Place<'static> {
        self.place_at(table, tenant, column, self.generation + 1)
    }

    fn place_at(
        &self,
        table: &'static Table,
        tenant: TenantId,
        column: &'static str,
        generation: i32,
    ) -> Place<'static> {
        let label = table.label.unwrap_or(table.name);
        Place { tenant, table: label, column, row: self.row, generation: generation.unsigned_abs() }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    subject: SubjectId,
    #[diesel(sql_type = Integer)]
    generation: i32,
    #[diesel(sql_type = Array<Nullable<Binary>>)]
    sealed: Vec<Option<Vec<u8>>>,
}

/// The sealed columns of a table whose overwrites are counted in one column, and that one.
fn counted(table: &'static Table) -> Result<(Vec<&'static Column>, &'static str)> {
    let sealed: Vec<&'static Column> = table.columns.iter().filter(|column| column.is_sealed()).collect();
    let counts = sealed.first().and_then(|column| column.generation);
    let counts = counts.filter(|counts| sealed.iter().all(|column| column.generation == Some(*counts)));
    let counts = counts.ok_or_else(|| Error::internal(format!("nothing of {} is put right", table.name)))?;
    Ok((sealed, counts))
}

impl Map {
    /// The rows of a table that are about these persons, at one store alone where one is named.
    pub fn rows_of(
        &self,
        tx: &mut Tx,
        table: &'static Table,
        subjects: &[SubjectId],
        store: Option<StoreId>,
    ) -> Result<Vec<Whole>> {
        let (sealed, counts) = counted(table)?;
        let strange = || Error::internal(format!("{} says of nobody whom it is about", table.name));
        let (subject, at_store) = match table.about {
            About::Subject(column) => (column.to_owned(), "store_id = $3".to_owned()),
            About::Through { column, table: parent } => {
                let Some(About::Subject(whom)) = self.table(parent).map(|parent| parent.about) else {
                    return Err(strange());
                };
                let own = |wanted: &str| {
                    format!(
                        "(select p.{wanted} from {parent} p where p.tenant_id = $1 and p.id = {}.{column})",
                        table.name
                    )
                };
                (own(whom), format!("{} = $3", own("store_id")))
            }
            About::Nobody => return Err(strange()),
        };
        let names: Vec<&str> = sealed.iter().map(|column| column.name).collect();
        let (row, name) = (table.row_key(), table.name);
        let sql = format!(
            "select {row} as id, {subject} as subject, {counts} as generation, array[{}]::bytea[] as sealed
               from {name} where {} and ($3::uuid is null or {at_store}) order by {row}",
            names.join(", "),
            self.whose(table, "= any($2)")?,
        );
        let found: Vec<Found> = sql_query(sql)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(subjects.to_vec())
            .bind::<Nullable<SqlUuid>, _>(store)
            .load(tx.conn())?;
        let whole = |found: Found| {
            let envelopes = found.sealed.into_iter().map(|bytes| bytes.filter(|bytes| !bytes.is_empty()));
            let columns = sealed.iter().copied().zip(envelopes.map(|bytes| bytes.map(Sealed::from_bytes)));
            Whole { row: found.id, subject: found.subject, generation: found.generation, columns: columns.collect() }
        };
        Ok(found.into_iter().map(whole).collect())
    }

    /// Writes a row anew, its envelopes in the order in which they were read. `false` where somebody else did meanwhile.
    pub fn write_anew(
        &self,
        tx: &mut WriteTx,
        table: &'static Table,
        whole: &Whole,
        envelopes: Vec<Option<Sealed>>,
    ) -> Result<bool> {
        let (sealed, counts) = counted(table)?;
        let set: Vec<String> =
            sealed.iter().zip(1..).map(|(column, at)| format!("{} = ($4::bytea[])[{at}]", column.name)).collect();
        let sql = format!(
            "update {} set {counts} = $3 + 1, {} where tenant_id = $1 and {} = $2 and {counts} = $3",
            table.name,
            set.join(", "),
            table.row_key()
        );
        let written = sql_query(sql)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(whole.row)
            .bind::<Integer, _>(whole.generation)
            .bind::<Array<Nullable<Binary>>, _>(
                envelopes.into_iter().map(|sealed| sealed.map(Sealed::into_bytes)).collect::<Vec<_>>(),
            )
            .execute(tx.conn())?;
        Ok(written == 1)
    }
}
