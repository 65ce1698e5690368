//! The words a queue is narrowed by, as the console, the commands and saved views write them, such as
//! `stage:open right:deletion due:<7d -owner:me late`. Pure: it reads no row and no clock, and what it cannot read it tells
//! with its place in the text.

use chrono::{Duration, NaiveDate};

use super::model::{DataRole, Outcome, Source};
use super::promise::DESK_TARGET;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, Ref, RequestId, StaffId, StoreId, TenantId};
use crate::floor::regulations::{OPERATOR_PROMISE, Right, shipped};

/// What one text may hold at most, in octets.
pub const LONGEST: usize = 400;

vocabulary! {
    /// Where a request is, without what is known there.
    pub enum StageWord {
        Received = "received",
        Open = "open",
        Paused = "paused",
        AwaitingApproval = "awaiting_approval",
        InProgress = "in_progress",
        Closed = "closed",
    }
}

impl StageWord {
    /// Proved, and not over: what is worked.
    pub const WORKED: &'static [Self] = &[Self::Open, Self::Paused, Self::AwaitingApproval, Self::InProgress];
}

/// Values of which one is wanted, clause by clause, and values that are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sieve<T> {
    pub one_of: Vec<Vec<T>>,
    pub none_of: Vec<T>,
}

impl<T> Default for Sieve<T> {
    fn default() -> Self {
        Self { one_of: Vec::new(), none_of: Vec::new() }
    }
}

impl<T> Sieve<T> {
    /// One of these; nothing is said by none.
    pub fn of(values: Vec<T>) -> Self {
        Self { one_of: if values.is_empty() { Vec::new() } else { vec![values] }, none_of: Vec::new() }
    }

    fn and(mut self, other: Self) -> Self {
        self.one_of.extend(other.one_of);
        self.none_of.extend(other.none_of);
        self
    }

    /// What one text says twice is either of both.
    fn add(&mut self, values: Vec<T>, is_not: bool) {
        match self.one_of.first_mut() {
            _ if is_not => self.none_of.extend(values),
            Some(wanted) => wanted.extend(values),
            None => self.one_of.push(values),
        }
    }
}

/// Whose a request is to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Whoever asks.
    Mine,
    Nobodys,
    Theirs(StaffId),
}

/// An end of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    At(Instant),
    /// From now on, or back where it is negative.
    Away(Duration),
}

impl Bound {
    pub fn at(self, now: Instant) -> Instant {
        match self {
            Self::At(at) => at,
            Self::Away(span) => now.plus(span),
        }
    }
}

/// Which requests a list holds; all that is said must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// None: what is worked.
    pub stages: Option<Vec<StageWord>>,
    pub rights: Sieve<Right>,
    pub regimes: Sieve<String>,
    pub sources: Sieve<Source>,
    pub roles: Sieve<DataRole>,
    pub outcomes: Sieve<Outcome>,
    pub owners: Sieve<Whose>,
    pub teams: Sieve<String>,
    pub tenants: Sieve<TenantId>,
    pub stores: Sieve<Ref<StoreId>>,
    /// By ids of theirs.
    pub ids: Sieve<Ref<RequestId>>,
    pub reference: Option<String>,
    pub is_late: Option<bool>,
    /// Whether its approved plan waits until it may begin.
    pub is_cooling: Option<bool>,
    /// Whether it waits for a second person, who reads its plan or its package.
    pub is_second: Option<bool>,
    pub due_from: Option<Bound>,
    pub due_until: Option<Bound>,
    pub received_from: Option<Bound>,
    pub received_until: Option<Bound>,
    /// Only those whose package lies there and waits for a second person.
    pub releases: bool,
    /// Tests alone; they are in no other list.
    pub is_test: bool,
}

