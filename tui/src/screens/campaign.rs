//! One campaign: its rows as they were taken down, each kept, changed or revoked with a reason, until it is signed off.

use serde_json::json;

use crate::api::reviews::{self, Campaign, Item, TERMS};
use crate::core::action::{Action, Danger, Effects, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::due;
use crate::core::form::{Field, Form};
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::panes::{is_for_all, panes, whole};
use super::reviews::{decided, revoked, standing};
use super::shared::{fact, moment, order, short_id, verb, word, words};

const PLACE: &str = "campaign";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Campaign",
    shape: Shape::Detail { kind: "campaign" },
    opener: None,
    verbs: &[list::narrows("campaign.filter", PLACE), RENEW, KEEP, CHANGE, REVOKE, SIGN_OFF],
    open: |_| Box::new(OneScreen { campaign: One::new(&CAMPAIGN), items: Listing::new(&ITEMS) }),
};

const RENEW: Verb = list::renews("campaign.refresh", PLACE);
const KEEP: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("review_access"),
    ..verb("campaign.keep", "keep it…", "Decides that the chosen right stays, with a reason", PLACE, &["a k"])
};
const CHANGE: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("review_access"),
    ..verb("campaign.change", "change it…", "Decides that the chosen right is to be changed", PLACE, &["a c"])
};
const REVOKE: Verb = Verb {
    danger: Danger::Typed,
    needs: Some("review_access"),
    ..verb("campaign.revoke", "revoke it…", "Decides that the chosen right ends; it is carried out", PLACE, &["a D"])
};
const SIGN_OFF: Verb = Verb {
    danger: Danger::Typed,
    ..whole(
        "campaign.sign-off",
        "sign off…",
        "Ends the campaign and seals its evidence",
        PLACE,
        &["a S"],
        "review_access",
    )
};

static CAMPAIGN: Whole = Whole { place: PLACE, tag: "campaign", document: reviews::campaign, at: "/campaign" };

static ITEMS: Listed<Item> = Listed {
    source: Source {
        place: PLACE,
        tag: "items",
        document: reviews::items,
        at: "/campaign/items",
        id: |item| item.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Rows",
        heads: &["Decision", "Of", "What", "Tenant", "As it was taken down", "By"],
        leaves: &[5, 3, 1],
        none: "no row fits",
        is_heard: true,
    },
    cells,
    terms: TERMS,
    first: "",
    orders: &[],
    leads: |_| None,
    question,
};

struct OneScreen {
    campaign: One<Campaign>,
    items: Listing<Item>,
}

fn cells(item: &Item, ctx: &Ctx) -> Vec<Line> {
    let facts: Vec<_> = item.facts.iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
    vec![
        decision(item, ctx),
        word(Tone::Dim, &item.subject.0),
        Line::plain(item.label.clone()),
        item.tenant.as_ref().map_or(Line::dim("the house"), |tenant| Line::plain(tenant.legal_name.clone())),
        Line::dim(facts.join(" · ")),
        item.decided_by.as_ref().map_or(Line::dim("—"), |by| Line::dim(short_id(by))),
    ]
}

/// What was decided; of a revocation, whether it is proven.
fn decision(item: &Item, ctx: &Ctx) -> Line {
    let until = item.exception_until.map(|day| Line::dim(format!(" until {}", day.format("%-d %b %Y"))));
    let told = match (item.decision.as_ref().map(|decision| decision.0.as_str()), item.revocation.0.as_str()) {
        (None, _) => Line::of(Tone::Warn, "? open"),
        (Some("KEEP"), _) => Line::of(Tone::Good, "✓ ") + Line::plain("keep"),
        (Some("CHANGE"), _) => Line::of(Tone::Warn, "▲ change"),
        (Some("REVOKE"), "PROVEN") => {
            let at = item.proven_at.map(|at| Line::dim(format!(", {}", due::day(at, ctx.zone()))));
            Line::of(Tone::Good, "✓ ") + Line::plain("revoked, proven") + at.unwrap_or_default()
        }
        (Some("REVOKE"), _) => Line::of(Tone::Bad, "✗ revoke, not proven yet"),
        (Some(code), _) => word(Tone::Plain, code),
    };
    told + until.unwrap_or_default()
}

