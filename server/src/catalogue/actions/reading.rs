//! Versions as they are read, compared and judged.

use super::super::model::{Version, successor};
use super::super::queries;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, PolicyId, Result};
use crate::floor::policy::{Change, Fault, diff, parse};
use crate::floor::tools::Tools;

/// A page of versions, newest first, and how many there are.
pub async fn list(tools: &Tools, caller: &Caller, page: Page) -> Result<(Vec<Version>, i64)> {
    let scope = caller.permit_house(Permission::SeeQueue)?;
    tools.ledger.read(&scope, move |tx| queries::list(tx, &page)).await
}

/// One version, for whoever has a way to the house's rows.
pub async fn find(tools: &Tools, scope: &Scope<One>, id: PolicyId) -> Result<Option<Version>> {
    tools.ledger.read(scope, move |tx| queries::one(tx, id)).await
}

/// A version, the one it replaces, and what is otherwise between them. The first replaces none.
pub async fn compare(tools: &Tools, caller: &Caller, id: PolicyId) -> Result<(Option<Version>, Version, Vec<Change>)> {
    let scope = caller.permit_house(Permission::SeeQueue)?;
    let found = tools.ledger.read(&scope, move |tx| {
        let version = queries::one(tx, id)?.ok_or(Error::NotFound("policy version"))?;
        let at = match version.in_force_at.or(version.ended_at) {
            Some(at) => at,
            None => tx.now()?,
        };
        Ok((queries::before(tx, at, id)?, version))
    });
    let (before, version) = found.await?;
    let changes = match &before {
        Some(before) => diff((&before.text, &before.read()?.policy), (&version.text, &version.read()?.policy)),
        None => Vec::new(),
    };
    Ok((before, version, changes))
}

/// A text that is no version yet: what is wrong with it, and what would be otherwise.
pub struct Judged {
    pub faults: Vec<Fault>,
    pub changes: Vec<Change>,
}

/// Looks at a text as at a proposal. Nothing is written down.
pub async fn judge(tools: &Tools, caller: &Caller, text: &str) -> Result<Judged> {
    let scope = caller.permit_house(Permission::KeepPolicy)?;
    let in_force = tools.ledger.read(&scope, queries::in_force).await?.ok_or(Error::NotFound("policy version"))?;
    let before = in_force.read()?.policy;
    let faults = successor(text, &before).err().unwrap_or_default();
    let changes = parse(text).map(|after| diff((&in_force.text, &before), (text, &after))).unwrap_or_default();
    Ok(Judged { faults, changes })
}