impl Wanted {
    /// What fits both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let stages = match (self.stages, other.stages) {
            (Some(one), Some(two)) => Some(one.into_iter().filter(|stage| two.contains(stage)).collect()),
            (one, two) => one.or(two),
        };
        let later = |one: Option<Bound>, two: Option<Bound>| two.or(one);
        Self {
            stages,
            rights: self.rights.and(other.rights),
            regimes: self.regimes.and(other.regimes),
            sources: self.sources.and(other.sources),
            roles: self.roles.and(other.roles),
            outcomes: self.outcomes.and(other.outcomes),
            owners: self.owners.and(other.owners),
            teams: self.teams.and(other.teams),
            tenants: self.tenants.and(other.tenants),
            stores: self.stores.and(other.stores),
            ids: self.ids.and(other.ids),
            reference: other.reference.or(self.reference),
            is_late: other.is_late.or(self.is_late),
            is_cooling: other.is_cooling.or(self.is_cooling),
            is_second: other.is_second.or(self.is_second),
            due_from: later(self.due_from, other.due_from),
            due_until: later(self.due_until, other.due_until),
            received_from: later(self.received_from, other.received_from),
            received_until: later(self.received_until, other.received_until),
            releases: self.releases || other.releases,
            is_test: self.is_test || other.is_test,
        }
    }

    /// The stages it holds.
    pub fn stages(&self) -> &[StageWord] {
        self.stages.as_deref().unwrap_or(if self.finds_one() { StageWord::ALL } else { StageWord::WORKED })
    }

    /// Whether closed ones are among them.
    pub fn holds_closed(&self) -> bool {
        self.stages().contains(&StageWord::Closed)
    }

    /// Whoever names one wants it wherever it is.
    pub fn finds_one(&self) -> bool {
        self.reference.is_some() || !self.ids.one_of.is_empty()
    }
}

/// What could not be read, from which column up to which, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub from: usize,
    pub to: usize,
    pub advice: String,
}

/// A text that was read: what it wants, and the same text in one form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    pub wanted: Wanted,
    pub text: String,
}

/// Reads a text, or tells all that is wrong with it.
pub fn read(text: &str) -> Result<Read, Vec<Fault>> {
    let mut reading = Reading::default();
    if text.len() > LONGEST {
        let to = text.chars().count();
        return Err(vec![Fault { from: LONGEST.min(to), to, advice: format!("write at most {LONGEST} letters") }]);
    }
    for word in words(text) {
        match reading.take(&word) {
            Ok(written) => reading.written.push(written),
            Err(advice) => reading.faults.push(Fault { from: word.from, to: word.to, advice }),
        }
    }
    let Reading { mut wanted, on, off, written, faults } = reading;
    if !on.is_empty() || !off.is_empty() {
        let from = if on.is_empty() { StageWord::WORKED.to_vec() } else { on };
        wanted.stages = Some(from.into_iter().filter(|stage| !off.contains(stage)).collect());
    }
    if faults.is_empty() { Ok(Read { wanted, text: written.join(" ") }) } else { Err(faults) }
}

/// One word of the text, with its quotes taken off, and the columns it stands in.
struct Word {
    from: usize,
    to: usize,
    text: String,
}

/// Words stand apart by blanks; quotes hold blanks together.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut open, mut is_quoted) = (None::<Word>, false);
    for (at, letter) in text.chars().enumerate() {
        if letter == '"' {
            is_quoted = !is_quoted;
            open.get_or_insert_with(|| Word { from: at, to: at, text: String::new() }).to = at + 1;
        } else if letter.is_whitespace() && !is_quoted {
            words.extend(open.take());
        } else {
            let word = open.get_or_insert_with(|| Word { from: at, to: at, text: String::new() });
            word.text.push(letter);
            word.to = at + 1;
        }
    }
    words.extend(open);
    words
}

#[derive(Default)]
struct Reading {
    wanted: Wanted,
    on: Vec<StageWord>,
    off: Vec<StageWord>,
    written: Vec<String>,
    faults: Vec<Fault>,
}

const FIELDS: &str =
    "stage, right, regime, due, received, owner, team, source, role, outcome, tenant, store, is, late, paused";

