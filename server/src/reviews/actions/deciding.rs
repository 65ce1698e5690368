//! One row is decided: by somebody who neither holds nor gave what it is about, with a reason in words. What is to go is
//! taken away at once, and read back.

use chrono::Duration;

use super::reading::{ShownItem, shown_item};
use super::settling::settle;
use super::{house, reviewer};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Day, Error, Flaws, Personal, Ref, Result, ReviewItemId};
use crate::floor::ledger::{Event, Once, Witnessed};
use crate::floor::tools::Tools;
use crate::reviews::model::ReviewDecision;
use crate::reviews::queries::{campaigns, items};
use crate::reviews::subjects;

/// The longest that an exception is made for.
const LONGEST: Duration = Duration::days(366);

/// What is decided, and why.
#[derive(Clone)]
pub struct Verdict {
    pub decision: ReviewDecision,
    pub reason: Personal,
    /// Until when it stands although something speaks against it.
    pub exception_until: Option<Day>,
}

impl Verdict {
    fn checked(self, today: Day) -> Result<Self> {
        let mut flaws = Flaws::default();
        if self.reason.disclose().trim().is_empty() || self.reason.disclose().len() > 2_000 {
            flaws.add("reason", "say why, in up to 2000 bytes");
        }
        if self.exception_until.is_some_and(|until| until <= today || until.0 > today.0 + LONGEST) {
            flaws.add("exceptionUntil", "give a day to come, within a year");
        }
        flaws.or(self)
    }
}

/// Decides about a row, or decides otherwise. To take something away wants a fresh second factor.
pub async fn decide_item(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<ReviewItemId>, i32),
    verdict: Verdict,
    once: Option<Once>,
) -> Result<ShownItem> {
    let scope = reviewer(caller)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::ReviewAccess.code()))?;
    let id = house(at, "review item")?;
    if verdict.decision == ReviewDecision::Revoke {
        caller.require_fresh()?;
    }
    let verdict = verdict.checked(tools.watch.now().day())?;
    let seen = tools.ledger.read(&scope, move |tx| items::one(tx, id)).await?;
    let seen = seen.ok_or(Error::NotFound("review item"))?;
    // Who gave it something since the extract is barred too.
    let now = subjects::look(tools, &seen.found).await?;
    seen.reviewable_by(by, now.as_ref().map_or(&[], |now| &now.barred))?;
    let (vault, decision) = (tools.vault.clone(), verdict.decision);
    let written = tools.ledger.write_once(scope.clone(), once, "review_item", move |tx| {
        campaigns::shared(tx, seen.campaign)?;
        let item = items::held(tx, id, version)?;
        item.require_there()?;
        items::decide(tx, &vault, &item, (verdict.decision, &verdict.reason, verdict.exception_until), by)?;
        let told = Event::new("review.decided", "review_item", id.uuid()).code("decision", verdict.decision.code());
        Ok(Witnessed::new(id.uuid(), told))
    });
    if !written.await?.is_repeated && decision != ReviewDecision::Keep {
        // What does not come true now is tried again by a job: the decision stands.
        if let Err(error) = settle(tools, id).await {
            tracing::warn!(item = %id, code = error.code(), "a decision of a review is not carried out yet");
        }
    }
    let item = tools.ledger.read(&scope, move |tx| items::one(tx, id)).await?;
    shown_item(tools, caller, item.ok_or(Error::NotFound("review item"))?).await
}
