//! Which sentences a letter of each kind has, in which order, and what fills them. What people wrote stands in paragraphs
//! of its own and is never read for a slot. Pure.

use chrono::Duration;

use super::bodies::{self, Body};
use super::parts::{Part, Parts};
use super::words::{Direction, Words};
use crate::floor::kernel::text::scrub;
use crate::floor::kernel::{Day, Error, IntakeIdentifierId, Personal, Result, Secret};
use crate::floor::regulations::MustName;
use crate::floor::tongues::fill;
use crate::requests::model::{DataRole, Ground, MessageKind, Outcome, Request, Stage};

/// What a letter says beside what the request itself tells.
#[derive(Clone, Default)]
pub struct Slots {
    /// Why, in the words of staff.
    pub reason: Option<Personal>,
    /// The day the answer was due, as the person was told.
    pub before: Option<Day>,
    /// The day it is due from now on.
    pub after: Option<Day>,
    pub ground: Option<Ground>,
    /// What stays or was not done, where the rest was.
    pub rest: Vec<Rest>,
    /// What the law wants a refusal to name.
    pub must_name: Vec<MustName>,
    /// What proves the address that it is sent to.
    pub code: Option<Personal>,
    /// Whose address the code is for.
    pub to: Option<IntakeIdentifierId>,
    /// In the words of staff: the answer, a question, a message.
    pub words: Option<Personal>,
    /// The secret of the person's own page.
    pub follow: Option<Secret>,
    /// The reference of the request that asked for the same before.
    pub original: Option<String>,
    /// Whether others are awaited who had the person's data from us.
    pub awaits_others: bool,
}

/// What stays or was not done of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The data, or whoever was told, by a name that people know; none where there is none.
    pub what: Option<String>,
    pub why: NotDone,
    /// How long it stays, where that is known.
    pub until: Option<Day>,
}

/// Why something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDone {
    /// The data stay on this ground.
    Ground(Ground),
    /// The data stay for a time that the page names for them.
    OwnTime,
    /// It was tried.
    Impossible,
    /// Whoever was told does not do it.
    Refused,
    /// Whoever was told gave no answer that ends it, and is asked no more.
    GivenUp,
}

/// What is known of the request that a letter is about.
pub struct Told<'a> {
    pub operator: &'a str,
    /// Where people write to.
    pub contact: &'a str,
    /// The language of the operator's page, where the person's is none of ours.
    pub first_locale: &'a str,
    pub merchant: Option<&'a str>,
    pub request: &'a Request,
    /// All that was asked for in the same contact.
    pub together: &'a [Request],
    pub received_on: Day,
    /// Until when somebody has to prove it, while nobody has.
    pub prove_until: Option<Day>,
    /// How long a code is good.
    pub code_lives: Duration,
    /// The codes of the regimes whose clocks it has.
    pub regimes: &'a [String],
}

/// A letter that is to be sealed.
pub struct Written {
    pub title: Personal,
    pub body: Parts,
}

/// The letter of this kind.
pub fn compose(told: &Told<'_>, kind: MessageKind, slots: &Slots) -> Result<Written> {
    let words = Words::of(&[&told.request.locale, told.first_locale])?;
    let voice = Voice { words, told };
    let title = Personal::new(voice.say(title(words, kind, slots)?));
    let mut pen = Pen { voice, parts: Vec::new() };
    pen.say(&words.hello);
    match kind {
        MessageKind::Acknowledgement => pen.acknowledgement(slots),
        MessageKind::Code => pen.code(slots),
        MessageKind::Paused => pen.paused(slots),
        MessageKind::Resumed => pen.moved((&words.resumed.text, &[]), slots),
        MessageKind::Extended => pen.extended(slots),
        MessageKind::ExtensionWithdrawn => pen.extension_withdrawn(slots),
        MessageKind::Refused => pen.refused(slots),
        MessageKind::Answered => pen.answered(slots),
        MessageKind::Withdrawn => pen.ended(&words.withdrawn.text, slots),
        MessageKind::Expired => pen.ended(&words.expired.text, slots),
        MessageKind::HandedOn => pen.handed_on(slots),
        MessageKind::Joined => pen.joined(slots),
        MessageKind::Ask => pen.asked(Some(&words.ask.text), slots),
        MessageKind::Message | MessageKind::Note => pen.asked(None, slots),
    }
    pen.write(Personal::new(voice.plain(&[told.operator, told.contact])));
    Ok(Written { title, body: Parts { to: slots.to, parts: pen.parts } })
}

