//! What is asked of every table of writes, whatever they write.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::super::standing::{Standing, WriteState};
use crate::floor::kernel::{Error, Instant, Result};

/// The columns that they all have.
#[derive(QueryableByName)]
pub struct StandingRow {
    #[diesel(sql_type = Binary)]
    key: Vec<u8>,
    #[diesel(sql_type = SqlUuid)]
    cause_id: Uuid,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    state: WriteState,
    #[diesel(sql_type = Nullable<Text>)]
    code: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    answered_at: Option<DateTime<Utc>>,
}

impl StandingRow {
    pub fn read(self) -> Result<Standing> {
        Ok(Standing {
            key: self.key.try_into().map_err(|_| Error::internal("the key of a write is no digest"))?,
            cause: self.cause_id,
            actor: self.actor,
            at: Instant::from_utc(self.at),
            state: self.state,
            code: self.code,
            answered_at: self.answered_at.map(Instant::from_utc),
        })
    }
}

#[derive(QueryableByName)]
pub struct Total {
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// Asks a table of writes, whose rows read as what they are.
macro_rules! kept {
    ($table:literal, $id:ty, $row:ty, $write:ty) => {
        /// One of the pinned tenant's.
        pub fn one(tx: &mut $crate::floor::ledger::Tx, id: $id) -> Result<Option<$write>> {
            let row = statement(concat!("select * from ", $table, " where tenant_id = ? and id = ?"))
                .bind::<SqlUuid, _>(tx.tenant()?)
                .bind::<SqlUuid, _>(id)
                .get_result::<$row>(tx.conn())
                .optional()?;
            row.map(<$row>::read).transpose()
        }

        /// One that waits, held until the transaction ends.
        pub fn held(tx: &mut WriteTx, id: $id) -> Result<$write> {
            let sql = concat!(
                "select * from ",
                $table,
                " where tenant_id = ? and id = ? and state = 'waiting' for no key update"
            );
            let row = statement(sql)
                .bind::<SqlUuid, _>(tx.tenant()?)
                .bind::<SqlUuid, _>(id)
                .get_result::<$row>(tx.conn())
                .optional()?;
            row.ok_or($crate::floor::kernel::Error::Conflict)?.read()
        }

        pub fn end(tx: &mut WriteTx, id: $id, end: &$crate::syncs::standing::End) -> Result<()> {
            let now = tx.now()?.utc();
            let sql =
                concat!("update ", $table, " set state = ?, code = ?, answered_at = ? where tenant_id = ? and id = ?");
            statement(sql)
                .bind::<Text, _>(end.state.code())
                .bind::<Nullable<Text>, _>(end.why)
                .bind::<Timestamptz, _>(now)
                .bind::<SqlUuid, _>(tx.tenant()?)
                .bind::<SqlUuid, _>(id)
                .execute(tx.conn())?;
            Ok(())
        }

        /// Drops what waits for a store that is over.
        pub fn drop_all(tx: &mut WriteTx, store: StoreId) -> Result<()> {
            let now = tx.now()?.utc();
            let sql = concat!(
                "update ",
                $table,
                " set state = 'failed', code = 'disconnected', answered_at = ?
                  where tenant_id = ? and store_id = ? and state = 'waiting'"
            );
            statement(sql)
                .bind::<Timestamptz, _>(now)
                .bind::<SqlUuid, _>(tx.tenant()?)
                .bind::<SqlUuid, _>(store)
                .execute(tx.conn())?;
            Ok(())
        }

        /// A page of a store's writes, newest first, and how many there are in all.
        pub fn list(
            tx: &mut $crate::floor::ledger::Tx,
            store: StoreId,
            page: &$crate::floor::graphql::Page,
        ) -> Result<(Vec<$write>, i64)> {
            let tenant = tx.tenant()?;
            let total =
                statement(concat!("select count(*) as total from ", $table, " where tenant_id = ? and store_id = ?"))
                    .bind::<SqlUuid, _>(tenant)
                    .bind::<SqlUuid, _>(store)
                    .get_result::<$crate::syncs::queries::kept::Total>(tx.conn())?;
            let (at, id) = page.beyond_instant()?.unzip();
            let sql = if page.is_backward {
                concat!(
                    "select * from ",
                    $table,
                    " where tenant_id = ? and store_id = ? and coalesce((at, id) > (?, ?), true) order by at, id limit ?"
                )
            } else {
                concat!(
                    "select * from ",
                    $table,
                    " where tenant_id = ? and store_id = ? and coalesce((at, id) < (?, ?), true)
                      order by at desc, id desc limit ?"
                )
            };
            let rows: Vec<$row> = statement(sql)
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(store)
                .bind::<Nullable<Timestamptz>, _>(at.map(Instant::utc))
                .bind::<Nullable<SqlUuid>, _>(id)
                .bind::<diesel::sql_types::BigInt, _>(page.limit())
                .load(tx.conn())?;
            let rows = rows.into_iter().map(<$row>::read).collect::<Result<Vec<_>>>()?;
            Ok((rows, total.total))
        }
    };
}
pub(super) use kept;
