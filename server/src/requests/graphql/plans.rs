//! Plans and holds: what would be done, line by line, who answers for it, and what stands against it.

use std::collections::HashMap;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions;
use super::super::model::{self, Hold, Plan};
use super::super::next;
use super::super::plan::compare;
use super::super::queries::holds::HoldFilter;
use super::inputs::{
    ApprovePlanInput, DrawPlanInput, PlaceHoldInput, ReleaseHoldInput, ReturnPlanInput, RevealHoldReasonInput,
    RevealPlanReasonInput, SubmitPlanInput, request,
};
use super::nodes::RequestNode;
use super::words::{HoldKind, PlanState, PlannedAction};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Date, Listed, Mask, MaskKind, PageArgs, asking, connection, node_id, once, payload, place, tenant_place,
};
use crate::floor::journal::hex;
use crate::floor::kernel::{Error, Instant, Personal, Ref, RequestId, Result, StaffId, StoreId};
use crate::grants::RevealedReasonNode;
use crate::staff::StaffMember as Seat;
use crate::staff::graphql::StaffMember;
use crate::stores::{Shown, StoreNode};

type Seats = HashMap<StaffId, Seat>;
type Shops = HashMap<StoreId, Shown>;

/// What would be done about a request, as it was found: counts and codes, no value of anybody's.
#[derive(SimpleObject)]
#[graphql(name = "RequestPlan")]
pub struct PlanNode {
    /// Its id.
    id: ID,
    /// The first plan of a request is 1.
    number: i32,
    /// SHA-256 over its lines, in hexadecimal: what is submitted and approved is this.
    digest: String,
    /// How far it has come.
    state: PlanState,
    /// When it was found so.
    drawn_at: DateTime<Utc>,
    /// By whom; nobody where the desk itself looked.
    drawn_by: Option<StaffMember>,
    /// When it was sent on.
    submitted_at: Option<DateTime<Utc>>,
    /// By whom.
    submitted_by: Option<StaffMember>,
    /// When a second person approved it or sent it back.
    decided_at: Option<DateTime<Utc>>,
    /// Who did.
    decided_by: Option<StaffMember>,
    /// Nothing that cannot be undone runs before.
    starts_at: Option<DateTime<Utc>>,
    /// For how many hours it waits once it is approved; null where it does not.
    cooling_hours: Option<i64>,
    /// What would be done.
    lines: Vec<PlanLineNode>,
    /// What differs from the plan before; null of the first.
    changes: Option<PlanChanges>,
}

/// What would be done with one kind of thing at one place.
#[derive(SimpleObject)]
#[graphql(name = "PlanLine")]
pub struct PlanLineNode {
    /// The policy's category.
    category: String,
    /// The table of ours, or where else it is: store, recipient, app, merchant, letter.
    place: String,
    /// At which store.
    store: Option<StoreNode>,
    /// The code of the recipient that is told.
    recipient: Option<String>,
    /// How many rows.
    rows: i64,
    /// What would happen to them.
    action: PlannedAction,
    /// Why they stay, where they do.
    ground: Option<String>,
    /// Until when.
    until: Option<Date>,
}

/// What differs from the plan before. A line with another count or day went and came.
#[derive(SimpleObject)]
pub struct PlanChanges {
    /// The number of the plan before.
    against: i32,
    /// Lines that came.
    added: Vec<PlanLineNode>,
    /// Lines that went.
    removed: Vec<PlanLineNode>,
}

impl PlanNode {
    /// The newest of these plans of a request, as many as are wanted; they come the newest first.
    pub async fn all(ctx: &Context<'_>, of: &RequestNode, plans: &[Plan], most: usize) -> Result<Vec<Self>> {
        let wanted = plans.get(..most.min(plans.len())).unwrap_or_default();
        let tools = &asking(ctx)?.tools;
        let people = wanted.iter().flat_map(|plan| {
            [plan.drawn_by, plan.submitted.map(|(_, by)| by), plan.decided.map(|(_, by)| by)].into_iter().flatten()
        });
        let seats = actions::seats(tools, people.collect()).await?;
        let lines = plans.iter().flat_map(|plan| plan.lines.iter());
        let shops = actions::shops(tools, of.at().tenant, lines.filter_map(|line| line.store).collect()).await?;
        let node = |(at, plan): (usize, &Plan)| Self::of(of, (plan, plans.get(at + 1)), (&seats, &shops));
        Ok(wanted.iter().enumerate().map(node).collect())
    }

