//! Views that somebody keeps, and the same done to many.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions::{self, BulkDone as Done, Deed, Item};
use super::super::filter;
use super::super::queries::views::{SavedView, Selection};
use super::inputs::{
    AssignSelectionInput, DeleteViewInput, ExtendSelectionInput, FreezeSelectionInput, RefuseSelectionInput,
    SaveViewInput, view,
};
use crate::floor::graphql::{UserError, asking, mendable, node_id, once, payload};
use crate::floor::kernel::{Error, Ref, Result, SelectionId};

/// A filter of the queue that somebody keeps.
pub struct ViewNode {
    view: SavedView,
    /// Where it was asked for together with others.
    count: Option<i64>,
}

impl From<SavedView> for ViewNode {
    fn from(view: SavedView) -> Self {
        Self { view, count: None }
    }
}

/// A filter of the queue that one of the operator's people keeps for himself.
#[Object(name = "SavedView")]
impl ViewNode {
    /// Its id.
    async fn id(&self) -> ID {
        node_id(Ref::of_house(self.view.id))
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.view.name
    }

    /// What it holds, in the words of the queue.
    async fn filter(&self) -> &str {
        &self.view.filter
    }

    /// Its place among the person's own.
    async fn position(&self) -> i32 {
        i32::from(self.view.position)
    }

