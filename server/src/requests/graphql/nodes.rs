//! A request and all that hangs on it, as they are answered: what is told beside its own row is looked up once for each
//! request, when the first of its fields asks for it.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use super::super::actions::{self, Details, Listed, Wants};
use super::super::model::{self, ClockEventRow, ClockRow, Identifier, Intake, Plan, Request, Stage};
use super::super::next::{self, Trier};
use super::super::queries::queue::{Facts, Told};
use super::acting::{CorrectionNode, EvidenceNode, FenceNode};
use super::fulfilment::{CertificateNode, StepNode};
use super::messages::MessageNode;
use super::packages::{PackageNode, RedactionNode};
use super::plans::{HoldNode, PlanNode};
use super::words::{
    ClockEventKind, ClockKind, ClockOwner, DataRole, GoesBy, LateReason, Mandate, NextAction, PauseGround, Proof,
    RefusalGround, RequestAct, RequestOutcome, RequestSource, RequestStage, RightWord, SubjectKind, WaitingFor,
};
use crate::floor::graphql::{Date, Mask, MaskKind, asking, node_id};
use crate::floor::kernel::{Day, Error, Instant, Ref, RequestId, Result, StaffId, SubjectId};
use crate::floor::regulations::{self, zone};
use crate::propagation::{RecipientTaskNode, tasks_of_request};
use crate::requests::filter::StageWord;
use crate::staff::{self, graphql::StaffMember};
use crate::stores::StoreNode;
use crate::tenants::TenantNode;

/// Something that somebody asks.
#[derive(Clone)]
pub struct RequestNode(Arc<Held>);

struct Held {
    /// As the list had it.
    listed: Listed,
    /// With everything beside it that the list left out.
    beside: OnceCell<Listed>,
    details: OnceCell<Arc<Details>>,
    plans: OnceCell<Arc<Vec<Plan>>>,
}

impl From<Listed> for RequestNode {
    fn from(listed: Listed) -> Self {
        let (beside, details, plans) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self(Arc::new(Held { listed, beside, details, plans }))
    }
}

impl From<Request> for RequestNode {
    fn from(request: Request) -> Self {
        Listed { request, facts: None, tenant: None, store: None, owner: None }.into()
    }
}

/// Everything that a list may hold beside its rows.
const ALL: Wants = Wants { facts: true, tenants: true, stores: true, owners: true, total: false };

impl RequestNode {
    pub fn request(&self) -> &Request {
        &self.0.listed.request
    }

    pub fn at(&self) -> Ref<RequestId> {
        Ref::new(self.request().tenant, self.request().id)
    }

    async fn beside(&self, ctx: &Context<'_>) -> Result<&Listed> {
        let tools = &asking(ctx)?.tools;
        self.0.beside.get_or_try_init(|| actions::beside(tools, self.request(), ALL)).await
    }

    async fn facts(&self, ctx: &Context<'_>) -> Result<&Facts> {
        let facts = match &self.0.listed.facts {
            Some(facts) => Some(facts),
            None => self.beside(ctx).await?.facts.as_ref(),
        };
        facts.ok_or_else(|| Error::internal("a request without its contact"))
    }

    /// The contact it came by.
    pub async fn contact(&self, ctx: &Context<'_>) -> Result<IntakeNode> {
        Ok(IntakeNode(self.details(ctx).await?))
    }

    async fn details(&self, ctx: &Context<'_>) -> Result<Arc<Details>> {
        let tools = &asking(ctx)?.tools;
        let details =
            self.0.details.get_or_try_init(|| async { actions::details(tools, self.request()).await.map(Arc::new) });
        Ok(Arc::clone(details.await?))
    }

    /// Newest first.
    async fn own_plans(&self, ctx: &Context<'_>) -> Result<Arc<Vec<Plan>>> {
        let asking = asking(ctx)?;
        let plans = self.0.plans.get_or_try_init(|| async {
            let mut plans = actions::list_plans(&asking.tools, asking.caller()?, self.at()).await?;
            plans.sort_by_key(|plan| std::cmp::Reverse(plan.number));
            Ok::<_, Error>(Arc::new(plans))
        });
        Ok(Arc::clone(plans.await?))
    }

