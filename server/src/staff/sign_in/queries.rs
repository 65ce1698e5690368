//! What is asked of passwords, second factors, recovery codes and tries.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::hasher::is_strong;
use super::throttle::Budget;
use crate::floor::kernel::ids::SecretId;
use crate::floor::kernel::{Error, Instant, Result, StaffId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::staff::seats::StaffState;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Integer)]
    counted: i32,
}

/// Counts a try, unless the window holds `most` already.
pub fn count_try(tx: &mut WriteTx, budget: Budget, of: &[u8], most: i32) -> Result<Option<i32>> {
    let now = tx.now()?.utc();
    let counted = statement(
        "insert into throttles as t (kind, digest, marks, last_at) values (?, ?, array[?], ?)
         on conflict on constraint throttles_pk do update
            set marks = array(select mark from unnest(t.marks) mark where mark > excluded.last_at - interval '15 minutes')
                        || excluded.last_at,
                last_at = excluded.last_at
          where (select count(*) from unnest(t.marks) mark where mark > excluded.last_at - interval '15 minutes') < ?
         returning cardinality(marks) as counted",
    )
    .bind::<Text, _>(budget)
    .bind::<Binary, _>(of.to_vec())
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .bind::<Integer, _>(most)
    .get_result::<Counted>(tx.conn())
    .optional()?;
    Ok(counted.map(|row| row.counted))
}

#[derive(QueryableByName)]
struct Hashed {
    #[diesel(sql_type = Text)]
    password_hash: String,
}

/// How many passwords there are, and how many of them are hashed more weakly than is done today.
pub fn password_hashes(tx: &mut Tx) -> Result<(usize, usize)> {
    let hashes = statement("select password_hash from staff where tenant_id = ? and password_hash is not null")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .load::<Hashed>(tx.conn())?;
    let weak = hashes.iter().filter(|hash| !is_strong(&hash.password_hash)).count();
    Ok((hashes.len(), weak))
}

/// What a password is compared with.
#[derive(QueryableByName)]
pub struct Credentials {
    #[diesel(sql_type = SqlUuid)]
    pub id: StaffId,
    #[diesel(sql_type = Integer)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    state: StaffState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ends_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    password_hash: Option<String>,
}

impl Credentials {
    /// The hash, where the seat may be sat on.
    pub fn hash(&self, now: Instant) -> Option<&str> {
        let is_open = self.state == StaffState::Active && self.ends_at.is_none_or(|end| end > now.utc());
        self.password_hash.as_deref().filter(|_| is_open)
    }
}

pub fn by_mail(tx: &mut Tx, index: [u8; 16]) -> Result<Option<Credentials>> {
    let tenant = tx.tenant()?;
    Ok(statement("select id, version, state, ends_at, password_hash from staff where tenant_id = ? and mail_bidx = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Binary, _>(index.to_vec())
        .get_result::<Credentials>(tx.conn())
        .optional()?)
}

pub fn by_id(tx: &mut Tx, id: StaffId) -> Result<Option<Credentials>> {
    let tenant = tx.tenant()?;
    Ok(statement("select id, version, state, ends_at, password_hash from staff where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .get_result::<Credentials>(tx.conn())
        .optional()?)
}

/// The same password in today's hash.
pub fn rehash(tx: &mut WriteTx, id: StaffId, hash: &str) -> Result<()> {
    let tenant = tx.tenant()?;
    statement("update staff set password_hash = ? where tenant_id = ? and id = ?")
        .bind::<Text, _>(hash.to_owned())
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(())
}

/// Another password, under a new version. `false` if the seat moved on meanwhile.
pub fn set_password(tx: &mut WriteTx, (id, version): (StaffId, i32), hash: &str) -> Result<bool> {
    let tenant = tx.tenant()?;
    let set = statement(
        "update staff set password_hash = ?, version = version + 1 where tenant_id = ? and id = ? and version = ?",
    )
    .bind::<Text, _>(hash.to_owned())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(version)
    .execute(tx.conn())?;
    Ok(set == 1)
}

/// An invitation is redeemed with a password, once and in its time.
pub fn accept(tx: &mut WriteTx, id: StaffId, invitation: [u8; 32], hash: &str) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let accepted = statement(
        "update staff set state = 'active', password_hash = ?, invitation_hash = null, invited_until = null,
                version = version + 1
          where tenant_id = ? and id = ? and state = 'invited' and invitation_hash = ? and invited_until > ?
            and (ends_at is null or ends_at > ?)",
    )
    .bind::<Text, _>(hash.to_owned())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Binary, _>(invitation.to_vec())
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(accepted == 1)
}

/// Accepts a step of a second factor, if none as late was accepted before: of all who show the same code, one.
pub fn accept_step(tx: &mut WriteTx, id: StaffId, secret: SecretId, step: i64) -> Result<bool> {
    let tenant = tx.tenant()?;
    let accepted = statement(
        "update staff set totp_step = ?
          where tenant_id = ? and id = ? and totp_secret_id = ? and (totp_step is null or totp_step < ?)",
    )
    .bind::<BigInt, _>(step)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(secret)
    .bind::<BigInt, _>(step)
    .execute(tx.conn())?;
    Ok(accepted == 1)
}

/// Where the secret of the second factor stands from now on; no step of it was accepted yet.
pub fn set_factor(tx: &mut WriteTx, id: StaffId, secret: Option<SecretId>) -> Result<()> {
    let tenant = tx.tenant()?;
    statement("update staff set totp_secret_id = ?, totp_step = null where tenant_id = ? and id = ?")
        .bind::<Nullable<SqlUuid>, _>(secret)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(())
}

/// New recovery codes in the place of those that were not used.
pub fn set_recovery_codes(tx: &mut WriteTx, id: StaffId, digests: Vec<[u8; 32]>) -> Result<()> {
    let tenant = tx.tenant()?;
    statement("delete from recovery_codes where tenant_id = ? and staff_id = ? and used_at is null")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    // A code has no word of its own outside its hash, so any new number does for its row.
    let ids: Vec<Uuid> = digests.iter().map(|_| SecretId::fresh().uuid()).collect();
    statement(
        "insert into recovery_codes (tenant_id, id, staff_id, hash)
         select ?, n.id, ?, n.hash from unnest(?, ?) as n (id, hash)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Binary>, _>(digests.into_iter().map(|digest| digest.to_vec()).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}

/// `false` where there is no such code, or it was used.
pub fn use_recovery_code(tx: &mut WriteTx, id: StaffId, digest: [u8; 32]) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let used = statement(
        "update recovery_codes set used_at = ? where tenant_id = ? and staff_id = ? and hash = ? and used_at is null",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Binary, _>(digest.to_vec())
    .execute(tx.conn())?;
    Ok(used == 1)
}

/// The hash a console's token is signed over.
pub fn password_hash(tx: &mut Tx, id: StaffId) -> Result<Option<String>> {
    Ok(by_id(tx, id)?.ok_or(Error::NotFound("staff member"))?.password_hash)
}