fn question(verb: &Verb, item: Option<&Item>, _: &Ctx) -> Option<Question> {
    let item = item?;
    let (decision, effect, hint) = match verb.id {
        id if id == KEEP.id => ("KEEP", Line::plain("It stays as it is."), "why it is needed"),
        id if id == CHANGE.id => ("CHANGE", Line::plain("It is to be changed; somebody sees to it."), "what, and why"),
        id if id == REVOKE.id => (
            "REVOKE",
            Line::of(Tone::Warn, "It ends, and its end is to be proven before the campaign is signed off."),
            "why it is not needed",
        ),
        _ => return None,
    };
    let mut fields = vec![Field::words("reason", "Reason").hint(hint)];
    if decision == "KEEP" {
        fields.push(Field::day("exceptionUntil", "Only until").optional().hint("2026-11-30, where it is an exception"));
    }
    Some(Question {
        object: item.label.clone(),
        effects: vec![effect],
        form: Form::of(fields),
        order: Some(order(
            reviews::decide::document(),
            json!({ "id": item.id, "version": item.version, "decision": decision }),
            format!("{}: {}", item.label, decision.to_lowercase()),
        )),
        ..Question::default()
    })
}

fn facts(campaign: &Campaign, ctx: &Ctx) -> Vec<Fact> {
    let Campaign { extract, figures, .. } = campaign;
    let short = |digest: &str| format!("…{}", digest.get(digest.len().saturating_sub(8)..).unwrap_or_default());
    let mut facts = vec![
        fact("title", "Campaign", Line::plain(campaign.title.clone()).strong()),
        fact(
            "standing",
            "Standing",
            standing(campaign, ctx) + Line::dim(format!(", due on {}", campaign.due_on.format("%-d %b %Y"))),
        ),
        fact(
            "decided",
            "Decided",
            decided(campaign)
                + Line::dim(format!(
                    ": {} kept, {} of them exceptions, {} to change",
                    figures.kept, figures.exceptions, figures.changed
                )),
        ),
        fact("revoked", "Revoked", revoked(campaign)),
        fact("covers", "Covers", Line::plain(words(campaign.covers.iter().map(|subject| &subject.0)))),
        fact(
            "extract",
            "Taken down",
            moment(extract.taken_at, ctx)
                + Line::dim(format!(
                    ", {} rows by query {}, digest {}",
                    extract.rows,
                    extract.query_version,
                    short(&extract.digest)
                )),
        ),
        fact(
            "opened",
            "Opened",
            moment(campaign.opened_at, ctx) + Line::dim(format!(", {}", short_id(&campaign.opened_by))),
        ),
    ];
    if let (Some(at), Some(by)) = (campaign.signed_off_at, &campaign.signed_off_by) {
        facts.push(fact("signed", "Signed off", moment(at, ctx) + Line::dim(format!(", {}", short_id(by)))));
    }
    if let Some(digest) = &campaign.evidence_digest {
        facts.push(fact("evidence", "Evidence", Line::plain("sealed, ") + Line::dim(short(digest))));
    }
    facts
}

impl OneScreen {
    fn sections(&self, ctx: &Ctx) -> (Section, Section) {
        (self.campaign.section("campaign", "Campaign", |campaign| facts(campaign, ctx)), self.items.section(true, ctx))
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => {
                let mut effects = self.campaign.open(&link.id);
                effects.extend(self.items.of(&link.id, ctx));
                effects
            }
            Action::Answered(answer) if self.campaign.hear(answer) => Effects::new(),
            action => {
                let mut effects = if is_for_all(action, &RENEW) { self.campaign.renew(action) } else { Effects::new() };
                effects.extend(self.items.follow(action, ctx));
                effects
            }
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (campaign, items) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: vec![campaign, items], foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (campaign, items) = self.sections(ctx);
        panes(canvas, &campaign, &[items], 0);
    }

    fn target(&self, _: &Ctx) -> Target {
        self.items.list().target()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        self.campaign.held().map(|campaign| campaign.title.clone())
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        if *verb != SIGN_OFF {
            return self.items.question(verb, target, ctx);
        }
        let campaign = self.campaign.held()?;
        Some(Question {
            object: campaign.title.clone(),
            effects: vec![
                Line::plain("Its rows and decisions are sealed, and nobody changes them any more."),
                Line::dim(format!(
                    "{} are open, {} revoked are not proven.",
                    campaign.figures.open, campaign.figures.unproven
                )),
            ],
            order: Some(order(
                reviews::sign_off::document(),
                json!({ "id": campaign.id }),
                format!("{} is signed off", campaign.title),
            )),
            ..Question::default()
        })
    }
}
