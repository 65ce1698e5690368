//! Rows of how recipients are reached.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::model::{RecipientWay, TaskKind};
use super::super::tables::recipient_ways;
use crate::floor::kernel::{Error, Instant, RecipientWayId, Result, TenantId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::SecretId;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = recipient_ways, primary_key(tenant_id, id), treat_none_as_null = true)]
struct Row {
    tenant_id: TenantId,
    id: RecipientWayId,
    recipient: String,
    kind: TaskKind,
    address: Option<String>,
    parts: String,
    secret_id: Option<SecretId>,
    certificate: Option<String>,
    certificate_at: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
    version: i32,
}

impl Row {
    fn read(self) -> Result<RecipientWay> {
        let parts: BTreeMap<String, String> =
            serde_json::from_str(&self.parts).map_err(|_| Error::corrupt("recipient_ways", "parts", self.id))?;
        Ok(RecipientWay {
            tenant: self.tenant_id,
            id: self.id,
            recipient: self.recipient,
            kind: self.kind,
            address: self.address,
            parts,
            secret: self.secret_id,
            certificate: self.certificate.zip(self.certificate_at.map(Instant::from_utc)),
            since: Instant::from_utc(self.since),
            version: self.version,
        })
    }

    fn of(way: &RecipientWay) -> Result<Self> {
        let parts = serde_json::to_string(&way.parts).map_err(|_| Error::internal("parts that are no JSON"))?;
        let (certificate, certificate_at) = way.certificate.clone().unzip();
        Ok(Self {
            tenant_id: way.tenant,
            id: way.id,
            recipient: way.recipient.clone(),
            kind: way.kind,
            address: way.address.clone(),
            parts,
            secret_id: way.secret,
            certificate,
            certificate_at: certificate_at.map(Instant::utc),
            since: way.since.utc(),
            version: way.version,
        })
    }
}

/// The pinned tenant's way to this recipient.
pub fn of(tx: &mut Tx, recipient: &str) -> Result<Option<RecipientWay>> {
    let row = recipient_ways::table
        .filter(recipient_ways::tenant_id.eq(tx.tenant()?).and(recipient_ways::recipient.eq(recipient)))
        .select(Row::as_select())
        .first(tx.conn())
        .optional()?;
    row.map(Row::read).transpose()
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, recipient: &str) -> Result<Option<RecipientWay>> {
    let row = recipient_ways::table
        .filter(recipient_ways::tenant_id.eq(tx.tenant()?).and(recipient_ways::recipient.eq(recipient)))
        .select(Row::as_select())
        .for_update()
        .first(tx.conn())
        .optional()?;
    row.map(Row::read).transpose()
}

/// All of the pinned tenant's, by their recipients.
pub fn all(tx: &mut Tx) -> Result<Vec<RecipientWay>> {
    let rows: Vec<Row> = recipient_ways::table
        .filter(recipient_ways::tenant_id.eq(tx.tenant()?))
        .order(recipient_ways::recipient)
        .select(Row::as_select())
        .load(tx.conn())?;
    rows.into_iter().map(Row::read).collect()
}

pub fn add(tx: &mut WriteTx, way: &RecipientWay) -> Result<()> {
    diesel::insert_into(recipient_ways::table).values(Row::of(way)?).execute(tx.conn())?;
    Ok(())
}

/// Writes one that is held, and counts the change.
pub fn save(tx: &mut WriteTx, way: &RecipientWay) -> Result<()> {
    let row = Row::of(&RecipientWay { version: way.version + 1, ..way.clone() })?;
    diesel::update(recipient_ways::table.find((way.tenant, way.id))).set(row).execute(tx.conn())?;
    Ok(())
}

/// Keeps the certificate that a recipient shows, as it was looked up; not of one that is reached in another way since.
pub fn keep_certificate(tx: &mut WriteTx, way: &RecipientWay, chain: &str) -> Result<()> {
    let now = tx.now()?.utc();
    let at = recipient_ways::table.find((way.tenant, way.id)).filter(recipient_ways::version.eq(way.version));
    diesel::update(at)
        .set((recipient_ways::certificate.eq(chain), recipient_ways::certificate_at.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes one away.
pub fn remove(tx: &mut WriteTx, way: &RecipientWay) -> Result<()> {
    diesel::delete(recipient_ways::table.find((way.tenant, way.id))).execute(tx.conn())?;
    Ok(())
}
