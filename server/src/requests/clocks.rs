//! The dates of a request: every regime that may apply gives its own, and the earliest that is open is worked by. They are
//! computed from the day of receipt and the whole list of what happened since, each time anew; nothing is added to a date.

use super::asking::{Desk, Notice};
use super::model::{ClockEventRow, ClockRow, DataRole, Due, Intake, Request};
use super::promise;
use super::queries::clocks as rows;
use crate::floor::kernel::{Error, Instant, RequestId, Result};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::regulations::{
    self, Asked, Book, Clock, Event, Kind, Matter, MustName, Received, Regime, Right, Whose, driving, zone,
};

/// The regimes that come along. A fault in them is the program's.
pub(super) fn book() -> Result<&'static Book> {
    regulations::shipped().map_err(|_| Error::internal("the regimes that come along are unsound"))
}

/// What the dates of one right come to when it is asked.
pub(super) struct Set {
    pub clocks: Vec<Clock>,
    /// A regime that applies lets no proof of identity be asked for.
    pub is_without_proof: bool,
}

/// Which dates a right has from its receipt. An appeal has those of the regimes under which the refusal stands.
pub(super) fn set(
    desk: &Desk<'_>,
    intake: &Intake,
    (right, case): (Right, Option<&str>),
    notice: Option<&Notice>,
    appealed: &[ClockRow],
) -> Result<Set> {
    let book = book()?;
    let received = received(intake)?;
    let promise = promise::promised(desk.policy, intake.subject_kind);
    let named = promise::named(desk.policy, intake.subject_kind, right);
    let asked = Asked {
        right,
        case,
        is_processor: intake.role == DataRole::Processor,
        place: intake.place.as_deref(),
        notice_of: notice.map(|notice| notice.platform.as_str()),
        notice: notice.map(|notice| notice.name.as_str()),
        named: &named,
        promise: Some(&promise),
    };
    let applying = if right == Right::Appeal { Vec::new() } else { book.applying(&asked) };
    let mut is_without_proof = right == Right::OptOut;
    let mut clocks = Vec::new();
    for applies in &applying {
        is_without_proof |= applies.offer.rule.without_proof;
        let received = received.at(book, applies.regime);
        clocks.extend(Matter::of(applies, received).run_by(applies.whose).clocks());
    }
    for row in appealed.iter().filter(|row| row.clock.kind == Kind::Answer) {
        let Some(regime) = book.regime(&row.clock.basis.regime) else { continue };
        let received = received.at(book, regime);
        let matter = Matter::new(regime, &row.clock.basis.right, received)?.run_by(row.clock.whose);
        clocks.extend(matter.appealed(received).and_then(|matter| matter.answer()));
    }
    if !clocks.iter().any(|clock| is_of_an_answer(clock.kind)) {
        let target = promise::target(right);
        let matter = Matter::new(&target, right.code(), received.at(book, &target))?;
        clocks.extend(matter.run_by(Whose::Ours).answer());
    }
    Ok(Set { clocks, is_without_proof })
}

/// When something came and where, before it is known under which calendar that is counted.
struct Came<'a> {
    at: Instant,
    zone: regulations::Tz,
    place: Option<&'a str>,
}

fn received(intake: &Intake) -> Result<Came<'_>> {
    let zone = zone(&intake.zone).ok_or_else(|| Error::corrupt("intakes", "zone", intake.id))?;
    Ok(Came { at: intake.received_at, zone, place: intake.place.as_deref() })
}

impl Came<'_> {
    fn at<'b>(&self, book: &'b Book, regime: &Regime) -> Received<'b> {
        Received { at: self.at, zone: self.zone, calendar: book.calendar_at(regime, self.place) }
    }
}

/// Whether a request is worked by such a date.
const fn is_of_an_answer(kind: Kind) -> bool {
    matches!(kind, Kind::Answer | Kind::Appeal)
}

/// The date that is worked by: of an answer, open, the earliest that runs.
pub(super) fn due(clocks: &[ClockRow]) -> Option<Due> {
    earliest(clocks.iter().filter(|row| row.met_at.is_none()).map(|row| &row.clock))
}

/// The same of dates that are not stored yet.
pub(super) fn due_of(clocks: &[Clock]) -> Option<Due> {
    earliest(clocks.iter())
}

fn earliest<'a>(clocks: impl Iterator<Item = &'a Clock>) -> Option<Due> {
    let mut open: Vec<&Clock> = clocks.filter(|clock| is_of_an_answer(clock.kind)).collect();
    // Of two that end together ours is named, before a merchant's.
    open.sort_by_key(|clock| clock.whose == Whose::Merchants);
    driving(open).map(as_due)
}

fn as_due(clock: &Clock) -> Due {
    let target_on = (!clock.is_paused()).then(|| clock.target_on());
    Due { regime: clock.basis.regime.clone(), on: clock.on, at: clock.ends_at, target_on }
}