    fn of(of: &RequestNode, (plan, before): (&Plan, Option<&Plan>), (seats, shops): (&Seats, &Shops)) -> Self {
        let seat = |id: Option<StaffId>| id.and_then(|id| seats.get(&id).cloned()).map(StaffMember);
        let (submitted, decided) = (plan.submitted, plan.decided);
        Self {
            id: node_id(Ref::new(of.at().tenant, plan.id)),
            number: i32::from(plan.number),
            digest: hex(&plan.digest),
            state: plan.state.into(),
            drawn_at: plan.drawn_at.utc(),
            drawn_by: seat(plan.drawn_by),
            submitted_at: submitted.map(|(at, _)| at.utc()),
            submitted_by: seat(submitted.map(|(_, by)| by)),
            decided_at: decided.map(|(at, _)| at.utc()),
            decided_by: seat(decided.map(|(_, by)| by)),
            starts_at: plan.starts_at.map(Instant::utc),
            cooling_hours: next::cooling_hours(of.request()),
            lines: plan.lines.iter().map(|line| PlanLineNode::of(line, shops)).collect(),
            changes: before.map(|before| {
                let changes = compare(&before.lines, &plan.lines);
                let lines = |line: &model::PlanLine| PlanLineNode::of(line, shops);
                PlanChanges {
                    against: i32::from(before.number),
                    added: changes.iter().filter_map(|change| change.is.as_ref()).map(lines).collect(),
                    removed: changes.iter().filter_map(|change| change.was.as_ref()).map(lines).collect(),
                }
            }),
        }
    }
}

impl PlanLineNode {
    fn of(line: &model::PlanLine, shops: &Shops) -> Self {
        Self {
            category: line.category.clone(),
            place: line.place.clone(),
            store: line.store.and_then(|id| shops.get(&id).cloned()).map(StoreNode),
            recipient: line.recipient.clone(),
            rows: line.rows,
            action: line.action.into(),
            ground: line.ground.clone(),
            until: line.until_on.map(Date),
        }
    }
}

/// What must not be erased for now, and who answers for it.
#[derive(SimpleObject)]
#[graphql(name = "Hold")]
pub struct HoldNode {
    /// Its id.
    id: ID,
    /// What people call it, such as H-7K4QD2M.
    reference: String,
    /// Why it must stay.
    kind: HoldKind,
    /// Whose data it is, as one person can be told from another.
    person: Mask,
    /// The id of the one order that it keeps, with what hangs on it; null where it keeps all of the person.
    order: Option<ID>,
    /// When it was placed.
    placed_at: DateTime<Utc>,
    /// By whom.
    placed_by: Option<StaffMember>,
    /// When somebody looks whether it is needed still.
    review_on: Date,
    /// When it was let go.
    released_at: Option<DateTime<Utc>>,
    /// By whom: somebody else than placed it.
    released_by: Option<StaffMember>,
    /// Grows with each change.
    version: i32,
}

impl HoldNode {
    pub fn new(hold: Hold, seats: &Seats) -> Self {
        let seat = |id: StaffId| seats.get(&id).cloned().map(StaffMember);
        Self {
            id: node_id(Ref::new(hold.tenant, hold.id)),
            kind: hold.kind.into(),
            person: Mask::of(MaskKind::Name, hold.subject),
            order: hold.order.map(|order| node_id(Ref::new(hold.tenant, order))),
            placed_at: hold.placed_at.utc(),
            placed_by: seat(hold.placed_by),
            review_on: Date(hold.review_on),
            released_at: hold.released.map(|(at, _)| at.utc()),
            released_by: hold.released.and_then(|(_, by)| seat(by)),
            version: hold.version,
            reference: hold.reference,
        }
    }
}