    async fn another(&self, ctx: &Context<'_>, id: Option<RequestId>) -> Result<Option<Self>> {
        let Some(id) = id else { return Ok(None) };
        let asking = asking(ctx)?;
        let at = Ref::new(self.request().tenant, id);
        Ok(actions::find_listed(&asking.tools, asking.caller()?, at).await?.map(Self::from))
    }
}

fn now(ctx: &Context<'_>) -> Result<Instant> {
    Ok(asking(ctx)?.tools.watch.now())
}

/// A person whose name and address stay shut; only the handle tells that two are one.
fn person(subject: Option<SubjectId>) -> Option<Mask> {
    subject.map(|subject| Mask::of(MaskKind::Name, subject))
}

/// One right that somebody asked for: by when it is answered, how far it has come and what is to be done next. It holds no
/// value of anybody's.
#[Object(name = "Request")]
impl RequestNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(self.at())
    }

    /// What people call it, such as R-7K4QD2X.
    async fn reference(&self) -> &str {
        &self.request().reference
    }

    /// What is asked for.
    async fn right(&self) -> RightWord {
        self.request().right.into()
    }

    /// The special case of it, such as `direct_marketing`.
    async fn special_case(&self) -> Option<&str> {
        self.request().case.as_deref()
    }

    /// How it came.
    async fn source(&self) -> RequestSource {
        self.request().source.into()
    }

    /// What the operator is to the data that is asked about.
    async fn role(&self) -> DataRole {
        self.request().role.into()
    }

    /// The person's language.
    async fn locale(&self) -> &str {
        &self.request().locale
    }

    /// Whose person it is; nobody's where it is the operator's own.
    async fn tenant(&self, ctx: &Context<'_>) -> Result<Option<TenantNode>> {
        let tenant = match &self.0.listed.tenant {
            Some(tenant) => tenant,
            None => self.beside(ctx).await?.tenant.as_ref().unwrap_or(&None),
        };
        Ok(tenant.clone().map(TenantNode))
    }

    /// The store it is about.
    async fn store(&self, ctx: &Context<'_>) -> Result<Option<StoreNode>> {
        let store = match &self.0.listed.store {
            Some(store) => store,
            None => self.beside(ctx).await?.store.as_ref().unwrap_or(&None),
        };
        Ok(store.clone().map(StoreNode))
    }

    /// How it came, what the person goes by and how each was proved.
    async fn intake(&self, ctx: &Context<'_>) -> Result<IntakeNode> {
        self.contact(ctx).await
    }

    /// The person, as one can be told from another; null while nobody is known by what was proved.
    async fn person(&self) -> Option<Mask> {
        person(self.request().subject)
    }

    /// When it was received: what its clocks count from.
    async fn received_at(&self) -> DateTime<Utc> {
        self.request().received_at.utc()
    }

    /// Where it is.
    async fn stage(&self) -> RequestStage {
        StageWord::from_code(self.request().stage.code()).unwrap_or(StageWord::Received).into()
    }

    /// Since when it is proved, or when it was closed.
    async fn stage_since(&self) -> Option<DateTime<Utc>> {
        match self.request().stage {
            Stage::Received | Stage::Paused { .. } => None,
            Stage::Open { since } | Stage::AwaitingApproval { since, .. } | Stage::InProgress { since, .. } => {
                Some(since.utc())
            }
            Stage::Closed { at, .. } => Some(at.utc()),
        }
    }

    /// What the person was asked, while its time stands still.
    async fn paused_on(&self) -> Option<PauseGround> {
        match self.request().stage {
            Stage::Paused { on, .. } => Some(on.into()),
            _ => None,
        }
    }

    /// Since when it stands still.
    async fn paused_since(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        match self.request().stage {
            Stage::Paused { .. } => Ok(self.facts(ctx).await?.paused_since.map(Instant::utc)),
            _ => Ok(None),
        }
    }

    /// How it ended.
    async fn outcome(&self) -> Option<RequestOutcome> {
        match self.request().stage {
            Stage::Closed { outcome, .. } => Some(outcome.into()),
            _ => None,
        }
    }

    /// On which ground it was refused.
    async fn ground(&self) -> Option<RefusalGround> {
        self.request().ground.map(RefusalGround::from)
    }

    /// When it ended.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        match self.request().stage {
            Stage::Closed { at, .. } => Some(at.utc()),
            _ => None,
        }
    }

    /// When the person was answered.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.request().answered_at.map(Instant::utc)
    }

    /// The clock that is worked by: of the open ones the earliest that runs.
    async fn due(&self) -> Option<RequestDue> {
        self.request().due.clone().map(RequestDue)
    }

    /// Whether its answer is or was late.
    async fn is_late(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.request().is_late(now(ctx)?))
    }

    /// Why, as staff said.
    async fn late_reason(&self) -> Option<LateReason> {
        self.request().late_reason.map(LateReason::from)
    }

    /// Who works it.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        if self.request().owner.is_none() {
            return Ok(None);
        }
        let owner = match &self.0.listed.owner {
            Some(owner) => owner,
            None => self.beside(ctx).await?.owner.as_ref().unwrap_or(&None),
        };
        Ok(owner.clone().map(StaffMember))
    }

    /// Which team works it.
    async fn team(&self) -> Option<&str> {
        self.request().team.as_deref()
    }

    /// A try that counts nowhere and writes to nobody.
    async fn is_test(&self) -> bool {
        self.request().is_test
    }

    /// When it last changed.
    async fn moved_at(&self) -> DateTime<Utc> {
        self.request().moved_at.utc()
    }

    /// Grows with each change; a change names the version it was made upon.
    async fn version(&self) -> i32 {
        self.request().version
    }

    /// The request that asked for the same before.
    async fn original(&self, ctx: &Context<'_>) -> Result<Option<RequestNode>> {
        self.another(ctx, self.request().original).await
    }

    /// The refused request that this one has looked at again.
    async fn appeal_of(&self, ctx: &Context<'_>) -> Result<Option<RequestNode>> {
        self.another(ctx, self.request().appeal_of).await
    }

    /// What is to be done next.
    async fn next_action(&self, ctx: &Context<'_>) -> Result<NextAction> {
        Ok(next::next_action(self.request(), self.facts(ctx).await?, now(ctx)?).into())
    }

    /// What it waits for; nothing once it is closed.
    async fn waiting_for(&self, ctx: &Context<'_>) -> Result<Option<WaitingFor>> {
        Ok(next::waiting_for(self.request(), self.facts(ctx).await?, now(ctx)?).map(WaitingFor::from))
    }

    /// Every act that can be tried with it, and why the caller may not do it now, where he may not.
    async fn acts(&self, ctx: &Context<'_>) -> Result<Vec<RequestPossibility>> {
        let caller = asking(ctx)?.caller()?;
        let (facts, details, now) = (self.facts(ctx).await?, self.details(ctx).await?, now(ctx)?);
        let plans = self.own_plans(ctx).await?;
        let submitted_by = plans.first().and_then(|plan| plan.submitted).map(|(_, by)| by);
        let who = Trier { permissions: caller.permissions(), staff: caller.staff_id() };
        let tried = next::Act::ALL.iter().map(|act| RequestPossibility {
            act: (*act).into(),
            refusal: next::refusal(*act, (self.request(), facts, &details), (who, submitted_by), now),
        });
        Ok(tried.collect())
    }

    /// On what its time could stand still from now on, and what date that leaves.
    async fn pauses(&self, ctx: &Context<'_>) -> Result<Vec<PossiblePause>> {
        let details = self.details(ctx).await?;
        let pause = |pause: &actions::PossiblePause| PossiblePause {
            on: pause.on.into(),
            before: pause.before.map(Date),
            after: pause.after.map(Date),
            refusal: pause.refusal.clone(),
        };
        Ok(details.pauses.iter().map(pause).collect())
    }

    /// Under which regimes its time could be made longer now, and what date that leaves.
    async fn extensions(&self, ctx: &Context<'_>) -> Result<Vec<PossibleExtension>> {
        let details = self.details(ctx).await?;
        let extension = |extension: &actions::PossibleExtension| PossibleExtension {
            regime: extension.regime.clone(),
            title: extension.title.clone(),
            before: extension.before.map(Date),
            after: extension.after.map(Date),
            due_on: extension.due_on.map(Date),
            needs_day: extension.needs_day,
            refusal: extension.refusal.clone(),
        };
        Ok(details.extensions.iter().map(extension).collect())
    }

    /// All its due dates with how each came about, the earliest first.
    async fn clocks(&self, ctx: &Context<'_>) -> Result<Vec<RequestClock>> {
        let details = self.details(ctx).await?;
        let driving = self.request().due.as_ref().map(|due| due.regime.clone());
        let mut rows = details.clocks.clone();
        rows.sort_by_key(|row| (row.clock.ends_at, row.id));
        let tenant = self.request().tenant;
        let clock = |row: ClockRow| RequestClock {
            is_driving: row.met_at.is_none()
                && row.clock.kind != regulations::Kind::Acknowledgement
                && driving.as_ref() == Some(&row.clock.basis.regime),
            id: node_id(Ref::new(tenant, row.id)),
            row,
        };
        Ok(rows.into_iter().map(clock).collect())
    }

    /// What became of its time, as the person was told, oldest first.
    async fn clock_events(&self, ctx: &Context<'_>) -> Result<Vec<RequestClockEvent>> {
        let details = self.details(ctx).await?;
        let event = |row: &ClockEventRow| RequestClockEvent {
            at: row.at.utc(),
            what: row.what.into(),
            on: row.pause_on.map(PauseGround::from),
            regime: row.regime.clone(),
            until: row.until_on.map(Date),
            before: row.before_on.map(Date),
            after: row.after_on.map(Date),
            by: seat(&details, row.made_by),
        };
        Ok(details.events.iter().map(event).collect())
    }

    /// The newest plan of it.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<PlanNode>> {
        Ok(PlanNode::all(ctx, self, &self.own_plans(ctx).await?, 1).await?.pop())
    }

    /// All plans of it, the newest first.
    async fn plans(&self, ctx: &Context<'_>) -> Result<Vec<PlanNode>> {
        PlanNode::all(ctx, self, &self.own_plans(ctx).await?, usize::MAX).await
    }

    /// What the person gets or got, the newest package first.
    async fn packages(&self, ctx: &Context<'_>) -> Result<Vec<PackageNode>> {
        PackageNode::all(ctx, self.at()).await
    }

    /// What staff left out of its packages, in the order in which that was done.
    async fn redactions(&self, ctx: &Context<'_>) -> Result<Vec<RedactionNode>> {
        RedactionNode::all(ctx, self.at()).await
    }

    /// Letters, messages and notes, oldest first; their words stay sealed.
    async fn messages(&self, ctx: &Context<'_>) -> Result<Vec<MessageNode>> {
        MessageNode::all(ctx, self).await
    }

    /// How many of them nobody has finished.
    async fn draft_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let messages = MessageNode::all(ctx, self).await?;
        let drafts = messages.iter().filter(|message| message.is_draft()).count();
        Ok(i32::try_from(drafts).unwrap_or(i32::MAX))
    }

    /// What else the same person asked, by this contact and by others, newest first, as far as anybody is known.
    async fn related(&self, ctx: &Context<'_>) -> Result<Vec<RequestNode>> {
        Ok(self.details(ctx).await?.related.iter().cloned().map(RequestNode::from).collect())
    }

    /// How much that is.
    async fn related_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(i32::try_from(self.details(ctx).await?.related.len()).unwrap_or(i32::MAX))
    }

    /// What stands against erasing anything of this person's.
    async fn holds(&self, ctx: &Context<'_>) -> Result<Vec<HoldNode>> {
        let details = self.details(ctx).await?;
        let hold = |hold: &model::Hold| HoldNode::new(hold.clone(), &details.seats);
        Ok(details.holds.iter().map(hold).collect())
    }

    /// Whether anything does.
    async fn is_held(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!self.details(ctx).await?.holds.is_empty())
    }

    /// How far what was approved has been carried out; empty before anything was begun.
    async fn steps(&self, ctx: &Context<'_>) -> Result<Vec<StepNode>> {
        StepNode::all(ctx, self).await
    }

    /// What was certified of it, the first one first; what comes later supplements the one before.
    async fn certificates(&self, ctx: &Context<'_>) -> Result<Vec<CertificateNode>> {
        CertificateNode::all(ctx, self).await
    }

    /// What was named that is to be put right, and what became of it.
    async fn corrections(&self, ctx: &Context<'_>) -> Result<Vec<CorrectionNode>> {
        CorrectionNode::all(ctx, self).await
    }

    /// What it forbids: that anything is done, one use, one recipient.
    async fn fences(&self, ctx: &Context<'_>) -> Result<Vec<FenceNode>> {
        FenceNode::all(ctx, self).await
    }

    /// What proves how it was answered, the first one first; nothing before it is closed.
    async fn evidence(&self, ctx: &Context<'_>) -> Result<Vec<EvidenceNode>> {
        EvidenceNode::all(ctx, self).await
    }

    /// What each recipient of the person's data is told, and how far that has come.
    async fn tasks(&self, ctx: &Context<'_>) -> Result<Vec<RecipientTaskNode>> {
        tasks_of_request(ctx, Ref::new(self.request().tenant, self.request().id)).await
    }

    /// What the audit book tells of it, oldest first.
    async fn timeline(&self, ctx: &Context<'_>) -> Result<Vec<RequestEvent>> {
        let tools = &asking(ctx)?.tools;
        let told = actions::timeline(tools, self.request()).await?;
        let seats = actions::seats(tools, told.iter().filter_map(Told::staff).collect()).await?;
        Ok(told.into_iter().map(|told| RequestEvent::new(told, &seats)).collect())
    }
}

