//! The queue: pages of requests in the order of their clocks or of their receipt, counted as far as somebody reads. What a
//! list holds is said in the very words of the indexes, so that a page costs the same however many requests there are.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::super::filter::{Sieve, StageWord, Wanted, Whose};
use super::super::model::{Mandate, PlanState, Proof, Request, SubjectKind};
use super::super::tables::requests;
use super::requests::Row;
use crate::floor::graphql::Page;
use crate::floor::kernel::{Instant, IntakeId, Ref, RequestId, Result, StaffId, TenantId};
use crate::floor::ledger::{Tx, statement, walk};

/// As far as rows are counted for a list: beyond, nobody reads on page by page.
pub const COUNTED: i64 = 10_000;

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    DueAt,
    ReceivedAt,
}

/// Which requests a list holds, for whom.
#[derive(Debug, Clone)]
pub struct Asked {
    pub wanted: Wanted,
    /// The tenants in reach, where not all are.
    pub reach: Option<Vec<TenantId>>,
    /// Who asks, where that is one of the operator's people.
    pub me: Option<StaffId>,
}

/// A condition in the words of a partial index: with values in their place, Postgres would not know it for the index's.
/// Where it asks for the time, that stands between both halves.
#[derive(Debug, Clone, Copy)]
struct Words(&'static str, Option<DateTime<Utc>>, &'static str);

impl Expression for Words {
    type SqlType = Bool;
}

impl QueryFragment<Pg> for Words {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.0);
        if let Some(at) = &self.1 {
            out.push_bind_param::<Timestamptz, _>(at)?;
        }
        out.push_sql(self.2);
        Ok(())
    }
}

impl<QS: ?Sized> AppearsOnTable<QS> for Words {}
impl<QS: ?Sized> SelectableExpression<QS> for Words {}

impl<GB> ValidGrouping<GB> for Words {
    type IsAggregate = is_aggregate::Never;
}

const fn words(words: &'static str) -> Words {
    Words(words, None, "")
}

const WORKED: Words = words("stage in ('open', 'paused', 'awaiting_approval', 'in_progress')");
const UNPROVED: Words = words("stage = 'received'");
const CLOSED: Words = words("stage = 'closed'");
const TESTS: Words = words("is_test");
const NO_TESTS: Words = words("not is_test");
const RELEASES: Words = words(
    "stage = 'in_progress' and exists (select from request_packages p where p.tenant_id = requests.tenant_id
                                           and p.request_id = requests.id and p.state = 'made')",
);

/// Whether a second person is to read its plan or its package, as the figures of what is waited for say it.
const fn second(is_second: bool) -> Words {
    const SECOND: Words = words(
        "(stage = 'awaiting_approval'
          or stage = 'in_progress' and exists (select from request_packages p where p.tenant_id = requests.tenant_id
                                                  and p.request_id = requests.id and p.state = 'made'))",
    );
    const NOT_SECOND: Words = words(
        "not (stage = 'awaiting_approval'
              or stage = 'in_progress' and exists (select from request_packages p where p.tenant_id = requests.tenant_id
                                                      and p.request_id = requests.id and p.state = 'made'))",
    );
    if is_second { SECOND } else { NOT_SECOND }
}

/// Whether its answer was or is late, as `Request::is_late` says it.
fn late(is_late: bool, now: Instant) -> Words {
    const HEAD: &str = "case when due_at is null then false
                             when stage = 'closed' then coalesce(answered_at, closed_at) >= due_at
                             when answered_at is not null then answered_at >= due_at
                             when stage = 'paused' and target_on is null then false
                             else due_at <= ";
    Words(HEAD, Some(now.utc()), if is_late { " end" } else { " end is false" })
}

/// Whether its approved plan is still to begin, as the figures of what is waited for say it.
fn cooling(is_cooling: bool, now: Instant) -> Words {
    const COOLS: &str =
        "(stage = 'in_progress' and exists (select from request_plans p where p.tenant_id = requests.tenant_id
                           and p.id = requests.plan_id and p.starts_at > ";
    const COOLS_NOT: &str = "not (stage = 'in_progress' and exists (select from request_plans p
                               where p.tenant_id = requests.tenant_id and p.id = requests.plan_id and p.starts_at > ";
    Words(if is_cooling { COOLS } else { COOLS_NOT }, Some(now.utc()), "))")
}

