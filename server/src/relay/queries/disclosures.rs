//! The book of disclosures, read. Rows are written by the ledger alone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};

use super::super::model::{Disclosure, Way};
use super::super::tables::disclosures;
use crate::floor::graphql::Page;
use crate::floor::kernel::{DisclosureId, Instant, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, statement, walk};

#[derive(Queryable, Selectable)]
#[diesel(table_name = disclosures)]
struct Row {
    tenant_id: TenantId,
    id: DisclosureId,
    at: DateTime<Utc>,
    recipient: String,
    store_id: Option<StoreId>,
    subject_id: Option<SubjectId>,
    category: String,
    fields: Vec<String>,
    form: String,
    count: i32,
    purpose: String,
    way: Way,
}

/// Which rows a list holds; all that is said must fit.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub recipient: Option<String>,
    pub subject: Option<SubjectId>,
}

/// A page of the pinned tenant's book, newest first, and how many rows fit in all.
pub fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<(Vec<Disclosure>, i64)> {
    let tenant = tx.tenant()?;
    let fitting = || {
        let mut query = disclosures::table.filter(disclosures::tenant_id.eq(tenant)).into_boxed();
        if let Some(recipient) = &filter.recipient {
            query = query.filter(disclosures::recipient.eq(recipient.clone()));
        }
        if let Some(subject) = filter.subject {
            query = query.filter(disclosures::subject_id.eq(subject));
        }
        query
    };
    let total = fitting().count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = fitting().select(Row::as_select());
    let rows = walk!(query, (disclosures::at, disclosures::id), beyond, page.is_backward, page.limit());
    let disclosure = |row: Row| Disclosure {
        tenant: row.tenant_id,
        id: row.id,
        at: Instant::from_utc(row.at),
        recipient: row.recipient,
        store: row.store_id,
        subject: row.subject_id,
        category: row.category,
        fields: row.fields,
        form: row.form,
        count: row.count,
        purpose: row.purpose,
        way: row.way,
    };
    Ok((rows.load(tx.conn())?.into_iter().map(disclosure).collect(), total))
}

/// One field of one store as one recipient got it.
#[derive(QueryableByName)]
pub struct Given {
    #[diesel(sql_type = Text)]
    pub field: String,
    #[diesel(sql_type = Text)]
    pub recipient: String,
    #[diesel(sql_type = Array<Text>)]
    pub forms: Vec<String>,
    #[diesel(sql_type = BigInt)]
    pub times: i64,
    #[diesel(sql_type = Timestamptz)]
    pub last_at: DateTime<Utc>,
}

/// What of a store's went to whom: in which forms, how often, when last.
pub fn of_store(tx: &mut Tx, store: StoreId) -> Result<Vec<Given>> {
    let rows = statement(
        "select d.category || '.' || f.field as field, d.recipient, array_agg(distinct d.form order by d.form) as forms,
                sum(d.count)::bigint as times, max(d.at) as last_at
           from disclosures d cross join lateral unnest(d.fields) as f (field)
          where d.tenant_id = ? and d.store_id = ? group by 1, 2 order by 1, 2",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .load(tx.conn())?;
    Ok(rows)
}
