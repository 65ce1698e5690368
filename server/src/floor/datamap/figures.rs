//! How much is held, and whether what must be sealed is. It reads counts, never a value.

use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::map::Map;
use super::table::{Category, Of, Table};
use crate::floor::kernel::Result;
use crate::floor::ledger::Tx;
use crate::floor::vault::envelope::MAGIC;

/// How many rows a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub table: &'static Table,
    pub rows: i64,
}

/// How many cells of a column hold something, and how many of them no envelope.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Cells {
    #[diesel(sql_type = Text)]
    pub table: String,
    #[diesel(sql_type = Text)]
    pub column: String,
    #[diesel(sql_type = BigInt)]
    pub filled: i64,
    #[diesel(sql_type = BigInt)]
    pub bare: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl Map {
    /// The rows under each of the policy's categories, as far as the transaction reaches: over all tenants at the desk.
    pub fn holdings(&self, tx: &mut Tx) -> Result<Vec<Held>> {
        let parts: Vec<String> = self
            .tables()
            .filter(|table| matches!(table.category, Some(Category::Policy(_) | Category::Listed(_))))
            .map(|Table { name, .. }| format!("select '{name}' as name, count(*) as rows from {name}"))
            .collect();
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let counts: Vec<Count> = sql_query(parts.join(" union all ")).load(tx.conn())?;
        let held = |count: &Count| Some(Held { table: self.table(&count.name)?, rows: count.rows });
        Ok(counts.iter().filter_map(held).collect())
    }

    /// Every sealed column of the pinned tenant's rows, and how many of its cells hold no envelope.
    pub fn sealed_cells(&self, tx: &mut Tx) -> Result<Vec<Cells>> {
        let head = MAGIC.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let columns = self.tables().filter(|table| table.of == Of::Tenant).flat_map(|table| {
            table.columns.iter().filter(|column| column.is_sealed()).map(|column| (table.name, column.name))
        });
        let parts: Vec<String> = columns
            .map(|(table, column)| {
                format!(
                    "select '{table}' as \"table\", '{column}' as \"column\",
                            count(*) filter (where octet_length({column}) > 0) as filled,
                            count(*) filter (where octet_length({column}) > 0
                                               and substring({column} from 1 for 4) <> '\\x{head}') as bare
                       from {table} where tenant_id = (select tenant from whose)"
                )
            })
            .collect();
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("with whose as (select $1 as tenant) {}", parts.join(" union all "));
        Ok(sql_query(sql).bind::<SqlUuid, _>(tx.tenant()?).load(tx.conn())?)
    }
}