impl Reading {
    /// Takes a word, and gives it back in its one form.
    fn take(&mut self, word: &Word) -> Result<String, String> {
        let (is_not, bare) = word.text.strip_prefix('-').map_or((false, word.text.as_str()), |rest| (true, rest));
        let sign = if is_not { "-" } else { "" };
        let Some((field, value)) = bare.split_once(':') else { return self.bare(bare, is_not) };
        let field = field.to_lowercase();
        if value.is_empty() {
            return Err(format!("say what {field} is to be, such as {field}:{}", example(&field)));
        }
        let wanted = &mut self.wanted;
        let written = match field.as_str() {
            "stage" => self.stage(value, is_not)?,
            "right" => sieve(&mut wanted.rights, value, is_not, Right::from_code, || codes(Right::ALL, Right::code))?,
            "source" => {
                sieve(&mut wanted.sources, value, is_not, Source::from_code, || codes(Source::ALL, Source::code))?
            }
            "role" => {
                sieve(&mut wanted.roles, value, is_not, DataRole::from_code, || codes(DataRole::ALL, DataRole::code))?
            }
            "outcome" => {
                if !is_not {
                    self.on.push(StageWord::Closed);
                }
                sieve(&mut wanted.outcomes, value, is_not, Outcome::from_code, || codes(Outcome::ALL, Outcome::code))?
            }
            "regime" => sieve(&mut wanted.regimes, value, is_not, regime, || {
                "the codes of regimes, such as eu_gdpr".to_owned()
            })?,
            "owner" => sieve(&mut wanted.owners, value, is_not, whose, || "me, none, or the id of a seat".to_owned())?,
            "team" => sieve(&mut wanted.teams, value, is_not, |team| Some(team.to_owned()), String::new)?,
            "tenant" => sieve(&mut wanted.tenants, value, is_not, tenant, || "the id of a tenant, ten_…".to_owned())?,
            "store" => {
                let id = |text: &str| text.parse().ok();
                sieve(&mut wanted.stores, value, is_not, id, || "the id of a store, sto_…".to_owned())?
            }
            "due" => {
                let (from, until) = stretch(&value.to_lowercase(), is_not, 1)?;
                (wanted.due_from, wanted.due_until) = (from.or(wanted.due_from), until.or(wanted.due_until));
                value.to_lowercase()
            }
            "received" => {
                let (from, until) = stretch(&value.to_lowercase(), is_not, -1)?;
                wanted.received_from = from.or(wanted.received_from);
                wanted.received_until = until.or(wanted.received_until);
                value.to_lowercase()
            }
            "is" => self.is(&value.to_lowercase(), is_not)?,
            _ => return Err(format!("there is no {field}: one of {FIELDS}")),
        };
        Ok(format!("{sign}{field}:{}", quoted(&written)))
    }

    /// A word that stands by itself: a reference, or something that is so.
    fn bare(&mut self, word: &str, is_not: bool) -> Result<String, String> {
        let (lower, upper) = (word.to_lowercase(), word.to_uppercase());
        if is_reference(&upper) && !is_not {
            self.wanted.reference = Some(upper.clone());
            return Ok(upper);
        }
        let sign = if is_not { "-" } else { "" };
        match lower.as_str() {
            "late" | "paused" => Ok(format!("{sign}{}", self.is(&lower, is_not)?)),
            _ => Err(format!("write a reference such as R-7K4QD2X, or one of {FIELDS} with what it is to be")),
        }
    }

    fn stage(&mut self, value: &str, is_not: bool) -> Result<String, String> {
        let mut written = Vec::new();
        for value in value.to_lowercase().split(',') {
            let stages = match value {
                "any" => StageWord::ALL.to_vec(),
                "active" => StageWord::WORKED.to_vec(),
                code => vec![StageWord::from_code(code).ok_or_else(|| {
                    format!("a stage is one of {}, active, any", codes(StageWord::ALL, StageWord::code))
                })?],
            };
            if is_not { &mut self.off } else { &mut self.on }.extend(stages);
            written.push(value.to_owned());
        }
        Ok(written.join(","))
    }

    fn is(&mut self, word: &str, is_not: bool) -> Result<String, String> {
        match word {
            "late" => self.wanted.is_late = Some(!is_not),
            "cooling" => {
                if !is_not {
                    self.on.push(StageWord::InProgress);
                }
                self.wanted.is_cooling = Some(!is_not);
            }
            "second" => {
                if !is_not {
                    self.on.extend([StageWord::AwaitingApproval, StageWord::InProgress]);
                }
                self.wanted.is_second = Some(!is_not);
            }
            "paused" => if is_not { &mut self.off } else { &mut self.on }.push(StageWord::Paused),
            "unproved" => if is_not { &mut self.off } else { &mut self.on }.push(StageWord::Received),
            "spam" => {
                if !is_not {
                    self.on.push(StageWord::Closed);
                }
                self.wanted.outcomes.add(vec![Outcome::Spam], is_not);
            }
            "test" if !is_not => self.wanted.is_test = true,
            // They never are, unless they are asked for.
            "test" => {}
            _ => return Err("it is late, paused, cooling, second, spam, unproved or test".to_owned()),
        }
        Ok(word.to_owned())
    }
}

/// Reads values that stand in a row with commas between them.
fn sieve<T>(
    of: &mut Sieve<T>,
    text: &str,
    is_not: bool,
    value: impl Fn(&str) -> Option<T>,
    known: impl FnOnce() -> String,
) -> Result<String, String> {
    let values: Option<Vec<T>> =
        text.split(',').map(|text| value(text).or_else(|| value(&text.to_lowercase()))).collect();
    match values {
        Some(values) => of.add(values, is_not),
        None => return Err(format!("write one of these: {}", known())),
    }
    Ok(text.to_owned())
}

