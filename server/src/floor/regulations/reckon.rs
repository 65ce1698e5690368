//! The arithmetic. From the day of receipt and the whole list of what happened to two dates: the earlier reading, which
//! is worked by, and the later, which is the legal limit. Nothing is ever added to a date that was computed before.

use chrono::{LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::{GapInfo, Tz};

use super::calendar::{Calendar, Outside, weekdays_on};
use super::history::{History, Longer as Told, Standstill};
use super::period::{Period, days_on, months_on};
use super::terms::{Longer, Term};
use super::words::{Flag, PauseGround, Roll, RollReading, Starts};
use crate::floor::kernel::Instant;

/// When something came, where its days begin and end, and which days are worked there.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    pub at: Instant,
    /// Of the controller; the operator's where we act alone.
    pub zone: Tz,
    pub calendar: Option<&'a Calendar>,
}

impl Received<'_> {
    pub(super) fn day_of(&self, at: Instant) -> NaiveDate {
        at.utc().with_timezone(&self.zone).date_naive()
    }
}

/// What is counted: an answer's terms, an acknowledgement's or an appeal's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    pub term: Term,
    pub roll: Roll,
    pub roll_reading: RollReading,
    pub starts: Starts,
    pub grounds: &'a [PauseGround],
    pub extension: Option<Longer>,
}

impl<'a> Terms<'a> {
    /// A date that nothing moves.
    pub(super) const fn plain(period: Period) -> Self {
        Self {
            term: Term::Within(period),
            roll: Roll::None,
            roll_reading: RollReading::Both,
            starts: Starts::Receipt,
            grounds: &[],
            extension: None,
        }
    }

    pub(super) fn pauses_for(&self, ground: PauseGround) -> bool {
        self.grounds.contains(&ground) || self.starts.waits_for(ground)
    }

    /// The grounds on which its time stands still.
    pub(super) fn all_grounds(&self) -> impl Iterator<Item = PauseGround> + use<'a> {
        let terms = *self;
        PauseGround::ALL.iter().copied().filter(move |ground| terms.pauses_for(*ground))
    }
}

/// The two ways to read a rule where it can be read twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Early,
    Late,
}

/// Both dates, and all that went into them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reckoned {
    /// The day 0 from which the period counts.
    pub base: NaiveDate,
    pub period: Option<Period>,
    pub extended_by: Option<Period>,
    pub extended_to: Option<NaiveDate>,
    pub excluded: u32,
    pub excluded_late: u32,
    pub unrolled: NaiveDate,
    pub on: NaiveDate,
    pub ends_at: Instant,
    /// None: the regime names no number.
    pub late: Option<NaiveDate>,
    /// The last day on which an extension may still be told.
    pub first_on: NaiveDate,
    /// The answer that is awaited.
    pub open: Option<Standstill>,
    pub flags: Vec<Flag>,
}

enum Step {
    Pause(Standstill),
    Extend(Told),
}

impl Step {
    /// What happened at one moment: the pause before the extension.
    fn order(&self) -> (Instant, u8) {
        match self {
            Self::Pause(pause) => (pause.asked, 0),
            Self::Extend(told) => (told.told, 1),
        }
    }
}

/// None where no date comes of a receipt: a notice so many hours before something else.
pub(super) fn reckon(terms: Terms<'_>, received: &Received<'_>, history: &History) -> Option<Reckoned> {
    if matches!(terms.term, Term::HoursBefore(_)) {
        return None;
    }
    let mut run = Run::new(terms, received);
    let mut flags = Vec::new();
    let mut steps: Vec<Step> = history.pauses.iter().copied().map(Step::Pause).collect();
    steps.extend(history.extension.map(Step::Extend));
    steps.sort_by_key(Step::order);
    for step in steps {
        if !run.take(&step) {
            flags.push(Flag::NotCounted);
        }
    }
    Some(run.end(flags))
}

/// A count under way.
struct Run<'a> {
    terms: Terms<'a>,
    received: &'a Received<'a>,
    base: NaiveDate,
    /// First and last day of each stretch that does not count.
    off: Vec<(NaiveDate, NaiveDate)>,
    open: Option<Standstill>,
    told: Option<Told>,
}

impl<'a> Run<'a> {
    fn new(terms: Terms<'a>, received: &'a Received<'a>) -> Self {
        let base = received.day_of(received.at);
        Self { terms, received, base, off: Vec::new(), open: None, told: None }
    }

    /// Takes a step in, unless the time was over by then. False: it does not count.
    fn take(&mut self, step: &Step) -> bool {
        match step {
            // A clock of another regime stands still for it; this one does not.
            Step::Pause(pause) if !self.terms.pauses_for(pause.ground) => true,
            Step::Pause(pause) => {
                let asked = self.received.day_of(pause.asked);
                let runs = self.open.is_some() || asked <= self.date(Reading::Early, self.told).0;
                if runs {
                    self.stand_still(pause, asked);
                }
                runs
            }
            Step::Extend(_) if self.terms.extension.is_none() => true,
            Step::Extend(told) => {
                let day = self.received.day_of(told.told);
                let in_first = self.open.is_some() || day <= self.date(Reading::Early, None).0;
                if in_first {
                    self.told = Some(*told);
                }
                in_first
            }
        }
    }

    fn stand_still(&mut self, pause: &Standstill, asked: NaiveDate) {
        let Some(answered) = pause.answered.map(|at| self.received.day_of(at)) else {
            self.open = self.open.or(Some(*pause));
            return;
        };
        if self.terms.starts.waits_for(pause.ground) {
            self.base = self.base.max(answered);
        } else {
            self.off.push((asked, answered));
        }
    }

