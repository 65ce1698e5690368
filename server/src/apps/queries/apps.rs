//! Rows of apps, the slots they hold, and the receipts they leave.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Uuid as SqlUuid};

use super::super::model::{App, AppState, Credential, Receipt, UNUSED_AFTER};
use super::super::tables::{app_receipts, apps};
use crate::floor::graphql::Page;
use crate::floor::kernel::{AppId, Day, Error, Instant, ReceiptId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement, walk};
use crate::floor::policy::{AppKind, Policy};
use crate::floor::vault::SecretId;

/// How finely the last use is kept.
const GRAIN: Duration = Duration::hours(1);

/// Which apps a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The tenants in reach, where not all are.
    pub reach: Option<Vec<TenantId>>,
    pub tenant: Option<TenantId>,
    pub kinds: Option<Vec<String>>,
    pub state: Option<AppState>,
    pub is_unused: Option<bool>,
    pub rotation_is_due: Option<bool>,
    pub is_over_granted: Option<bool>,
    pub name_begins: Option<String>,
}

/// What a list of apps is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Name,
    ConnectedAt,
    /// Where an app was never used, when it was connected.
    LastUsedAt,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = apps, primary_key(tenant_id, id), treat_none_as_null = true)]
struct Row {
    tenant_id: TenantId,
    id: AppId,
    kind: String,
    name: String,
    provider: String,
    policy_url: Option<String>,
    region: Option<String>,
    state: AppState,
    slot: Option<i32>,
    granted: Vec<String>,
    credential_id: Option<SecretId>,
    credential_hint: Option<String>,
    credential_set_at: Option<DateTime<Utc>>,
    reminded_for: Option<NaiveDate>,
    last_used_at: Option<DateTime<Utc>>,
    connected_at: DateTime<Utc>,
    connected_by: String,
    disconnected_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<Row> for App {
    fn from(row: Row) -> Self {
        let set = row.credential_id.zip(row.credential_set_at);
        Self {
            tenant: row.tenant_id,
            id: row.id,
            kind: row.kind,
            name: row.name,
            provider: row.provider,
            policy_url: row.policy_url,
            region: row.region,
            state: row.state,
            slot: row.slot,
            granted: row.granted,
            credential: set.map(|(secret, at)| Credential {
                secret,
                hint: row.credential_hint,
                set_at: Instant::from_utc(at),
            }),
            last_used_at: row.last_used_at.map(Instant::from_utc),
            connected_at: Instant::from_utc(row.connected_at),
            connected_by: row.connected_by,
            disconnected_at: row.disconnected_at.map(Instant::from_utc),
            reminded_for: row.reminded_for.map(Day),
            version: row.version,
        }
    }
}

impl From<App> for Row {
    fn from(app: App) -> Self {
        let (secret, hint, set_at) = match app.credential {
            Some(Credential { secret, hint, set_at }) => (Some(secret), hint, Some(set_at.utc())),
            None => (None, None, None),
        };
        Self {
            tenant_id: app.tenant,
            id: app.id,
            kind: app.kind,
            name: app.name,
            provider: app.provider,
            policy_url: app.policy_url,
            region: app.region,
            state: app.state,
            slot: app.slot,
            granted: app.granted,
            credential_id: secret,
            credential_hint: hint,
            credential_set_at: set_at,
            reminded_for: app.reminded_for.map(|day| day.0),
            last_used_at: app.last_used_at.map(Instant::utc),
            connected_at: app.connected_at.utc(),
            connected_by: app.connected_by,
            disconnected_at: app.disconnected_at.map(Instant::utc),
            version: app.version,
        }
    }
}

/// One app of the pinned tenant.
pub fn one(tx: &mut Tx, id: AppId) -> Result<Option<App>> {
    let row = apps::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(App::from))
}

/// These apps, of whatever tenants they are.
pub fn these(tx: &mut Tx, at: &[(TenantId, AppId)]) -> Result<Vec<App>> {
    let (tenants, ids): (Vec<TenantId>, Vec<AppId>) = at.iter().copied().unzip();
    let rows = apps::table
        .filter(apps::tenant_id.eq_any(tenants).and(apps::id.eq_any(ids)))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(App::from).collect())
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, id: AppId) -> Result<App> {
    let query = apps::table.find((tx.tenant()?, id)).select(Row::as_select()).for_no_key_update();
    query.first(tx.conn()).optional()?.map(App::from).ok_or(Error::NotFound("app"))
}

/// Whether the pinned tenant has connected one by this name.
pub fn is_named(tx: &mut Tx, name: &str) -> Result<bool> {
    let named = apps::table
        .filter(apps::tenant_id.eq(tx.tenant()?).and(apps::state.eq(AppState::Connected)))
        .filter(apps::name.eq(name));
    Ok(diesel::select(diesel::dsl::exists(named)).get_result(tx.conn())?)
}

/// How many slots of the pinned tenant are taken.
pub fn taken(tx: &mut Tx) -> Result<i64> {
    let holding = apps::table.filter(apps::tenant_id.eq(tx.tenant()?).and(apps::slot.is_not_null()));
    Ok(holding.count().get_result(tx.conn())?)
}