/// How many rows there are, of a query that ends by itself.
struct Counted<Q>(Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Counted<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select count(*) from (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") as counted");
        Ok(())
    }
}

impl<Q> QueryId for Counted<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Counted<Q> {
    type SqlType = BigInt;
}

impl<Q> RunQueryDsl<PgConnection> for Counted<Q> {}

/// A page of a list, one row more than it holds, in the order that it is walked.
pub fn page(tx: &mut Tx, asked: &Asked, order: Order, is_rising: bool, page: &Page) -> Result<Vec<Request>> {
    let now = tx.now()?;
    let is_up = is_rising != page.is_backward;
    let rows: Vec<Row> = match order {
        Order::ReceivedAt => {
            let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
            let query = fitting(asked, now).select(Row::as_select());
            walk!(query, (requests::received_at, requests::id), beyond, is_up, page.limit()).load(tx.conn())?
        }
        Order::DueAt => by_due(tx, asked, now, is_up, page)?,
    };
    rows.into_iter().map(Row::request).collect()
}

/// By the clock that is worked by; what has none any more comes last.
fn by_due(tx: &mut Tx, asked: &Asked, now: Instant, is_up: bool, page: &Page) -> Result<Vec<Row>> {
    let is_undated = page.beyond.as_ref().map(|(key, _)| key.is_empty());
    let mut parts = if is_up { vec![false, true] } else { vec![true, false] };
    if is_undated == Some(parts[1]) {
        parts.remove(0);
    }
    let mut rows: Vec<Row> = Vec::new();
    for of_undated in parts {
        let left = page.limit() - i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if left <= 0 {
            break;
        }
        let is_within = is_undated == Some(of_undated);
        let query = fitting(asked, now).select(Row::as_select());
        if of_undated {
            let beyond = page.beyond.as_ref().filter(|_| is_within).map(|(_, id)| *id);
            let query = query.filter(requests::due_at.is_null());
            let query = match (beyond, is_up) {
                (Some(id), true) => query.filter(requests::id.gt(id)),
                (Some(id), false) => query.filter(requests::id.lt(id)),
                (None, _) => query,
            };
            let query = if is_up { query.order(requests::id.asc()) } else { query.order(requests::id.desc()) };
            rows.extend(query.limit(left).load::<Row>(tx.conn())?);
        } else {
            let beyond = if is_within { page.beyond_instant()?.map(|(at, id)| (at.utc(), id)) } else { None };
            let query = query.filter(requests::due_at.is_not_null());
            let walked = walk!(query, (requests::due_at, requests::id), beyond, is_up, left);
            rows.extend(walked.load::<Row>(tx.conn())?);
        }
    }
    Ok(rows)
}

/// How many fit, as far as they are counted.
pub fn count(tx: &mut Tx, asked: &Asked) -> Result<i64> {
    let now = tx.now()?;
    Ok(Counted(fitting(asked, now).select(requests::id).limit(COUNTED)).get_result(tx.conn())?)
}

/// The ids and versions of those that fit, in the order of their clocks, at most as many as are counted and one more.
pub fn ids(tx: &mut Tx, asked: &Asked) -> Result<Vec<(TenantId, RequestId, i32)>> {
    let now = tx.now()?;
    let rows = fitting(asked, now)
        .select((requests::tenant_id, requests::id, requests::version))
        .order((requests::due_at.asc(), requests::id.asc()))
        .limit(COUNTED + 1)
        .load(tx.conn())?;
    Ok(rows)
}