    /// The days that do not count. The law's reading leaves out both the day of asking and that of the answer; the other
    /// leaves out one day fewer of each stretch.
    fn excluded(&self, reading: Reading) -> u32 {
        let mut off: Vec<_> = self.off.iter().map(|(from, to)| (*from.max(&self.base), *to)).collect();
        off.retain(|(from, to)| from <= to);
        off.sort_unstable();
        let mut stretches: Vec<(NaiveDate, NaiveDate)> = Vec::new();
        for (from, to) in off {
            match stretches.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => stretches.push((from, to)),
            }
        }
        let days = stretches.iter().map(|(from, to)| {
            let between = u32::try_from((*to - *from).num_days()).unwrap_or_default();
            between + u32::from(reading == Reading::Late)
        });
        days.sum()
    }

    /// The last day of the period by one reading; with the extension, if it was told. The flag says why it did not roll.
    fn date(&self, reading: Reading, told: Option<Told>) -> (NaiveDate, Option<Flag>) {
        let (unrolled, flag) = self.unrolled(reading, told);
        let (mut day, rolled) = match self.terms.term {
            Term::Immediate => self.roll(unrolled, Roll::NextWorkingDay),
            _ if reading == Reading::Early && self.terms.roll_reading == RollReading::Legal => (unrolled, None),
            _ => self.roll(unrolled, self.terms.roll),
        };
        if let (Some(Longer::UntilTold), Some(to)) = (self.terms.extension, told.and_then(|told| told.to)) {
            day = day.max(to.0);
        }
        (day, flag.or(rolled))
    }

    fn unrolled(&self, reading: Reading, told: Option<Told>) -> (NaiveDate, Option<Flag>) {
        let Some(period) = self.period(told) else { return (self.base, None) };
        let (day, flag) = match period {
            Period::Hours(count) => {
                (self.received.day_of(self.received.at.plus(TimeDelta::hours(i64::from(count)))), None)
            }
            Period::Days(count) => (days_on(self.base, u32::from(count)), None),
            Period::Months(count) => (months_on(self.base, count), None),
            Period::BusinessDays(count) => self.business_days(reading, count),
        };
        (days_on(day, self.excluded(reading)), flag)
    }

    /// The strictest reading of a working day drives: Monday to Friday. With holidays removed it is the legal one.
    fn business_days(&self, reading: Reading, count: u16) -> (NaiveDate, Option<Flag>) {
        let strict = weekdays_on(self.base, count);
        if reading == Reading::Early {
            return (strict, None);
        }
        match self.received.calendar.map(|calendar| calendar.business_days_on(self.base, count)) {
            Some(Ok(day)) => (day, None),
            Some(Err(Outside)) => (strict, Some(Flag::OutsideCalendar)),
            None => (strict, Some(Flag::NoCalendar)),
        }
    }

    fn roll(&self, day: NaiveDate, roll: Roll) -> (NaiveDate, Option<Flag>) {
        if roll == Roll::None {
            return (day, None);
        }
        match self.received.calendar.map(|calendar| calendar.rolled(day, roll)) {
            Some(Ok(rolled)) => (rolled, None),
            Some(Err(Outside)) => (day, Some(Flag::OutsideCalendar)),
            None => (day, Some(Flag::NoCalendar)),
        }
    }

    /// The whole period from the base. None: at once.
    fn period(&self, told: Option<Told>) -> Option<Period> {
        match self.terms.term {
            Term::Within(first) => Some(self.more(told).and_then(|more| first.and(more)).unwrap_or(first)),
            Term::Promptly(target) | Term::WithoutUndueDelay(target) => Some(target),
            Term::Immediate | Term::HoursBefore(_) => None,
        }
    }

    fn more(&self, told: Option<Told>) -> Option<Period> {
        match (told, self.terms.extension) {
            (Some(_), Some(Longer::By(more))) => Some(more),
            _ => None,
        }
    }

    fn end(self, mut flags: Vec<Flag>) -> Reckoned {
        let (on, early_flag) = self.date(Reading::Early, self.told);
        let (late, late_flag) = self.date(Reading::Late, self.told);
        flags.extend(early_flag.or(late_flag));
        if !self.terms.term.is_numbered() {
            flags.push(Flag::OurTarget);
        }
        flags.sort_unstable();
        flags.dedup();
        let ends_at = match self.terms.term {
            Term::Within(Period::Hours(count)) => self.received.at.plus(TimeDelta::hours(i64::from(count))),
            _ => ends_at(on, self.received.zone),
        };
        let is_open = matches!(self.terms.extension, Some(Longer::UntilTold));
        Reckoned {
            base: self.base,
            period: self.period(None),
            extended_by: self.more(self.told),
            extended_to: self.told.filter(|_| is_open).and_then(|told| told.to).map(|day| day.0),
            excluded: self.excluded(Reading::Early),
            excluded_late: self.excluded(Reading::Late),
            unrolled: self.unrolled(Reading::Early, self.told).0,
            on,
            ends_at,
            late: self.terms.term.is_numbered().then(|| late.max(on)),
            first_on: self.date(Reading::Early, None).0,
            open: self.open,
            flags,
        }
    }
}

/// The end of a day in a zone: 24:00, which is the first moment of the next day. Where that midnight is skipped, the first
/// moment after the gap; where it comes twice, the first.
pub fn ends_at(day: NaiveDate, zone: Tz) -> Instant {
    let midnight = days_on(day, 1).and_time(NaiveTime::MIN);
    let at = match zone.from_local_datetime(&midnight) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at),
        LocalResult::None => GapInfo::new(&midnight, &zone).and_then(|gap| gap.end),
    };
    at.map_or_else(|| Instant::from_utc(midnight.and_utc()), |at| Instant::from_utc(at.to_utc()))
}