/// The lowest slot of the pinned tenant that is free; none where all that it may have are taken. Asked while the tenant is
/// held, so that nobody else takes it meanwhile.
pub fn free_slot(tx: &mut WriteTx, limit: i32) -> Result<Option<i32>> {
    let tenant = tx.tenant()?;
    let free = statement(FREE)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Integer, _>(limit)
        .bind::<Integer, _>(limit)
        .get_result::<Slot>(tx.conn())
        .optional()?;
    Ok(free.map(|free| free.slot))
}

// A limit that was lowered may leave slots above it taken, and they count.
const FREE: &str = "
with taken as (select slot from apps where tenant_id = ? and slot is not null)
select free.slot from generate_series(1, ?) as free (slot)
 where free.slot not in (select slot from taken) and (select count(*) from taken) < ?
 order by free.slot limit 1";

#[derive(QueryableByName)]
struct Slot {
    #[diesel(sql_type = Integer)]
    slot: i32,
}

pub fn add(tx: &mut WriteTx, app: App) -> Result<()> {
    diesel::insert_into(apps::table).values(Row::from(app)).execute(tx.conn())?;
    Ok(())
}

/// Writes an app that is held, as its next version.
pub fn save(tx: &mut WriteTx, app: App) -> Result<()> {
    let row = Row::from(App { version: app.version + 1, ..app });
    diesel::update(apps::table.find((row.tenant_id, row.id))).set(&row).execute(tx.conn())?;
    Ok(())
}

/// Marks that a connected app of the pinned tenant is used now. Whoever else did so within the hour did the same, and no
/// row is written again.
pub fn used(tx: &mut WriteTx, id: AppId) -> Result<()> {
    let now = tx.now()?;
    let own = apps::table.find((tx.tenant()?, id)).filter(apps::state.eq(AppState::Connected));
    let marked = own.select(apps::last_used_at).first::<Option<DateTime<Utc>>>(tx.conn()).optional()?;
    let marked = marked.ok_or(Error::NotFound("app"))?.map(Instant::from_utc);
    if marked.is_none_or(|marked| now.since(marked) >= GRAIN) {
        diesel::update(own).set(apps::last_used_at.eq(now.utc())).execute(tx.conn())?;
    }
    Ok(())
}

/// Notes for which day the owners were told, where the credential is still the one they were told of. `false` where it is
/// not, or where another run told them.
pub fn set_reminded(tx: &mut WriteTx, id: AppId, secret: SecretId, day: Day) -> Result<bool> {
    let told = diesel::update(apps::table.find((tx.tenant()?, id)))
        .filter(apps::credential_id.eq(secret))
        .filter(apps::reminded_for.is_null().or(apps::reminded_for.lt(day.0)))
        .set(apps::reminded_for.eq(day.0))
        .execute(tx.conn())?;
    Ok(told == 1)
}

/// The apps whose owners may be due a word about their credential, as the desk sees them.
pub fn with_ageing_credentials(tx: &mut Tx, policy: &Policy, today: Day) -> Result<Vec<App>> {
    let ageing = of_kind(policy, |kind| {
        let before = Credential::reminded_before(kind, today).utc();
        Box::new(apps::credential_set_at.assume_not_null().lt(before))
    });
    let rows = apps::table
        .filter(apps::credential_id.is_not_null().and(ageing))
        .order((apps::tenant_id, apps::id))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(App::from).collect())
}

/// A page of apps, one row more than it holds, and how many there are in all.
pub fn list(
    tx: &mut Tx,
    (filter, policy): (&Filter, &Policy),
    (order, is_rising): (Order, bool),
    page: &Page,
) -> Result<(Vec<App>, i64)> {
    let now = tx.now()?;
    let total = filtered(filter, policy, now).count().get_result(tx.conn())?;
    let is_up = is_rising != page.is_backward;
    let query = filtered(filter, policy, now).select(Row::as_select());
    let rows = match order {
        Order::Name => {
            let beyond = page.beyond.clone();
            walk!(query, (apps::name, apps::id), beyond, is_up, page.limit()).load(tx.conn())?
        }
        Order::ConnectedAt => {
            let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
            walk!(query, (apps::connected_at, apps::id), beyond, is_up, page.limit()).load(tx.conn())?
        }
        Order::LastUsedAt => {
            let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
            walk!(query, (apps::idle_since, apps::id), beyond, is_up, page.limit()).load(tx.conn())?
        }
    };
    Ok((rows.into_iter().map(App::from).collect(), total))
}

