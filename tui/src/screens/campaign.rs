//! One campaign: its rows as they were taken down, each kept, changed or revoked with a reason, until it is signed off.
//! Beside them, what was found of the chosen one.

use chrono::NaiveDate;
use serde_json::json;

use crate::api::reviews::{self, Campaign, Item, TERMS};
use crate::core::action::{Action, Danger, Effects, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::due;
use crate::core::form::{Field, Form, spoken};
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Row, Section, Tone};
use crate::core::question::{Once, Question};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::apps::end;
use super::listing::{Listed, Listing};
use super::panes::{Parts, is_for_all, panes, whole};
use super::reviews::{by, decided, revoked, standing};
use super::shared::{OPENED, fact, moment, order, verb, word, words};

const PLACE: &str = "campaign";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Campaign",
    shape: Shape::Detail { kind: "campaign" },
    opener: None,
    verbs: &[list::narrows("campaign.filter", PLACE), RENEW, TURN, REVEAL, KEEP, CHANGE, REVOKE, SIGN_OFF],
    open: |_| {
        Box::new(OneScreen {
            campaign: One::new(&CAMPAIGN),
            items: Listing::new(&ITEMS),
            found: Parts::default(),
            is_on_found: false,
        })
    },
};

const RENEW: Verb = list::renews("campaign.refresh", PLACE);
const TURN: Verb = list::turns("campaign.pane", PLACE);
const REVEAL: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("review_access"),
    ..verb("campaign.reveal", "reveal the reason…", "Opens why the chosen row was decided so, logged", PLACE, &["a x"])
};
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
        heads: &["Decision", "What", "Part", "Of", "Tenant", "By"],
        leaves: &[5, 4, 3],
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
    found: Parts,
    is_on_found: bool,
}

const FOUND: Looks =
    Looks { title: "The chosen row", heads: &["What", "Is"], leaves: &[], none: "no row is chosen", is_heard: true };

fn cells(item: &Item, ctx: &Ctx) -> Vec<Line> {
    vec![
        decision(item, ctx),
        Line::plain(item.label.clone()),
        item.part.as_ref().map_or(Line::dim("whole"), |part| Line::plain(part.clone())),
        word(Tone::Dim, &item.subject.0),
        tenant(item),
        item.decided_by.as_ref().map_or(Line::dim("—"), |seat| Line::dim(seat.handle.clone())),
    ]
}

fn tenant(item: &Item) -> Line {
    item.tenant.as_ref().map_or(Line::dim("the house"), |tenant| Line::plain(tenant.legal_name.clone()))
}

fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// What was decided; of what is to go, whether it is proven.
fn decision(item: &Item, ctx: &Ctx) -> Line {
    let told = match (item.decision.as_ref().map(|decision| decision.0.as_str()), item.revocation.0.as_str()) {
        (None, _) => return Line::of(Tone::Warn, "? open"),
        _ if item.is_due_again => return Line::of(Tone::Warn, "? open again"),
        (Some("KEEP"), _) => Line::of(Tone::Good, "✓ ") + Line::plain("keep"),
        (Some(code), "PROVEN") => {
            let done = if code == "REVOKE" { "revoked, proven" } else { "changed, proven" };
            Line::of(Tone::Good, "✓ ") + Line::plain(done)
        }
        (Some(code), _) => {
            let late = item.due_on.filter(|_| item.is_overdue).map(|day| due::age(end(day), ctx.now));
            let late = late.map(|age| Line::of(Tone::Bad, ", OVERDUE ") + Line::word(Tone::Bad, age));
            let tone = if item.is_overdue { Tone::Bad } else { Tone::Warn };
            let mark = if item.is_overdue { "✗ " } else { "▲ " };
            Line::of(tone, format!("{mark}{}, unproven", spoken(code))) + late.unwrap_or_default()
        }
    };
    let until = item.exception_until.map(|day| Line::dim(format!(" until {}", date(day))));
    told + until.unwrap_or_default()
}

/// What was decided about a row and what the extract found of it, a line each.
fn found(item: &Item, ctx: &Ctx) -> Vec<Row> {
    let row = |id: &str, name: String, value: Line| Row { id: id.to_owned(), cells: vec![Line::dim(name), value] };
    let mut rows = vec![
        row("label", spoken(&item.subject.0), Line::plain(item.label.clone()).strong()),
        row("tenant", "whose".to_owned(), tenant(item)),
        row("decision", "decision".to_owned(), decision(item, ctx)),
    ];
    if let Some(part) = &item.part {
        rows.insert(1, row("part", "part".to_owned(), Line::plain(part.clone())));
    }
    if let (Some(at), Some(_)) = (item.decided_at, &item.decision) {
        let who = Line::dim(", ") + by(item.decided_by.as_ref());
        rows.push(row("decided", "decided".to_owned(), moment(at, ctx) + who));
    }
    if let Some(day) = item.due_on.filter(|_| item.revocation.0 == "DUE") {
        rows.push(row("due", "to be proven by".to_owned(), Line::plain(date(day))));
    }
    if let Some(code) = &item.hindrance {
        rows.push(row("hindrance", "in its way".to_owned(), word(Tone::Bad, code)));
    }
    if let Some(at) = item.proven_at {
        rows.push(row("proven", "proven".to_owned(), moment(at, ctx)));
    }
    if let Some(proof) = &item.proof {
        rows.push(row("proof", "proof".to_owned(), Line::plain(proof.clone())));
    }
    rows.extend(item.facts.iter().map(|fact| {
        let at = fact.value.parse().ok().map(|at| moment(at, ctx));
        let value = if fact.value.is_empty() { Line::dim("—") } else { Line::plain(fact.value.clone()) };
        row(&format!("found.{}", fact.name), spoken(&fact.name), at.unwrap_or(value))
    }));
    rows
}

