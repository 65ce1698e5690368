//! What is asked of the table of sessions.

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use super::model::{Origin, Session, SessionEnd, SessionStage, SignInMethod};
use crate::floor::access::{FRESH, Permission, Role};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Instant, Result, SessionId, StaffId, TenantId};
use crate::floor::ledger::{Statement, Tx, WriteTx, statement};

macro_rules! sessions {
    ($($tail:expr),+) => {
        concat!(
            "select s.id, s.staff_id, s.stage, s.method, s.started_at, s.seen_at, s.expires_at, s.idle_seconds,
                    s.fresh_at, s.source, s.client, s.ended_at, s.end_reason
               from sessions s ",
            $($tail),+
        )
    };
}

/// Of a session `s` of the seat `st`: whether it opens anything at the moment that is bound three times.
macro_rules! live {
    () => {
        "s.ended_at is null and s.staff_version = st.version and st.state = 'active'
         and s.expires_at > ? and s.seen_at + s.idle_seconds * interval '1 second' > ?
         and (st.ends_at is null or st.ends_at > ?)"
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: SessionId,
    #[diesel(sql_type = SqlUuid)]
    staff_id: StaffId,
    #[diesel(sql_type = Text)]
    stage: SessionStage,
    #[diesel(sql_type = Text)]
    method: SignInMethod,
    #[diesel(sql_type = Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    seen_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = Integer)]
    idle_seconds: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    fresh_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    source: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    client: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    end_reason: Option<SessionEnd>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            staff: row.staff_id,
            stage: row.stage,
            method: row.method,
            started_at: Instant::from_utc(row.started_at),
            seen_at: Instant::from_utc(row.seen_at),
            expires_at: Instant::from_utc(row.expires_at),
            idle: Duration::seconds(row.idle_seconds.into()),
            fresh_at: row.fresh_at.map(Instant::from_utc),
            source: row.source,
            client: row.client,
            ended: row.ended_at.map(Instant::from_utc).zip(row.end_reason),
        }
    }
}

/// A session's seat as a call needs it.
#[derive(QueryableByName)]
pub struct Holder {
    #[diesel(sql_type = SqlUuid)]
    pub id: SessionId,
    #[diesel(sql_type = SqlUuid)]
    pub staff_id: StaffId,
    #[diesel(sql_type = Text)]
    pub stage: SessionStage,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub fresh_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pub is_fresh: bool,
    #[diesel(sql_type = Array<Text>)]
    pub roles: Vec<Role>,
    #[diesel(sql_type = Array<Text>)]
    pub permissions: Vec<Permission>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    pub tenants: Option<Vec<TenantId>>,
}

/// Who holds the live session of this digest; that it was used is written down twice a minute at most.
pub fn recognise(tx: &mut WriteTx, digest: [u8; 32]) -> Result<Option<Holder>> {
    const RECOGNISE: &str = "with moment as (select coalesce(?, transaction_timestamp()) as now),
         live as (
           select s.id, s.staff_id, s.stage, s.fresh_at, s.seen_at,
                  coalesce(s.fresh_at >= moment.now - ? * interval '1 second', false) as is_fresh,
                  st.roles, st.permissions, st.tenants
             from sessions s
             join staff st on st.tenant_id = s.tenant_id and st.id = s.staff_id, moment
            where s.tenant_id = ? and s.hash = ? and s.ended_at is null and s.staff_version = st.version
              and st.state = 'active' and s.expires_at > moment.now
              and s.seen_at + s.idle_seconds * interval '1 second' > moment.now
              and (st.ends_at is null or st.ends_at > moment.now)
         ), seen as (
           update sessions s set seen_at = moment.now from live, moment
            where s.tenant_id = ? and s.id = live.id and live.seen_at <= moment.now - interval '30 seconds'
           returning s.staff_id, moment.now
         ), sat as (
           update staff st set seen_at = seen.now from seen where st.tenant_id = ? and st.id = seen.staff_id
         )
         select id, staff_id, stage, fresh_at, is_fresh, roles, permissions, tenants from live";
    let (tenant, held) = (tx.tenant()?, tx.held_now());
    Ok(statement(RECOGNISE)
        .bind::<Nullable<Timestamptz>, _>(held.map(Instant::utc))
        .bind::<Integer, _>(i32::try_from(FRESH.num_seconds()).unwrap_or(0))
        .bind::<SqlUuid, _>(tenant)
        .bind::<Binary, _>(digest.to_vec())
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(tenant)
        .get_result::<Holder>(tx.conn())
        .optional()?)
}