fn filtered(filter: &Filter, policy: &Policy, now: Instant) -> apps::BoxedQuery<'static, Pg> {
    let mut query = apps::table.into_boxed();
    if let Some(reach) = &filter.reach {
        query = query.filter(apps::tenant_id.eq_any(reach.clone()));
    }
    if let Some(tenant) = filter.tenant {
        query = query.filter(apps::tenant_id.eq(tenant));
    }
    if let Some(kinds) = &filter.kinds {
        query = query.filter(apps::kind.eq_any(kinds.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(apps::state.eq(state));
    }
    if let Some(begins) = &filter.name_begins {
        query = query.filter(apps::name.ilike(format!("{}%", literal(begins))));
    }
    let told: [(Option<bool>, Ask); 3] = [
        (filter.is_unused, is_unused),
        (filter.rotation_is_due, rotation_is_due),
        (filter.is_over_granted, is_over_granted),
    ];
    for (wanted, condition) in told {
        query = match wanted {
            Some(true) => query.filter(condition(policy, now)),
            Some(false) => query.filter(diesel::dsl::not(condition(policy, now))),
            None => query,
        };
    }
    query
}

pub(super) type Condition = Box<dyn BoxableExpression<apps::table, Pg, SqlType = Bool>>;

/// What a flag of the filter means under a policy at a moment.
type Ask = fn(&Policy, Instant) -> Condition;

fn is_unused(_: &Policy, now: Instant) -> Condition {
    let since = now.plus(-UNUSED_AFTER).utc();
    Box::new(apps::state.eq(AppState::Connected).and(apps::idle_since.le(since)))
}

pub(super) fn rotation_is_due(policy: &Policy, now: Instant) -> Condition {
    let due = of_kind(policy, |kind| {
        let before = Credential::due_before(kind, now.day()).utc();
        Box::new(apps::credential_set_at.assume_not_null().lt(before))
    });
    Box::new(apps::credential_set_at.is_not_null().and(due))
}

pub(super) fn is_over_granted(policy: &Policy, _: Instant) -> Condition {
    of_kind(policy, |kind| Box::new(diesel::dsl::not(apps::granted.is_contained_by(kind.needs.clone()))))
}

/// A condition that depends on what the policy says of the app's kind. Of one that it has dropped, it says what
/// [`super::super::model::kind`] does.
fn of_kind(policy: &Policy, condition: impl Fn(&AppKind) -> Condition) -> Condition {
    let codes: Vec<_> = policy.app_kinds.iter().map(|kind| kind.code.get_ref().clone()).collect();
    let dropped = super::super::model::kind(policy, "");
    let unknown: Condition = Box::new(apps::kind.ne_all(codes).and(condition(&dropped)));
    policy
        .app_kinds
        .iter()
        .fold(unknown, |any, kind| Box::new(any.or(apps::kind.eq(kind.code.get_ref().clone()).and(condition(kind)))))
}

/// A text that matches itself and nothing else.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = app_receipts)]
struct ReceiptRow {
    tenant_id: TenantId,
    id: ReceiptId,
    app_id: AppId,
    at: DateTime<Utc>,
    by_actor: String,
    slot: i32,
    credentials_deleted: i32,
    jobs_cancelled: i32,
    withdrawn: Vec<String>,
    sharing_stopped: Vec<String>,
    what_stays: String,
    provider_policy: Option<String>,
    offers_erasure: bool,
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            app: row.app_id,
            at: Instant::from_utc(row.at),
            by: row.by_actor,
            slot: row.slot,
            credentials_deleted: row.credentials_deleted,
            jobs_cancelled: row.jobs_cancelled,
            withdrawn: row.withdrawn,
            sharing_stopped: row.sharing_stopped,
            what_stays: row.what_stays,
            provider_policy: row.provider_policy,
            offers_erasure: row.offers_erasure,
        }
    }
}

pub fn add_receipt(tx: &mut WriteTx, receipt: Receipt) -> Result<()> {
    let row = ReceiptRow {
        tenant_id: receipt.tenant,
        id: receipt.id,
        app_id: receipt.app,
        at: receipt.at.utc(),
        by_actor: receipt.by,
        slot: receipt.slot,
        credentials_deleted: receipt.credentials_deleted,
        jobs_cancelled: receipt.jobs_cancelled,
        withdrawn: receipt.withdrawn,
        sharing_stopped: receipt.sharing_stopped,
        what_stays: receipt.what_stays,
        provider_policy: receipt.provider_policy,
        offers_erasure: receipt.offers_erasure,
    };
    diesel::insert_into(app_receipts::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// The receipts of these apps.
pub fn receipts(tx: &mut Tx, of: &[App]) -> Result<Vec<Receipt>> {
    let (tenants, ids) = keys(of);
    let rows = app_receipts::table
        .filter(app_receipts::tenant_id.eq_any(tenants).and(app_receipts::app_id.eq_any(ids)))
        .select(ReceiptRow::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Receipt::from).collect())
}

/// The app that a receipt of the pinned tenant is about.
pub fn of_receipt(tx: &mut Tx, id: ReceiptId) -> Result<Option<AppId>> {
    let app = app_receipts::table.find((tx.tenant()?, id)).select(app_receipts::app_id).first(tx.conn()).optional()?;
    Ok(app)
}

/// Where rows of these apps stand. An id is nobody else's, so the two lists may be matched apart.
pub(super) fn keys(of: &[App]) -> (Vec<TenantId>, Vec<AppId>) {
    let mut tenants: Vec<_> = of.iter().map(|app| app.tenant).collect();
    tenants.sort_unstable();
    tenants.dedup();
    (tenants, of.iter().map(|app| app.id).collect())
}
