//! The time of a request stands still while an answer of the person is awaited, where the regime has that; and runs on when
//! it came. Each is a notice to the person, with the date before and after.

use std::sync::{Arc, Mutex, PoisonError};

use super::messaging::queue_letter;
use super::{Moved, change, checked_reason, event};
use crate::floor::access::Caller;
use crate::floor::jobs::{self, Ticket};
use crate::floor::kernel::{ClockEventId, Day, Error, Instant, Personal, Ref, RequestId, Result, StaffId};
use crate::floor::ledger::{Once, WriteTx};
use crate::floor::regulations::PauseGround;
use crate::floor::tools::Tools;
use crate::requests::asking::Desk;
use crate::requests::clocks::{self, Times};
use crate::requests::fulfil::answered_from;
use crate::requests::jobs::{CarryOut, DrawPlan};
use crate::requests::letters::Slots;
use crate::requests::model::{ClockEventRow, ClockMove, ClockRow, Due, MessageKind, Request, Stage};
use crate::requests::queries::clocks as rows;

/// The person was asked something, and the time stands still under every regime that has that.
pub async fn pause(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    on: PauseGround,
    reason: Personal,
    once: Option<Once>,
) -> Result<Moved> {
    checked_reason(&reason)?;
    let by = caller.staff_id();
    moved(tools, caller, (at, version), once, move |tx, desk, request| {
        let stage = request.stage.pause(on)?;
        let (now, times) = (tx.now()?, Times::of(tx, &request)?);
        may_stand_still(&times, on, now)?;
        let what = Move { what: ClockMove::Paused, pause_on: Some(on), regime: None, until_on: None };
        let request = Request { stage, ..request };
        let (request, slots) = take(tx, desk, (request, &times), &what, (by, Some(&reason)))?;
        queue_letter(tx, desk, &request, MessageKind::Paused, Slots { reason: Some(reason), ..slots })?;
        let told = event("request.paused", &request).code("on", on.code());
        Ok((request, vec![told]))
    })
    .await
}

/// Refuses where no open date stands still for this.
pub(super) fn may_stand_still(times: &Times, on: PauseGround, now: Instant) -> Result<()> {
    let mut refused = None;
    let mut is_paused = false;
    for row in times.open() {
        match times.ask(row, None, |matter| matter.may_pause(on, now))? {
            Ok(_) => is_paused = true,
            // What the regime that is worked by says is what there is to say.
            Err(cannot) => refused = refused.or(Some(cannot)),
        }
    }
    if is_paused { Ok(()) } else { Err(refused.map_or_else(nothing_open, Error::from)) }
}

/// The answer came, and the time runs on.
pub async fn resume(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    once: Option<Once>,
) -> Result<Moved> {
    let by = caller.staff_id();
    moved(tools, caller, (at, version), once, move |tx, desk, request| {
        let (stage, on) = request.stage.resume()?;
        let times = Times::of(tx, &request)?;
        let what = Move { what: ClockMove::Resumed, pause_on: Some(on), regime: None, until_on: None };
        let request = Request { stage, ..request };
        let (request, slots) = take(tx, desk, (request, &times), &what, (by, None))?;
        open_again(tx, &request)?;
        queue_letter(tx, desk, &request, MessageKind::Resumed, slots)?;
        let told = event("request.resumed", &request).code("on", on.code());
        Ok((request, vec![told]))
    })
    .await
}

/// The latest pause was wrong from the beginning: the date is what it would be without it.
pub async fn withdraw_pause(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    once: Option<Once>,
) -> Result<Moved> {
    let by = caller.staff_id();
    moved(tools, caller, (at, version), once, move |tx, desk, request| {
        if request.stage.is_closed() {
            return Err(Error::refused("ILLEGAL_STEP", "a pause cannot be withdrawn: it is closed"));
        }
        let times = Times::of(tx, &request)?;
        let on = latest(&times.events)
            .ok_or_else(|| Error::refused("NOT_PAUSED", "its time never stood still: there is nothing to withdraw"))?;
        let stage = match request.stage {
            Stage::Paused { on: waited, .. } if waited == on => request.stage.resume()?.0,
            stage => stage,
        };
        let what = Move { what: ClockMove::PauseWithdrawn, pause_on: Some(on), regime: None, until_on: None };
        let request = Request { stage, ..request };
        let (request, slots) = take(tx, desk, (request, &times), &what, (by, None))?;
        open_again(tx, &request)?;
        queue_letter(tx, desk, &request, MessageKind::Resumed, slots)?;
        let told = event("request.pause_withdrawn", &request).code("on", on.code());
        Ok((request, vec![told]))
    })
    .await
}

