//! Rows of privacy notices. Whom one means goes in sealed under the notice's own key, and no list brings it out.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::super::model::{DUE_AFTER, Delivered, PrivacyNotice, PrivacyNoticeState};
use super::super::tables::privacy_notices;
use crate::floor::graphql::Page;
use crate::floor::kernel::{Day, Error, Instant, Personal, PrivacyNoticeId, Result, StoreId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};
use crate::floor::platforms::{Notice, PrivacyNoticeKind};
use crate::floor::vault::{Place, RequestKey, Vault};

/// Which notices a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The tenants in reach, where not all are.
    pub reach: Option<Vec<TenantId>>,
    pub tenant: Option<TenantId>,
    pub states: Option<Vec<PrivacyNoticeState>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = privacy_notices)]
struct Row {
    tenant_id: TenantId,
    id: PrivacyNoticeId,
    store_id: Option<StoreId>,
    platform: String,
    kind: PrivacyNoticeKind,
    received_at: DateTime<Utc>,
    due_on: NaiveDate,
    reference: Option<String>,
    state: PrivacyNoticeState,
}

impl From<Row> for PrivacyNotice {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            store: row.store_id,
            platform: row.platform,
            kind: row.kind,
            received_at: Instant::from_utc(row.received_at),
            due_on: Day(row.due_on),
            reference: row.reference,
            state: row.state,
        }
    }
}

/// Takes down what a delivery asks; its clock runs from when that came.
pub fn add(tx: &mut WriteTx, vault: &Vault, of: &Delivered, notice: &Notice) -> Result<()> {
    let (tenant, id) = (tx.tenant()?, PrivacyNoticeId::fresh());
    let sealer = vault.sealer::<RequestKey>(tx, id.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a notice's key does not seal: {}", shut.code())))?;
    let place = Place { tenant, table: "privacy_notice", column: "identifiers", row: id.uuid(), generation: 0 };
    let identifiers = sealer.seal_blob(&place, &written(&notice.named))?.into_bytes();
    diesel::insert_into(privacy_notices::table)
        .values((
            privacy_notices::tenant_id.eq(tenant),
            privacy_notices::id.eq(id),
            privacy_notices::store_id.eq(of.store),
            privacy_notices::platform.eq(&of.platform),
            privacy_notices::kind.eq(notice.kind),
            privacy_notices::delivery_id.eq(of.id),
            privacy_notices::received_at.eq(of.received_at.utc()),
            privacy_notices::due_on.eq(of.received_at.plus(DUE_AFTER).day().0),
            privacy_notices::reference.eq(&notice.reference),
            privacy_notices::identifiers.eq(identifiers),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Pairs of what kind of name it is and the name.
fn written(named: &[(&'static str, Personal)]) -> Vec<u8> {
    let named = named.iter().map(|(kind, name)| [*kind, name.disclose()]);
    let named: serde_json::Value = named.map(|pair| pair.map(serde_json::Value::from).to_vec()).collect();
    named.to_string().into_bytes()
}

/// A page of notices, what is due first, one row more than it holds, and how many there are in all.
pub fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<(Vec<PrivacyNotice>, i64)> {
    let total = filtered(filter).count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = filtered(filter).select(Row::as_select());
    // What came first is due first.
    let rows =
        walk!(query, (privacy_notices::received_at, privacy_notices::id), beyond, !page.is_backward, page.limit());
    Ok((rows.load(tx.conn())?.into_iter().map(PrivacyNotice::from).collect(), total))
}

fn filtered(filter: &Filter) -> privacy_notices::BoxedQuery<'static, Pg> {
    let mut query = privacy_notices::table.into_boxed();
    if let Some(reach) = &filter.reach {
        query = query.filter(privacy_notices::tenant_id.eq_any(reach.clone()));
    }
    if let Some(tenant) = filter.tenant {
        query = query.filter(privacy_notices::tenant_id.eq(tenant));
    }
    if let Some(states) = &filter.states {
        query = query.filter(privacy_notices::state.eq_any(states.clone()));
    }
    query
}