fn fitting(asked: &Asked, now: Instant) -> requests::BoxedQuery<'static, Pg> {
    let wanted = &asked.wanted;
    let mut query = staged(wanted);
    if let Some(reach) = &asked.reach {
        query = query.filter(requests::tenant_id.eq_any(reach.clone()));
    }
    /// Narrows by a column that is never empty.
    macro_rules! sieve {
        ($sieve:expr, $column:expr, $value:expr) => {{
            let Sieve { one_of, none_of } = $sieve;
            for clause in one_of {
                // One is asked for as one: only that leaves an index in its order.
                query = match <[_; 1]>::try_from(clause.iter().map($value).collect::<Vec<_>>()) {
                    Ok([only]) => query.filter($column.eq(only)),
                    Err(several) => query.filter($column.eq_any(several)),
                };
            }
            if !none_of.is_empty() {
                query = query.filter($column.ne_all(none_of.iter().map($value).collect::<Vec<_>>()));
            }
        }};
    }
    /// The same of one that may be: what is not there is none of those that are not wanted.
    macro_rules! sieve_some {
        ($sieve:expr, $column:expr, $value:expr) => {{
            let Sieve { one_of, none_of } = $sieve;
            for clause in one_of {
                // One is asked for as one: only that leaves an index in its order.
                query = match <[_; 1]>::try_from(clause.iter().map($value).collect::<Vec<_>>()) {
                    Ok([only]) => query.filter($column.eq(only)),
                    Err(several) => query.filter($column.eq_any(several)),
                };
            }
            if !none_of.is_empty() {
                let others = $column.ne_all(none_of.iter().map($value).collect::<Vec<_>>());
                query = query.filter(others.or($column.is_null()));
            }
        }};
    }
    sieve!(&wanted.rights, requests::right_code, |right| right.code());
    sieve!(&wanted.sources, requests::source, |source| source.code());
    sieve!(&wanted.roles, requests::role, |role| role.code());
    sieve!(&wanted.tenants, requests::tenant_id, |tenant| *tenant);
    sieve!(&wanted.ids, requests::id, |at| at.id);
    sieve!(&named(&wanted.ids), requests::tenant_id, |tenant| *tenant);
    sieve!(&named(&wanted.stores), requests::tenant_id, |tenant| *tenant);
    sieve_some!(&wanted.regimes, requests::driving, Clone::clone);
    sieve_some!(&wanted.outcomes, requests::outcome, |outcome| outcome.code());
    sieve_some!(&wanted.teams, requests::team, Clone::clone);
    sieve_some!(&wanted.stores, requests::store_id, |at| at.id);
    for clause in &wanted.owners.one_of {
        query = owned(query, clause, asked.me);
    }
    for whose in &wanted.owners.none_of {
        query = match (whose, asked.me) {
            (Whose::Nobodys, _) => query.filter(requests::owner_id.is_not_null()),
            (Whose::Theirs(id), _) => query.filter(requests::owner_id.is_distinct_from(*id)),
            (Whose::Mine, Some(me)) => query.filter(requests::owner_id.is_distinct_from(me)),
            (Whose::Mine, None) => query,
        };
    }
    if let Some(reference) = &wanted.reference {
        query = query.filter(requests::reference.eq(reference.clone()));
    }
    timed(query, wanted, now)
}

/// Whose these are: without their tenants no index finds them.
fn named<Id>(places: &Sieve<Ref<Id>>) -> Sieve<TenantId> {
    let tenants = |clause: &Vec<Ref<Id>>| clause.iter().map(|at| at.tenant).collect();
    Sieve { one_of: places.one_of.iter().map(tenants).collect(), none_of: Vec::new() }
}

/// By stage, and tests apart.
fn staged(wanted: &Wanted) -> requests::BoxedQuery<'static, Pg> {
    let stages = wanted.stages();
    let query = requests::table.into_boxed();
    // One that is named is found, a test or not.
    let query = if wanted.is_test {
        query.filter(TESTS)
    } else if wanted.finds_one() {
        query
    } else {
        query.filter(NO_TESTS)
    };
    let is_all = |these: &[StageWord]| these.iter().all(|stage| stages.contains(stage));
    match stages {
        [StageWord::Closed] => query.filter(CLOSED),
        [StageWord::Received] => query.filter(UNPROVED),
        _ if is_all(StageWord::ALL) => query,
        _ if !stages.iter().all(|stage| StageWord::WORKED.contains(stage)) => {
            query.filter(requests::stage.eq_any(codes(stages)))
        }
        _ if is_all(StageWord::WORKED) => query.filter(WORKED),
        _ => query.filter(WORKED).filter(requests::stage.eq_any(codes(stages))),
    }
}