    /// How many it holds now; it stops at 10000.
    async fn count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = match self.count {
            Some(count) => count,
            None => counts(ctx, &[&self.view]).await?.into_iter().next().unwrap_or_default(),
        };
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// How many each of these holds, with one look at the queue.
async fn counts(ctx: &Context<'_>, views: &[&SavedView]) -> Result<Vec<i64>> {
    let asking = asking(ctx)?;
    // What was kept under older words and cannot be read any more holds what nothing is said of.
    let wanted = views.iter().map(|view| filter::read(&view.filter).unwrap_or_default().wanted).collect();
    actions::count_requests(&asking.tools, asking.caller()?, wanted).await
}

/// What can be asked about views.
#[derive(Default)]
pub struct ViewQuery;

#[Object]
impl ViewQuery {
    /// The views that the caller keeps, in their order.
    async fn saved_views(&self, ctx: &Context<'_>) -> Result<Vec<ViewNode>> {
        let asking = asking(ctx)?;
        let views = actions::list_views(&asking.tools, asking.caller()?).await?;
        if views.is_empty() || !ctx.look_ahead().field("count").exists() {
            return Ok(views.into_iter().map(ViewNode::from).collect());
        }
        let counts = counts(ctx, &views.iter().collect::<Vec<_>>()).await?;
        Ok(views.into_iter().zip(counts).map(|(view, count)| ViewNode { view, count: Some(count) }).collect())
    }
}

/// Requests that somebody chose.
#[derive(SimpleObject)]
#[graphql(name = "RequestSelection")]
pub struct SelectionNode {
    /// Its id; it is the chooser's alone.
    id: ID,
    /// How many it holds.
    count: i32,
    /// Until when something can be done with it.
    ends_at: DateTime<Utc>,
    /// More fitted than it holds.
    is_cut: bool,
}

impl From<Selection> for SelectionNode {
    fn from(selection: Selection) -> Self {
        Self {
            id: node_id(Ref::of_house(selection.id)),
            count: i32::try_from(selection.members.len()).unwrap_or(i32::MAX),
            ends_at: selection.ends_at.utc(),
            is_cut: selection.is_cut,
        }
    }
}

/// What came of doing the same to a part of a selection.
#[derive(SimpleObject)]
pub struct BulkResults {
    /// What came of each, in the selection's order.
    items: Vec<BulkResult>,
    /// Where to go on; null once all of it was tried.
    next: Option<i32>,
    /// How many were done.
    done: i32,
    /// How many were not.
    refused: i32,
}

/// What came of one.
#[derive(SimpleObject)]
pub struct BulkResult {
    /// Which request.
    id: ID,
    /// What people call it.
    reference: String,
    /// Why it was not done; null where it was.
    refusal: Option<UserError>,
}

impl BulkResults {
    fn of(done: Done) -> Result<Self> {
        let items = done.items.into_iter().map(BulkResult::of).collect::<Result<Vec<_>>>()?;
        let refused = items.iter().filter(|item| item.refusal.is_some()).count();
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Ok(Self { done: number(items.len() - refused), refused: number(refused), next: done.next.map(number), items })
    }
}

impl BulkResult {
    fn of(item: Item) -> Result<Self> {
        let refusal = match item.refusal {
            Some(Error::NotFound(_)) => Some(Error::refused("REFUSED", "there is no such request any more")),
            refusal => refusal,
        };
        let refusal = match refusal {
            Some(error) => mendable::<()>(Err(error))?.1.into_iter().next(),
            None => None,
        };
        Ok(Self { id: node_id(item.at), reference: item.reference, refusal })
    }
}

payload! {
    /// What came of keeping a view.
    SaveViewPayload {
        /// The view.
        view: ViewNode
    }
}
payload! {
    /// What came of letting a view go.
    DeleteViewPayload {
        /// The views that are left.
        views: Vec<ViewNode>
    }
}
payload! {
    /// What came of choosing.
    FreezeSelectionPayload {
        /// What was chosen.
        selection: SelectionNode
    }
}
payload! {
    /// What came of giving a selection to somebody.
    AssignSelectionPayload {
        /// What came of each.
        results: BulkResults
    }
}
payload! {
    /// What came of extending a selection.
    ExtendSelectionPayload {
        /// What came of each.
        results: BulkResults
    }
}
payload! {
    /// What came of refusing a selection.
    RefuseSelectionPayload {
        /// What came of each.
        results: BulkResults
    }
}

/// What is done with views and with many at once.
#[derive(Default)]
pub struct ViewMutation;

#[Object]
impl ViewMutation {
    /// Keeps a view for the caller, or writes one anew.
    async fn save_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The view.")] input: SaveViewInput,
    ) -> Result<SaveViewPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let saved = match input.read() {
            Ok(new) => actions::save_view(&asking.tools, asking.caller()?, new, once).await,
            Err(error) => Err(error),
        };
        SaveViewPayload::of(saved.map(ViewNode::from))
    }

    /// Lets one of the caller's views go.
    async fn delete_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which view.")] input: DeleteViewInput,
    ) -> Result<DeleteViewPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let left = actions::delete_view(&asking.tools, asking.caller()?, view(&input.id)?, once).await;
        DeleteViewPayload::of(left.map(|views| views.into_iter().map(ViewNode::from).collect()))
    }

    /// Fixes which requests the same is to be done with: those that fit a filter at this moment, or these very ones, each at
    /// its version, for ten minutes.
    async fn freeze_selection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requests.")] input: FreezeSelectionInput,
    ) -> Result<FreezeSelectionPayload> {
        let asking = asking(ctx)?;
        actions::may_work(asking.caller()?)?;
        let frozen = match input.read() {
            Ok(wanted) => actions::freeze(&asking.tools, asking.caller()?, wanted).await,
            Err(error) => Err(error),
        };
        FreezeSelectionPayload::of(frozen.map(SelectionNode::from))
    }

    /// Gives all of a selection to a seat, a team, both or nobody, each in a write of its own.
    async fn assign_selection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which selection, and to whom.")] input: AssignSelectionInput,
    ) -> Result<AssignSelectionPayload> {
        AssignSelectionPayload::of(each(ctx, input.read()).await)
    }

    /// Makes the time of all of a selection longer, each in a write of its own with a letter of its own.
    async fn extend_selection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which selection, and why.")] input: ExtendSelectionInput,
    ) -> Result<ExtendSelectionPayload> {
        ExtendSelectionPayload::of(each(ctx, input.read()).await)
    }

    /// Refuses all of a selection, each in a write of its own with a letter of its own.
    async fn refuse_selection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which selection, on which ground, and why.")] input: RefuseSelectionInput,
    ) -> Result<RefuseSelectionPayload> {
        RefuseSelectionPayload::of(each(ctx, input.read()).await)
    }
}

type Part = (SelectionId, (usize, Option<usize>));

async fn each(ctx: &Context<'_>, read: Result<(Part, Deed)>) -> Result<BulkResults> {
    let asking = asking(ctx)?;
    actions::may_work(asking.caller()?)?;
    let ((id, part), deed) = read?;
    BulkResults::of(actions::do_to_each(&asking.tools, asking.caller()?, id, part, deed).await?)
}
