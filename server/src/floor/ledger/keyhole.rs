//! Keyholes: a digest, and the place it leads to. Postgres shows a row only to one who already holds its digest, so
//! the table cannot be listed. It never holds what the digest was made of.

use diesel::sql_types::{Binary, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::pin;
use super::statement::statement;
use super::tx::{Tx, WriteTx};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Result, TenantId};

vocabulary! {
    /// What a digest was made of.
    pub enum KeyholeKind {
        /// An API key.
        ApiKey = "api_key",
        /// What a tenant's own identity provider calls it.
        TenantReference = "tenant_reference",
        /// The link by which an address says that it wants to be told.
        SubscriberConfirm = "subscriber_confirm",
        /// The link by which an address says that it wants no more letters.
        SubscriberLeave = "subscriber_leave",
        /// A store's domain at its platform, while it is connected.
        StoreDomain = "store_domain",
        /// The state with which a merchant comes back from a platform's consent page.
        StoreHandshake = "store_handshake",
        /// The address at which a store tells us of what happens.
        StoreHook = "store_hook",
        /// The link by which a person follows what they asked.
        IntakeFollow = "intake_follow",
        /// The link by which a person fetches a package.
        PackageLink = "package_link",
        /// The link by which a recipient answers a letter about a person's wish.
        RecipientReply = "recipient_reply",
    }
}

/// Where a digest leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Keyhole {
    #[diesel(sql_type = Text)]
    pub kind: KeyholeKind,
    #[diesel(sql_type = SqlUuid, column_name = tenant_id)]
    pub tenant: TenantId,
    #[diesel(sql_type = SqlUuid, column_name = target_id)]
    pub target: Uuid,
}

pub(super) fn look(tx: &mut Tx, digest: &[u8; 32]) -> Result<Option<Keyhole>> {
    pin::knock(tx, digest)?;
    let found = statement("select kind, tenant_id, target_id from keyholes where digest = ?")
        .bind::<Binary, _>(digest.to_vec())
        .get_result(tx.conn())
        .optional()?;
    Ok(found)
}

/// Cuts one that leads to `target` of the pinned tenant. `false` where the digest leads somewhere already.
pub fn cut(tx: &mut WriteTx, kind: KeyholeKind, digest: &[u8; 32], target: Uuid) -> Result<bool> {
    let tenant = tx.tenant()?;
    let cut = statement(
        "insert into keyholes (digest, kind, tenant_id, target_id) values (?, ?, ?, ?)
         on conflict on constraint keyholes_pk do nothing",
    )
    .bind::<Binary, _>(digest.to_vec())
    .bind::<Text, _>(kind)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(target)
    .execute(tx.conn())?;
    Ok(cut == 1)
}

/// Closes every keyhole of one kind that leads to `target`. May be run again.
pub fn close(tx: &mut WriteTx, kind: KeyholeKind, target: Uuid) -> Result<()> {
    let tenant = tx.tenant()?;
    statement("delete from keyholes where tenant_id = ? and target_id = ? and kind = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(target)
        .bind::<Text, _>(kind)
        .execute(tx.conn())?;
    Ok(())
}
