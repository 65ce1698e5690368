//! The policy: what is in force, and its versions. What is otherwise in one of them stands on its own screen.

use chrono::NaiveDate;

use crate::api::policies::{self, InForce, Version};
use crate::core::action::{Action, Effects, Link, On, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::panes::is_for_all;
use super::shared::{fact, go, moment, opens_file, short_id, word, words};

const PLACE: &str = "policy";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Policy",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, list::opens("policy.open", PLACE), READ, RENEW],
    open: |_| Box::new(Versions { in_force: One::new(&IN_FORCE), list: Listing::new(&LISTED) }),
};

const GO: Verb = go(
    "policy.go",
    "policy",
    "What is in force, and every version with what it changed",
    &["g c"],
    Some("see_queue"),
    "policies list",
);
const READ: Verb = list::reads("policy.read", PLACE, On::One);
const RENEW: Verb = list::renews("policy.refresh", PLACE);

static IN_FORCE: Whole = Whole { place: PLACE, tag: "in-force", document: policies::in_force, at: "/policy" };

static LISTED: Listed<Version> = Listed {
    source: Source {
        place: PLACE,
        tag: "versions",
        document: policies::versions,
        at: "/policyVersions",
        id: |version| version.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Versions",
        heads: &["Version", "State", "Holds from", "Proposed", "Who", "Published", "By"],
        leaves: &[6, 4, 3],
        none: "there is none",
        is_heard: true,
    },
    cells: |version, ctx| {
        vec![
            Line::plain(format!("v{}", version.version)),
            state(&version.state.0),
            Line::plain(on(version.effective_on)) + held_back(version),
            moment(version.proposed_at, ctx),
            Line::dim(short_id(&version.proposed_by)),
            version.published_at.map_or(Line::dim("—"), |at| moment(at, ctx)),
            Line::dim(version.published_by.as_deref().map(short_id).unwrap_or_default()),
        ]
    },
    terms: &[],
    first: "",
    orders: &[],
    leads: |version| Some(Link { kind: "version", id: version.id.inner().to_owned() }),
    question: |_, _, _| None,
};

/// How far a version has come.
pub fn state(code: &str) -> Line {
    match code {
        "IN_FORCE" => Line::of(Tone::Good, "✓ ") + Line::plain("in force"),
        "ANNOUNCED" => Line::of(Tone::Key, "○ announced"),
        "PROPOSED" => Line::of(Tone::Warn, "▲ proposed"),
        code => word(Tone::Dim, code),
    }
}

/// `1 Jan 2027`.
pub fn on(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// That somebody who follows it said no, where that keeps it from holding.
pub fn held_back(version: &Version) -> Line {
    match version.held_back_on {
        Some(day) => Line::of(Tone::Bad, format!(" ✗ held back {}", on(day))),
        None => Line::default(),
    }
}

struct Versions {
    in_force: One<InForce>,
    list: Listing<Version>,
}

fn facts(policy: &InForce) -> Vec<Fact> {
    let region = policy.region.as_ref().map_or(Line::dim("the page does not say"), |region| {
        let pinned = if region.pinned.is_empty() {
            Line::default()
        } else {
            Line::dim(format!(", never leaves {}", region.pinned.join(", ")))
        };
        Line::plain(region.home.clone()) + pinned
    });
    let operator = &policy.operator;
    let kept = policy.retention.iter().map(|kept| {
        let ending = match kept.ending.0.as_str() {
            "ANONYMISE" => "then anonymous",
            "DELETE" => "then deleted",
            _ => "and stays",
        };
        format!("{}: {}, {ending}", kept.title, kept.window.words)
    });
    let page = operator.page.as_ref().map(|page| Line::dim(format!(", {page}"))).unwrap_or_default();
    let standing =
        if policy.standing_is_public { "how promises stand is public" } else { "how promises stand is ours" };
    vec![
        fact(
            "version",
            "In force",
            Line::plain(format!("{} v{}", policy.name, policy.version)).strong()
                + Line::dim(format!(", since {}: {}", on(policy.effective_on), policy.title)),
        ),
        fact(
            "operator",
            "Operator",
            Line::plain(format!("{}, {}", operator.name, operator.country))
                + Line::dim(format!(", its merchants' {}", words([&operator.role.0])))
                + page,
        ),
        fact("region", "Data stays", region),
        fact("kept", "Is kept", Line::plain(kept.collect::<Vec<_>>().join(" · "))),
        fact(
            "told",
            "Changes",
            Line::plain(format!("announced {} days before they hold", policy.announce_days))
                + Line::dim(format!(", objections for {} days; {standing}", policy.objection_days)),
        ),
        fact("locales", "Written in", Line::plain(policy.locales.join(", "))),
    ]
}

impl Versions {
    fn sections(&self, ctx: &Ctx) -> (Section, Section) {
        (self.in_force.section("policy", "Policy", facts), self.list.section(true, ctx))
    }
}

impl Screen for Versions {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Answered(answer) if self.in_force.hear(answer) => Effects::new(),
            Action::Do(verb, Target(on)) if **verb == READ => on.first().map(|id| opens_file(id)).unwrap_or_default(),
            action if matches!(action, Action::Linked(_)) || is_for_all(action, &RENEW) => {
                let mut effects = self.in_force.renew(action);
                effects.extend(self.list.follow(action, ctx));
                effects
            }
            action => self.list.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (policy, versions) = self.sections(ctx);
        Page { title: Line::plain(ENTRY.title), sections: vec![policy, versions], foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (policy, versions) = self.sections(ctx);
        let area = canvas.area();
        let (above, below) = area.cut_top((canvas.height(&policy, area.width) + 1).min(area.height * 3 / 5));
        canvas.section(above, &policy);
        canvas.section(below, &versions);
    }

    fn target(&self, _: &Ctx) -> Target {
        self.list.list().target()
    }

    fn is_a_list(&self) -> bool {
        true
    }
}