payload! {
    /// What came of drawing a plan.
    DrawPlanPayload {
        /// The plan that stands.
        plan: PlanNode
    }
}
payload! {
    /// What came of sending a plan on.
    SubmitPlanPayload {
        /// The plan.
        plan: PlanNode
    }
}
payload! {
    /// What came of approving a plan.
    ApprovePlanPayload {
        /// The plan.
        plan: PlanNode
    }
}
payload! {
    /// What came of sending a plan back.
    ReturnPlanPayload {
        /// The plan.
        plan: PlanNode
    }
}
payload! {
    /// What came of placing a hold.
    PlaceHoldPayload {
        /// The hold.
        hold: HoldNode
    }
}
payload! {
    /// What came of letting a hold go.
    ReleaseHoldPayload {
        /// The hold.
        hold: HoldNode
    }
}
payload! {
    /// What came of opening the words with which a plan was sent back.
    RevealPlanReasonPayload {
        /// The words in clear.
        revealed: RevealedReasonNode
    }
}
payload! {
    /// What came of opening the words of a hold.
    RevealHoldReasonPayload {
        /// The words in clear.
        revealed: RevealedReasonNode
    }
}

/// What can be asked about holds.
#[derive(Default)]
pub struct HoldQuery;

#[Object]
impl HoldQuery {
    /// The holds that exist for the caller, what is to be looked at first before; those that were let go among them where that
    /// is asked for.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list, and what narrows it")]
    async fn holds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this tenant.")] tenant: Option<ID>,
        #[graphql(desc = "Those that were let go too.")] with_released: Option<bool>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, HoldNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let sort = "holds.review";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        // An id that cannot be read leads to no hold.
        let reach = tenant.map(|id| tenant_place(&id).map_or_else(|_| Vec::new(), |tenant| vec![tenant]));
        let filter = HoldFilter { reach, subject: None, with_released: with_released.unwrap_or_default() };
        let counts = ctx.look_ahead().field("totalCount").exists();
        let listed = actions::list_holds(&asking.tools, asking.caller()?, filter, (page.clone(), counts));
        let (rows, total) = listed.await?;
        let people = |hold: &Hold| [Some(hold.placed_by), hold.released.map(|(_, by)| by)];
        let seats = actions::seats(&asking.tools, rows.iter().flat_map(people).flatten().collect()).await?;
        let key = |hold: &Hold| (hold.review_on.to_string(), hold.id.uuid());
        Ok(connection(sort, &page, rows, total, key, |hold| HoldNode::new(hold, &seats)))
    }
}

/// What is done with plans and holds.
#[derive(Default)]
pub struct PlanMutation;

