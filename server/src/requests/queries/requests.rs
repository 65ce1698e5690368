//! Rows of requests: models in, models out. A request is saved whole, and only over the version that was read.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::floor::kernel::{
    Day, Error, Instant, IntakeId, PlanId, RequestId, Result, StaffId, StoreId, SubjectId, TenantId,
};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::regulations::{PauseGround, Right};
use crate::requests::model::{DataRole, Due, Ground, LateReason, Outcome, Request, Resumable, Source, Stage};
use crate::requests::tables::requests;

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Bool)]
    is_told: bool,
}

/// Whether the book tells this of a request already.
pub fn is_told(tx: &mut Tx, id: RequestId, action: &'static str) -> Result<bool> {
    let row: Told = statement(
        "select exists (select 1 from audit_events where tenant_id = ? and object = ? and object like 'request:%' and action = ?)
             as is_told",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Text, _>(format!("request:{}", id.uuid()))
    .bind::<Text, _>(action.to_owned())
    .get_result(tx.conn())?;
    Ok(row.is_told)
}

/// A row as it is stored; lists load it and turn it into a [`Request`].
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = requests)]
pub struct Row {
    tenant_id: TenantId,
    id: RequestId,
    intake_id: IntakeId,
    reference: String,
    right_code: Right,
    special_case: Option<String>,
    source: Source,
    role: DataRole,
    locale: String,
    store_id: Option<StoreId>,
    subject_id: Option<SubjectId>,
    received_at: DateTime<Utc>,
    stage: String,
    opened_at: Option<DateTime<Utc>>,
    paused_on: Option<PauseGround>,
    plan_id: Option<PlanId>,
    closed_at: Option<DateTime<Utc>>,
    outcome: Option<Outcome>,
    ground: Option<Ground>,
    original_id: Option<RequestId>,
    appeal_of: Option<RequestId>,
    driving: Option<String>,
    due_on: Option<NaiveDate>,
    due_at: Option<DateTime<Utc>>,
    target_on: Option<NaiveDate>,
    answered_at: Option<DateTime<Utc>>,
    late_reason: Option<LateReason>,
    owner_id: Option<StaffId>,
    team: Option<String>,
    is_test: bool,
    moved_at: DateTime<Utc>,
    version: i32,
}

/// What a stage knows, column by column.
struct Facts {
    opened_at: Option<DateTime<Utc>>,
    paused_on: Option<PauseGround>,
    plan_id: Option<PlanId>,
    closed_at: Option<DateTime<Utc>>,
    outcome: Option<Outcome>,
}

impl Facts {
    fn of(stage: Stage) -> Self {
        let none = Self { opened_at: None, paused_on: None, plan_id: None, closed_at: None, outcome: None };
        match stage {
            Stage::Received => none,
            Stage::Open { since } => Self { opened_at: Some(since.utc()), ..none },
            Stage::Paused { on, from: Resumable::Received } => Self { paused_on: Some(on), ..none },
            Stage::Paused { on, from: Resumable::Open { since } } => {
                Self { paused_on: Some(on), opened_at: Some(since.utc()), ..none }
            }
            Stage::AwaitingApproval { since, plan } | Stage::InProgress { since, plan } => {
                Self { opened_at: Some(since.utc()), plan_id: Some(plan), ..none }
            }
            Stage::Closed { at, outcome } => Self { closed_at: Some(at.utc()), outcome: Some(outcome), ..none },
        }
    }
}

impl Row {
    fn stage(&self) -> Option<Stage> {
        let opened = self.opened_at.map(Instant::from_utc);
        Some(match self.stage.as_str() {
            "received" => Stage::Received,
            "open" => Stage::Open { since: opened? },
            "paused" => {
                let from = opened.map_or(Resumable::Received, |since| Resumable::Open { since });
                Stage::Paused { on: self.paused_on?, from }
            }
            "awaiting_approval" => Stage::AwaitingApproval { since: opened?, plan: self.plan_id? },
            "in_progress" => Stage::InProgress { since: opened?, plan: self.plan_id? },
            "closed" => Stage::Closed { at: self.closed_at.map(Instant::from_utc)?, outcome: self.outcome? },
            _ => return None,
        })
    }

    /// The model of it.
    pub fn request(self) -> Result<Request> {
        let stage = self.stage().ok_or_else(|| Error::corrupt("requests", "stage", self.id))?;
        let due = match (self.driving, self.due_on, self.due_at) {
            (Some(regime), Some(on), Some(at)) => {
                Some(Due { regime, on: Day(on), at: Instant::from_utc(at), target_on: self.target_on.map(Day) })
            }
            _ => None,
        };
        Ok(Request {
            tenant: self.tenant_id,
            id: self.id,
            intake: self.intake_id,
            reference: self.reference,
            right: self.right_code,
            case: self.special_case,
            source: self.source,
            role: self.role,
            locale: self.locale,
            store: self.store_id,
            subject: self.subject_id,
            received_at: Instant::from_utc(self.received_at),
            stage,
            ground: self.ground,
            original: self.original_id,
            appeal_of: self.appeal_of,
            due,
            answered_at: self.answered_at.map(Instant::from_utc),
            late_reason: self.late_reason,
            owner: self.owner_id,
            team: self.team,
            is_test: self.is_test,
            moved_at: Instant::from_utc(self.moved_at),
            version: self.version,
        })
    }

