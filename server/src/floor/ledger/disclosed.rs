//! The third book: what left, to whom, in which form. It takes a row with the word of whatever sent it, once for each
//! delivery however often that was tried, and never changes one.

use diesel::RunQueryDsl;
use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::statement::statement;
use super::tx::WriteTx;
use crate::floor::kernel::{AppId, DisclosureId, Result, StoreId, SubjectId};

/// Fields of one category that left in one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// Its code in the policy.
    pub recipient: String,
    pub app: Option<AppId>,
    pub store: Option<StoreId>,
    pub subject: Option<SubjectId>,
    pub category: String,
    pub fields: Vec<String>,
    pub form: &'static str,
    /// How many persons or events it was about.
    pub count: i32,
    pub purpose: String,
    /// How it left.
    pub way: &'static str,
    /// What it left with.
    pub reference: Option<Uuid>,
}

/// Writes what left in the pinned tenant's book, and says how many rows that made. What is there already stays as it is.
pub fn disclose(tx: &mut WriteTx, all: &[Disclosed]) -> Result<usize> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let mut made = 0;
    for one in all {
        made += statement(
            "insert into disclosures (tenant_id, id, at, recipient, app_id, store_id, subject_id, category, fields, form, count,
               purpose, way, reference) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             on conflict on constraint disclosures_once do nothing",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(DisclosureId::fresh())
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(one.recipient.clone())
        .bind::<Nullable<SqlUuid>, _>(one.app.map(AppId::uuid))
        .bind::<Nullable<SqlUuid>, _>(one.store.map(StoreId::uuid))
        .bind::<Nullable<SqlUuid>, _>(one.subject.map(SubjectId::uuid))
        .bind::<Text, _>(one.category.clone())
        .bind::<Array<Text>, _>(one.fields.clone())
        .bind::<Text, _>(one.form)
        .bind::<Integer, _>(one.count)
        .bind::<Text, _>(one.purpose.clone())
        .bind::<Text, _>(one.way)
        .bind::<Nullable<SqlUuid>, _>(one.reference)
        .execute(tx.conn())?;
    }
    Ok(made)
}