/// The ground of the latest pause that still counts.
fn latest(events: &[ClockEventRow]) -> Option<PauseGround> {
    let mut pauses: Vec<PauseGround> = Vec::new();
    for event in events {
        match (event.what, event.pause_on) {
            (ClockMove::Paused, Some(on)) => pauses.push(on),
            (ClockMove::PauseWithdrawn, Some(on)) => {
                if let Some(at) = pauses.iter().rposition(|known| *known == on) {
                    pauses.remove(at);
                }
            }
            _ => {}
        }
    }
    pauses.pop()
}

/// What was paused while it was to be worked is to be worked again.
fn open_again(tx: &mut WriteTx, request: &Request) -> Result<()> {
    if matches!(request.stage, Stage::Open { .. }) {
        jobs::enqueue(tx, &DrawPlan { request: request.id })?;
    }
    Ok(())
}

fn nothing_open() -> Error {
    Error::refused("ILLEGAL_STEP", "no date of an answer is open any more")
}

/// What is about to become of a request's time.
pub(super) struct Move {
    pub what: ClockMove,
    pub pause_on: Option<PauseGround>,
    pub regime: Option<String>,
    pub until_on: Option<Day>,
}

/// Notes it, computes every date anew from receipt and the whole list, and lets the request say which is worked by. The
/// slots have the date before and after, as the person is told.
pub(super) fn take(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    (request, times): (Request, &Times),
    what: &Move,
    (by, reason): (Option<StaffId>, Option<&Personal>),
) -> Result<(Request, Slots)> {
    let mut request = request;
    let before = request.due.as_ref().map(|due| due.on);
    let mut row = ClockEventRow {
        id: ClockEventId::fresh(),
        request: request.id,
        at: tx.now()?,
        what: what.what,
        pause_on: what.pause_on,
        regime: what.regime.clone(),
        until_on: what.until_on,
        before_on: before,
        after_on: None,
        made_by: by,
    };
    let anew: Vec<ClockRow> = times.anew(Some(&row))?;
    row.after_on = clocks::due(&anew).map(|due| due.on).or(before);
    rows::note(tx, desk.vault, (request.intake, &row), reason)?;
    clocks::store(tx, &mut request, &anew)?;
    Ok((request, Slots { before, after: row.after_on, ..Slots::default() }))
}

/// What is carried out is answered in time, whoever is still awaited: where the date moves, so does the look that comes for it.
fn look_by_then(tx: &mut WriteTx, request: &Request) -> Result<()> {
    let is_awaited = matches!(request.stage, Stage::InProgress { .. }) && request.answered_at.is_none();
    if let Some(from) = answered_from(request).filter(|_| is_awaited) {
        jobs::redeem(tx, Ticket::of(&CarryOut { request: request.id })?.due(from));
    }
    Ok(())
}

/// Changes a request, and says which date it was and is worked by.
pub(super) async fn moved<F>(
    tools: &Tools,
    caller: &Caller,
    at: (Ref<RequestId>, Option<i32>),
    once: Option<Once>,
    work: F,
) -> Result<Moved>
where
    F: FnOnce(&mut WriteTx, &Desk<'_>, Request) -> Result<super::Done> + Clone + Send + 'static,
{
    let before = Arc::new(Mutex::new(None::<Option<Due>>));
    let noted = Arc::clone(&before);
    let request = change(tools, caller, at, once, move |tx, desk, request| {
        let before = request.due.clone();
        *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(before.clone());
        let (request, told) = work(tx, desk, request)?;
        if request.due != before {
            look_by_then(tx, &request)?;
        }
        Ok((request, told))
    })
    .await?;
    let before = before.lock().unwrap_or_else(PoisonError::into_inner).take();
    let after = request.due.clone();
    // Whoever repeats a call is told the date as it stands.
    Ok(Moved { before: before.unwrap_or_else(|| after.clone()), after, request })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(what: ClockMove, on: PauseGround) -> ClockEventRow {
        ClockEventRow {
            id: ClockEventId::fresh(),
            request: RequestId::fresh(),
            at: Instant::EPOCH,
            what,
            pause_on: Some(on),
            regime: None,
            until_on: None,
            before_on: None,
            after_on: None,
            made_by: None,
        }
    }

    #[test]
    fn the_latest_pause_that_still_counts_is_the_one_to_withdraw() {
        let (who, what) = (PauseGround::IdentityAsked, PauseGround::ScopeAsked);
        let events = [row(ClockMove::Paused, who), row(ClockMove::Resumed, who), row(ClockMove::Paused, what)];
        assert_eq!(latest(&events), Some(what));
        assert_eq!(latest(&[&events[..], &[row(ClockMove::PauseWithdrawn, what)]].concat()), Some(who));
        assert_eq!(latest(&[]), None);
    }
}