fn seat(details: &Details, id: Option<StaffId>) -> Option<StaffMember> {
    id.and_then(|id| details.seats.get(&id).cloned()).map(StaffMember)
}

/// The clock that is worked by.
pub struct RequestDue(model::Due);

/// What a regime is called; the code where it is none of the books'.
fn title(code: &str) -> &str {
    let known = regulations::shipped().ok().and_then(|book| book.regime(code));
    match (known, code) {
        (Some(regime), _) => &regime.title,
        (None, regulations::OPERATOR_PROMISE) => "The operator's own promise",
        (None, super::super::promise::DESK_TARGET) => "The desk's own target",
        (None, code) => code,
    }
}

/// The clock that is worked by.
#[Object]
impl RequestDue {
    /// The code of its regime.
    async fn regime(&self) -> &str {
        &self.0.regime
    }

    /// What the regime is called.
    async fn title(&self) -> &str {
        title(&self.0.regime)
    }

    /// The last day.
    async fn on(&self) -> Date {
        Date(self.0.on)
    }

    /// The end of that day where it ends: the first moment that is too late.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at.utc()
    }

    /// Ours: the day on which the last fifth of the time begins.
    async fn target_on(&self) -> Option<Date> {
        self.0.target_on.map(Date)
    }

    /// Days from today to the last day, by the calendar of UTC; below zero when it has passed.
    async fn days_left(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok((self.0.on.0 - now(ctx)?.day().0).num_days())
    }
}

