//! A letter as it would be sent, looked at before anything is done: composed from the same sentences, rules and dates as the
//! one that leaves. Nothing is written, nobody is written to, and the person's own link and code are withheld.

use super::extending::{chosen, extended};
use super::messaging::{checked, has_address, leads_to_page, opened_draft, written};
use super::pausing::may_stand_still;
use super::{Doors, checked_reason, is_answered_to_the_person};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{
    ClockEventId, Day, Error, Instant, MessageId, Personal, Ref, RequestId, Result, Secret, StaffId,
};
use crate::floor::ledger::Tx;
use crate::floor::regulations::PauseGround;
use crate::floor::tools::Tools;
use crate::requests::asking::Desk;
use crate::requests::clocks::{self, Times};
use crate::requests::letters::{Slots, Words, Written, speaks, spoken};
use crate::requests::model::{ClockEventRow, ClockMove, Ground, MessageKind, Outcome, Request};
use crate::requests::queries::{intakes, requests};

/// Which letter somebody means to send, and what they mean to say in it.
#[derive(Clone)]
pub struct Draught {
    pub kind: MessageKind,
    /// In another language than the person's.
    pub locale: Option<String>,
    /// Why, in the words of staff.
    pub reason: Option<Personal>,
    /// A question, a message or an answer, in the words of staff.
    pub words: Option<Personal>,
    /// Of a refusal.
    pub ground: Option<Ground>,
    /// What a pause waits for.
    pub on: Option<PauseGround>,
    /// Whether all was done that was asked.
    pub is_whole: bool,
    /// Under which regime it takes longer.
    pub regime: Option<String>,
    /// Until when it takes longer, where the regime leaves that open.
    pub until: Option<Day>,
    /// Whose words are taken, and why somebody opens them.
    pub draft: Option<(MessageId, Personal)>,
}

/// A letter that was not sent.
#[derive(Clone)]
pub struct Previewed {
    pub title: Personal,
    pub body: Personal,
    /// The language it is in.
    pub locale: String,
    /// Whether it would leave: somebody is written to, and there is an address.
    pub is_sent: bool,
    /// The day that is told as the old one.
    pub before: Option<Day>,
    /// The day that is told as the new one.
    pub after: Option<Day>,
}

/// The letter as it would be sent. What could not be done is refused as doing it would be. The words of a draft are opened
/// for whoever may see data, with a record of the look.
pub async fn preview_letter(tools: &Tools, caller: &Caller, at: Ref<RequestId>, wanted: Draught) -> Result<Previewed> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let mut wanted = wanted;
    if let Some((draft, why)) = wanted.draft.take() {
        wanted.words = Some(opened_draft(tools, caller, at, draft, why).await?);
    }
    let (doors, by) = (Doors::of(tools)?, caller.staff_id());
    tools.ledger.read(&scope, move |tx| previewed(tx, &doors.desk(), (at.id, by), wanted)).await
}

fn previewed(
    tx: &mut Tx,
    desk: &Desk<'_>,
    (at, by): (RequestId, Option<StaffId>),
    wanted: Draught,
) -> Result<Previewed> {
    let request = requests::get(tx, at)?;
    let intake = intakes::get(tx, request.intake)?;
    let is_sent = is_answered_to_the_person(&request) && has_address(tx, &intake)?;
    let kind = wanted.kind;
    let (mut request, mut slots) = meant(tx, request, by, &wanted)?;
    if leads_to_page(kind) {
        // Its place is shown, and nobody's link.
        slots.follow = Some(Secret::new(""));
    }
    if let Some(locale) = wanted.locale {
        if !speaks(&locale) {
            return Err(Error::invalid("locale", "letters are not worded in this language: leave it out"));
        }
        request.locale = locale;
    }
    let (before, after) = (slots.before, slots.after);
    let Written { title, body } = written(tx, desk, (&intake, &request), kind, &slots)?;
    let locales = [request.locale.as_str(), desk.policy.first_locale()];
    let body = body.shown(Words::of(&locales)?);
    Ok(Previewed { title, body, locale: spoken(&locales).to_owned(), is_sent, before, after })
}

