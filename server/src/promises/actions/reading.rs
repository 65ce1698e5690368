//! What may be seen of promises: by everybody where the policy publishes how they stand, else by whoever sees the queue.

use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::graphql::{Page, sign_in_needed};
use crate::floor::kernel::{PromiseId, Ref, Result, TenantId};
use crate::floor::tools::Tools;
use crate::promises::model::{Looked, Promise, Standing};
use crate::promises::queries;

/// Which promises a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub standing: Option<Vec<Standing>>,
    pub section: Option<String>,
}

/// Leave to read the ledger: the operator's own hand reads for strangers what is published.
pub fn may_see(tools: &Tools, caller: Option<&Caller>) -> Result<Scope<One>> {
    if tools.policy.in_force()?.policy.announces.standing {
        return Caller::house().permit_house(Permission::KeepHouse);
    }
    caller.ok_or_else(sign_in_needed)?.permit_house(Permission::SeeQueue)
}

/// The promises of the policy in force, as it orders them.
pub async fn list_promises(tools: &Tools, scope: &Scope<One>, filter: Filter) -> Result<Vec<Promise>> {
    let listed = tools.ledger.read(scope, move |tx| {
        let now = tx.now()?;
        let fits = |promise: &Promise| {
            filter.standing.as_ref().is_none_or(|wanted| wanted.contains(&promise.standing))
                && filter.section.as_ref().is_none_or(|wanted| *wanted == promise.section)
        };
        Ok(queries::active(tx)?.into_iter().map(|promise| promise.at(now)).filter(fits).collect())
    });
    listed.await
}

/// One promise, past ones too, for whoever sees the queue.
pub async fn find_promise(tools: &Tools, caller: &Caller, at: Ref<PromiseId>) -> Result<Option<Promise>> {
    let scope = caller.permit_house(Permission::SeeQueue)?;
    if at.tenant != TenantId::HOUSE {
        return Ok(None);
    }
    let found = tools.ledger.read(&scope, move |tx| {
        let now = tx.now()?;
        Ok(queries::one(tx, at.id)?.map(|promise| promise.at(now)))
    });
    found.await
}

/// How a promise stood over time.
pub async fn history_of(tools: &Tools, scope: &Scope<One>, id: PromiseId, page: Page) -> Result<(Vec<Looked>, i64)> {
    tools.ledger.read(scope, move |tx| queries::history(tx, id, &page)).await
}

/// Leave to see the data map, which is facts about tables and no row of anybody.
pub fn see_map(caller: &Caller) -> Result<()> {
    caller.permit_desk(Permission::SeeQueue).map(drop)
}
