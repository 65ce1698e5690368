//! One version of the policy: how far it has come, and what is otherwise in it, change by change, with what each comes
//! to. It is published and withdrawn here.

use serde_json::json;

use crate::api::policies::{self, Change, Diff, Version};
use crate::core::action::{Action, Danger, Effects, On, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Fact, Line, Page, Row, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::panes::{Parts, is_for_all, whole};
use super::policy::{held_back, on, state};
use super::shared::{fact, moment, opens_file, order, short_id, some, word};

const PLACE: &str = "version";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Version",
    shape: Shape::Detail { kind: "version" },
    opener: None,
    verbs: &[READ, RENEW, PUBLISH, WITHDRAW],
    open: |_| Box::new(OneScreen { diff: One::new(&DIFF), changes: Parts::default() }),
};

const READ: Verb = list::reads("version.read", PLACE, On::Nothing);
const RENEW: Verb = list::renews("version.refresh", PLACE);
const PUBLISH: Verb = Verb {
    danger: Danger::TwoPersons,
    ..whole(
        "version.publish",
        "publish the version…",
        "Announces what somebody else proposed; it holds from its day on",
        PLACE,
        &["a P"],
        "publish_policy",
    )
};
const WITHDRAW: Verb = Verb {
    danger: Danger::Typed,
    needs: None,
    off: |_, ctx| {
        let may = ctx.me.may("keep_policy") || ctx.me.may("publish_policy");
        (!may).then(|| ctx.me.lacks("keep_policy"))
    },
    ..whole(
        "version.withdraw",
        "withdraw the version…",
        "Takes back what does not hold yet",
        PLACE,
        &["a W"],
        "keep_policy",
    )
};

static DIFF: Whole = Whole { place: PLACE, tag: "diff", document: policies::diff, at: "/policyDiff" };

const CHANGES: Looks = Looks {
    title: "What is otherwise",
    heads: &["Change", "Weight", "Part", "Which", "Before", "After", "What it comes to"],
    leaves: &[4, 5],
    none: "nothing",
    is_heard: true,
};

struct OneScreen {
    diff: One<Diff>,
    changes: Parts,
}

fn kind(change: &Change) -> Line {
    match change.kind.0.as_str() {
        "ADDED" => Line::plain("+ added"),
        "REMOVED" => Line::plain("− removed"),
        code => Line::plain("~ ") + word(Tone::Plain, code),
    }
}

/// Whether people may lose by it, or something else is promised, or it is only said otherwise.
fn weight(change: &Change) -> Line {
    match (change.worsens, change.is_material) {
        (true, _) => Line::of(Tone::Warn, "▲ worse"),
        (false, true) => Line::of(Tone::Strong, "material"),
        (false, false) => Line::dim("words"),
    }
}

/// One of its changes has no id of its own.
fn id(change: &Change) -> String {
    format!("{} {} {}", change.part.0, change.code, change.kind.0)
}

fn row(change: &Change) -> Row {
    let cells = vec![
        kind(change),
        weight(change),
        word(Tone::Plain, &change.part.0),
        Line::plain(change.code.clone()),
        some(change.before.as_ref()),
        some(change.after.as_ref()),
        Line::plain(change.effect.clone()),
    ];
    Row { id: id(change), cells }
}

fn facts(Diff { from, to: version, changes }: &Diff, ctx: &Ctx) -> Vec<Fact> {
    let before = from.as_ref().map_or("the first".to_owned(), |from| format!("after v{}", from.version));
    let by = |who: &str| Line::dim(format!(", {}", short_id(who)));
    let mut facts = vec![
        fact(
            "version",
            "Version",
            Line::plain(name(version)).strong() + Line::dim(format!(", {before}; ")) + state(&version.state.0),
        ),
        fact("effective_on", "Holds from", Line::plain(on(version.effective_on)) + held_back(version)),
        fact("proposed", "Proposed", moment(version.proposed_at, ctx) + by(&version.proposed_by)),
    ];
    if let Some(at) = version.published_at {
        let by = version.published_by.as_deref().map(by).unwrap_or_default();
        facts.push(fact("published", "Published", moment(at, ctx) + by));
    }
    let moments = [("in_force_at", "In force", version.in_force_at), ("ended_at", "Ended", version.ended_at)];
    facts.extend(moments.into_iter().filter_map(|(id, name, at)| Some(fact(id, name, moment(at?, ctx)))));
    facts.push(fact("changes", "Changes", sum(changes)));
    facts
}