    fn of(request: &Request) -> Self {
        let facts = Facts::of(request.stage);
        let due = request.due.as_ref();
        Self {
            tenant_id: request.tenant,
            id: request.id,
            intake_id: request.intake,
            reference: request.reference.clone(),
            right_code: request.right,
            special_case: request.case.clone(),
            source: request.source,
            role: request.role,
            locale: request.locale.clone(),
            store_id: request.store,
            subject_id: request.subject,
            received_at: request.received_at.utc(),
            stage: request.stage.code().to_owned(),
            opened_at: facts.opened_at,
            paused_on: facts.paused_on,
            plan_id: facts.plan_id,
            closed_at: facts.closed_at,
            outcome: facts.outcome,
            ground: request.ground,
            original_id: request.original,
            appeal_of: request.appeal_of,
            driving: due.map(|due| due.regime.clone()),
            due_on: due.map(|due| due.on.0),
            due_at: due.map(|due| due.at.utc()),
            target_on: due.and_then(|due| due.target_on).map(|day| day.0),
            answered_at: request.answered_at.map(Instant::utc),
            late_reason: request.late_reason,
            owner_id: request.owner,
            team: request.team.clone(),
            is_test: request.is_test,
            moved_at: request.moved_at.utc(),
            version: request.version,
        }
    }
}

/// Writes a request down for the first time.
pub fn add(tx: &mut WriteTx, request: &Request) -> Result<()> {
    diesel::insert_into(requests::table).values(Row::of(request)).execute(tx.conn())?;
    Ok(())
}

pub fn get(tx: &mut Tx, id: RequestId) -> Result<Request> {
    let row: Option<Row> =
        requests::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    row.ok_or(Error::NotFound("request"))?.request()
}

/// The same, held until the transaction ends.
pub fn lock(tx: &mut WriteTx, id: RequestId) -> Result<Request> {
    let query = requests::table.find((tx.tenant()?, id)).select(Row::as_select()).for_update();
    let row: Option<Row> = query.first(tx.conn()).optional()?;
    row.ok_or(Error::NotFound("request"))?.request()
}

/// The requests of a contact, in the order in which they were asked for.
pub fn of_intake(tx: &mut Tx, intake: IntakeId) -> Result<Vec<Request>> {
    let rows: Vec<Row> = requests::table
        .filter(requests::tenant_id.eq(tx.tenant()?).and(requests::intake_id.eq(intake)))
        .order(requests::id)
        .select(Row::as_select())
        .load(tx.conn())?;
    rows.into_iter().map(Row::request).collect()
}

/// The same, held until the transaction ends.
pub fn lock_of_intake(tx: &mut WriteTx, intake: IntakeId) -> Result<Vec<Request>> {
    let query = requests::table
        .filter(requests::tenant_id.eq(tx.tenant()?).and(requests::intake_id.eq(intake)))
        .order(requests::id)
        .select(Row::as_select())
        .for_update();
    let rows: Vec<Row> = query.load(tx.conn())?;
    rows.into_iter().map(Row::request).collect()
}

/// These requests, as far as they are there.
pub fn many(tx: &mut Tx, ids: &[RequestId]) -> Result<Vec<Request>> {
    let rows: Vec<Row> = requests::table
        .filter(requests::tenant_id.eq(tx.tenant()?).and(requests::id.eq_any(ids.to_vec())))
        .order((requests::received_at.desc(), requests::id.desc()))
        .select(Row::as_select())
        .load(tx.conn())?;
    rows.into_iter().map(Row::request).collect()
}

/// Saves a request that was read, with the version raised and the time it moved, unless somebody else moved it first. When
/// it was opened and by which plan it was carried out outlives its end.
pub fn save(tx: &mut WriteTx, request: &Request) -> Result<Request> {
    let moved_at = tx.now()?;
    let request = Request { moved_at, ..request.clone() };
    let row = Row::of(&request);
    let saved = statement(
        "update requests set subject_id = ?, special_case = ?, stage = ?, paused_on = ?, closed_at = ?, outcome = ?, ground = ?,
                original_id = ?, driving = ?, due_on = ?, due_at = ?, target_on = ?, answered_at = ?, late_reason = ?,
                owner_id = ?, team = ?, moved_at = ?, version = version + 1,
                opened_at = case when ? then opened_at else ? end, plan_id = case when ? then plan_id else ? end
          where tenant_id = ? and id = ? and version = ?",
    )
    .bind::<Nullable<SqlUuid>, _>(row.subject_id)
    .bind::<Nullable<Text>, _>(row.special_case)
    .bind::<Text, _>(row.stage)
    .bind::<Nullable<Text>, _>(row.paused_on)
    .bind::<Nullable<Timestamptz>, _>(row.closed_at)
    .bind::<Nullable<Text>, _>(row.outcome)
    .bind::<Nullable<Text>, _>(row.ground)
    .bind::<Nullable<SqlUuid>, _>(row.original_id)
    .bind::<Nullable<Text>, _>(row.driving)
    .bind::<Nullable<Date>, _>(row.due_on)
    .bind::<Nullable<Timestamptz>, _>(row.due_at)
    .bind::<Nullable<Date>, _>(row.target_on)
    .bind::<Nullable<Timestamptz>, _>(row.answered_at)
    .bind::<Nullable<Text>, _>(row.late_reason)
    .bind::<Nullable<SqlUuid>, _>(row.owner_id)
    .bind::<Nullable<Text>, _>(row.team)
    .bind::<Timestamptz, _>(row.moved_at)
    .bind::<Bool, _>(request.stage.is_closed())
    .bind::<Nullable<Timestamptz>, _>(row.opened_at)
    .bind::<Bool, _>(request.stage.is_closed())
    .bind::<Nullable<SqlUuid>, _>(row.plan_id)
    .bind::<SqlUuid, _>(request.tenant)
    .bind::<SqlUuid, _>(request.id)
    .bind::<Integer, _>(request.version)
    .execute(tx.conn())?;
    if saved == 1 { Ok(Request { version: request.version + 1, ..request }) } else { Err(Error::Conflict) }
}