/// The same without writing it down: a look of ours at whether it lives is no use of it, and keeps nobody signed in.
pub fn still(tx: &mut Tx, digest: [u8; 32]) -> Result<Option<Holder>> {
    const STILL: &str = concat!(
        "select s.id, s.staff_id, s.stage, s.fresh_at,
                coalesce(s.fresh_at >= ? - ? * interval '1 second', false) as is_fresh,
                st.roles, st.permissions, st.tenants
           from sessions s
           join staff st on st.tenant_id = s.tenant_id and st.id = s.staff_id
          where s.tenant_id = ? and s.hash = ? and ",
        live!()
    );
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    Ok(statement(STILL)
        .bind::<Timestamptz, _>(now)
        .bind::<BigInt, _>(FRESH.num_seconds())
        .bind::<SqlUuid, _>(tenant)
        .bind::<Binary, _>(digest.to_vec())
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .get_result::<Holder>(tx.conn())
        .optional()?)
}

/// What stands in a new row.
pub struct New<'a> {
    pub session: &'a Session,
    pub digest: [u8; 32],
    pub version: i32,
}

pub fn insert(tx: &mut WriteTx, new: &New<'_>) -> Result<()> {
    let tenant = tx.tenant()?;
    let Session { id, staff, stage, method, started_at, seen_at, expires_at, idle, fresh_at, .. } = *new.session;
    let Origin { source, client } = Origin { source: new.session.source.clone(), client: new.session.client.clone() };
    statement(
        "insert into sessions (tenant_id, id, staff_id, hash, stage, method, staff_version, started_at, seen_at,
                               expires_at, idle_seconds, fresh_at, source, client)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(staff)
    .bind::<Binary, _>(new.digest.to_vec())
    .bind::<Text, _>(stage)
    .bind::<Text, _>(method)
    .bind::<Integer, _>(new.version)
    .bind::<Timestamptz, _>(started_at.utc())
    .bind::<Timestamptz, _>(seen_at.utc())
    .bind::<Timestamptz, _>(expires_at.utc())
    .bind::<Integer, _>(i32::try_from(idle.num_seconds()).unwrap_or(i32::MAX))
    .bind::<Nullable<Timestamptz>, _>(fresh_at.map(Instant::utc))
    .bind::<Nullable<Text>, _>(source)
    .bind::<Nullable<Text>, _>(client)
    .execute(tx.conn())?;
    Ok(())
}

/// Ends one session of this person's. `false` if it had ended already, or is another's.
pub fn end(tx: &mut WriteTx, id: SessionId, of: Option<StaffId>, reason: SessionEnd) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let ended = statement(
        "update sessions set ended_at = ?, end_reason = ?
          where tenant_id = ? and id = ? and ended_at is null and (? is null or staff_id = ?)",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(reason)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(of)
    .bind::<Nullable<SqlUuid>, _>(of)
    .execute(tx.conn())?;
    Ok(ended == 1)
}

/// Ends whatever sessions a seat still has, but one.
pub fn end_all(tx: &mut WriteTx, staff: StaffId, but: Option<SessionId>, reason: SessionEnd) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    statement(
        "update sessions set ended_at = ?, end_reason = ?
          where tenant_id = ? and staff_id = ? and ended_at is null and id is distinct from ?",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(reason)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(staff)
    .bind::<Nullable<SqlUuid>, _>(but)
    .execute(tx.conn())?;
    Ok(())
}

/// The second factor was shown again. `false` if the session has ended meanwhile.
pub fn freshen(tx: &mut WriteTx, id: SessionId) -> Result<bool> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let fresh = statement(
        "update sessions set fresh_at = ? where tenant_id = ? and id = ? and stage = 'full' and ended_at is null",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .execute(tx.conn())?;
    Ok(fresh == 1)
}