/// Whether something can be done now.
#[derive(SimpleObject)]
pub struct RequestPossibility {
    /// What.
    act: RequestAct,
    /// Why it cannot, in words; null where it can.
    refusal: Option<String>,
}

/// A pause that could be made.
#[derive(SimpleObject)]
pub struct PossiblePause {
    /// What the person would be asked.
    on: PauseGround,
    /// The date as it is.
    before: Option<Date>,
    /// The date as it would be if the person answered at once.
    after: Option<Date>,
    /// Why it cannot be made, in words; null where it can.
    refusal: Option<String>,
}

/// An extension that could be told.
#[derive(SimpleObject)]
pub struct PossibleExtension {
    /// The code of the regime.
    regime: String,
    /// What it is called.
    title: String,
    /// The date as it is.
    before: Option<Date>,
    /// The date as it would be; null where the day is up to whoever extends.
    after: Option<Date>,
    /// The day the request would be due on then: another date may come first, such as one that the operator's page promises.
    due_on: Option<Date>,
    /// The regime leaves open for how long: say until when.
    needs_day: bool,
    /// Why it cannot be told, in words; null where it can.
    refusal: Option<String>,
}

/// A due date with its basis.
pub struct RequestClock {
    id: ID,
    row: ClockRow,
    is_driving: bool,
}

