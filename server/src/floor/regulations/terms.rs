//! The parts of a rule, as a regime's file writes them. What a file may not write together is refused here.

use serde::Deserialize;

use super::period::Period;
use super::words::{MustName, PauseGround, Roll, RollReading};

/// By when an answer is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenAnswer")]
pub struct Answer {
    pub term: Term,
    pub roll: Roll,
    pub roll_reading: RollReading,
    pub cite: Option<String>,
}

/// The time a regime gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    Within(Period),
    /// At once: the same working day is our target.
    Immediate,
    /// Promptly, with a target of ours.
    Promptly(Period),
    /// Without undue delay, with a target of ours.
    WithoutUndueDelay(Period),
    /// So many hours before what is announced happens; no date comes of a receipt.
    HoursBefore(u16),
}

impl Term {
    /// Whether a calendar has a say in where it ends.
    pub(super) fn wants_calendar(self, roll: Roll) -> bool {
        roll != Roll::None || matches!(self, Self::Immediate | Self::Within(Period::BusinessDays(_)))
    }

    /// Whether the regime itself names the number.
    pub const fn is_numbered(self) -> bool {
        matches!(self, Self::Within(_) | Self::HoursBefore(_))
    }
}

impl Answer {
    pub(super) fn plain(term: Term) -> Self {
        Self { term, roll: Roll::None, roll_reading: RollReading::Both, cite: None }
    }

    /// Whether a calendar has a say in it.
    pub fn wants_calendar(&self) -> bool {
        self.term.wants_calendar(self.roll)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnswer {
    days: Option<u16>,
    months: Option<u16>,
    business_days: Option<u16>,
    hours_before: Option<u16>,
    #[serde(default)]
    immediate: bool,
    #[serde(default)]
    promptly: bool,
    #[serde(default)]
    without_undue_delay: bool,
    target: Option<Period>,
    roll: Option<Roll>,
    roll_reading: Option<RollReading>,
    cite: Option<String>,
}

impl TryFrom<WrittenAnswer> for Answer {
    type Error = &'static str;

    fn try_from(written: WrittenAnswer) -> Result<Self, Self::Error> {
        let target = || written.target.ok_or("a time without a number wants a `target` of ours");
        let mut terms = Vec::new();
        terms.extend(written.days.map(|count| Term::Within(Period::Days(count))));
        terms.extend(written.months.map(|count| Term::Within(Period::Months(count))));
        terms.extend(written.business_days.map(|count| Term::Within(Period::BusinessDays(count))));
        terms.extend(written.hours_before.map(Term::HoursBefore));
        if written.immediate {
            terms.push(Term::Immediate);
        }
        if written.promptly {
            terms.push(Term::Promptly(target()?));
        }
        if written.without_undue_delay {
            terms.push(Term::WithoutUndueDelay(target()?));
        }
        let [term] = terms[..] else {
            return Err(
                "say one of days, months, business_days, hours_before, immediate, promptly, without_undue_delay",
            );
        };
        if matches!(term, Term::Within(period) if period.count() == 0) {
            return Err("a time that is over before it begins: say `immediate = true`");
        }
        if written.target.is_some() && !matches!(term, Term::Promptly(_) | Term::WithoutUndueDelay(_)) {
            return Err("a `target` of ours stands only where the regime names no number");
        }
        if written.roll.is_some() && !matches!(term, Term::Within(Period::Days(_) | Period::Months(_))) {
            return Err("only days and months roll");
        }
        if written.roll_reading.is_some() && written.roll.is_none() {
            return Err("`roll_reading` says how surely a `roll` is law: there is none");
        }
        Ok(Self {
            term,
            roll: written.roll.unwrap_or_default(),
            roll_reading: written.roll_reading.unwrap_or_default(),
            cite: written.cite,
        })
    }
}

/// By when the word that it came is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenAcknowledge")]
pub struct Acknowledge {
    pub within: Within,
    pub cite: Option<String>,
}

/// How soon an acknowledgement comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// By a date.
    Date(Period),
    /// By the answer to the very call, within so many seconds.
    Seconds(u16),
    /// By the answer to the very call.
    AtOnce,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAcknowledge {
    days: Option<u16>,
    business_days: Option<u16>,
    seconds: Option<u16>,
    #[serde(default)]
    at_once: bool,
    /// What the caller counts as one: `http_200`, `http_2xx`.
    by: Option<String>,
    cite: Option<String>,
}

impl TryFrom<WrittenAcknowledge> for Acknowledge {
    type Error = &'static str;

    fn try_from(written: WrittenAcknowledge) -> Result<Self, Self::Error> {
        let mut ways = Vec::new();
        ways.extend(written.days.map(|count| Within::Date(Period::Days(count))));
        ways.extend(written.business_days.map(|count| Within::Date(Period::BusinessDays(count))));
        ways.extend(written.seconds.map(Within::Seconds));
        if written.at_once {
            ways.push(Within::AtOnce);
        }
        let [within] = ways[..] else { return Err("say one of days, business_days, seconds, at_once") };
        match (within, written.by.as_deref()) {
            (Within::Date(_), None) | (Within::Seconds(_), Some("http_200")) | (Within::AtOnce, Some("http_2xx")) => {
                Ok(Self { within, cite: written.cite })
            }
            (Within::Date(_), Some(_)) => Err("`by` is for what the very call answers"),
            (Within::Seconds(_), _) => Err("seconds are counted to an answer `by = \"http_200\"`"),
            (Within::AtOnce, _) => Err("at once is answered `by = \"http_2xx\"`"),
        }
    }
}

/// How an answer's time is lengthened: once, by notice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenExtension")]
pub struct Extension {
    pub by: Longer,
    /// The period in which the person is told, from the same day as the answer's.
    pub tell_within: Period,
    /// What the notice says, and until when.
    pub notice: String,
    pub from: ExtensionFrom,
    pub cite: Option<String>,
}

/// How much longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Longer {
    By(Period),
    /// Until the day that is told.
    UntilTold,
}

/// The day an extension counts from: never the first end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtensionFrom {
    Receipt,
    /// The day on which the first period began.
    Start,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExtension {
    days: Option<u16>,
    months: Option<u16>,
    #[serde(default)]
    open: bool,
    from: ExtensionFrom,
    times: u8,
    tell_within: Period,
    notice: String,
    cite: Option<String>,
}

impl TryFrom<WrittenExtension> for Extension {
    type Error = &'static str;