fn question(verb: &Verb, item: Option<&Item>, _: &Ctx) -> Option<Question> {
    let item = item?;
    let object = item.part.as_ref().map_or(item.label.clone(), |part| format!("{} · {part}", item.label));
    if *verb == REVEAL {
        let mut order = order(reviews::reveal::document(), json!({ "id": item.id }), "it was logged".to_owned());
        order.input.remove("idempotencyKey");
        order.once = Some(Once { what: "reason", ..OPENED });
        return Some(Question {
            object,
            effects: vec![Line::plain("Its reason is shown for 30 s; the look is logged.")],
            order: Some(order),
            ..Question::default()
        });
    }
    let (decision, effect, hint) = match verb.id {
        id if id == KEEP.id => ("KEEP", Line::plain("It stays as it is."), "why it is needed"),
        id if id == CHANGE.id => (
            "CHANGE",
            Line::plain("It is to be narrowed by whoever looks after it, and read back."),
            "what is too much, and why",
        ),
        id if id == REVOKE.id => (
            "REVOKE",
            Line::of(Tone::Warn, "It is taken away at once, and its end is to be proven within five working days."),
            "why it is not needed",
        ),
        _ => return None,
    };
    Some(Question {
        object: object.clone(),
        effects: vec![effect, Line::dim("The reason is sealed; an exception makes it due again when it ends.")],
        form: Form::of(vec![
            Field::words("reason", "Reason").hint(hint),
            Field::day("exceptionUntil", "Exception until").optional().hint("where something speaks against it"),
        ]),
        reference: item.part.clone().unwrap_or_else(|| item.label.clone()),
        order: Some(order(
            reviews::decide::document(),
            json!({ "id": item.id, "version": item.version, "decision": decision }),
            format!("{object}: {}", decision.to_lowercase()),
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
            standing(campaign, ctx) + Line::dim(format!(", due on {}", date(campaign.due_on))),
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
                ))
                + if extract.is_whole { Line::of(Tone::Good, " ✓") } else { Line::of(Tone::Bad, " ✗ NOT WHOLE") },
        ),
        fact("opened", "Opened", moment(campaign.opened_at, ctx) + Line::dim(", ") + by(campaign.opened_by.as_ref())),
    ];
    if let (Some(at), Some(seat)) = (campaign.signed_off_at, &campaign.signed_off_by) {
        facts.push(fact("signed", "Signed off", moment(at, ctx) + Line::dim(", ") + by(Some(seat))));
    }
    if let Some(digest) = &campaign.evidence_digest {
        facts.push(fact(
            "evidence",
            "Evidence",
            Line::dim(short(digest)) + Line::plain(", by rightsdesk reviews export"),
        ));
    }
    facts
}

impl OneScreen {
    fn found(&self, ctx: &Ctx) -> Vec<Row> {
        self.items.list().chosen().map(|item| found(item, ctx)).unwrap_or_default()
    }

    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 2]) {
        let campaign = self.campaign.section("campaign", "Campaign", |campaign| facts(campaign, ctx));
        let looks = Looks { is_heard: self.is_on_found, ..FOUND };
        let found = self.found.section("item", &looks, Some(self.found(ctx)));
        (campaign, [self.items.section(!self.is_on_found, ctx), found])
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
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_found = !self.is_on_found;
                Effects::new()
            }
            action if is_for_all(action, &RENEW) => {
                let mut effects = self.campaign.renew(action);
                effects.extend(self.items.follow(action, ctx));
                effects
            }
            Action::Agreed(..) => self.items.follow(action, ctx),
            action if self.is_on_found => {
                let ids: Vec<String> = self.found(ctx).into_iter().map(|row| row.id).collect();
                self.found.follow(action, &ids, ctx)
            }
            action => self.items.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (campaign, parts) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: [campaign].into_iter().chain(parts).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (campaign, parts) = self.sections(ctx);
        panes(canvas, &campaign, &parts, usize::from(self.is_on_found));
    }

    /// The row, whichever pane has the keys.
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
                Line::dim("Another person than the one who opened it, or decided all of it, signs off."),
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