/// A due date, computed once and stored with all that went into it.
#[Object]
impl RequestClock {
    /// Its id.
    async fn id(&self) -> ID {
        self.id.clone()
    }

    /// The code of its regime.
    async fn regime(&self) -> &str {
        &self.row.clock.basis.regime
    }

    /// What the regime is called.
    async fn title(&self) -> &str {
        &self.row.clock.basis.title
    }

    /// What the regime's own list calls the right.
    async fn right(&self) -> &str {
        &self.row.clock.basis.right
    }

    /// What it counts towards.
    async fn kind(&self) -> ClockKind {
        self.row.clock.kind.into()
    }

    /// Whose time it is.
    async fn whose(&self) -> ClockOwner {
        self.row.clock.whose.into()
    }

    /// The last day: what is worked by.
    async fn on(&self) -> Date {
        Date(self.row.clock.on)
    }

    /// The end of that day where it ends: the first moment that is too late.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.row.clock.ends_at.utc()
    }

    /// The last day by the latest reading of the law; null where the regime names no number.
    async fn legal_on(&self) -> Option<Date> {
        self.row.clock.legal_on.map(Date)
    }

    /// Days to the last day where the days of this clock end; below zero when it has passed.
    async fn days_left(&self, ctx: &Context<'_>) -> Result<i64> {
        let (now, basis) = (now(ctx)?, &self.row.clock.basis);
        let today = zone(&basis.zone).map_or(now.day(), |zone| Day(now.utc().with_timezone(&zone).date_naive()));
        Ok(self.row.clock.days_left(today))
    }

    /// Whether it is the one that is worked by.
    async fn is_driving(&self) -> bool {
        self.is_driving
    }

    /// Whether what it counts towards was not done in time.
    async fn is_late(&self, ctx: &Context<'_>) -> Result<bool> {
        let clock = &self.row.clock;
        Ok(match self.row.met_at {
            Some(met) => met >= clock.ends_at,
            None => clock.is_over(now(ctx)?),
        })
    }

    /// Whether it stands still.
    async fn is_paused(&self) -> bool {
        self.row.clock.is_paused()
    }

    /// When what it counts towards was done.
    async fn met_at(&self) -> Option<DateTime<Utc>> {
        self.row.met_at.map(Instant::utc)
    }

    /// How the date came about, in words.
    async fn basis(&self) -> String {
        self.row.clock.basis.to_string()
    }

    /// Where the law says so.
    async fn cite(&self) -> &str {
        &self.row.clock.basis.cite
    }

    /// What whoever reads it must know of it.
    async fn flags(&self) -> Vec<&str> {
        self.row.clock.basis.flags.iter().map(|flag| flag.code()).collect()
    }
}

