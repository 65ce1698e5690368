//! One connected app: what it may against what it needs, its credential by its age, who answers for what, and what its
//! provider is asked to erase. It is disconnected here.

use serde_json::json;

use crate::api::apps::{self, App, AppReceipt, OUTCOMES, ProviderTask};
use crate::core::action::{Action, Danger, Effects, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::due;
use crate::core::form::{Field, Form};
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Fact, Line, Page, Row, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::apps::{credential, idle};
use super::panes::{Parts, is_for_all, panes, whole};
use super::shared::{ago, fact, moment, opts, order, short_id, some, unless, verb, word};

const PLACE: &str = "app";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "App",
    shape: Shape::Detail { kind: "app" },
    opener: None,
    verbs: &[RENEW, TURN, DISCONNECT, ROTATE, ERASE, SETTLE],
    open: |_| Box::new(OneScreen { app: One::new(&APP), parts: [Parts::default(), Parts::default()], at: 0 }),
};

const RENEW: Verb = list::renews("app.refresh", PLACE);
const TURN: Verb = list::turns("app.pane", PLACE);
const DISCONNECT: Verb = Verb {
    danger: Danger::Typed,
    ..whole(
        "app.disconnect",
        "disconnect the app…",
        "Frees its slot at once, deletes its credential and stops all sharing",
        PLACE,
        &["a D"],
        "keep_apps",
    )
};
const ROTATE: Verb = Verb {
    danger: Danger::Confirm,
    ..whole("app.rotate", "rotate the credential…", "Puts a new credential in its place", PLACE, &["a t"], "keep_apps")
};
const ERASE: Verb = Verb {
    danger: Danger::Confirm,
    ..whole(
        "app.erase",
        "ask the provider to erase…",
        "Opens once more the task of asking its provider to erase what it still has",
        PLACE,
        &["a e"],
        "keep_apps",
    )
};
const SETTLE: Verb = Verb {
    off: |target, _| unless(target, "ptk_", "choose a task: Tab"),
    danger: Danger::Confirm,
    needs: Some("keep_apps"),
    ..verb("app.settle", "settle the task…", "Says that the provider was asked, or what came back", PLACE, &["a s"])
};

static APP: Whole = Whole { place: PLACE, tag: "app", document: apps::app, at: "/app" };

const PERMISSIONS: Looks = Looks {
    title: "Permissions: needed against granted",
    heads: &["Verdict", "Permission", "Needed", "Given"],
    leaves: &[],
    none: "it needs none and was given none",
    is_heard: true,
};
const TASKS: Looks = Looks {
    title: "What its provider is asked",
    heads: &["State", "To", "Opened", "Until", "Asked", "Settled"],
    leaves: &[2],
    none: "nothing",
    is_heard: true,
};

struct OneScreen {
    app: One<App>,
    parts: [Parts; 2],
    /// Which of the lists has the keys.
    at: usize,
}

fn permissions(app: &App) -> Vec<Row> {
    let more = app.granted.iter().filter(|name| !app.needed.contains(name));
    app.needed
        .iter()
        .chain(more)
        .map(|name| {
            let verdict = match (app.excess.contains(name), app.missing.contains(name)) {
                (true, _) => Line::of(Tone::Warn, "▲ too much"),
                (_, true) => Line::of(Tone::Bad, "✗ missing"),
                (false, false) => Line::of(Tone::Good, "✓ ") + Line::plain("needed"),
            };
            let said = |is_so: bool| if is_so { Line::plain("yes") } else { Line::dim("no") };
            let cells = vec![
                verdict,
                Line::plain(name.clone()),
                said(app.needed.contains(name)),
                said(app.granted.contains(name)),
            ];
            Row { id: name.clone(), cells }
        })
        .collect()
}

