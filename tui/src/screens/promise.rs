//! One promise: its sentence, how it is measured and how often, what it waits for, why it stands as it does, and how it
//! stood before. Enter leads to the rows behind its figure, where a screen shows them.

use crate::api::promises::{self, Look, Promise};
use crate::core::action::{Action, Effect, Effects, Link, On, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::panes::is_for_all;
use super::promises::{LOOKED, checks, look_at, looked, standing, tone};
use super::shared::{fact, moment, some, verb};

const PLACE: &str = "promise";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Promise",
    shape: Shape::Detail { kind: "promise" },
    opener: None,
    verbs: &[EVIDENCE, RENEW, CHECK],
    open: |_| Box::new(OneScreen { promise: One::new(&PROMISE), history: Listing::new(&HISTORY) }),
};

const EVIDENCE: Verb = Verb {
    hint: "evidence",
    on: On::Nothing,
    ..verb("promise.evidence", "evidence", "Goes to the rows behind the figure", PLACE, &["Enter"])
};
const RENEW: Verb = list::renews("promise.refresh", PLACE);
const CHECK: Verb = Verb { on: On::Nothing, ..checks("promise.check", PLACE) };

static PROMISE: Whole = Whole { place: PLACE, tag: "promise", document: promises::promise, at: "/node" };

static HISTORY: Listed<Look> = Listed::of(
    Source {
        place: PLACE,
        tag: "history",
        document: promises::looks,
        at: "/node/history",
        id: |look| look.at.to_rfc3339(),
    },
    Looks {
        title: "How it stood",
        heads: &["When", "Standing", "Figure"],
        leaves: &[],
        none: "nobody has looked yet",
        is_heard: true,
    },
    |look, ctx| vec![moment(look.at, ctx), standing(&look.standing.0), some(look.figure.as_ref())],
);

/// Where the console shows the rows behind a figure. The server names them as a question of its API.
fn rows_behind(evidence: &str) -> Option<Link> {
    let (_, kind, words) = [
        ("{ stores(filter: { drift: [NOT_LISTED]", "stores", "drift:not-listed"),
        ("{ stores(filter: { hasDrift: true", "stores", "is:drifted"),
        ("{ stores(filter: { state: [DISCONNECTED]", "stores", "state:disconnected"),
        ("{ accesses", "accesses", ""),
        ("{ dataMap", "map", ""),
        ("{ policy {", "policy", ""),
        ("{ policyVersions", "policy", ""),
        ("{ staff", "staff", ""),
        ("{ tenants", "tenants", ""),
    ]
    .into_iter()
    .find(|(asked, ..)| evidence.starts_with(asked))?;
    Some(Link { kind, id: words.to_owned() })
}

struct OneScreen {
    promise: One<Promise>,
    history: Listing<Look>,
}

fn facts(promise: &Promise, ctx: &Ctx) -> Vec<Fact> {
    let since = Line::dim(", since ") + moment(promise.since, ctx);
    let mut facts = vec![
        fact("text", "As published", Line::plain(format!("«{}»", promise.text)).strong()),
        fact("standing", "Standing", standing(&promise.standing.0) + since),
    ];
    facts.extend(promise.why.iter().map(|why| fact("why", "Why", Line::of(tone(promise), why.clone()))));
    facts.extend(promise.waits_for.iter().map(|whom| fact("waits_for", "Waits for", Line::plain(whom.clone()))));
    facts.extend(promise.figure.iter().map(|figure| fact("figure", "Figure", Line::plain(figure.clone()))));
    let leads = rows_behind(&promise.evidence).map(|_| Line::of(Tone::Key, "Enter ")).unwrap_or_default();
    let looked = promise.checked_at.map_or(Line::dim("nobody yet"), |at| moment(at, ctx));
    facts.extend([
        fact("how", "How", Line::plain(promise.how.clone())),
        fact("evidence", "Evidence", leads + Line::plain(promise.evidence.clone())),
        fact("schedule", "Looked at", Line::plain(promise.schedule.clone()) + Line::dim(", last: ") + looked),
        fact("section", "Section", Line::plain(promise.section.clone()) + Line::dim(format!(", {}", promise.code))),
    ]);
    facts
}

impl OneScreen {
    fn sections(&self, ctx: &Ctx) -> (Section, Section) {
        (self.promise.section("promise", "Promise", |promise| facts(promise, ctx)), self.history.section(true, ctx))
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => {
                let mut effects = self.promise.open(&link.id);
                effects.extend(self.history.of(&link.id, ctx));
                effects
            }
            Action::Answered(answer) if answer.tag == LOOKED => {
                let mut effects = self.promise.ask();
                effects.extend(self.history.follow(&Action::Returned, ctx));
                effects.push(looked(answer));
                effects
            }
            Action::Answered(answer) if self.promise.hear(answer) => Effects::new(),
            Action::Do(verb, _) if **verb == CHECK => look_at(PLACE, self.promise.id()),
            Action::Do(verb, _) if **verb == EVIDENCE => {
                let evidence = self.promise.held().map(|promise| promise.evidence.as_str()).unwrap_or_default();
                let led = rows_behind(evidence).map_or_else(
                    || Action::Said(Tone::Plain, format!("no screen shows it, but: {evidence}")),
                    Action::Open,
                );
                vec![Effect::Then(led)]
            }
            action if is_for_all(action, &RENEW) => {
                let mut effects = self.promise.renew(action);
                effects.extend(self.history.follow(action, ctx));
                effects
            }
            action => self.history.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (promise, history) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: vec![promise, history], foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (promise, history) = self.sections(ctx);
        let area = canvas.area();
        // The sentence and why it stands so come first; of its history the newest rows say enough.
        let (above, below) = area.cut_top((canvas.height(&promise, area.width) + 1).min(area.height * 3 / 4));
        canvas.section(above, &promise);
        canvas.section(below, &history);
    }

    fn target(&self, _: &Ctx) -> Target {
        self.history.list().target()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        self.promise.held().map(|promise| promise.code.clone())
    }
}