/// The day of the answer, where what is told leaves it as it was.
fn kept(slots: &Slots) -> Option<Day> {
    slots.after.filter(|after| slots.before == Some(*after))
}

fn title<'a>(words: &'a Words, kind: MessageKind, slots: &Slots) -> Result<&'a str> {
    Ok(match kind {
        MessageKind::Acknowledgement => &words.acknowledgement.title,
        MessageKind::Code => &words.code.title,
        MessageKind::Paused => &words.paused.title,
        MessageKind::Resumed => &words.resumed.title,
        MessageKind::Extended if kept(slots).is_some() => &words.extended.title_kept,
        MessageKind::Extended => &words.extended.title,
        MessageKind::ExtensionWithdrawn => &words.extension_withdrawn.title,
        MessageKind::Refused => &words.refused.title,
        MessageKind::Answered => &words.answered.title,
        MessageKind::Withdrawn => &words.withdrawn.title,
        MessageKind::Expired => &words.expired.title,
        MessageKind::HandedOn => &words.handed_on.title,
        MessageKind::Joined => &words.joined.title,
        MessageKind::Ask => &words.ask.title,
        MessageKind::Message => &words.message.title,
        MessageKind::Note => return Err(Error::internal("a note of staff is no letter")),
    })
}

/// A language, and what fills its sentences in this letter.
#[derive(Clone, Copy)]
struct Voice<'a> {
    words: &'static Words,
    told: &'a Told<'a>,
}

/// Reads what follows from the right, whatever it begins with.
const FROM_THE_RIGHT: char = '\u{200f}';
/// What stands between these has a direction of its own.
const APART: (char, char) = ('\u{2068}', '\u{2069}');

impl Voice<'_> {
    fn is_rtl(self) -> bool {
        self.words.speech.dir == Direction::Rtl
    }

    /// A sentence with what every letter knows.
    fn say(self, sentence: &str) -> String {
        self.say_with(sentence, &[])
    }

    /// A sentence with this besides.
    fn say_with(self, sentence: &str, more: &[(&str, &str)]) -> String {
        let Told { operator, contact, merchant, request, .. } = *self.told;
        let common = [
            ("operator", operator),
            ("contact", contact),
            ("merchant", merchant.unwrap_or_default()),
            ("reference", request.reference.as_str()),
        ];
        let filled: Vec<(&str, String)> =
            more.iter().chain(&common).map(|(slot, filling)| (*slot, self.set_apart(filling))).collect();
        let filled: Vec<(&str, &str)> = filled.iter().map(|(slot, filling)| (*slot, filling.as_str())).collect();
        self.line(&fill(sentence, &filled))
    }

    /// Lines that are words of nobody's language.
    fn plain(self, lines: &[&str]) -> String {
        lines.iter().map(|line| self.line(&scrub(line))).collect::<Vec<_>>().join("\n")
    }

    fn line(self, text: &str) -> String {
        if self.is_rtl() { [FROM_THE_RIGHT.to_string().as_str(), text].concat() } else { text.to_owned() }
    }

    fn set_apart(self, filling: &str) -> String {
        let clean = scrub(filling);
        if self.is_rtl() && !clean.is_empty() {
            [&APART.0.to_string(), &*clean, &APART.1.to_string()].concat()
        } else {
            clean
        }
    }

    fn day(self, day: Day) -> String {
        self.words.day(day)
    }
}

/// What a fact's label is, and the fact.
type Fact<'a> = (&'a str, String);