fn task(task: &ProviderTask, ctx: &Ctx) -> Row {
    let (tone, mark) = match task.state.0.as_str() {
        "OPEN" | "SILENT" => (Tone::Warn, "▲ "),
        "ASKED" => (Tone::Plain, "○ "),
        "CONFIRMED" => (Tone::Good, "✓ "),
        "REFUSED" => (Tone::Bad, "✗ "),
        _ => (Tone::Dim, ""),
    };
    let at = |at: Option<due::Moment>| at.map_or(Line::dim("—"), |at| moment(at, ctx));
    let cells = vec![
        Line::of(tone, mark) + word(tone, &task.state.0),
        word(Tone::Plain, &task.kind.0),
        moment(task.opened_at, ctx),
        Line::plain(due::day(task.until, ctx.zone())),
        at(task.asked_at),
        at(task.settled_at),
    ];
    Row { id: task.id.inner().to_owned(), cells }
}

fn facts(app: &App, ctx: &Ctx) -> Vec<Fact> {
    let is_over = app.state.0 == "DISCONNECTED";
    let sealed = app.credential.as_ref().map(|held| {
        let hint = held.hint.as_ref().map_or("sealed".to_owned(), |hint| format!("sealed, …{hint}"));
        Line::dim(format!(", {hint}, set ")) + Line::word(Tone::Dim, due::age(held.set_at, ctx.now)) + Line::dim(" ago")
    });
    let mut facts = vec![
        fact("name", "Name", Line::plain(app.name.clone()).strong() + Line::dim(format!(", {}", app.kind.code))),
        fact("tenant", "Tenant", Line::plain(app.tenant.legal_name.clone())),
        fact(
            "provider",
            "Provider",
            Line::plain(app.provider.clone())
                + Line::dim(app.region.as_ref().map(|region| format!(", {region}")).unwrap_or_default()),
        ),
        fact("policy", "Its policy", some(app.policy_url.as_ref())),
        fact(
            "state",
            "State",
            word(if is_over { Tone::Dim } else { Tone::Plain }, &app.state.0)
                + Line::dim(format!(", since {}", due::day(app.connected_at, ctx.zone())))
                + Line::dim(format!(", by {}", short_id(&app.connected_by))),
        ),
        fact("touches", "Touches", Line::plain(app.touches.join(", "))),
        fact("credential", "Credential", credential(app.credential.as_ref(), ctx) + sealed.unwrap_or_default()),
        fact("used", "Last used", idle(app.is_unused, ago(app.last_used_at, ctx))),
    ];
    if let Some(receipt) = &app.receipt {
        facts.extend(self::receipt(receipt, ctx));
        let is_asked = |task: &ProviderTask| !["REFUSED", "WAIVED"].contains(&task.state.0.as_str());
        if receipt.offers_erasure && app.tasks.iter().any(is_asked) {
            facts.push(fact("offers", "Erasure", Line::plain("its provider is to be asked for it: see its task")));
        } else if receipt.offers_erasure {
            facts.push(fact(
                "offers",
                "Erasure",
                Line::of(Tone::Key, "a e") + Line::plain(" asks its provider for it"),
            ));
        }
    }
    facts
}

/// What the disconnection left behind.
fn receipt(receipt: &AppReceipt, ctx: &Ctx) -> Vec<Fact> {
    let gone = format!(
        "slot {} is free; credentials deleted: {}, jobs cancelled: {}",
        receipt.slot_freed, receipt.credentials_deleted, receipt.jobs_cancelled
    );
    let policy = receipt.provider_policy.as_ref().map(|url| Line::dim(format!(" ({url})"))).unwrap_or_default();
    vec![
        fact("ended", "Ended", moment(receipt.at, ctx) + Line::dim(format!(", {}", short_id(&receipt.by)))),
        fact("gone", "At once", Line::plain(gone)),
        fact("stopped", "Goes no more", Line::plain(receipt.sharing_stopped.join(", "))),
        fact("stays", "What stays", Line::plain(receipt.what_stays.clone()) + policy),
    ]
}

