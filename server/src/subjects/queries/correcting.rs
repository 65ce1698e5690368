//! Rows of what was put right. Whoever takes in what a platform tells looks here for what it told before.

use diesel::RunQueryDsl;
use diesel::sql_types::{Array, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::floor::kernel::{CorrectedValueId, CorrectionId, Result};
use crate::floor::ledger::{WriteTx, statement};
use crate::subjects::correcting::Corrected;

/// Writes down what was put right in a column of a table, row by row. What is written down already stays as it is.
pub fn put_right(
    tx: &mut WriteTx,
    correction: CorrectionId,
    (about, field): (&str, &str),
    values: &[Corrected],
) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let each = || values.iter();
    statement(
        "insert into corrected_values
           (tenant_id, correction_id, about, field, at, id, subject_id, row_id, salt, was_digest, is_digest)
         select ?, ?, ?, ?, ?, n.* from unnest(?, ?, ?, ?, ?, ?) as n
         on conflict on constraint corrected_values_once do nothing",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(correction)
    .bind::<Text, _>(about.to_owned())
    .bind::<Text, _>(field.to_owned())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(each().map(|_| CorrectedValueId::fresh()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(each().map(|value| value.subject).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(each().map(|value| value.row).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(each().map(|value| value.salt.to_vec()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Binary>>, _>(each().map(|value| value.was.map(|was| was.to_vec())).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(each().map(|value| value.is.to_vec()).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}

/// Of these the platform has told something else since: from now on it is heard as ever.
pub fn overtake(tx: &mut WriteTx, values: &[CorrectedValueId]) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    statement("update corrected_values set until = ? where tenant_id = ? and id = any(?) and until is null")
        .bind::<Timestamptz, _>(tx.now()?.utc())
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<Array<SqlUuid>, _>(values.to_vec())
        .execute(tx.conn())?;
    Ok(())
}