fn codes(stages: &[StageWord]) -> Vec<&'static str> {
    stages.iter().map(|stage| stage.code()).collect()
}

/// One of these owns it.
fn owned(
    query: requests::BoxedQuery<'static, Pg>,
    clause: &[Whose],
    me: Option<StaffId>,
) -> requests::BoxedQuery<'static, Pg> {
    let named = clause.iter().filter_map(|whose| match whose {
        Whose::Mine => me,
        Whose::Theirs(id) => Some(*id),
        Whose::Nobodys => None,
    });
    let named: Vec<StaffId> = named.collect();
    match (named.is_empty(), clause.contains(&Whose::Nobodys)) {
        (true, true) => query.filter(requests::owner_id.is_null()),
        (false, true) => query.filter(requests::owner_id.is_null().or(requests::owner_id.eq_any(named))),
        (_, false) => query.filter(requests::owner_id.eq_any(named)),
    }
}

fn timed(query: requests::BoxedQuery<'static, Pg>, wanted: &Wanted, now: Instant) -> requests::BoxedQuery<'static, Pg> {
    let mut query = query;
    if let Some(from) = wanted.due_from {
        query = query.filter(requests::due_at.gt(from.at(now).utc()));
    }
    if let Some(until) = wanted.due_until {
        query = query.filter(requests::due_at.le(until.at(now).utc()));
    }
    if let Some(from) = wanted.received_from {
        query = query.filter(requests::received_at.ge(from.at(now).utc()));
    }
    if let Some(until) = wanted.received_until {
        query = query.filter(requests::received_at.lt(until.at(now).utc()));
    }
    if wanted.releases {
        query = query.filter(RELEASES);
    }
    if let Some(is_cooling) = wanted.is_cooling {
        query = query.filter(cooling(is_cooling, now));
    }
    if let Some(is_second) = wanted.is_second {
        query = query.filter(second(is_second));
    }
    match wanted.is_late {
        None => query,
        // The first condition finds the place in an index.
        Some(true) if !wanted.holds_closed() => query.filter(requests::due_at.le(now.utc())).filter(late(true, now)),
        Some(is_late) => query.filter(late(is_late, now)),
    }
}

/// What is told of a request in a list beside its own row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub proof: Proof,
    pub mandate: Mandate,
    pub subject_kind: SubjectKind,
    pub prove_until: Option<Instant>,
    /// Whether a code was sent to anything the person goes by.
    pub is_asked: bool,
    pub paused_since: Option<Instant>,
    /// The newest plan: how far it has come, and when what it says may begin.
    pub plan: Option<(PlanState, Option<Instant>)>,
    /// Whether a package of it lies there that nobody let go yet.
    pub has_package: bool,
}

#[derive(QueryableByName)]
struct FactsRow {
    #[diesel(sql_type = SqlUuid)]
    id: RequestId,
    #[diesel(sql_type = Text)]
    proof: Proof,
    #[diesel(sql_type = Text)]
    mandate: Mandate,
    #[diesel(sql_type = Text)]
    subject_kind: SubjectKind,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    prove_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_asked: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    paused_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    plan_state: Option<PlanState>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    starts_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    has_package: bool,
}

