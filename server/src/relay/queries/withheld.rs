//! What was not sent because somebody had forbidden it: counts by the day, and of nobody.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Date, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{Result, StoreId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::subjects::FenceKind;

/// How often something was not sent to a recipient, and what forbade it.
pub type Withheld = BTreeMap<(String, FenceKind), i64>;

/// Counts them, on the day of the transaction.
pub fn note(tx: &mut WriteTx, store: StoreId, withheld: &Withheld) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?);
    for ((recipient, kind), count) in withheld {
        statement(
            "insert into relay_withheld as w (tenant_id, store_id, recipient, kind, day, count, last_at)
             values (?, ?, ?, ?, ?, ?, ?)
             on conflict on constraint relay_withheld_pk do update
                set count = w.count + excluded.count, last_at = greatest(w.last_at, excluded.last_at)",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(store)
        .bind::<Text, _>(recipient.clone())
        .bind::<Text, _>(*kind)
        .bind::<Date, _>(now.day().0)
        .bind::<BigInt, _>(*count)
        .bind::<Timestamptz, _>(now.utc())
        .execute(tx.conn())?;
    }
    Ok(())
}

/// What one recipient was not sent of a store's.
#[derive(QueryableByName)]
pub struct Kept {
    #[diesel(sql_type = Text)]
    pub recipient: String,
    #[diesel(sql_type = BigInt)]
    pub times: i64,
}

/// How often something of a store's was not sent, recipient by recipient.
pub fn of_store(tx: &mut Tx, store: StoreId) -> Result<Vec<Kept>> {
    let rows = statement(
        "select recipient, sum(count)::bigint as times from relay_withheld
          where tenant_id = ? and store_id = ? group by recipient order by recipient",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .load(tx.conn())?;
    Ok(rows)
}