/// The request as it would stand, and what the letter would say beside it.
fn meant(tx: &mut Tx, request: Request, by: Option<StaffId>, wanted: &Draught) -> Result<(Request, Slots)> {
    let now = tx.now()?;
    let slots = Slots { reason: wanted.reason.clone(), words: wanted.words.clone(), ..Slots::default() };
    let ended =
        |outcome| -> Result<Request> { Ok(Request { stage: request.stage.close(now, outcome)?, ..request.clone() }) };
    match wanted.kind {
        MessageKind::Paused => {
            said(wanted)?;
            let on = wanted.on.ok_or_else(|| Error::invalid("on", "say what the person is asked for"))?;
            let (stage, times) = (request.stage.pause(on)?, Times::of(tx, &request)?);
            may_stand_still(&times, on, now)?;
            let request = Request { stage, ..request };
            moved(request, times, &[(ClockMove::Paused, Some(on), None)], (by, now), slots)
        }
        MessageKind::Resumed => {
            let (stage, on) = request.stage.resume()?;
            let times = Times::of(tx, &request)?;
            let request = Request { stage, ..request };
            moved(request, times, &[(ClockMove::Resumed, Some(on), None)], (by, now), slots)
        }
        MessageKind::Extended => {
            said(wanted)?;
            let times = Times::of(tx, &request)?;
            let longer = chosen(&times, now, (wanted.regime.as_deref(), wanted.until))?;
            let moves: Vec<_> =
                longer.into_iter().map(|regime| (ClockMove::Extended, None, Some((regime, wanted.until)))).collect();
            moved(request, times, &moves, (by, now), slots)
        }
        MessageKind::ExtensionWithdrawn => {
            let times = Times::of(tx, &request)?;
            let longer = extended(&times.events);
            let moves: Vec<_> =
                longer.into_iter().map(|regime| (ClockMove::ExtensionWithdrawn, None, Some((regime, None)))).collect();
            moved(request, times, &moves, (by, now), slots)
        }
        MessageKind::Refused => {
            said(wanted)?;
            let ground = wanted.ground.ok_or_else(|| Error::invalid("ground", "say on which ground"))?;
            let must_name = Times::of(tx, &request)?.must_name()?;
            let closed = Request { ground: Some(ground), ..ended(Outcome::Refused)? };
            Ok((closed, Slots { ground: Some(ground), must_name, ..slots }))
        }
        MessageKind::Answered => {
            let outcome = if wanted.is_whole { Outcome::Fulfilled } else { Outcome::PartlyFulfilled };
            Ok((ended(outcome)?, slots))
        }
        MessageKind::Withdrawn => Ok((ended(Outcome::Withdrawn)?, slots)),
        // Which one it is joined to is chosen when it is done.
        MessageKind::Joined => Ok((ended(Outcome::Duplicate)?, Slots { original: Some("R-…".to_owned()), ..slots })),
        MessageKind::Expired => Ok((ended(Outcome::Expired)?, slots)),
        MessageKind::Ask | MessageKind::Message => {
            let words = slots.words.ok_or_else(|| Error::invalid("words", "write something"))?;
            Ok((request, Slots { words: Some(checked(words)?), ..slots }))
        }
        MessageKind::Acknowledgement | MessageKind::Code | MessageKind::HandedOn => Ok((request, slots)),
        MessageKind::Note => Err(Error::invalid("kind", "a note goes nowhere: there is no letter to look at")),
    }
}

fn said(wanted: &Draught) -> Result<()> {
    checked_reason(wanted.reason.as_ref().unwrap_or(&Personal::new("")))
}

/// What is about to happen to a date: what, what for, under which regime and until when.
type Coming = (ClockMove, Option<PauseGround>, Option<(String, Option<Day>)>);

/// The dates before and after, computed as they would be and kept nowhere.
fn moved(
    request: Request,
    times: Times,
    moves: &[Coming],
    (by, now): (Option<StaffId>, Instant),
    slots: Slots,
) -> Result<(Request, Slots)> {
    let mut times = times;
    let before = request.due.as_ref().map(|due| due.on);
    for (what, pause_on, under) in moves {
        times.events.push(ClockEventRow {
            id: ClockEventId::fresh(),
            request: request.id,
            at: now,
            what: *what,
            pause_on: *pause_on,
            regime: under.as_ref().map(|(regime, _)| regime.clone()),
            until_on: under.as_ref().and_then(|(_, until)| *until),
            before_on: before,
            after_on: None,
            made_by: by,
        });
    }
    let anew = times.anew(None)?;
    let due = clocks::due(&anew).or_else(|| request.due.clone());
    let after = due.as_ref().map(|due| due.on);
    Ok((Request { due, ..request }, Slots { before, after, ..slots }))
}
