//! The person is told that it takes longer: once, with a reason, inside the first period, for as long as the regime gives,
//! counted from receipt. Taken back, the date is what it was.

use super::messaging::queue_letter;
use super::pausing::{Move, moved, take};
use super::{Moved, checked_reason, event};
use crate::floor::access::Caller;
use crate::floor::kernel::{Day, Error, Instant, Personal, Ref, RequestId, Result, StaffId};
use crate::floor::ledger::{Once, WriteTx};
use crate::floor::regulations::{CannotExtend, Moved as MovedClock};
use crate::floor::tools::Tools;
use crate::requests::asking::Desk;
use crate::requests::clocks::Times;
use crate::requests::letters::Slots;
use crate::requests::model::{ClockEventRow, ClockMove, ClockRow, MessageKind, Request};

/// Makes the time longer: under one regime, or, where none is named, under that which is worked by and every other that has
/// it too. `until` is the day that the person is told, where the regime leaves it open.
pub async fn extend(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    (regime, until): (Option<String>, Option<Day>),
    reason: Personal,
    once: Option<Once>,
) -> Result<Moved> {
    checked_reason(&reason)?;
    let by = caller.staff_id();
    moved(tools, caller, (at, version), once, move |tx, desk, request| {
        if request.stage.is_closed() {
            return Err(Error::refused("ILLEGAL_STEP", "it cannot be extended: it is closed"));
        }
        let (now, times) = (tx.now()?, Times::of(tx, &request)?);
        let longer = chosen(&times, now, (regime.as_deref(), until))?;
        let before = request.due.as_ref().map(|due| due.on);
        let what = (ClockMove::Extended, longer.as_slice(), until);
        let request = each(tx, desk, request, what, (by, Some(&reason)))?;
        let after = request.due.as_ref().map(|due| due.on);
        // Where another date is worked by still, the letter says so: nobody is told a day that the desk does not keep to.
        let slots = Slots { reason: Some(reason), before, after, ..Slots::default() };
        queue_letter(tx, desk, &request, MessageKind::Extended, slots)?;
        let told = event("request.extended", &request).count("regimes", longer.len() as u64);
        Ok((request, vec![told]))
    })
    .await
}

/// The regimes under which it takes longer, the one that was meant first.
pub(super) fn chosen(times: &Times, now: Instant, (regime, until): (Option<&str>, Option<Day>)) -> Result<Vec<String>> {
    let ask = |row: &ClockRow| -> Result<Result<MovedClock, CannotExtend>> {
        times.ask(row, None, |matter| matter.may_extend(now, until))
    };
    let open = times.open();
    let first = match regime {
        Some(code) => open.iter().find(|row| row.clock.basis.regime == code),
        None => open.first(),
    };
    let first = *first.ok_or_else(|| Error::invalid("regime", "name a regime whose date of an answer is open"))?;
    ask(first)??;
    let mut longer = vec![first.clock.basis.regime.clone()];
    if regime.is_none() {
        for row in open.iter().skip(1) {
            if ask(row)?.is_ok() {
                longer.push(row.clock.basis.regime.clone());
            }
        }
    }
    Ok(longer)
}

/// Takes the extension back, under every regime that had it.
pub async fn withdraw_extension(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    version: Option<i32>,
    once: Option<Once>,
) -> Result<Moved> {
    let by = caller.staff_id();
    moved(tools, caller, (at, version), once, move |tx, desk, request| {
        if request.stage.is_closed() {
            return Err(Error::refused("ILLEGAL_STEP", "an extension cannot be withdrawn: it is closed"));
        }
        let longer = extended(&Times::of(tx, &request)?.events);
        if longer.is_empty() {
            return Err(Error::refused("NOT_EXTENDED", "it was not extended: there is nothing to withdraw"));
        }
        let before = request.due.as_ref().map(|due| due.on);
        let what = (ClockMove::ExtensionWithdrawn, longer.as_slice(), None);
        let request = each(tx, desk, request, what, (by, None))?;
        let after = request.due.as_ref().map(|due| due.on);
        let slots = Slots { before, after, ..Slots::default() };
        queue_letter(tx, desk, &request, MessageKind::ExtensionWithdrawn, slots)?;
        let told = event("request.extension_withdrawn", &request).count("regimes", longer.len() as u64);
        Ok((request, vec![told]))
    })
    .await
}

/// Takes the same down for each of these regimes, one after the other.
fn each(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    request: Request,
    (what, regimes, until): (ClockMove, &[String], Option<Day>),
    (by, reason): (Option<StaffId>, Option<&Personal>),
) -> Result<Request> {
    let mut request = request;
    for regime in regimes {
        let times = Times::of(tx, &request)?;
        let what = Move { what, pause_on: None, regime: Some(regime.clone()), until_on: until };
        (request, _) = take(tx, desk, (request, &times), &what, (by, reason))?;
    }
    Ok(request)
}

/// The regimes whose time is longer by now.
pub(super) fn extended(events: &[ClockEventRow]) -> Vec<String> {
    let mut longer: Vec<String> = Vec::new();
    for event in events {
        let Some(regime) = &event.regime else { continue };
        match event.what {
            ClockMove::Extended if !longer.contains(regime) => longer.push(regime.clone()),
            ClockMove::ExtensionWithdrawn => longer.retain(|known| known != regime),
            _ => {}
        }
    }
    longer
}