    fn try_from(written: WrittenExtension) -> Result<Self, Self::Error> {
        let mut ways = Vec::new();
        ways.extend(written.days.map(|count| Longer::By(Period::Days(count))));
        ways.extend(written.months.map(|count| Longer::By(Period::Months(count))));
        if written.open {
            ways.push(Longer::UntilTold);
        }
        let [by] = ways[..] else { return Err("an extension is one of days, months, open") };
        if written.times != 1 {
            return Err("an extension is granted once: `times = 1`");
        }
        let WrittenExtension { from, tell_within, notice, cite, .. } = written;
        Ok(Self { by, tell_within, notice, from, cite })
    }
}

/// What stops the time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// While an answer of the person is awaited: those days do not count.
    #[serde(default, rename = "while")]
    pub grounds: Vec<PauseGround>,
    pub note: String,
    #[serde(default)]
    pub cite: Option<String>,
}

/// What a refusal owes the person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    pub must_name: Vec<MustName>,
    #[serde(default)]
    pub cite: Option<String>,
}

/// By when an appeal to us is answered, counted from its own receipt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenAppeal")]
pub struct Appeal {
    pub within: Period,
    pub extension: Option<Period>,
    /// What the refusal of an appeal names.
    pub must_name: Vec<MustName>,
    pub cite: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAppeal {
    days: u16,
    extension: Option<Period>,
    must_name: Vec<MustName>,
    cite: Option<String>,
}

impl TryFrom<WrittenAppeal> for Appeal {
    type Error = &'static str;

    fn try_from(written: WrittenAppeal) -> Result<Self, Self::Error> {
        let within = Period::Days(written.days);
        if written.extension.is_some_and(|more| within.and(more).is_none()) {
            return Err("an appeal in days is extended by days");
        }
        Ok(Self { within, extension: written.extension, must_name: written.must_name, cite: written.cite })
    }
}
