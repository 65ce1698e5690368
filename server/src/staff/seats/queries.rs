//! What is asked of the table of seats.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use super::model::{Authority, SecondFactor, StaffMember, StaffState};
use crate::floor::access::{Permission, Role};
use crate::floor::graphql::Page;
use crate::floor::kernel::ids::SecretId;
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Instant, Result, Sealed, StaffId, SubjectId, TenantId};
use crate::floor::ledger::{Statement, Tx, WriteTx, statement};

macro_rules! seats {
    ($($tail:expr),+) => {
        concat!(
            "select id, subject_id, handle, roles, permissions, tenants, state, ends_at, invited_until,
                    password_hash is not null as has_password, totp_step is not null as has_totp,
                    provider is not null as has_provider, seen_at, version
               from staff where tenant_id = ? ",
            $($tail),+
        )
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: StaffId,
    #[diesel(sql_type = SqlUuid)]
    subject_id: SubjectId,
    #[diesel(sql_type = Text)]
    handle: String,
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<Role>,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<Permission>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    tenants: Option<Vec<TenantId>>,
    #[diesel(sql_type = Text)]
    state: StaffState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ends_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    invited_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    has_password: bool,
    #[diesel(sql_type = Bool)]
    has_totp: bool,
    #[diesel(sql_type = Bool)]
    has_provider: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    seen_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl From<Row> for StaffMember {
    fn from(row: Row) -> Self {
        let provider = row.has_provider.then_some(SecondFactor::Provider);
        Self {
            id: row.id,
            subject: row.subject_id,
            handle: row.handle,
            authority: Authority {
                roles: row.roles,
                permissions: row.permissions,
                tenants: row.tenants,
                ends_at: row.ends_at.map(Instant::from_utc),
            },
            state: row.state,
            invited_until: row.invited_until.map(Instant::from_utc),
            has_password: row.has_password,
            factor: if row.has_totp { Some(SecondFactor::Totp) } else { provider },
            seen_at: row.seen_at.map(Instant::from_utc),
            version: row.version,
        }
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

pub fn find(tx: &mut Tx, id: StaffId) -> Result<Option<StaffMember>> {
    one(tx, |tenant| statement(seats!("and id = ?")).bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(id))
}

/// The seat, held until the transaction ends.
pub fn hold(tx: &mut WriteTx, id: StaffId) -> Result<StaffMember> {
    one(tx, |tenant| statement(seats!("and id = ? for update")).bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(id))?
        .ok_or(Error::NotFound("staff member"))
}

pub fn find_many(tx: &mut Tx, ids: Vec<StaffId>) -> Result<Vec<StaffMember>> {
    let tenant = tx.tenant()?;
    let rows = statement(seats!("and id = any(?)"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(ids)
        .load::<Row>(tx.conn())?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Every seat that is in use, whether its end has come or not.
pub fn active(tx: &mut Tx) -> Result<Vec<StaffMember>> {
    let tenant = tx.tenant()?;
    let rows =
        statement(seats!("and state = 'active' order by id")).bind::<SqlUuid, _>(tenant).load::<Row>(tx.conn())?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The seat this invitation is for.
pub fn by_invitation(tx: &mut Tx, digest: [u8; 32]) -> Result<Option<StaffMember>> {
    one(tx, |tenant| {
        statement(seats!("and invitation_hash = ?")).bind::<SqlUuid, _>(tenant).bind::<Binary, _>(digest.to_vec())
    })
}

pub fn by_handle(tx: &mut Tx, handle: &str) -> Result<Option<StaffMember>> {
    let handle = handle.to_owned();
    one(tx, |tenant| statement(seats!("and handle = ?")).bind::<SqlUuid, _>(tenant).bind::<Text, _>(handle))
}

/// The first admin there is, if one can sit down: whom the local desk's file signs in.
pub fn first_admin(tx: &mut Tx) -> Result<Option<StaffMember>> {
    one(tx, |tenant| {
        statement(seats!("and state = 'active' and 'admin' = any(roles) order by added_at, id limit 1"))
            .bind::<SqlUuid, _>(tenant)
    })
}

fn one(tx: &mut Tx, ask: impl FnOnce(TenantId) -> Statement) -> Result<Option<StaffMember>> {
    let tenant = tx.tenant()?;
    Ok(ask(tenant).get_result::<Row>(tx.conn()).optional()?.map(Into::into))
}

/// Whether there is any seat at all.
pub fn is_any(tx: &mut Tx) -> Result<bool> {
    let tenant = tx.tenant()?;
    let found =
        statement("select from staff where tenant_id = ? limit 1").bind::<SqlUuid, _>(tenant).execute(tx.conn())?;
    Ok(found == 1)
}

/// How many admins besides this one could sit down now. They are held until the transaction ends, in one order, so that
/// two who demote each other do not both find the other still there.
pub fn other_admins(tx: &mut WriteTx, than: StaffId) -> Result<usize> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let rows = statement(seats!(
        "and state = 'active' and 'admin' = any(roles) and (ends_at is null or ends_at > ?) order by id for update"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(now)
    .load::<Row>(tx.conn())?;
    Ok(rows.into_iter().filter(|row| row.id != than).count())
}

/// What stands in a new row beside the authority.
pub struct New {
    pub id: StaffId,
    pub subject: SubjectId,
    pub handle: String,
    pub mail: Sealed,
    pub mail_index: [u8; 16],
    pub state: StaffState,
    pub invitation: Option<([u8; 32], Instant)>,
}

/// `false` where handle or mail is taken.
pub fn insert(tx: &mut WriteTx, new: New, authority: &Authority) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let (hash, until) = new.invitation.unzip();
    let made = statement(
        "insert into staff (tenant_id, id, subject_id, handle, mail, mail_bidx, mail_bidx_v, roles, permissions, tenants,
                            ends_at, state, invitation_hash, invited_until, added_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.subject)
    .bind::<Text, _>(new.handle)
    .bind::<Binary, _>(new.mail.into_bytes())
    .bind::<Binary, _>(new.mail_index.to_vec())
    .bind::<SmallInt, _>(NORMALISER)
    .bind::<Array<Text>, _>(authority.roles.clone())
    .bind::<Array<Text>, _>(authority.permissions.clone())
    .bind::<Nullable<Array<SqlUuid>>, _>(authority.tenants.clone())
    .bind::<Nullable<Timestamptz>, _>(authority.ends_at.map(Instant::utc))
    .bind::<Text, _>(new.state)
    .bind::<Nullable<Binary>, _>(hash.map(|hash| hash.to_vec()))
    .bind::<Nullable<Timestamptz>, _>(until.map(Instant::utc))
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(made == 1)
}

/// Another authority, under a new version.
pub fn give(tx: &mut WriteTx, id: StaffId, version: i32, authority: &Authority) -> Result<()> {
    let tenant = tx.tenant()?;
    let changed = statement(
        "update staff set roles = ?, permissions = ?, tenants = ?, ends_at = ?, version = version + 1
          where tenant_id = ? and id = ? and version = ?",
    )
    .bind::<Array<Text>, _>(authority.roles.clone())
    .bind::<Array<Text>, _>(authority.permissions.clone())
    .bind::<Nullable<Array<SqlUuid>>, _>(authority.tenants.clone())
    .bind::<Nullable<Timestamptz>, _>(authority.ends_at.map(Instant::utc))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(version)
    .execute(tx.conn())?;
    changed_one(changed)
}

/// Another state, under a new version; no invitation is left open.
pub fn put(tx: &mut WriteTx, id: StaffId, version: i32, state: StaffState) -> Result<()> {
    let tenant = tx.tenant()?;
    let changed = statement(
        "update staff set state = ?, invitation_hash = null, invited_until = null, version = version + 1
          where tenant_id = ? and id = ? and version = ?",
    )
    .bind::<Text, _>(state)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(version)
    .execute(tx.conn())?;
    changed_one(changed)
}

/// Everything anew: password, second factor and link to the provider are gone, an invitation is open.
pub fn reinvite(tx: &mut WriteTx, id: StaffId, digest: [u8; 32], until: Instant) -> Result<()> {
    let tenant = tx.tenant()?;
    let changed = statement(
        "update staff set state = 'invited', invitation_hash = ?, invited_until = ?, password_hash = null,
                totp_secret_id = null, totp_step = null, provider = null, provider_sub = null, version = version + 1
          where tenant_id = ? and id = ?",
    )
    .bind::<Binary, _>(digest.to_vec())
    .bind::<Timestamptz, _>(until.utc())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())?;
    changed_one(changed)
}

fn changed_one(changed: usize) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

#[derive(QueryableByName)]
struct Mail {
    #[diesel(sql_type = SqlUuid)]
    subject_id: SubjectId,
    #[diesel(sql_type = Binary)]
    mail: Vec<u8>,
}

/// The mail as it is sealed, and whose it is.
pub fn mail(tx: &mut Tx, id: StaffId) -> Result<Option<(SubjectId, Sealed)>> {
    let tenant = tx.tenant()?;
    let found = statement("select subject_id, mail from staff where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .get_result::<Mail>(tx.conn())
        .optional()?;
    Ok(found.map(|found| (found.subject_id, Sealed::from_bytes(found.mail))))
}

/// The sealed second factor of a seat: where it stands, and the last step that was accepted of it.
#[derive(QueryableByName)]
pub struct Factor {
    #[diesel(sql_type = SqlUuid)]
    pub totp_secret_id: SecretId,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub totp_step: Option<i64>,
}

pub fn factor(tx: &mut Tx, id: StaffId) -> Result<Option<Factor>> {
    let tenant = tx.tenant()?;
    Ok(statement(
        "select totp_secret_id, totp_step from staff where tenant_id = ? and id = ? and totp_secret_id is not null",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .get_result::<Factor>(tx.conn())
    .optional()?)
}

/// What a list of seats is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub states: Option<Vec<StaffState>>,
    pub role: Option<Role>,
    pub ends_before: Option<Instant>,
}

macro_rules! filtered {
    () => {
        " and (? or state = any(?)) and (? or ? = any(roles)) and (? or ends_at < ?) "
    };
}

impl Filter {
    fn bind(&self, asked: Statement) -> Statement {
        asked
            .bind::<Bool, _>(self.states.is_none())
            .bind::<Array<Text>, _>(self.states.clone().unwrap_or_default())
            .bind::<Bool, _>(self.role.is_none())
            .bind::<Text, _>(self.role.map_or("", Role::code))
            .bind::<Bool, _>(self.ends_before.is_none())
            .bind::<Timestamptz, _>(self.ends_before.unwrap_or(Instant::EPOCH).utc())
    }
}

/// A page of seats by handle, and how many there are.
pub fn page(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<(Vec<StaffMember>, i64)> {
    const FORWARD: &str = seats!(filtered!(), "and handle > ? order by handle limit ?");
    const BACKWARD: &str = seats!(filtered!(), "and (? = '' or handle < ?) order by handle desc limit ?");
    const COUNT: &str = concat!("select count(*) from staff where tenant_id = ?", filtered!());
    let tenant = tx.tenant()?;
    let beyond = page.beyond.as_ref().map_or("", |(handle, _)| handle).to_owned();
    let asked = filter.bind(statement(if page.is_backward { BACKWARD } else { FORWARD }).bind::<SqlUuid, _>(tenant));
    let asked = if page.is_backward { asked.bind::<Text, _>(beyond.clone()) } else { asked };
    let rows = asked.bind::<Text, _>(beyond).bind::<BigInt, _>(page.limit()).load::<Row>(tx.conn())?;
    let total = filter.bind(statement(COUNT).bind::<SqlUuid, _>(tenant)).get_result::<Count>(tx.conn())?.count;
    Ok((rows.into_iter().map(Into::into).collect(), total))
}