/// How many changes there are, and of what weight.
fn sum(changes: &[Change]) -> Line {
    let count = |is_so: fn(&Change) -> bool| changes.iter().filter(|change| is_so(change)).count();
    let (worse, material) = (count(|change| change.worsens), count(|change| change.is_material));
    let tone = if worse > 0 { Tone::Warn } else { Tone::Plain };
    Line::plain(format!("{}, of them {material} material, ", changes.len()))
        + Line::of(tone, format!("{worse} that people may lose by"))
}

/// `littledata v4`.
fn name(version: &Version) -> String {
    format!("{} v{}", version.name, version.version)
}

impl OneScreen {
    fn ids(&self) -> Vec<String> {
        self.diff.held().map(|diff| diff.changes.iter().map(id).collect()).unwrap_or_default()
    }

    fn sections(&self, ctx: &Ctx) -> [Section; 3] {
        let rows = self.diff.held().map(|diff| diff.changes.iter().map(row).collect());
        let chosen = self.changes.target(&self.ids());
        let changes = self.diff.held().map(|diff| diff.changes.as_slice()).unwrap_or_default();
        let chosen = changes.iter().find(|change| chosen.0.contains(&id(change)));
        let said = |words: &'static str, text: &Option<String>| {
            text.as_ref().map(|text| Line::dim(words) + Line::plain(text.clone()))
        };
        let words = chosen.map(|change| {
            let effect = Line::plain(change.effect.clone()).strong();
            let line = change.line.map(|line| Line::dim(format!("line {line} of the new file")));
            [Some(effect), said("− ", &change.before), said("+ ", &change.after), line].into_iter().flatten().collect()
        });
        let body = Body::Words(words.unwrap_or_default());
        [
            self.diff.section("version", "Version", |diff| facts(diff, ctx)),
            self.changes.section("changes", &CHANGES, rows),
            Section { id: "chosen", title: "Before and after", note: Line::default(), body },
        ]
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => self.diff.open(&link.id),
            Action::Answered(answer) => {
                self.diff.hear(answer);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == READ => opens_file(self.diff.id()),
            action if is_for_all(action, &RENEW) => self.diff.ask(),
            action => self.changes.follow(action, &self.ids(), ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: self.sections(ctx).into(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let [version, changes, chosen] = self.sections(ctx);
        let area = canvas.area();
        let (top, rest) = area.cut_top((canvas.height(&version, area.width) + 1).min(area.height / 2));
        let (below, list) = rest.cut_bottom((canvas.height(&chosen, rest.width) + 1).min(rest.height / 2));
        canvas.section(top, &version);
        canvas.section(list, &changes);
        canvas.section(below, &chosen);
    }

    fn target(&self, _: &Ctx) -> Target {
        self.changes.target(&self.ids())
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        self.diff.held().map(|diff| name(&diff.to))
    }

    fn question(&self, verb: &Verb, _: &Target, _: &Ctx) -> Option<Question> {
        let Diff { to: version, changes, .. } = self.diff.held()?;
        let (name, id) = (name(version), json!({ "id": version.id }));
        let holds = on(version.effective_on);
        let question = Question { object: name.clone(), ..Question::default() };
        Some(match verb.id {
            id_of if id_of == PUBLISH.id => Question {
                effects: vec![
                    Line::plain("Changes: ") + sum(changes),
                    Line::plain(format!("It is announced now to all who follow it, and holds from {holds} on.")),
                    Line::dim(
                        "Who proposed it cannot publish it; a second factor of the last five minutes is asked for.",
                    ),
                ],
                order: Some(order(
                    policies::publish::document(),
                    id,
                    format!("{name} is announced; it holds from {holds} on"),
                )),
                ..question
            },
            id_of if id_of == WITHDRAW.id => Question {
                effects: vec![
                    Line::plain("It will not come to hold. A better text is a new proposal."),
                    Line::dim(
                        "Once it is announced, only who may publish takes it back, and all who follow it are told.",
                    ),
                ],
                order: Some(order(policies::withdraw::document(), id, format!("{name} is withdrawn"))),
                ..question
            },
            _ => return None,
        })
    }
}
