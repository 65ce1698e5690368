//! What is asked of the table of sign-ins that wait, and of a seat's tie to the provider.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use super::model::{Attempt, UserCode};
use crate::floor::kernel::ids::SecretId;
use crate::floor::kernel::{DeviceSignInId, Error, Instant, Result, SessionId, StaffId};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::staff::seats::StaffMember;

macro_rules! attempts {
    ($tail:literal) => {
        concat!(
            "select id, hash, secret_id, user_code, page, nonce, invitation_hash, session_id, source, client, step,
                    begun_at, polled_at, expires_at
               from device_sign_ins where tenant_id = ? ",
            $tail
        )
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: DeviceSignInId,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
    #[diesel(sql_type = SqlUuid)]
    secret_id: SecretId,
    #[diesel(sql_type = Text)]
    user_code: String,
    #[diesel(sql_type = Text)]
    page: String,
    #[diesel(sql_type = Text)]
    nonce: String,
    #[diesel(sql_type = Nullable<Binary>)]
    invitation_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    session_id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Text>)]
    source: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    client: Option<String>,
    #[diesel(sql_type = Integer)]
    step: i32,
    #[diesel(sql_type = Timestamptz)]
    begun_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    polled_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
}

impl Row {
    fn attempt(self) -> Result<Attempt> {
        let digest = |column, bytes: Vec<u8>| {
            <[u8; 32]>::try_from(bytes).map_err(|_| Error::corrupt("device_sign_ins", column, self.id))
        };
        Ok(Attempt {
            id: self.id,
            hash: digest("hash", self.hash)?,
            device_code: self.secret_id,
            user_code: self.user_code,
            page: self.page,
            nonce: self.nonce,
            invitation: self.invitation_hash.map(|bytes| digest("invitation_hash", bytes)).transpose()?,
            session: self.session_id,
            source: self.source,
            client: self.client,
            step: self.step,
            begun_at: Instant::from_utc(self.begun_at),
            polled_at: self.polled_at.map(Instant::from_utc),
            expires_at: Instant::from_utc(self.expires_at),
        })
    }
}

pub fn insert(tx: &mut WriteTx, new: Attempt) -> Result<()> {
    let tenant = tx.tenant()?;
    statement(
        "insert into device_sign_ins (tenant_id, id, hash, secret_id, user_code, page, nonce, invitation_hash, session_id,
                                      source, client, step, begun_at, expires_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<Binary, _>(new.hash.to_vec())
    .bind::<SqlUuid, _>(new.device_code)
    .bind::<Text, _>(new.user_code)
    .bind::<Text, _>(new.page)
    .bind::<Text, _>(new.nonce)
    .bind::<Nullable<Binary>, _>(new.invitation.map(|digest| digest.to_vec()))
    .bind::<Nullable<SqlUuid>, _>(new.session)
    .bind::<Nullable<Text>, _>(new.source)
    .bind::<Nullable<Text>, _>(new.client)
    .bind::<Integer, _>(new.step)
    .bind::<Timestamptz, _>(new.begun_at.utc())
    .bind::<Timestamptz, _>(new.expires_at.utc())
    .execute(tx.conn())?;
    Ok(())
}

/// The sign-in that this digest stands for, held until the transaction ends.
pub fn hold(tx: &mut Tx, digest: [u8; 32]) -> Result<Option<Attempt>> {
    let tenant = tx.tenant()?;
    let row = statement(attempts!("and hash = ? for update"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<Binary, _>(digest.to_vec())
        .get_result::<Row>(tx.conn())
        .optional()?;
    row.map(Row::attempt).transpose()
}

/// The sign-in that waits under this code.
pub fn waiting(tx: &mut Tx, code: &UserCode) -> Result<Option<Attempt>> {
    let (tenant, now) = (tx.tenant()?, tx.now()?);
    let row = statement(attempts!("and upper(user_code) = ? and expires_at > ? limit 1"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(code.text().to_owned())
        .bind::<Timestamptz, _>(now.utc())
        .get_result::<Row>(tx.conn())
        .optional()?;
    row.map(Row::attempt).transpose()
}

/// Notes a try at this moment, and how long to wait until the next.
pub fn tried(tx: &mut Tx, id: DeviceSignInId, step: i32) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?);
    statement("update device_sign_ins set polled_at = ?, step = ? where tenant_id = ? and id = ?")
        .bind::<Timestamptz, _>(now.utc())
        .bind::<Integer, _>(step)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = SqlUuid)]
    secret_id: SecretId,
}

/// Removes one that has come to its end; `false` if another was quicker. Its secret is still to be deleted.
pub fn remove(tx: &mut WriteTx, id: DeviceSignInId) -> Result<bool> {
    let tenant = tx.tenant()?;
    let gone = statement("delete from device_sign_ins where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(gone == 1)
}

/// Removes some that nobody came back for, and says which secrets are to be deleted after them.
pub fn remove_ended(tx: &mut WriteTx, most: i64) -> Result<Vec<SecretId>> {
    let (tenant, now) = (tx.tenant()?, tx.now()?);
    let ended = statement(
        "delete from device_sign_ins where (tenant_id, id) in
           (select tenant_id, id from device_sign_ins where tenant_id = ? and expires_at <= ? limit ?
               for update skip locked)
         returning secret_id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(now.utc())
    .bind::<BigInt, _>(most)
    .load::<Ended>(tx.conn())?;
    Ok(ended.into_iter().map(|ended| ended.secret_id).collect())
}

#[derive(QueryableByName)]
struct Tied {
    #[diesel(sql_type = SqlUuid)]
    id: StaffId,
}

/// Whose seat is tied to this person at the provider.
pub fn tied(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<StaffId>> {
    let tenant = tx.tenant()?;
    let tied = statement("select id from staff where tenant_id = ? and provider = ? and provider_sub = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(issuer.to_owned())
        .bind::<Text, _>(subject.to_owned())
        .get_result::<Tied>(tx.conn())
        .optional()?;
    Ok(tied.map(|tied| tied.id))
}

/// Ties a seat that is held to a person at the provider. The invitation is used up with it.
pub fn tie(tx: &mut WriteTx, id: StaffId, issuer: &str, subject: &str) -> Result<()> {
    let tenant = tx.tenant()?;
    statement(
        "update staff set provider = ?, provider_sub = ?, state = 'active', invitation_hash = null, invited_until = null,
                version = version + 1
          where tenant_id = ? and id = ?",
    )
    .bind::<Text, _>(issuer.to_owned())
    .bind::<Text, _>(subject.to_owned())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())?;
    Ok(())
}

/// Makes a live session of this seat fresh, under another token. `false` where there is none.
pub fn renew(tx: &mut WriteTx, id: SessionId, seat: &StaffMember, digest: [u8; 32], at: Instant) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let renewed = statement(
        "update sessions set hash = ?, fresh_at = ?, seen_at = ?
          where tenant_id = ? and id = ? and staff_id = ? and staff_version = ? and stage = 'full' and ended_at is null
            and expires_at > ?",
    )
    .bind::<Binary, _>(digest.to_vec())
    .bind::<Timestamptz, _>(at.utc())
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(seat.id)
    .bind::<Integer, _>(seat.version)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(renewed == 1)
}