/// What writes the paragraphs one after another.
struct Pen<'a> {
    voice: Voice<'a>,
    parts: Vec<Part>,
}

impl Pen<'_> {
    fn write(&mut self, words: Personal) {
        self.parts.push(Part::Words(words));
    }

    fn say(&mut self, sentence: &str) {
        self.say_with(sentence, &[]);
    }

    fn say_with(&mut self, sentence: &str, more: &[(&str, &str)]) {
        self.write(Personal::new(self.voice.say_with(sentence, more)));
    }

    /// What somebody wrote, line by line, and nothing else of it.
    fn quote(&mut self, words: &Personal) {
        let lines: Vec<String> = words.disclose().trim().lines().map(scrub).collect();
        self.write(Personal::new(lines.join("\n")));
    }

    fn reason(&mut self, slots: &Slots) {
        if let Some(reason) = &slots.reason {
            self.say(&self.voice.words.label.reason);
            self.quote(reason);
        }
    }

    fn facts(&mut self, facts: &[Fact<'_>]) {
        let words = self.voice.words;
        let lines: Vec<String> = facts
            .iter()
            .map(|(label, value)| self.voice.say_with(&words.fact, &[("label", *label), ("value", value.as_str())]))
            .collect();
        self.write(Personal::new(lines.join("\n")));
    }

    /// What it is about.
    fn about(&self, request: &Request) -> Vec<Fact<'static>> {
        let words = self.voice.words;
        vec![
            (&words.label.reference, request.reference.clone()),
            (&words.label.asked, words.right(request.right).to_owned()),
            (&words.label.received, self.voice.day(self.voice.told.received_on)),
        ]
    }

    /// What it is about, where one letter is about all of a contact that fit.
    fn about_all(&mut self, fits: impl Fn(&Request) -> bool) {
        let Told { request, together, .. } = *self.voice.told;
        let others = together.iter().filter(|other| other.id != request.id && fits(other));
        for one in [request].into_iter().chain(others) {
            let mut facts = self.about(one);
            if let Some(due) = one.due.as_ref().filter(|_| !one.stage.is_closed()) {
                facts.push((&self.voice.words.label.due, self.voice.day(due.on)));
            }
            self.facts(&facts);
        }
    }

    /// The days an answer was and is due: one where they are the same.
    fn due(&self, slots: &Slots, after: &'static str) -> Vec<Fact<'static>> {
        let label = &self.voice.words.label;
        let day = |day: Day| self.voice.day(day);
        match (slots.before, slots.after) {
            (Some(before), Some(now)) if before != now => vec![(&label.before, day(before)), (after, day(now))],
            (Some(on), _) | (None, Some(on)) => vec![(&label.due, day(on))],
            (None, None) => Vec::new(),
        }
    }

    fn facts_and(&mut self, more: Vec<Fact<'static>>) {
        let facts: Vec<_> = self.about(self.voice.told.request).into_iter().chain(more).collect();
        self.facts(&facts);
    }

    /// The link of the person's own page.
    fn page(&mut self, slots: &Slots) {
        if let Some(secret) = &slots.follow {
            self.say(&self.voice.words.page);
            self.parts.push(Part::Page(Some(secret.clone())));
        }
    }

    fn questions(&mut self) {
        self.say(&self.voice.words.questions);
    }

    /// Where somebody turns who does not agree, as the law wants it named.
    fn routes(&mut self, slots: &Slots) {
        let (words, regimes) = (self.voice.words, self.voice.told.regimes);
        let named = |name| slots.must_name.contains(&name);
        let of = |find: fn(&str) -> Option<Body>| regimes.iter().filter_map(|code| find(code)).collect::<Vec<_>>();
        let route = &words.route;
        let mut lines = Vec::new();
        let mut bodies = |found: Vec<Body>, by_name: &str, in_general: &str| {
            let mut told: Vec<Body> = Vec::new();
            for body in found {
                if !told.contains(&body) {
                    told.push(body);
                    lines.push(self.voice.say_with(by_name, &[("body", &[body.name, ", ", body.site].concat())]));
                }
            }
            if told.is_empty() {
                lines.push(self.voice.say(in_general));
            }
        };
        if named(MustName::Authority) {
            bodies(of(bodies::authority), &route.authority, &route.any_authority);
        }
        if named(MustName::AttorneyGeneral) {
            bodies(of(bodies::attorney_general), &route.attorney_general, &route.any_attorney_general);
        }
        if named(MustName::Court) {
            lines.push(self.voice.say(&route.court));
        }
        if named(MustName::Appeal) {
            lines.push(self.voice.say(&route.appeal));
        }
        if named(MustName::OptOut) {
            lines.push(self.voice.say(&route.opt_out));
        }
        if !lines.is_empty() {
            self.say(&words.refused.routes);
            self.write(Personal::new(lines.join("\n\n")));
        }
    }

    fn acknowledgement(&mut self, slots: &Slots) {
        let (words, told) = (self.voice.words, self.voice.told);
        self.say(&words.acknowledgement.text);
        self.about_all(|other| !other.stage.is_closed());
        if told.request.role == DataRole::Processor && told.merchant.is_some() {
            self.say(&words.acknowledgement.merchant);
        }
        let open = || told.together.iter().chain([told.request]).filter(|other| !other.stage.is_closed());
        let waits = open().any(|other| other.stage == Stage::Received);
        if let Some(until) = told.prove_until.filter(|_| waits) {
            let until = self.voice.day(until);
            self.say_with(&words.acknowledgement.prove, &[("until", &until)]);
        }
        if open().any(|other| other.stage != Stage::Received) {
            self.say(&words.acknowledgement.open);
        }
        // Of several that are asked for together the last is the one by which all is answered.
        let due = open().filter_map(|request| request.due.as_ref()).map(|due| due.on).max();
        match due.map(|due| self.voice.day(due)) {
            Some(due) => self.say_with(&words.acknowledgement.due, &[("due", &due)]),
            None => self.say(&words.acknowledgement.soon),
        }
        self.page(slots);
        self.questions();
        self.say(&words.acknowledgement.not_you);
    }

    fn code(&mut self, slots: &Slots) {
        let words = self.voice.words;
        self.say(&words.code.text);
        self.parts.push(Part::Code(slots.code.clone()));
        self.page(slots);
        let minutes = self.voice.told.code_lives.num_minutes().to_string();
        self.say_with(&words.code.keep, &[("minutes", &minutes)]);
        self.say(&words.code.not_you);
    }

    fn paused(&mut self, slots: &Slots) {
        let words = self.voice.words;
        if let Stage::Paused { on, .. } = self.voice.told.request.stage {
            self.say(words.paused.on(on));
        }
        self.reason(slots);
        self.say(&words.paused.text);
        let due = self.due(slots, &words.label.after_pause);
        self.facts_and(due);
        self.say(&words.answer);
        self.page(slots);
    }

    /// Its time runs otherwise than the person was told.
    fn moved(&mut self, (text, more): (&str, &[(&str, &str)]), slots: &Slots) {
        self.say_with(text, more);
        let due = self.due(slots, &self.voice.words.label.after);
        self.facts_and(due);
        self.reason(slots);
        self.page(slots);
        self.questions();
    }

    /// Of the law's longer time nobody is told a day that the request is not worked by.
    fn extended(&mut self, slots: &Slots) {
        let extended = &self.voice.words.extended;
        match kept(slots).map(|due| self.voice.day(due)) {
            Some(due) => self.say_with(&extended.kept, &[("due", &due)]),
            None => self.say(&extended.text),
        }
        let due = self.due(slots, &self.voice.words.label.after);
        self.facts_and(due);
        self.reason(slots);
        self.routes(slots);
        self.page(slots);
        self.questions();
    }

    fn extension_withdrawn(&mut self, slots: &Slots) {
        let withdrawn = &self.voice.words.extension_withdrawn;
        match kept(slots).map(|due| self.voice.day(due)) {
            Some(due) => self.moved((&withdrawn.kept, &[("due", &due)]), slots),
            None => self.moved((&withdrawn.text, &[]), slots),
        }
    }

    fn ground(&self, slots: &Slots) -> Vec<Fact<'static>> {
        let words = self.voice.words;
        let ground = slots.ground.or(self.voice.told.request.ground);
        ground.map(|ground| (&*words.label.ground, words.ground(ground).to_owned())).into_iter().collect()
    }

    /// What stays or was not done: each with why, and until when.
    fn rest(&mut self, slots: &Slots) {
        let words = self.voice.words;
        let fact = |rest: &Rest| {
            let (nameless, why) = match rest.why {
                NotDone::Ground(ground) => (&words.rest.data, words.ground(ground)),
                NotDone::OwnTime => (&words.rest.data, words.rest.own_time.as_str()),
                NotDone::Impossible => (&words.rest.data, words.rest.impossible.as_str()),
                NotDone::Refused => (&words.rest.recipient, words.rest.refused.as_str()),
                NotDone::GivenUp => (&words.rest.recipient, words.rest.given_up.as_str()),
            };
            let until = rest.until.map(|until| fill(&words.rest.until, &[("until", &words.day(until))]));
            let why = until.map_or_else(|| why.to_owned(), |until| [why, " ", &until].concat());
            (rest.what.clone().unwrap_or_else(|| nameless.clone()), why)
        };
        let told: Vec<(String, String)> = slots.rest.iter().map(fact).collect();
        let facts: Vec<Fact<'_>> = told.iter().map(|(what, why)| (what.as_str(), why.clone())).collect();
        if !facts.is_empty() {
            self.facts(&facts);
        }
    }

    fn refused(&mut self, slots: &Slots) {
        self.say(&self.voice.words.refused.text);
        let ground = self.ground(slots);
        self.facts_and(ground);
        self.reason(slots);
        self.routes(slots);
        self.page(slots);
        self.questions();
    }

    fn answered(&mut self, slots: &Slots) {
        let answered = &self.voice.words.answered;
        let is_part = matches!(self.voice.told.request.stage, Stage::Closed { outcome: Outcome::PartlyFulfilled, .. });
        // Where nothing stays for a ground, what is left is others' to do.
        let is_awaited = slots.awaits_others;
        let is_part = is_part && (!is_awaited || !slots.rest.is_empty());
        if is_part || !is_awaited {
            self.say(if is_part { &answered.part } else { &answered.whole });
        }
        if is_awaited {
            self.say(&answered.awaited);
        }
        self.rest(slots);
        let ground = self.ground(slots);
        self.facts_and(ground);
        if let Some(words) = &slots.words {
            self.quote(words);
        }
        if is_part {
            self.reason(slots);
        } else if let Some(reason) = &slots.reason {
            self.quote(reason);
        }
        self.routes(slots);
        self.page(slots);
        self.questions();
    }

    fn ended(&mut self, text: &str, slots: &Slots) {
        self.say(text);
        let ended = self.voice.told.request.stage;
        self.about_all(|other| other.stage == ended);
        self.reason(slots);
        self.say(&self.voice.words.again);
        self.questions();
    }

    fn handed_on(&mut self, slots: &Slots) {
        let handed_on = &self.voice.words.handed_on;
        self.say(if self.voice.told.merchant.is_some() { &handed_on.text } else { &handed_on.nameless });
        self.facts_and(Vec::new());
        self.reason(slots);
        self.page(slots);
        self.questions();
    }

    fn joined(&mut self, slots: &Slots) {
        let original = slots.original.as_deref().unwrap_or_default();
        self.say_with(&self.voice.words.joined.text, &[("original", original)]);
        self.facts_and(Vec::new());
        self.page(slots);
        self.questions();
    }

    /// Staff ask or say something in their own words.
    fn asked(&mut self, text: Option<&str>, slots: &Slots) {
        if let Some(text) = text {
            self.say(text);
        }
        if let Some(words) = &slots.words {
            self.quote(words);
        }
        self.say(&self.voice.words.answer);
        self.page(slots);
    }
}
