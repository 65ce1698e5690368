//! One sub-processor: what it is given and where it works, what was said of it under which version of the policy, and
//! what was announced about it.

use crate::api::processors::{self, Notice, Processor, Receives, Version};
use crate::core::action::{Action, Effects, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Row, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::announced::{kind, letters};
use super::listing::{Listed, Listing};
use super::panes::{Parts, is_for_all, panes};
use super::processors::{date, standing, window};
use super::shared::{fact, moment, some, word};

const PLACE: &str = "processor";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Processor",
    shape: Shape::Detail { kind: "processor" },
    opener: None,
    verbs: &[RENEW, TURN],
    open: |_| {
        Box::new(OneScreen {
            processor: One::new(&PROCESSOR),
            versions: Parts::default(),
            notices: Listing::new(&NOTICES),
            is_on_notices: false,
        })
    },
};

const RENEW: Verb = list::renews("processor.refresh", PLACE);
const TURN: Verb = list::turns("processor.pane", PLACE);

static PROCESSOR: Whole = Whole { place: PLACE, tag: "processor", document: processors::processor, at: "/processor" };

const VERSIONS: Looks = Looks {
    title: "What was said of it, newest first",
    heads: &["Policy", "From", "Stood", "Other than before"],
    leaves: &[],
    none: "nothing",
    is_heard: true,
};

static NOTICES: Listed<Notice> = Listed::of(
    Source {
        place: PLACE,
        tag: "notices",
        document: processors::notices_about,
        at: "/processor/notices",
        id: |notice| notice.id.inner().to_owned(),
    },
    Looks {
        title: "What was announced about it",
        heads: &["Announced", "What", "From", "Objections", "Letters"],
        leaves: &[4],
        none: "nothing was announced: it was on the first list",
        is_heard: true,
    },
    |notice, ctx| {
        vec![
            moment(notice.announced_at, ctx),
            kind(notice),
            Line::plain(date(notice.effective_on)),
            window(notice.objection_until, ctx),
            letters(notice),
        ]
    },
);

struct OneScreen {
    processor: One<Processor>,
    versions: Parts,
    notices: Listing<Notice>,
    is_on_notices: bool,
}

fn given(receives: &[Receives]) -> String {
    let each = |each: &Receives| format!("{} {}", each.what, crate::core::form::spoken(&each.form.0));
    receives.iter().map(each).collect::<Vec<_>>().join(", ")
}

/// What one version says otherwise than the one before it.
fn changes(now: &Version, before: &Version) -> String {
    let parts = [
        ("name", now.name != before.name),
        ("service", now.service != before.service),
        ("purposes", now.purposes != before.purposes),
        ("what it is given", now.receives != before.receives),
        ("where", now.regions != before.regions),
        ("ground", now.transfer != before.transfer),
        ("agreement", now.agreement_on != before.agreement_on),
        ("its policy", now.policy_url != before.policy_url),
    ];
    parts.iter().filter(|(_, is_other)| *is_other).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn versions(processor: &Processor, ctx: &Ctx) -> Vec<Row> {
    let older = processor.versions.iter().skip(1).map(Some).chain([None]);
    let row = |(version, before): (&Version, Option<&Version>)| {
        let stood = match (version.withdrawn_at, version.in_force_at, version.until_on) {
            (Some(at), ..) => Line::dim("taken back ") + moment(at, ctx),
            (_, None, _) => Line::of(Tone::Warn, "▲ announced"),
            (_, Some(_), Some(day)) => Line::dim(format!("until {}", date(day))),
            (_, Some(_), None) => Line::of(Tone::Good, "✓ ") + Line::plain("holds"),
        };
        let other = before.map_or(Line::dim("the first"), |before| Line::plain(changes(version, before)));
        let (number, from) = (version.policy_version, version.from_on);
        Row {
            id: format!("{number}"),
            cells: vec![Line::plain(format!("v{number}")), Line::plain(date(from)), stood, other],
        }
    };
    processor.versions.iter().zip(older).map(row).collect()
}

fn facts(processor: &Processor, ctx: &Ctx) -> Vec<Fact> {
    let Processor { purposes, regions, .. } = processor;
    vec![
        fact("name", "Name", Line::plain(processor.name.clone()).strong() + Line::dim(format!(", {}", processor.code))),
        fact(
            "state",
            "State",
            standing(&processor.state.0, processor.ends_on)
                + Line::dim(format!(", listed {}", date(processor.listed_on))),
        ),
        fact("objections", "Objections", window(processor.objection_until, ctx)),
        fact("service", "Does", Line::plain(processor.service.clone())),
        fact("purposes", "For", Line::plain(purposes.join(", "))),
        fact("receives", "Is given", Line::plain(given(&processor.receives))),
        fact("regions", "Where", Line::plain(regions.join(", "))),
        fact("transfer", "Ground", word(Tone::Plain, &processor.transfer.0)),
        fact(
            "agreement",
            "Agreement",
            processor.agreement_on.map_or(Line::of(Tone::Warn, "▲ none"), |day| Line::plain(date(day))),
        ),
        fact("policy", "Its policy", some(processor.policy_url.as_ref())),
    ]
}

impl OneScreen {
    fn ids(&self) -> Vec<String> {
        let versions = self.processor.held().map(|held| held.versions.iter());
        versions.into_iter().flatten().map(|version| version.policy_version.to_string()).collect()
    }

    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 2]) {
        let processor = self.processor.section("processor", "Processor", |processor| facts(processor, ctx));
        let rows = self.processor.held().map(|processor| versions(processor, ctx));
        let looks = Looks { is_heard: !self.is_on_notices, ..VERSIONS };
        (processor, [self.versions.section("versions", &looks, rows), self.notices.section(self.is_on_notices, ctx)])
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => {
                let mut effects = self.processor.open(&link.id);
                effects.extend(self.notices.of(&link.id, ctx));
                effects
            }
            Action::Answered(answer) if self.processor.hear(answer) => Effects::new(),
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_notices = !self.is_on_notices;
                Effects::new()
            }
            action if is_for_all(action, &RENEW) => {
                let mut effects = self.processor.renew(action);
                effects.extend(self.notices.follow(action, ctx));
                effects
            }
            action if self.is_on_notices => self.notices.follow(action, ctx),
            action => self.versions.follow(action, &self.ids(), ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (processor, parts) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: [processor].into_iter().chain(parts).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (processor, parts) = self.sections(ctx);
        panes(canvas, &processor, &parts, usize::from(self.is_on_notices));
    }

    fn target(&self, _: &Ctx) -> Target {
        if self.is_on_notices { self.notices.list().target() } else { self.versions.target(&self.ids()) }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        self.processor.held().map(|processor| processor.name.clone())
    }
}