/// All that the dates of one request hang on, read together.
pub(super) struct Times {
    pub rows: Vec<ClockRow>,
    pub events: Vec<ClockEventRow>,
    intake: Intake,
    /// When the refusal that is appealed was asked: the regime's rule is found by that.
    appealed: Option<Intake>,
}

impl Times {
    pub fn of(tx: &mut Tx, request: &Request) -> Result<Self> {
        let (rows, events) = (rows::of(tx, request.id)?, rows::events(tx, request.id)?);
        let intake = super::queries::intakes::get(tx, request.intake)?;
        let appealed = match request.appeal_of {
            Some(of) => {
                let refused = super::queries::requests::get(tx, of)?;
                Some(super::queries::intakes::get(tx, refused.intake)?)
            }
            None => None,
        };
        Ok(Self { rows, events, intake, appealed })
    }

    /// The open dates of an answer, the one that is worked by first.
    pub fn open(&self) -> Vec<&ClockRow> {
        let mut open: Vec<&ClockRow> =
            self.rows.iter().filter(|row| row.met_at.is_none() && is_of_an_answer(row.clock.kind)).collect();
        open.sort_by_key(|row| (row.clock.is_paused(), row.clock.ends_at, row.clock.whose == Whose::Merchants));
        open
    }

    /// Asks a regime's own arithmetic about one of these dates, as it stands or with `more` that is about to happen. None
    /// where the regime is a promise or target of ours, of which nothing moves a date.
    pub fn ask<T>(&self, row: &ClockRow, more: Option<&ClockEventRow>, ask: impl FnOnce(Matter<'_>) -> T) -> Result<T> {
        let book = book()?;
        let basis = &row.clock.basis;
        let own;
        let regime = if let Some(known) = book.regime(&basis.regime) {
            known
        } else {
            own = standing_in(&row.clock)?;
            &own
        };
        let came = received(&self.intake)?.at(book, regime);
        let events: Vec<Event> =
            self.events.iter().chain(more).filter_map(|event| event.event_for(&basis.regime)).collect();
        let matter = if row.clock.kind == Kind::Appeal {
            let first = self.appealed.as_ref().unwrap_or(&self.intake);
            let refused = received(first)?.at(book, regime);
            let matter = Matter::new(regime, &basis.right, refused)?.run_by(row.clock.whose);
            matter.appealed(came).ok_or_else(|| Error::internal("an appeal under a regime that has none"))?
        } else {
            Matter::new(regime, &basis.right, came)?.run_by(row.clock.whose)
        };
        Ok(ask(matter.with(&events)))
    }

    /// Every date that counts anew from receipt, with `more` that is about to happen.
    pub fn anew(&self, more: Option<&ClockEventRow>) -> Result<Vec<ClockRow>> {
        let again = |row: &ClockRow| {
            let is_fixed = book()?.regime(&row.clock.basis.regime).is_none();
            if is_fixed || row.clock.kind == Kind::Acknowledgement {
                return Ok(row.clone());
            }
            let clock = self.ask(row, more, |matter| matter.answer())?;
            Ok(ClockRow { clock: clock.unwrap_or_else(|| row.clock.clone()), ..row.clone() })
        };
        self.rows.iter().map(again).collect()
    }

    /// What a refusal must name, by all regimes whose answer it is.
    pub fn must_name(&self) -> Result<Vec<MustName>> {
        let mut must: Vec<MustName> = Vec::new();
        for row in self.open() {
            must.extend(self.ask(row, None, |matter| matter.must_name().to_vec())?);
        }
        must.sort_unstable();
        must.dedup();
        Ok(must)
    }
}

/// A promise or target of ours, as it stood when its date was computed: the page may say something else by now.
fn standing_in(clock: &Clock) -> Result<Regime> {
    let basis = &clock.basis;
    let right = Right::from_code(&basis.right)
        .ok_or_else(|| Error::internal("a date under a regime that is not there any more"))?;
    if basis.regime == promise::DESK_TARGET {
        return Ok(promise::target(right));
    }
    let period = basis.period.unwrap_or(regulations::Period::Days(0));
    Ok(Regime::promised(&basis.cite, &[(right, period)]))
}

/// Stores dates that were computed, and lets the request say which is worked by. What was met keeps its date.
pub(super) fn store(tx: &mut WriteTx, request: &mut Request, anew: &[ClockRow]) -> Result<()> {
    let open: Vec<Clock> = anew.iter().filter(|row| row.met_at.is_none()).map(|row| row.clock.clone()).collect();
    rows::put(tx, request.id, &open)?;
    request.due = due(anew).or_else(|| request.due.take());
    Ok(())
}

/// What these requests' dates of a kind count towards was done.
pub(super) fn meet(tx: &mut WriteTx, requests: &[RequestId], kind: Kind, at: Instant) -> Result<()> {
    rows::meet(tx, requests, &[kind], at)
}

/// A request ended: none of its dates is open any more.
pub(super) fn end(tx: &mut WriteTx, request: RequestId, at: Instant) -> Result<()> {
    rows::meet(tx, &[request], Kind::ALL, at)
}
