//! Rows of plans and of their lines. A plan is written once; what becomes of it is its state, who moved it and when.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};

use crate::floor::kernel::{
    Day, Error, Instant, IntakeId, Personal, PlanId, RequestId, Result, Sealed, StaffId, StoreId, TenantId,
};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::vault::{Place, RequestKey, Vault};
use crate::requests::model::{Plan, PlanLine, PlanState, PlannedAction, digest};
use crate::requests::queries::fulfilling::Turn;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: PlanId,
    #[diesel(sql_type = SqlUuid)]
    request_id: RequestId,
    #[diesel(sql_type = SmallInt)]
    number: i16,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    drawn_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    drawn_by: Option<StaffId>,
    #[diesel(sql_type = Text)]
    state: PlanState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    submitted_by: Option<StaffId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    decided_by: Option<StaffId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    starts_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = SqlUuid)]
    plan_id: PlanId,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    store_id: Option<StoreId>,
    #[diesel(sql_type = Nullable<Text>)]
    recipient: Option<String>,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Text)]
    action: PlannedAction,
    #[diesel(sql_type = Nullable<Text>)]
    ground: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    until_on: Option<NaiveDate>,
}

impl From<LineRow> for PlanLine {
    fn from(row: LineRow) -> Self {
        Self {
            category: row.category,
            place: row.place,
            store: row.store_id,
            recipient: row.recipient,
            rows: row.rows,
            action: row.action,
            ground: row.ground,
            until_on: row.until_on.map(Day),
        }
    }
}

/// Where the words of whoever sent a plan back stand.
pub fn place_of_reason(tenant: TenantId, id: PlanId) -> Place<'static> {
    Place { tenant, table: "request_plan", column: "reason", row: id.uuid(), generation: 0 }
}

