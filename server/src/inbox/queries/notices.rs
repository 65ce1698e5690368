//! Rows of privacy notices. Whom one means goes in sealed under the notice's own key, and no list brings it out.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_dsl::methods;

use super::super::model::{DUE_AFTER, Delivered, PrivacyNotice, PrivacyNoticeState};
use super::super::tables::privacy_notices;
use crate::floor::graphql::Page;
use crate::floor::kernel::{
    Day, DeliveryId, Error, Instant, Personal, PrivacyNoticeId, Result, Sealed, StoreId, SubjectId, TenantId,
};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, walk};
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
    subjects: Vec<SubjectId>,
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
            subjects: row.subjects,
        }
    }
}

/// Where it stands whom a notice means.
fn place_of_names(tenant: TenantId, id: PrivacyNoticeId) -> Place<'static> {
    Place { tenant, table: "privacy_notice", column: "identifiers", row: id.uuid(), generation: 0 }
}

/// Takes down what a delivery asks; its clock runs from when that came.
pub fn add(tx: &mut WriteTx, vault: &Vault, of: &Delivered, notice: &Notice) -> Result<PrivacyNoticeId> {
    let (tenant, id) = (tx.tenant()?, PrivacyNoticeId::fresh());
    let sealer = vault.sealer::<RequestKey>(tx, id.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a notice's key does not seal: {}", shut.code())))?;
    let identifiers = sealer.seal_blob(&place_of_names(tenant, id), &written(&notice.named))?.into_bytes();
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
    Ok(id)
}

/// A notice whose persons were not looked for yet, and whom it names: nobody where its key does not open that any more.
pub fn open(tx: &mut RevealTx, vault: &Vault, id: PrivacyNoticeId) -> Result<Option<Opened>> {
    let tenant = tx.tenant()?;
    let found: Option<(Row, DeliveryId, Option<Vec<u8>>)> = privacy_notices::table
        .find((tenant, id))
        .filter(privacy_notices::matched_at.is_null())
        .select((Row::as_select(), privacy_notices::delivery_id, privacy_notices::identifiers))
        .first(tx.conn())
        .optional()?;
    let Some((row, delivery, sealed)) = found else { return Ok(None) };
    let (key, sealed) = (vault.request_key(tx, id.uuid(), "privacy_notices.identifiers")?, sealed.unwrap_or_default());
    let clear = key.and_then(|key| key.open_blob(&place_of_names(tenant, id), &Sealed::from_bytes(sealed)));
    let named: Vec<(String, String)> = match clear {
        Ok(clear) => {
            serde_json::from_slice(clear.bytes()).map_err(|_| Error::corrupt("privacy_notices", "identifiers", id))?
        }
        Err(_) => Vec::new(),
    };
    let named = named.into_iter().map(|(_, name)| Personal::new(name)).collect();
    Ok(Some(Opened { notice: row.into(), delivery, named }))
}

/// Notes that its persons were looked for. `false` where somebody did before.
pub fn looked_for(tx: &mut WriteTx, id: PrivacyNoticeId) -> Result<bool> {
    let now = tx.now()?.utc();
    let noted = diesel::update(privacy_notices::table.find((tx.tenant()?, id)))
        .filter(privacy_notices::matched_at.is_null())
        .set(privacy_notices::matched_at.eq(now))
        .execute(tx.conn())?;
    Ok(noted == 1)
}

/// A request was opened for it, and answers it from now on.
pub fn taken(tx: &mut WriteTx, id: PrivacyNoticeId) -> Result<()> {
    diesel::update(privacy_notices::table.find((tx.tenant()?, id)))
        .set(privacy_notices::state.eq(PrivacyNoticeState::Taken))
        .execute(tx.conn())?;
    Ok(())
}

/// A notice with what it came with and whom it names.
pub struct Opened {
    pub notice: PrivacyNotice,
    pub delivery: DeliveryId,
    pub named: Vec<Personal>,
}

/// Notes in the pinned tenant that a notice means these of its buyers; by their ids alone. None where that is known.
pub fn concern(tx: &mut WriteTx, of: &Opened, subjects: &[SubjectId]) -> Result<Option<PrivacyNoticeId>> {
    let noting = diesel::insert_into(privacy_notices::table)
        .values((
            privacy_notices::tenant_id.eq(tx.tenant()?),
            privacy_notices::id.eq(PrivacyNoticeId::fresh()),
            privacy_notices::platform.eq(&of.notice.platform),
            privacy_notices::kind.eq(of.notice.kind),
            privacy_notices::delivery_id.eq(of.delivery),
            privacy_notices::received_at.eq(of.notice.received_at.utc()),
            privacy_notices::due_on.eq(of.notice.due_on.0),
            privacy_notices::reference.eq(&of.notice.reference),
            privacy_notices::subjects.eq(subjects),
        ))
        .on_conflict((privacy_notices::tenant_id, privacy_notices::delivery_id))
        .do_update()
        .set(privacy_notices::subjects.eq(subjects));
    let noting = methods::FilterDsl::filter(noting, privacy_notices::subjects.ne(subjects));
    Ok(noting.returning(privacy_notices::id).get_result(tx.conn()).optional()?)
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
