//! Rows of API keys.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;

use super::super::model::ApiKey;
use super::super::tables::api_keys;
use crate::floor::access::Permission;
use crate::floor::graphql::Page;
use crate::floor::kernel::{ApiKeyId, Error, Instant, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};

/// How finely the last use is kept.
const GRAIN: Duration = Duration::minutes(1);

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct Row {
    tenant_id: TenantId,
    id: ApiKeyId,
    name: String,
    hint: String,
    permissions: Vec<String>,
    made_by: String,
    made_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    seen_at: Option<DateTime<Utc>>,
    replaced_by: Option<ApiKeyId>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for ApiKey {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let known = |code: &String| {
            Permission::from_code(code).ok_or_else(|| Error::corrupt("api_keys", "permissions", row.id))
        };
        Ok(Self {
            tenant: row.tenant_id,
            id: row.id,
            name: row.name,
            hint: row.hint,
            permissions: row.permissions.iter().map(known).collect::<Result<_>>()?,
            made_by: row.made_by,
            made_at: Instant::from_utc(row.made_at),
            expires_at: Instant::from_utc(row.expires_at),
            seen_at: row.seen_at.map(Instant::from_utc),
            replaced_by: row.replaced_by,
            revoked_at: row.revoked_at.map(Instant::from_utc),
        })
    }
}

/// One key of the pinned tenant.
pub fn one(tx: &mut Tx, id: ApiKeyId) -> Result<Option<ApiKey>> {
    let row = api_keys::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    row.map(ApiKey::try_from).transpose()
}

/// The key of the pinned tenant whose token has this digest.
pub fn by_digest(tx: &mut Tx, id: ApiKeyId, digest: &[u8; 32]) -> Result<Option<ApiKey>> {
    let row = api_keys::table
        .find((tx.tenant()?, id))
        .filter(api_keys::hash.eq(digest.to_vec()))
        .select(Row::as_select())
        .first(tx.conn())
        .optional()?;
    row.map(ApiKey::try_from).transpose()
}

/// A page of the pinned tenant's keys, oldest first, and how many there are in all.
pub fn list(tx: &mut Tx, page: &Page) -> Result<(Vec<ApiKey>, i64)> {
    let own = api_keys::table.filter(api_keys::tenant_id.eq(tx.tenant()?));
    let total = own.count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = own.select(Row::as_select()).into_boxed();
    let rows =
        walk!(query, (api_keys::made_at, api_keys::id), beyond, !page.is_backward, page.limit()).load(tx.conn())?;
    Ok((rows.into_iter().map(ApiKey::try_from).collect::<Result<_>>()?, total))
}

pub fn add(tx: &mut WriteTx, key: &ApiKey, digest: &[u8; 32]) -> Result<()> {
    let permissions: Vec<_> = key.permissions.iter().map(|permission| permission.code()).collect();
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::tenant_id.eq(key.tenant),
            api_keys::id.eq(key.id),
            api_keys::name.eq(&key.name),
            api_keys::hint.eq(&key.hint),
            api_keys::hash.eq(digest.to_vec()),
            api_keys::permissions.eq(permissions),
            api_keys::made_by.eq(&key.made_by),
            api_keys::made_at.eq(key.made_at.utc()),
            api_keys::expires_at.eq(key.expires_at.utc()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes when a key ends and what follows it.
pub fn save(tx: &mut WriteTx, key: &ApiKey) -> Result<()> {
    diesel::update(api_keys::table.find((key.tenant, key.id)))
        .set((
            api_keys::expires_at.eq(key.expires_at.utc()),
            api_keys::replaced_by.eq(key.replaced_by),
            api_keys::revoked_at.eq(key.revoked_at.map(Instant::utc)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Whether the last use that is on record is too old to stand.
pub fn is_seen_long_ago(key: &ApiKey, now: Instant) -> bool {
    key.seen_at.is_none_or(|seen| now.since(seen) >= GRAIN)
}

/// Moves the last use; whoever else did so meanwhile did the same.
pub fn mark_seen(tx: &mut WriteTx, id: ApiKeyId) -> Result<()> {
    let now = tx.now()?;
    diesel::update(api_keys::table.find((tx.tenant()?, id)))
        .filter(api_keys::seen_at.is_null().or(api_keys::seen_at.le(now.plus(-GRAIN).utc())))
        .set(api_keys::seen_at.eq(now.utc()))
        .execute(tx.conn())?;
    Ok(())
}