/// Writes a plan down with its lines.
pub fn add(tx: &mut WriteTx, plan: &Plan) -> Result<()> {
    let tenant = tx.tenant()?;
    statement(
        "insert into request_plans (tenant_id, id, request_id, number, digest, drawn_at, drawn_by) values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(plan.id)
    .bind::<SqlUuid, _>(plan.request)
    .bind::<SmallInt, _>(plan.number)
    .bind::<Binary, _>(plan.digest.to_vec())
    .bind::<Timestamptz, _>(plan.drawn_at.utc())
    .bind::<Nullable<SqlUuid>, _>(plan.drawn_by)
    .execute(tx.conn())?;
    let lines = || plan.lines.iter();
    let positions = (0..).zip(lines()).map(|(position, _)| position).collect::<Vec<i16>>();
    statement(
        "insert into request_plan_lines (tenant_id, plan_id, position, category, place, store_id, recipient, rows, action, ground,
           until_on)
         select ?, ?, l.* from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) as l",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(plan.id)
    .bind::<Array<SmallInt>, _>(positions)
    .bind::<Array<Text>, _>(lines().map(|line| line.category.clone()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines().map(|line| line.place.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(lines().map(|line| line.store).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(lines().map(|line| line.recipient.clone()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(lines().map(|line| line.rows).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines().map(|line| line.action).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(lines().map(|line| line.ground.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(lines().map(|line| line.until_on.map(|day| day.0)).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}

/// Writes what became of a plan, its lines as they were.
pub fn save(tx: &mut WriteTx, plan: &Plan) -> Result<()> {
    let changed = statement(
        "update request_plans set state = ?, submitted_at = ?, submitted_by = ?, decided_at = ?, decided_by = ?, starts_at = ?
          where tenant_id = ? and id = ?",
    )
    .bind::<Text, _>(plan.state)
    .bind::<Nullable<Timestamptz>, _>(plan.submitted.map(|(at, _)| at.utc()))
    .bind::<Nullable<SqlUuid>, _>(plan.submitted.map(|(_, by)| by))
    .bind::<Nullable<Timestamptz>, _>(plan.decided.map(|(at, _)| at.utc()))
    .bind::<Nullable<SqlUuid>, _>(plan.decided.map(|(_, by)| by))
    .bind::<Nullable<Timestamptz>, _>(plan.starts_at.map(Instant::utc))
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(plan.id)
    .execute(tx.conn())?;
    if changed == 1 { Ok(()) } else { Err(Error::NotFound("plan")) }
}

/// Of a request that ends, what was drawn and nobody decided about is let go of; what waits for a second person too.
pub fn let_go(tx: &mut WriteTx, request: RequestId, waits: bool) -> Result<()> {
    statement(
        "update request_plans set state = 'superseded'
          where tenant_id = ? and request_id = ? and (state = 'drawn' or (? and state = 'submitted'))",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .bind::<Bool, _>(waits)
    .execute(tx.conn())?;
    Ok(())
}

/// Writes that a plan was sent back, with the words under the contact's own key.
pub fn send_back(tx: &mut WriteTx, vault: &Vault, intake: IntakeId, plan: &Plan, reason: &Personal) -> Result<()> {
    let tenant = tx.tenant()?;
    let sealer = vault.sealer::<RequestKey>(tx, intake.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a contact's key does not seal: {}", shut.code())))?;
    let reason = sealer.seal_blob(&place_of_reason(tenant, plan.id), reason.disclose().as_bytes())?;
    let changed = statement(
        "update request_plans set state = 'returned', decided_at = ?, decided_by = ?, reason = ?
          where tenant_id = ? and id = ?",
    )
    .bind::<Nullable<Timestamptz>, _>(plan.decided.map(|(at, _)| at.utc()))
    .bind::<Nullable<SqlUuid>, _>(plan.decided.map(|(_, by)| by))
    .bind::<Binary, _>(reason.into_bytes())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(plan.id)
    .execute(tx.conn())?;
    if changed == 1 { Ok(()) } else { Err(Error::NotFound("plan")) }
}

/// All plans of a request, the first one first.
pub fn of(tx: &mut Tx, request: RequestId) -> Result<Vec<Plan>> {
    let rows: Vec<Row> = statement(
        "select id, request_id, number, digest, drawn_at, drawn_by, state, submitted_at, submitted_by, decided_at, decided_by,
                starts_at
           from request_plans where tenant_id = ? and request_id = ? order by number",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .load(tx.conn())?;
    with_lines(tx, rows)
}

/// One plan of a request: by its number, or the newest.
pub fn one(tx: &mut Tx, request: RequestId, number: Option<i16>) -> Result<Option<Plan>> {
    let rows: Vec<Row> = statement(
        "select id, request_id, number, digest, drawn_at, drawn_by, state, submitted_at, submitted_by, decided_at, decided_by,
                starts_at
           from request_plans where tenant_id = ? and request_id = ? and number = coalesce(?, number)
          order by number desc limit 1",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(request)
    .bind::<Nullable<SmallInt>, _>(number)
    .load(tx.conn())?;
    Ok(with_lines(tx, rows)?.pop())
}

#[derive(QueryableByName)]
struct Standing {
    #[diesel(embed)]
    bare: Row,
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_done: bool,
    #[diesel(sql_type = Bool)]
    is_behind: bool,
}

/// How a plan stands that is carried out, and whether it is the turn of the step at this position, as it has been carried out
/// by now. Its request is held. What was read of it before is not read again: its lines are written once, and told by its
/// digest.
pub fn stands(tx: &mut Tx, id: PlanId, known: Option<&Plan>, position: Option<i16>) -> Result<(Plan, Turn)> {
    let position = position.unwrap_or(-1);
    let standing: Option<Standing> = statement(
        "select p.id, p.request_id, p.number, p.digest, p.drawn_at, p.drawn_by, p.state, p.submitted_at, p.submitted_by,
                p.decided_at, p.decided_by, p.starts_at, transaction_timestamp() as now, s.is_done, s.is_behind
           from request_plans p,
                lateral (select coalesce(bool_or(position = ? and state = 'done'), false) as is_done,
                                coalesce(bool_or(position < ? and state <> 'done'), false) as is_behind
                           from request_steps
                          where tenant_id is not distinct from p.tenant_id and plan_id = p.id and position <= ?) as s
          where p.tenant_id = ? and p.id = ?",
    )
    .bind::<SmallInt, _>(position)
    .bind::<SmallInt, _>(position)
    .bind::<SmallInt, _>(position)
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
    .optional()?;
    let Some(Standing { bare: row, now, is_done, is_behind }) = standing else { return Err(Error::NotFound("plan")) };
    tx.told_now(Instant::from_utc(now));
    let plan = match known {
        Some(known) if known.id == id => plan(row, known.lines.clone())?,
        _ => with_lines(tx, vec![row])?.pop().ok_or(Error::NotFound("plan"))?,
    };
    if known.is_some_and(|known| known.id == id && known.digest != plan.digest) {
        return Err(Error::corrupt("request_plans", "digest", id));
    }
    let turn = match (is_done, is_behind) {
        (true, _) => Turn::Done,
        (false, true) => Turn::NotYet,
        (false, false) => Turn::Now,
    };
    Ok((plan, turn))
}

/// A plan by its id.
pub fn get(tx: &mut Tx, id: PlanId) -> Result<Plan> {
    let rows: Vec<Row> = statement(
        "select id, request_id, number, digest, drawn_at, drawn_by, state, submitted_at, submitted_by, decided_at, decided_by,
                starts_at
           from request_plans where tenant_id = ? and id = ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .load(tx.conn())?;
    with_lines(tx, rows)?.pop().ok_or(Error::NotFound("plan"))
}

fn with_lines(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Plan>> {
    let ids: Vec<PlanId> = rows.iter().map(|row| row.id).collect();
    let mut lines: Vec<LineRow> = statement(
        "select plan_id, category, place, store_id, recipient, rows, action, ground, until_on from request_plan_lines
          where tenant_id = ? and plan_id = any(?) order by plan_id, position",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx.conn())?;
    let mut plans = Vec::new();
    for row in rows {
        let (own, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.plan_id == row.id);
        lines = others;
        let own: Vec<PlanLine> = own.into_iter().map(PlanLine::from).collect();
        let plan = plan(row, own)?;
        if digest(&plan.lines) != plan.digest {
            return Err(Error::corrupt("request_plans", "digest", plan.id));
        }
        plans.push(plan);
    }
    Ok(plans)
}

fn plan(row: Row, lines: Vec<PlanLine>) -> Result<Plan> {
    let digest = row.digest.try_into().map_err(|_| Error::corrupt("request_plans", "digest", row.id))?;
    Ok(Plan {
        id: row.id,
        request: row.request_id,
        number: row.number,
        digest,
        drawn_at: Instant::from_utc(row.drawn_at),
        drawn_by: row.drawn_by,
        state: row.state,
        submitted: row.submitted_at.map(Instant::from_utc).zip(row.submitted_by),
        decided: row.decided_at.map(Instant::from_utc).zip(row.decided_by),
        starts_at: row.starts_at.map(Instant::from_utc),
        lines,
    })
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = SqlUuid)]
    intake_id: IntakeId,
    #[diesel(sql_type = Nullable<Binary>)]
    reason: Option<Vec<u8>>,
}

/// The sealed words with which a plan was sent back, and the contact under whose key they are.
pub fn reason(tx: &mut Tx, id: PlanId) -> Result<(IntakeId, Sealed)> {
    let row: Option<Words> = statement(
        "select r.intake_id, p.reason from request_plans p
           join requests r on r.tenant_id = p.tenant_id and r.id = p.request_id where p.tenant_id = ? and p.id = ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
    .optional()?;
    let found = row.and_then(|row| Some((row.intake_id, Sealed::from_bytes(row.reason?))));
    found.ok_or(Error::NotFound("reason"))
}
