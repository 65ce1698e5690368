//! The face of promises, of the data map and of the record of processing.

mod map;
mod nodes;
mod record;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Enum, ID, InputObject, Object};

pub use nodes::PromiseNode;

use self::map::MapTable;
use self::record::{RecordOfProcessing, RecordPart};
use super::actions;
use super::model::{Promise, Standing};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Listed, Needs, PageArgs, Rule, asking, connection, payload, place, rule, tenant_place, words,
};
use crate::floor::kernel::{PromiseId, Result};

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    // Where the policy keeps the standing to itself, the queue is asked for.
    rule("Query.promises", Needs::Nothing),
    rule("Query.dataMap", Needs::Permission(Permission::SeeQueue)),
    rule("Query.recordOfProcessing", Needs::Permission(Permission::SeeQueue)),
    rule("Mutation.checkPromise", Needs::Permission(Permission::SeeQueue)),
    rule("CheckPromisePayload.*", Needs::Parent),
    rule("Promise.*", Needs::Parent),
    rule("PromiseConnection.*", Needs::Parent),
    rule("PromiseEdge.*", Needs::Parent),
    rule("Look.*", Needs::Parent),
    rule("LookConnection.*", Needs::Parent),
    rule("LookEdge.*", Needs::Parent),
    rule("MapTable.*", Needs::Parent),
    rule("MapColumn.*", Needs::Parent),
    rule("RecordOfProcessing.*", Needs::Parent),
    rule("RecordController.*", Needs::Parent),
    rule("RecordMerchant.*", Needs::Parent),
    rule("RecordEntry.*", Needs::Parent),
    rule("RecordData.*", Needs::Parent),
    rule("RecordRecipient.*", Needs::Parent),
    rule("RecordLimit.*", Needs::Parent),
];

/// How a promise stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Standing", remote = "Standing")]
pub enum StandingWord {
    /// Looked at, and kept.
    Holds,
    /// Kept yet, and about to break, or not looked at for too long.
    AtRisk,
    /// Looked at, and not kept.
    Broken,
    /// No look can say yet: what it would look at is not there.
    NotYetMeasured,
    /// No machine can tell.
    NotMeasurable,
}

/// Which promises a list holds.
#[derive(InputObject)]
struct PromiseFilter {
    /// Those that stand so.
    standing: Option<Vec<StandingWord>>,
    /// Those under this heading of the page.
    section: Option<String>,
}

/// Which promise to look at.
#[derive(InputObject)]
struct CheckPromiseInput {
    /// Its id.
    id: ID,
}

payload! {
    /// What came of a look.
    CheckPromisePayload {
        /// The promise as it stands now.
        promise: PromiseNode
    }
}

/// What can be asked about promises and about what is held.
#[derive(Default)]
pub struct PromiseQuery;

#[Object]
impl PromiseQuery {
    /// The promises of the policy in force, as its page orders them: for everybody where the policy publishes how they
    /// stand, else for whoever sees the queue.
    async fn promises(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<PromiseFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, PromiseNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let scope = actions::may_see(&asking.tools, asking.caller().ok())?;
        let sort = "promises.place";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.map_or_else(actions::Filter::default, |filter| actions::Filter {
            standing: filter.standing.map(|wanted| words(&wanted)),
            section: filter.section,
        });
        let listed = actions::list_promises(&asking.tools, &scope, filter).await?;
        let total = i64::try_from(listed.len()).unwrap_or(i64::MAX);
        let key = |promise: &Promise| (format!("{:010}", promise.place), promise.id.uuid());
        // A policy has no more promises than its page has sentences: the page is cut here.
        let mut rows: Vec<Promise> = listed;
        if page.is_backward {
            rows.reverse();
        }
        if let Some(cursor) = &page.beyond {
            rows.retain(|promise| if page.is_backward { key(promise) < *cursor } else { key(promise) > *cursor });
        }
        rows.truncate(page.size + 1);
        Ok(connection(sort, &page, rows, total, key, PromiseNode))
    }

    /// What is held: every table and what each of its columns is.
    async fn data_map(&self, ctx: &Context<'_>) -> Result<Vec<MapTable>> {
        let asking = asking(ctx)?;
        actions::see_map(asking.caller()?)?;
        Ok(asking.tools.map.tables().map(MapTable).collect())
    }

    /// The record of processing that Art. 30 GDPR wants, reckoned from the policy and the data map.
    async fn record_of_processing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the operator does as controller, or as its merchants' processor.")] part: RecordPart,
        #[graphql(desc = "For which merchant, in the processor's part; for every one where none is named.")]
        tenant: Option<ID>,
    ) -> Result<RecordOfProcessing> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let tenant = tenant.as_ref().map(tenant_place).transpose()?;
        Ok(actions::record_of_processing(&asking.tools, caller, part.into(), tenant).await?.into())
    }
}

/// What can be done about promises.
#[derive(Default)]
pub struct PromiseMutation;

#[Object]
impl PromiseMutation {
    /// Looks at a promise now, and not when its hour comes.
    async fn check_promise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which promise.")] input: CheckPromiseInput,
    ) -> Result<CheckPromisePayload> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let at = place::<PromiseId>(&input.id, "promise")?;
        let checked = actions::check_promise(&asking.tools, caller, at).await;
        CheckPromisePayload::of(checked.map(PromiseNode))
    }
}

/// The promise behind an id, for `node`.
pub async fn find_promise(ctx: &Context<'_>, id: &ID) -> Result<Option<PromiseNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_promise(&asking.tools, asking.caller()?, place(id, "promise")?).await?;
    Ok(found.map(PromiseNode))
}