#[Object]
impl PlanMutation {
    /// Looks at what is held and writes down what would be done; where that is what the plan that stands says, it stays.
    async fn draw_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which request.")] input: DrawPlanInput,
    ) -> Result<DrawPlanPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let drawn = actions::draw_plan(&asking.tools, asking.caller()?, at, once).await;
        DrawPlanPayload::of(shown(ctx, at, drawn).await)
    }

    /// Sends the plan that was read on: to a second person, or to be carried out where its right wants none. Where it would be
    /// drawn otherwise by now, the new one stands beside it and nothing was sent on.
    async fn submit_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan.")] input: SubmitPlanInput,
    ) -> Result<SubmitPlanPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        actions::may(caller, Permission::WorkRequests, at.tenant)?;
        let submitted = match digest(&input.digest) {
            Ok(read) => actions::submit_plan(&asking.tools, caller, at, input.version, read, once).await,
            Err(error) => Err(error),
        };
        SubmitPlanPayload::of(shown(ctx, at, submitted).await)
    }

    /// Approves the very plan that was read: by somebody else than submitted it, with the reference typed and a second factor
    /// of the last five minutes.
    async fn approve_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan.")] input: ApprovePlanInput,
    ) -> Result<ApprovePlanPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        actions::may(caller, Permission::ApprovePlans, at.tenant)?;
        let approved = match digest(&input.digest) {
            Ok(read) => actions::approve_plan(&asking.tools, caller, at, read, &input.confirm, once).await,
            Err(error) => Err(error),
        };
        ApprovePlanPayload::of(shown(ctx, at, approved).await)
    }

    /// Sends the plan that waits for approval back, in words; who submitted it may take it back too.
    async fn return_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan, and why.")] input: ReturnPlanInput,
    ) -> Result<ReturnPlanPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let reason = Personal::new(input.reason);
        let returned = actions::return_plan(&asking.tools, asking.caller()?, at, reason, once).await;
        ReturnPlanPayload::of(shown(ctx, at, returned).await)
    }

    /// Holds all that is held of whom a request is about, or one order of theirs: nothing of it is erased until somebody else
    /// lets it go.
    async fn place_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is held, and why.")] input: PlaceHoldInput,
    ) -> Result<PlaceHoldPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let caller = asking.caller()?;
        actions::may(caller, Permission::WorkRequests, at.tenant)?;
        let placed = match input.read() {
            Ok(new) => actions::place_hold(&asking.tools, caller, at, new, once).await,
            Err(error) => Err(error),
        };
        PlaceHoldPayload::of(held(ctx, placed).await)
    }

    /// Lets a hold go that somebody else placed. Wants a second factor of the last five minutes.
    async fn release_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which hold.")] input: ReleaseHoldInput,
    ) -> Result<ReleaseHoldPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place(&input.id, "hold")?;
        let released = actions::release_hold(&asking.tools, asking.caller()?, at, once).await;
        ReleaseHoldPayload::of(held(ctx, released).await)
    }

    /// Opens the words with which a plan was sent back, and writes down who looked before it answers. Wants a second factor of
    /// the last five minutes.
    async fn reveal_plan_reason(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which plan.")] input: RevealPlanReasonInput,
    ) -> Result<RevealPlanReasonPayload> {
        let asking = asking(ctx)?;
        let at = place(&input.id, "plan")?;
        let revealed = actions::reveal_plan_reason(&asking.tools, asking.caller()?, at).await;
        RevealPlanReasonPayload::of(revealed.map(|revealed| RevealedReasonNode::of(&revealed)))
    }

    /// Opens the words of a hold, and writes down who looked before it answers. Wants a second factor of the last five minutes.
    async fn reveal_hold_reason(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which hold.")] input: RevealHoldReasonInput,
    ) -> Result<RevealHoldReasonPayload> {
        let asking = asking(ctx)?;
        let at = place(&input.id, "hold")?;
        let revealed = actions::reveal_hold_reason(&asking.tools, asking.caller()?, at).await;
        RevealHoldReasonPayload::of(revealed.map(|revealed| RevealedReasonNode::of(&revealed)))
    }
}

/// A digest as it was shown.
fn digest(text: &str) -> Result<[u8; 32]> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
    let read = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    read.ok_or_else(|| Error::invalid("digest", "give the digest of the plan that was read, 64 hexadecimal digits"))
}

/// A plan among the others of its request.
async fn shown(ctx: &Context<'_>, at: Ref<RequestId>, plan: Result<Plan>) -> Result<PlanNode> {
    let (plan, asking) = (plan?, asking(ctx)?);
    let caller = asking.caller()?;
    let request = actions::find_listed(&asking.tools, caller, at).await?.ok_or(Error::NotFound("request"))?;
    let mut plans = actions::list_plans(&asking.tools, caller, at).await?;
    plans.sort_by_key(|plan| std::cmp::Reverse(plan.number));
    plans.retain(|other| other.number <= plan.number);
    let mut nodes = PlanNode::all(ctx, &RequestNode::from(request), &plans, 1).await?;
    nodes.pop().ok_or(Error::NotFound("plan"))
}

async fn held(ctx: &Context<'_>, hold: Result<Hold>) -> Result<HoldNode> {
    let hold = hold?;
    let mut people = vec![hold.placed_by];
    people.extend(hold.released.map(|(_, by)| by));
    let seats = actions::seats(&asking(ctx)?.tools, people).await?;
    Ok(HoldNode::new(hold, &seats))
}
