//! One right asked under one regime: its clocks, whether it may be paused or lengthened, and what its refusal owes.

use chrono_tz::Tz;

use super::applies::Applies;
use super::clock::{Basis, CalendarUsed, Clock, Standing, weekday};
use super::history::{Event, History};
use super::reckon::{Received, Reckoned, Terms, ends_at, reckon};
use super::refused::{CannotExtend, CannotPause, NoSuchRight};
use super::regime::{Regime, Rule};
use super::terms::{Longer, Term, Within};
use super::words::{Flag, Kind, MustName, PauseGround, Whose};
use crate::floor::kernel::{Day, Instant};

/// A zone by its name in the IANA database.
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// What was asked, when, and what became of its time.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    regime: &'a Regime,
    name: &'a str,
    rule: &'a Rule,
    received: Received<'a>,
    events: &'a [Event],
    whose: Whose,
    kind: Kind,
}

/// A date before and after something that moves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub before: Clock,
    pub after: Clock,
}

impl<'a> Matter<'a> {
    /// A right by the name in the regime's own list; a duty too.
    pub fn new(regime: &'a Regime, name: &'a str, received: Received<'a>) -> Result<Self, NoSuchRight> {
        let Some(rule) = regime.rule(name) else {
            return Err(NoSuchRight { regime: regime.code.clone(), right: name.to_owned() });
        };
        let kind = if regime.is_duty(name) { Kind::Duty } else { Kind::Answer };
        Ok(Self { regime, name, rule, received, events: &[], whose: Whose::Ours, kind })
    }

    /// What was asked, under a regime that may apply to it.
    pub fn of(applies: &Applies<'a>, received: Received<'a>) -> Self {
        let Applies { regime, offer, whose, .. } = *applies;
        Self { regime, name: offer.name, rule: offer.rule, received, events: &[], whose, kind: Kind::Answer }
    }

    /// With what became of its time.
    #[must_use]
    pub fn with(self, events: &'a [Event]) -> Self {
        Self { events, ..self }
    }

    /// Whose time it is: a merchant's where we carry out for one.
    #[must_use]
    pub fn run_by(self, whose: Whose) -> Self {
        Self { whose, ..self }
    }

    /// The appeal against its refusal, received by itself. None where the regime has no appeal to us.
    #[must_use]
    pub fn appealed(self, received: Received<'a>) -> Option<Self> {
        self.rule.appeal.as_ref()?;
        Some(Self { received, events: &[], kind: Kind::Appeal, ..self })
    }