/// Something that became of a request's time.
#[derive(SimpleObject)]
pub struct RequestClockEvent {
    /// When.
    at: DateTime<Utc>,
    /// What.
    what: ClockEventKind,
    /// What the person was asked.
    on: Option<PauseGround>,
    /// Under which regime it takes longer.
    regime: Option<String>,
    /// Until when, where the regime leaves that open.
    until: Option<Date>,
    /// The date that was worked by before.
    before: Option<Date>,
    /// The date that was worked by after.
    after: Option<Date>,
    /// By whom.
    by: Option<StaffMember>,
}

/// Something that was done, as the audit book tells it.
#[derive(SimpleObject)]
pub struct RequestEvent {
    /// Its number in the chain of the tenant.
    seq: i64,
    /// When.
    at: DateTime<Utc>,
    /// By whom, as the books name him.
    actor: String,
    /// Who of the operator's people that is; null where it was somebody or something else.
    by: Option<StaffMember>,
    /// What, as a noun and a past-tense verb.
    action: String,
    /// Counts and codes that belong to it; null where there are none, or where they are sealed.
    facts: Option<String>,
}

impl RequestEvent {
    fn new(told: Told, seats: &HashMap<StaffId, staff::StaffMember>) -> Self {
        let by = told.staff().and_then(|id| seats.get(&id).cloned()).map(StaffMember);
        let Told { seq, at, actor, action, facts } = told;
        Self { seq, at: at.utc(), actor, by, action, facts }
    }
}

/// The contact by which something was asked.
pub struct IntakeNode(Arc<Details>);