/// What is told beside these rows, with one look whatever their number.
pub fn facts(tx: &mut Tx, requests: &[Request]) -> Result<HashMap<RequestId, Facts>> {
    let rows: Vec<FactsRow> = statement(
        "select r.id, i.proof, i.mandate, i.subject_kind, i.prove_until, p.state as plan_state, p.starts_at, e.paused_since,
                exists (select from intake_identifiers d
                         where d.tenant_id = r.tenant_id and d.intake_id = r.intake_id and d.code_sent_at is not null) as is_asked,
                exists (select from request_packages k
                         where k.tenant_id = r.tenant_id and k.request_id = r.id and k.state = 'made') as has_package
           from unnest(?, ?, ?) as r (tenant_id, id, intake_id)
           join lateral (select proof, mandate, subject_kind, prove_until from intakes
                          where tenant_id = r.tenant_id and id = r.intake_id) as i on true
           left join lateral (select state, starts_at from request_plans
                               where tenant_id = r.tenant_id and request_id = r.id order by number desc limit 1) as p on true
           left join lateral (select max(at) as paused_since from request_clock_events
                               where tenant_id = r.tenant_id and request_id = r.id and what = 'paused') as e on true",
    )
    .bind::<Array<SqlUuid>, _>(requests.iter().map(|request| request.tenant).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(requests.iter().map(|request| request.id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(requests.iter().map(|request| request.intake).collect::<Vec<_>>())
    .load(tx.conn())?;
    let facts = rows.into_iter().map(|row| {
        let facts = Facts {
            proof: row.proof,
            mandate: row.mandate,
            subject_kind: row.subject_kind,
            prove_until: row.prove_until.map(Instant::from_utc),
            is_asked: row.is_asked,
            paused_since: row.paused_since.map(Instant::from_utc),
            plan: row.plan_state.map(|state| (state, row.starts_at.map(Instant::from_utc))),
            has_package: row.has_package,
        };
        (row.id, facts)
    });
    Ok(facts.collect())
}

/// Those that are called so, of whichever tenant in reach; the newest first.
pub fn called(tx: &mut Tx, reference: &str, reach: Option<&[TenantId]>) -> Result<Vec<Request>> {
    let mut query = requests::table.filter(requests::reference.eq(reference.to_owned())).into_boxed::<Pg>();
    if let Some(reach) = reach {
        query = query.filter(requests::tenant_id.eq_any(reach.to_vec()));
    }
    let rows = query.select(Row::as_select()).order(requests::received_at.desc()).limit(2).load(tx.conn())?;
    rows.into_iter().map(Row::request).collect()
}

/// The most that is shown together with one request.
const TOGETHER: i64 = 50;

/// The pinned tenant's that came by these contacts, newest first.
pub fn of_intakes(tx: &mut Tx, intakes: &[IntakeId]) -> Result<Vec<Request>> {
    let rows = requests::table
        .filter(requests::tenant_id.eq(tx.tenant()?).and(requests::intake_id.eq_any(intakes.to_vec())))
        .select(Row::as_select())
        .order((requests::received_at.desc(), requests::id.desc()))
        .limit(TOGETHER)
        .load(tx.conn())?;
    rows.into_iter().map(Row::request).collect()
}

/// Something that was done to a request, as the audit book tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub seq: i64,
    pub at: Instant,
    pub actor: String,
    pub action: String,
    pub facts: Option<String>,
}

impl Told {
    /// Who of the operator's people did it.
    pub fn staff(&self) -> Option<StaffId> {
        let id = self.actor.strip_prefix("staff:")?;
        id.parse().ok().map(StaffId::from_uuid)
    }
}

#[derive(QueryableByName)]
struct ToldRow {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Nullable<Binary>)]
    payload: Option<Vec<u8>>,
}

/// What the pinned tenant's book tells of a request since it came, oldest first, at most two hundred.
pub fn told_of(tx: &mut Tx, request: &Request) -> Result<Vec<Told>> {
    let rows: Vec<ToldRow> = statement(
        "select seq, at, actor, action, payload from audit_events
          where tenant_id = ? and object = any(?) and (object like 'request:%' or object like 'intake:%')
          order by seq limit 200",
    )
    .bind::<SqlUuid, _>(request.tenant)
    .bind::<Array<Text>, _>(vec![format!("request:{}", request.id.uuid()), format!("intake:{}", request.intake.uuid())])
    .load(tx.conn())?;
    // Facts are codes and counts; where it is none that can be read, it is shown to nobody.
    let told = rows.into_iter().map(|row| Told {
        seq: row.seq,
        at: Instant::from_utc(row.at),
        actor: row.actor,
        action: row.action,
        facts: row.payload.and_then(|payload| String::from_utf8(payload).ok()),
    });
    Ok(told.collect())
}