fn codes<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> String {
    all.iter().map(|word| code(*word)).collect::<Vec<_>>().join(", ")
}

fn regime(text: &str) -> Option<String> {
    let code = text.to_lowercase();
    let is_known = |code: &str| shipped().is_ok_and(|book| book.regime(code).is_some());
    ([OPERATOR_PROMISE, DESK_TARGET].contains(&code.as_str()) || is_known(&code)).then_some(code)
}

fn whose(text: &str) -> Option<Whose> {
    match text {
        "me" => Some(Whose::Mine),
        "none" | "nobody" => Some(Whose::Nobodys),
        id => id.parse::<Ref<StaffId>>().ok().filter(|at| at.tenant == TenantId::HOUSE).map(|at| Whose::Theirs(at.id)),
    }
}

fn tenant(text: &str) -> Option<TenantId> {
    text.parse::<Ref<TenantId>>().ok().filter(|at| at.tenant == at.id).map(|at| at.id)
}

/// Whether it could be what people call a request.
fn is_reference(word: &str) -> bool {
    word.strip_prefix("R-").is_some_and(|rest| {
        (2..=10).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

type Stretch = (Option<Bound>, Option<Bound>);

/// A stretch of time: `<7d`, `>2d`, `2026-12-01`, `<2026-12-01`. Spans count towards the future, or with `-1` towards the
/// past, where less is nearer.
fn stretch(text: &str, is_not: bool, towards: i32) -> Result<Stretch, String> {
    const ADVICE: &str = "write <7d, >7d, a day such as 2026-12-01, or that day with < or > before it";
    let (sign, value) = match text.as_bytes().first() {
        Some(b'<') => ('<', &text[1..]),
        Some(b'>') => ('>', &text[1..]),
        _ => ('=', text),
    };
    if let Ok(day) = value.parse::<NaiveDate>() {
        let begins = |day: NaiveDate| Bound::At(Instant::from_utc(day.and_time(chrono::NaiveTime::MIN).and_utc()));
        let next = day.succ_opt().ok_or(ADVICE)?;
        return match (sign, is_not) {
            ('<', false) | ('>', true) => Ok((None, Some(begins(if sign == '<' { day } else { next })))),
            ('>', false) | ('<', true) => Ok((Some(begins(if sign == '>' { next } else { day })), None)),
            (_, false) => Ok((Some(begins(day)), Some(begins(next)))),
            (_, true) => Err("a day can be wanted, not left out: write < or > before it".to_owned()),
        };
    }
    let (number, unit) = value.split_at(value.len() - value.chars().next_back().map_or(0, char::len_utf8));
    let count = number.parse::<u16>().map_err(|_| ADVICE)?;
    let span = match unit {
        "h" => Duration::hours(i64::from(count)),
        "d" => Duration::days(i64::from(count)),
        "w" => Duration::weeks(i64::from(count)),
        _ => return Err(ADVICE.to_owned()),
    };
    let bound = Bound::Away(span * towards);
    let is_near = match (sign, is_not) {
        ('<', false) | ('>', true) => true,
        ('>', false) | ('<', true) => false,
        _ => return Err(ADVICE.to_owned()),
    };
    // Near is before the bound in the future, and after it in the past.
    Ok(if is_near == (towards > 0) { (None, Some(bound)) } else { (Some(bound), None) })
}

fn example(field: &str) -> &'static str {
    match field {
        "stage" => "open",
        "right" => "deletion",
        "regime" => "eu_gdpr",
        "due" => "<7d",
        "received" => "<30d",
        "owner" => "me",
        "source" => "web",
        "role" => "processor",
        "outcome" => "refused",
        "is" => "late",
        _ => "…",
    }
}

fn quoted(value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("\"{value}\"") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Wanted {
        read(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}")).wanted
    }

    #[test]
    fn nothing_said_is_what_is_worked() {
        assert_eq!(wanted("").stages(), StageWord::WORKED);
        assert!(!wanted("").is_test && !wanted("").holds_closed());
    }

    #[test]
    fn the_console_and_the_commands_write_the_same_words() {
        let read = read("stage:active regime:EU_GDPR due:<7d right:deletion,access -owner:me -is:spam").expect("sound");
        assert_eq!(read.wanted.stages(), StageWord::WORKED);
        assert_eq!(read.wanted.regimes.one_of, [["eu_gdpr".to_owned()]]);
        assert_eq!(read.wanted.rights.one_of, [[Right::Deletion, Right::Access]]);
        assert_eq!(read.wanted.owners.none_of, [Whose::Mine]);
        assert_eq!(read.wanted.outcomes.none_of, [Outcome::Spam]);
        assert_eq!(read.wanted.due_until, Some(Bound::Away(Duration::days(7))));
        assert_eq!(read.wanted.due_from, None);
    }

    #[test]
    fn the_same_field_twice_is_either_and_two_filters_are_both() {
        let once = wanted("right:deletion right:access");
        assert_eq!(once.rights.one_of, [[Right::Deletion, Right::Access]]);
        let both = once.and(wanted("right:access stage:open"));
        assert_eq!(both.rights.one_of.len(), 2);
        assert_eq!(both.stages(), [StageWord::Open]);
        assert_eq!(wanted("stage:open,paused").and(wanted("paused")).stages(), [StageWord::Paused]);
    }

    #[test]
    fn spam_and_what_nobody_proved_are_lists_of_their_own() {
        assert_eq!(wanted("is:spam").stages(), [StageWord::Closed]);
        assert_eq!(wanted("is:unproved").stages(), [StageWord::Received]);
        assert!(!wanted("-paused").stages().contains(&StageWord::Paused));
        assert!(wanted("is:test").is_test && !wanted("-is:test").is_test);
    }

    #[test]
    fn what_cools_off_and_what_is_carried_out_are_told_apart() {
        let cooling = wanted("is:cooling");
        assert_eq!((cooling.stages(), cooling.is_cooling), (&[StageWord::InProgress][..], Some(true)));
        let carried_out = wanted("stage:in_progress -is:cooling");
        assert_eq!((carried_out.stages(), carried_out.is_cooling), (&[StageWord::InProgress][..], Some(false)));
        assert_eq!(wanted("-is:cooling").stages(), StageWord::WORKED);
    }

    #[test]
    fn what_a_second_person_reads_is_told_apart_from_what_recipients_are_at() {
        let second = wanted("is:second");
        assert_eq!(second.stages(), [StageWord::AwaitingApproval, StageWord::InProgress]);
        let carried_out = wanted("stage:in_progress -is:cooling -is:second");
        assert_eq!((second.is_second, carried_out.is_second), (Some(true), Some(false)));
        assert_eq!(carried_out.stages(), [StageWord::InProgress]);
    }

    #[test]
    fn a_request_that_is_named_is_found_wherever_it_is() {
        let named = wanted("r-7k4qd2x");
        assert_eq!(named.reference.as_deref(), Some("R-7K4QD2X"));
        assert!(named.holds_closed());
    }

    #[test]
    fn a_stretch_of_time_has_two_ends() {
        let day = |text: &str| Bound::At(Instant::from_utc(text.parse().expect("a moment")));
        let due = |text: &str| (wanted(text).due_from, wanted(text).due_until);
        assert_eq!(due("due:2026-12-01"), (Some(day("2026-12-01T00:00:00Z")), Some(day("2026-12-02T00:00:00Z"))));
        assert_eq!(due("due:<2026-12-01"), (None, Some(day("2026-12-01T00:00:00Z"))));
        assert_eq!(due("due:>2026-12-01"), (Some(day("2026-12-02T00:00:00Z")), None));
        assert_eq!(due("-due:<7d"), (Some(Bound::Away(Duration::days(7))), None));
        let received = wanted("received:<30d");
        assert_eq!(received.received_from, Some(Bound::Away(-Duration::days(30))));
        assert_eq!(wanted("received:>30d").received_until, Some(Bound::Away(-Duration::days(30))));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let faults = read("stage:opne right:deletion wat due:soon team:").expect_err("four of five");
        let places: Vec<_> = faults.iter().map(|fault| (fault.from, fault.to)).collect();
        assert_eq!(places, [(0, 10), (26, 29), (30, 38), (39, 44)]);
        assert!(faults[0].advice.contains("awaiting_approval"), "{faults:?}");
        assert!(read("colour:red").is_err() && read("due:7d").is_err() && read("due:<7ü").is_err());
        assert!(read(&"x".repeat(401)).is_err());
    }

    #[test]
    fn what_was_read_is_written_in_one_form_that_reads_the_same() {
        for text in ["Stage:Open  team:\"EMEA north\" LATE", "-owner:none r-7k4qd2x is:test due:<7D", "received:>2w"] {
            let first = read(text).expect("sound");
            let again = read(&first.text).expect("still sound");
            assert_eq!(first, again, "{text}");
        }
        assert_eq!(read("  team:\"a  b\"   late").expect("sound").text, "team:\"a  b\" late");
    }
}