impl OneScreen {
    fn ids(&self) -> Vec<String> {
        let app = self.app.held();
        let rows = app.map(|app| match self.at {
            0 => permissions(app).into_iter().map(|row| row.id).collect(),
            _ => app.tasks.iter().map(|task| task.id.inner().to_owned()).collect(),
        });
        rows.unwrap_or_default()
    }

    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 3]) {
        let held = self.app.held();
        let looks = |looks: Looks, at| Looks { is_heard: self.at == at, ..looks };
        let [granted, asked] = &self.parts;
        let duty = |duty: &apps::Duty| word(Tone::Strong, &duty.of.0) + Line::plain(format!(": {}", duty.text));
        let duties = held.map(|app| app.duties.iter().map(duty).collect()).unwrap_or_default();
        let duties =
            Section { id: "duties", title: "Who answers for what", note: Line::default(), body: Body::Words(duties) };
        let tasks = held.map(|app| app.tasks.iter().map(|each| task(each, ctx)).collect());
        (
            self.app.section("app", "App", |app| facts(app, ctx)),
            [
                granted.section("permissions", &looks(PERMISSIONS, 0), held.map(permissions)),
                asked.section("tasks", &looks(TASKS, 1), tasks),
                duties,
            ],
        )
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => self.app.open(&link.id),
            Action::Answered(answer) => {
                self.app.hear(answer);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == TURN => {
                self.at = (self.at + 1) % 3;
                Effects::new()
            }
            action if is_for_all(action, &RENEW) => self.app.ask(),
            action => {
                let ids = self.ids();
                self.parts.get_mut(self.at).map(|part| part.follow(action, &ids, ctx)).unwrap_or_default()
            }
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (app, parts) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: [app].into_iter().chain(parts).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (app, parts) = self.sections(ctx);
        panes(canvas, &app, &parts, self.at);
    }

    fn target(&self, _: &Ctx) -> Target {
        self.parts.get(self.at).map(|part| part.target(&self.ids())).unwrap_or_default()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        self.app.held().map(|app| app.name.clone())
    }

    fn question(&self, verb: &Verb, target: &Target, _: &Ctx) -> Option<Question> {
        let app = self.app.held()?;
        let version = json!({ "id": app.id, "version": app.version });
        let question = Question { object: format!("{} · {}", app.name, app.tenant.legal_name), ..Question::default() };
        Some(match verb.id {
            id if id == DISCONNECT.id => Question {
                effects: vec![
                    Line::plain("Its slot is free at once, its credential is deleted, nothing is shared any more."),
                    Line::plain(format!("What it already has stays under {}'s own policy.", app.provider)),
                    Line::dim(
                        "A receipt stays. Where it got personal data, a task does too: its provider is to be asked to erase.",
                    ),
                ],
                reference: app.name.clone(),
                order: Some(order(
                    apps::disconnect::document(),
                    version,
                    format!("{} is disconnected; its receipt is here", app.name),
                )),
                ..question
            },
            id if id == ROTATE.id => Question {
                effects: vec![Line::plain("The old one is deleted with its key; the new one is sealed at once.")],
                form: Form::of(vec![Field::hidden("credential", "Credential").hint("as its provider gave it")]),
                order: Some(order(
                    apps::set_credential::document(),
                    version,
                    format!("the credential of {} is new", app.name),
                )),
                ..question
            },
            id if id == ERASE.id => Question {
                effects: vec![Line::plain(format!("A task is opened: somebody asks {}.", app.provider))],
                order: Some(order(
                    apps::ask_to_erase::document(),
                    json!({ "app": app.id }),
                    "the task is open; settle it when the provider was asked".to_owned(),
                )),
                ..question
            },
            id if id == SETTLE.id => {
                let task = app.tasks.iter().find(|task| target.0.first().is_some_and(|id| id == task.id.inner()))?;
                Question {
                    effects: vec![Line::dim("What came back is sealed at once.")],
                    form: Form::of(vec![
                        Field::one("state", "It was", opts(OUTCOMES)),
                        Field::words("note", "In words").optional().hint("what came back, or why it is let be"),
                    ]),
                    order: Some(order(
                        apps::settle::document(),
                        json!({ "id": task.id }),
                        "the task says so now".to_owned(),
                    )),
                    ..question
                }
            }
            _ => return None,
        })
    }
}