pub fn find(tx: &mut Tx, id: SessionId) -> Result<Option<Session>> {
    let tenant = tx.tenant()?;
    let found = statement(sessions!("where s.tenant_id = ? and s.id = ?"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .get_result::<Row>(tx.conn())
        .optional()?;
    Ok(found.map(Into::into))
}

/// What a list of sessions is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// None is everyone's.
    pub staff: Option<StaffId>,
    pub live: Option<bool>,
}

macro_rules! filtered {
    () => {
        concat!(
            "join staff st on st.tenant_id = s.tenant_id and st.id = s.staff_id
              where s.tenant_id = ? and (? or s.staff_id = ?) and (? or (",
            live!(),
            ") = ?) "
        )
    };
}

impl Filter {
    fn bind(self, asked: Statement, now: DateTime<Utc>) -> Statement {
        asked
            .bind::<Bool, _>(self.staff.is_none())
            .bind::<Nullable<SqlUuid>, _>(self.staff)
            .bind::<Bool, _>(self.live.is_none())
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now)
            .bind::<Bool, _>(self.live.unwrap_or_default())
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A page of sessions, the newest first, and how many there are.
pub fn page(tx: &mut Tx, filter: Filter, page: &Page) -> Result<(Vec<Session>, i64)> {
    const FORWARD: &str = sessions!(
        filtered!(),
        "and (? or (s.started_at, s.id) < (?, ?)) order by s.started_at desc, s.id desc limit ?"
    );
    const BACKWARD: &str =
        sessions!(filtered!(), "and (? or (s.started_at, s.id) > (?, ?)) order by s.started_at, s.id limit ?");
    const COUNT: &str = concat!("select count(*) from sessions s ", filtered!());
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let beyond = page.beyond_instant()?;
    let (at, id) = beyond.unwrap_or((Instant::EPOCH, uuid::Uuid::nil()));
    let asked = statement(if page.is_backward { BACKWARD } else { FORWARD }).bind::<SqlUuid, _>(tenant);
    let rows = filter
        .bind(asked, now)
        .bind::<Bool, _>(beyond.is_none())
        .bind::<Timestamptz, _>(at.utc())
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(page.limit())
        .load::<Row>(tx.conn())?;
    let count = filter.bind(statement(COUNT).bind::<SqlUuid, _>(tenant), now).get_result::<Count>(tx.conn())?.count;
    Ok((rows.into_iter().map(Into::into).collect(), count))
}

/// A page of what is old enough to go; whether there may be more.
pub fn sweep(tx: &mut WriteTx) -> Result<bool> {
    const PAGE: usize = 1_000;
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let long_ago = now - Duration::days(90);
    let sessions = statement(
        "delete from sessions where tenant_id = ? and ctid = any (array(
           select ctid from sessions where tenant_id = ? and least(coalesce(ended_at, expires_at), expires_at) < ?
            limit 1000))",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(long_ago)
    .execute(tx.conn())?;
    let codes = statement("delete from recovery_codes where tenant_id = ? and used_at < ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(long_ago)
        .execute(tx.conn())?;
    let tries = statement(
        "delete from throttles where (kind, digest) in (select kind, digest from throttles where last_at < ? limit 1000)",
    )
    .bind::<Timestamptz, _>(now - Duration::days(1))
    .execute(tx.conn())?;
    Ok([sessions, codes, tries].contains(&PAGE))
}

#[derive(QueryableByName)]
struct Bare {
    #[diesel(sql_type = BigInt)]
    by_file: i64,
    #[diesel(sql_type = BigInt)]
    otherwise: i64,
}

/// The live, whole sessions of seats without a second factor: those that the machine's own token file began, and others.
pub fn whole_without_factor(tx: &mut Tx) -> Result<(i64, i64)> {
    let (tenant, now) = (tx.tenant()?, tx.now()?.utc());
    let found = statement(concat!(
        "select count(*) filter (where s.method = 'file') as by_file,
                count(*) filter (where s.method <> 'file') as otherwise
           from sessions s join staff st on st.tenant_id = s.tenant_id and st.id = s.staff_id
          where s.tenant_id = ? and s.stage = 'full' and st.totp_step is null and st.provider is null and ",
        live!()
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now)
    .get_result::<Bare>(tx.conn())?;
    Ok((found.by_file, found.otherwise))
}