impl IntakeNode {
    fn own(&self) -> &Intake {
        &self.0.intake
    }
}

/// A contact: one person, or another for them, asked for one right or several.
#[Object(name = "Intake")]
impl IntakeNode {
    /// Its id.
    async fn id(&self) -> ID {
        node_id(Ref::new(self.own().tenant, self.own().id))
    }

    /// How it came.
    async fn source(&self) -> RequestSource {
        self.own().source.into()
    }

    /// What the operator is to the data that is asked about.
    async fn role(&self) -> DataRole {
        self.own().role.into()
    }

    /// Who the person is to the shop.
    async fn subject_kind(&self) -> SubjectKind {
        self.own().subject_kind.into()
    }

    /// The person's language.
    async fn locale(&self) -> &str {
        &self.own().locale
    }

    /// Where the person is, as far as it is known, such as DE or US-CA.
    async fn place(&self) -> Option<&str> {
        self.own().place.as_deref()
    }

    /// Whose midnight ends a day of its clocks.
    async fn zone(&self) -> &str {
        &self.own().zone
    }

    /// When it came.
    async fn received_at(&self) -> DateTime<Utc> {
        self.own().received_at.utc()
    }

    /// When it was taken in.
    async fn made_at(&self) -> DateTime<Utc> {
        self.own().made_at.utc()
    }

    /// Who took it in; nobody where it came by itself.
    async fn made_by(&self) -> Option<StaffMember> {
        seat(&self.0, self.own().made_by)
    }

    /// By what the person was first proved.
    async fn proof(&self) -> Proof {
        self.own().proof.into()
    }

    /// When.
    async fn proved_at(&self) -> Option<DateTime<Utc>> {
        self.own().proved_at.map(Instant::utc)
    }

    /// Unproved after this, what was asked is closed.
    async fn prove_until(&self) -> Option<DateTime<Utc>> {
        self.own().prove_until.map(Instant::utc)
    }

    /// Whether somebody speaks for the person.
    async fn mandate(&self) -> Mandate {
        self.own().mandate.into()
    }

    /// A try that counts nowhere and writes to nobody.
    async fn is_test(&self) -> bool {
        self.own().is_test
    }

    /// Whether what was written is gone with its key.
    async fn is_forgotten(&self) -> bool {
        self.own().forgotten_at.is_some()
    }

    /// What the person goes by, masked, and how each was proved.
    async fn identifiers(&self) -> Vec<RequestIdentifier> {
        let identifier = |identifier: &Identifier| RequestIdentifier {
            id: node_id(Ref::new(self.own().tenant, identifier.id)),
            kind: identifier.kind.into(),
            value: masked(identifier.kind, self.own().subject),
            proof: identifier.proof.into(),
            proved_at: identifier.proved_at.map(Instant::utc),
            proved_by: seat(&self.0, identifier.proved_by),
            code_until: identifier.code_until.map(Instant::utc),
            tries: i32::from(identifier.tries),
        };
        self.0.identifiers.iter().map(identifier).collect()
    }
}

fn masked(kind: model::GoesBy, subject: Option<SubjectId>) -> Mask {
    let kind = match kind {
        // Another than the person.
        model::GoesBy::Agent => return Mask::sealed(MaskKind::Mail),
        model::GoesBy::Mail => MaskKind::Mail,
        model::GoesBy::Phone => MaskKind::Phone,
        model::GoesBy::Customer | model::GoesBy::Handle | model::GoesBy::Order => MaskKind::Handle,
        model::GoesBy::Name => MaskKind::Name,
    };
    subject.map_or_else(|| Mask::sealed(kind), |subject| Mask::of(kind, subject))
}

/// One thing that the person goes by.
#[derive(SimpleObject)]
pub struct RequestIdentifier {
    /// Its id.
    id: ID,
    /// What it is.
    kind: GoesBy,
    /// The value, masked.
    value: Mask,
    /// By what it was proved that it is theirs.
    proof: Proof,
    /// When.
    proved_at: Option<DateTime<Utc>>,
    /// Who judged so.
    proved_by: Option<StaffMember>,
    /// Until when the code that was sent last is good.
    code_until: Option<DateTime<Utc>>,
    /// How often a wrong code was tried.
    tries: i32,
}