    pub fn rule(&self) -> &'a Rule {
        self.rule
    }

    /// The date of the answer. None where no date comes of a receipt.
    pub fn answer(&self) -> Option<Clock> {
        self.clock(self.kind, self.terms(), self.events)
    }

    /// The date of the word that it came, where that has one; a word that the very call answers has none.
    pub fn acknowledgement(&self) -> Option<Clock> {
        let word = self.rule.acknowledge.as_ref().filter(|_| self.kind == Kind::Answer)?;
        let Within::Date(period) = word.within else { return None };
        self.clock(Kind::Acknowledgement, Terms::plain(period), &[])
    }

    /// All its dates.
    pub fn clocks(&self) -> Vec<Clock> {
        self.acknowledgement().into_iter().chain(self.answer()).collect()
    }

    /// Whether its time may stand still from now on, and what date that leaves.
    pub fn may_pause(&self, ground: PauseGround, now: Instant) -> Result<Moved, CannotPause> {
        let terms = self.terms();
        let title = || self.regime.title.clone();
        let before =
            self.answer().ok_or_else(|| CannotPause::NoPause { regime: title(), note: self.note(), due: None })?;
        let grounds: Vec<PauseGround> = terms.all_grounds().collect();
        if grounds.is_empty() {
            return Err(CannotPause::NoPause { regime: title(), note: self.note(), due: Some(before.on) });
        }
        if !grounds.contains(&ground) {
            return Err(CannotPause::OtherGround { regime: title(), ground, allowed: grounds });
        }
        let history = History::of(self.events);
        if let Some(open) = history.open(ground) {
            let since = Day(self.received.day_of(history.pauses[open].asked));
            return Err(CannotPause::Already { ground, since });
        }
        if before.is_over(now) {
            return Err(CannotPause::Over { due: before.on });
        }
        let after = self.after(Event::paused(now, ground)).unwrap_or_else(|| before.clone());
        Ok(Moved { before, after })
    }

    /// Whether its time may be lengthened now, and what date that leaves. `to` is the day that the person is told, where
    /// the regime leaves it open.
    pub fn may_extend(&self, now: Instant, to: Option<Day>) -> Result<Moved, CannotExtend> {
        let refused = |due| CannotExtend::NoExtension {
            regime: self.regime.title.clone(),
            note: self.rule.no_extension.clone(),
            due,
        };
        let Some(before) = self.answer() else { return Err(refused(None)) };
        let Some(longer) = self.terms().extension else { return Err(refused(Some(before.on))) };
        let history = History::of(self.events);
        if let Some(told) = history.extension {
            return Err(CannotExtend::Already { on: Day(self.received.day_of(told.told)) });
        }
        let first = self.reckoned(self.terms(), self.events).map_or(before.on, |reckoned| Day(reckoned.first_on));
        if !before.is_paused() && now >= ends_at(first.0, self.received.zone) {
            return Err(CannotExtend::TooLate { last: first });
        }
        match (longer, to) {
            (Longer::UntilTold, None) => return Err(CannotExtend::NoDay),
            (Longer::UntilTold, Some(to)) if to <= before.on => return Err(CannotExtend::NotLater { due: before.on }),
            _ => {}
        }
        let after = self.after(Event::extended(now, to)).unwrap_or_else(|| before.clone());
        Ok(Moved { before, after })
    }

    /// What its refusal must name.
    pub fn must_name(&self) -> &'a [MustName] {
        match (self.kind, &self.rule.appeal, &self.rule.refusal) {
            (Kind::Appeal, Some(appeal), _) => &appeal.must_name,
            (_, _, Some(refusal)) => &refusal.must_name,
            _ => &[],
        }
    }

    fn after(&self, event: Event) -> Option<Clock> {
        let mut events = self.events.to_vec();
        events.push(event);
        self.clock(self.kind, self.terms(), &events)
    }

    fn note(&self) -> String {
        self.rule.pause.note.clone()
    }

    fn terms(&self) -> Terms<'a> {
        if let (Kind::Appeal, Some(appeal)) = (self.kind, &self.rule.appeal) {
            return Terms { extension: appeal.extension.map(Longer::By), ..Terms::plain(appeal.within) };
        }
        Terms {
            term: self.rule.answer.term,
            roll: self.rule.answer.roll,
            roll_reading: self.rule.answer.roll_reading,
            starts: self.rule.starts,
            grounds: &self.rule.pause.grounds,
            extension: self.rule.extension.as_ref().map(|extension| extension.by),
        }
    }

    fn reckoned(&self, terms: Terms<'_>, events: &[Event]) -> Option<Reckoned> {
        reckon(terms, &self.received, &History::of(events))
    }

    fn clock(&self, kind: Kind, terms: Terms<'_>, events: &[Event]) -> Option<Clock> {
        let reckoned = self.reckoned(terms, events)?;
        let standing = reckoned.open.map_or(Standing::Running, |open| Standing::Paused {
            ground: open.ground,
            since: Day(self.received.day_of(open.asked)),
        });
        Some(Clock {
            kind,
            on: Day(reckoned.on),
            ends_at: reckoned.ends_at,
            legal_on: reckoned.late.map(Day),
            legal_ends_at: reckoned.late.map(|late| ends_at(late, self.received.zone).max(reckoned.ends_at)),
            standing,
            whose: self.whose,
            basis: self.basis(kind, terms, &reckoned, events),
        })
    }

    fn basis(&self, kind: Kind, terms: Terms<'_>, reckoned: &Reckoned, events: &[Event]) -> Basis {
        let received_on = self.received.day_of(self.received.at);
        let mut flags = reckoned.flags.clone();
        if self.rule.since.is_some_and(|since| received_on < since) {
            flags.push(Flag::NotInForce);
        }
        if self.rule.is_from_memory() {
            flags.push(Flag::FromMemory);
        }
        let calendar = self.received.calendar.filter(|_| terms.term.wants_calendar(terms.roll));
        let has_rolled = reckoned.on != reckoned.unrolled && reckoned.extended_to != Some(reckoned.on);
        let rolled_from = calendar.filter(|_| has_rolled).map(|calendar| {
            let day = reckoned.unrolled;
            calendar.holiday(day).map_or_else(|| format!("a {}", weekday(day)), str::to_owned)
        });
        Basis {
            edition: Basis::EDITION,
            regime: self.regime.code.clone(),
            title: self.regime.title.clone(),
            right: self.name.to_owned(),
            cite: self.cite(kind).to_owned(),
            checked: self.rule.checked.clone(),
            received_at: self.received.at,
            received_on: Day(received_on),
            zone: self.received.zone.name().to_owned(),
            zones: chrono_tz::IANA_TZDB_VERSION.to_owned(),
            counted_from: Day(reckoned.base),
            period: reckoned.period,
            extended_by: reckoned.extended_by,
            extended_to: reckoned.extended_to.map(Day),
            excluded_days: reckoned.excluded,
            excluded_days_legal: reckoned.excluded_late,
            unrolled_on: Day(reckoned.unrolled),
            on: Day(reckoned.on),
            legal_on: reckoned.late.map(Day),
            roll: terms.roll,
            rolled_from,
            calendar: calendar.map(|calendar| CalendarUsed {
                code: calendar.code.clone(),
                years: calendar.years,
                source: calendar.source.clone(),
            }),
            flags,
            events: events.to_vec(),
        }
    }

    fn cite(&self, kind: Kind) -> &'a str {
        let own = match kind {
            Kind::Acknowledgement => self.rule.acknowledge.as_ref().and_then(|word| word.cite.as_deref()),
            Kind::Appeal => self.rule.appeal.as_ref().and_then(|appeal| appeal.cite.as_deref()),
            Kind::Answer | Kind::Duty => self.rule.answer.cite.as_deref(),
        };
        own.unwrap_or(&self.rule.source)
    }
}

/// The last moment for a notice that comes so many hours before something.
pub fn hours_before(rule: &Rule, what_comes: Instant) -> Option<Instant> {
    match rule.answer.term {
        Term::HoursBefore(count) => Some(what_comes.plus(chrono::TimeDelta::hours(-i64::from(count)))),
        _ => None,
    }
}
