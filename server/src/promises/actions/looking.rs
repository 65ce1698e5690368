//! Looking at promises: each check looks through the doors, then what was seen is written down together. A look that
//! fails is no look: what held before is at risk until somebody can see again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs::enqueue;
use crate::floor::kernel::{Error, PromiseId, Ref, Result, TenantId};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::policy::Adopted;
use crate::floor::tools::Tools;
use crate::promises::checks::{self, Asked, Check, Way};
use crate::promises::jobs::TellOfPromises;
use crate::promises::model::{Look, Promise, is_news};
use crate::promises::queries;

/// Looks at one promise now.
pub async fn check_promise(tools: &Tools, caller: &Caller, at: Ref<PromiseId>) -> Result<Promise> {
    let scope = caller.permit_house(Permission::SeeQueue)?;
    if at.tenant != TenantId::HOUSE {
        return Err(Error::NotFound("promise"));
    }
    let found = tools.ledger.read(&scope, move |tx| queries::one(tx, at.id)).await?;
    let promise = found.ok_or(Error::NotFound("promise"))?;
    let seen = looked(tools, &tools.policy.in_force()?, vec![promise]).await?;
    if seen.is_empty() {
        return Err(Error::refused("REFUSED", "nothing can look at this promise yet: its row says what it waits for"));
    }
    written(tools, scope.clone(), seen).await?;
    let found = tools.ledger.read(&scope, move |tx| queries::one(tx, at.id)).await?;
    found.ok_or(Error::NotFound("promise"))
}

/// Looks at every promise whose hour has come; how many those were.
pub async fn look_at_due(tools: &Tools, scope: Scope<One>) -> Result<usize> {
    let due = tools.ledger.read(&scope, |tx| {
        let now = tx.now()?;
        let is_due = |promise: &Promise| promise.look_at.is_none_or(|at| at <= now);
        Ok(queries::active(tx)?.into_iter().filter(is_due).collect::<Vec<_>>())
    });
    let seen = looked(tools, &tools.policy.in_force()?, due.await?).await?;
    let count = seen.len();
    if count > 0 {
        written(tools, scope, seen).await?;
    }
    Ok(count)
}

/// A promise, its check, and what was seen.
type Seen = (PromiseId, &'static Check, Look);

async fn looked(tools: &Tools, adopted: &Arc<Adopted>, promises: Vec<Promise>) -> Result<Vec<Seen>> {
    let mut seen: Vec<Seen> = Vec::new();
    // Many sentences promise the same of the same: it is looked at once.
    let mut looks: HashMap<(&str, Vec<String>), Look> = HashMap::new();
    for promise in promises {
        let Some(check) = promise.check.as_deref().and_then(checks::find) else { continue };
        let Way::Looks(look) = check.way else { continue };
        let said = adopted.policy.promises.iter().find(|said| *said.code.get_ref() == promise.code);
        let of: Vec<String> =
            said.map(|said| said.of.iter().map(|code| code.get_ref().clone()).collect()).unwrap_or_default();
        let asked = Asked { tools: tools.clone(), adopted: Arc::clone(adopted), of: of.clone() };
        let look = match looks.entry((check.name, of)) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => match look(asked).await {
                Ok(look) => new.insert(look).clone(),
                Err(passing @ (Error::Unavailable { .. } | Error::Conflict)) => return Err(passing),
                Err(error) => {
                    tracing::error!(promise = promise.code, check = check.name, %error, "a look at a promise failed");
                    Look::at_risk("not seen", "the look itself failed: see the log")
                }
            },
        };
        seen.push((promise.id, check, look));
    }
    Ok(seen)
}

async fn written(tools: &Tools, scope: Scope<One>, seen: Vec<Seen>) -> Result<()> {
    let written = tools.ledger.write(scope, move |tx: &mut WriteTx| {
        let now = tx.now()?;
        let house = TenantId::HOUSE.uuid();
        let looked = Event::new("promises.looked", "house", house);
        let mut done = Witnessed::new((), looked.count("promises", u64::try_from(seen.len()).unwrap_or(u64::MAX)));
        let mut has_news = false;
        for (id, check, look) in &seen {
            let promise = queries::held(tx, *id)?;
            let (before, after) = (promise.standing, look.standing);
            let is_news = before != after && is_news(before, after);
            queries::saw(tx, &promise, look, Some(check.rhythm.after(now)), is_news)?;
            if before != after {
                let turned = Event::new("promise.turned", "promise", id.uuid());
                done = done.and(turned.code("from", before.code()).code("to", after.code()));
            }
            has_news |= is_news;
        }
        if has_news {
            enqueue(tx, &TellOfPromises {})?;
        }
        Ok(done)
    });
    written.await
}
