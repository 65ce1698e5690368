//! Sessions: where one is signed in, and with the permission where everyone is. Ending one ends it within a second.

use serde_json::json;

use crate::api::staff::{self, Session};
use crate::core::action::{Action, Cli, Danger, Effects, Target, Verb};
use crate::core::due;
use crate::core::form::{Field, Form, Opt, Values};
use crate::core::list::{self, List, Looks, Source};
use crate::core::page::{Line, Page, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::shared::{ago, filter, go, moment, order, some, verb, word};

const PLACE: &str = "sessions";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Sessions",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, FIND, RENEW, END],
    open: |_| Box::new(Sessions { list: List::new(&SOURCE), is_everyone: false, is_all: false }),
};

const GO: Verb = go(
    "sessions.go",
    "sessions",
    "Where you are signed in, and with the permission where others are",
    &["g i"],
    None,
    "sessions list",
);
const FIND: Verb = list::narrows("sessions.filter", PLACE);
const RENEW: Verb = list::renews("sessions.refresh", PLACE);
const END: Verb = Verb {
    danger: Danger::Confirm,
    cli: Cli::Form("sessions end"),
    ..verb(
        "sessions.end",
        "end the session…",
        "Ends the chosen session; it answers nothing from then on",
        PLACE,
        &["a e"],
    )
};

static SOURCE: Source<Session> = Source {
    place: PLACE,
    tag: "sessions",
    document: staff::sessions,
    at: "/sessions",
    id: |session| session.id.inner().to_owned(),
};

struct Sessions {
    list: List<Session>,
    is_everyone: bool,
    is_all: bool,
}

impl Sessions {
    fn begin(&mut self) -> Effects {
        let mut said = Values::new();
        if self.is_everyone {
            said.insert("everyone".to_owned(), json!(true));
        }
        if !self.is_all {
            said.insert("live".to_owned(), json!(true));
        }
        self.list.begin(filter(&said))
    }
}

fn state(session: &Session, ctx: &Ctx) -> Line {
    match (&session.ended_at, &session.end_reason) {
        (Some(at), reason) => {
            let why = reason.as_ref().map(|reason| word(Tone::Dim, &reason.0) + Line::dim(" "));
            why.unwrap_or_default() + Line::word(Tone::Dim, due::age(*at, ctx.now))
        }
        (None, _) if session.is_this_one => Line::of(Tone::Good, "● this one"),
        (None, _) if session.stage.0 == "PASSWORD" => Line::of(Tone::Warn, "○ half way"),
        (None, _) => Line::plain("live"),
    }
}

impl Screen for Sessions {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Opened | Action::SignedIn => self.begin(),
            Action::Returned | Action::Changed(..) => self.list.refresh(),
            Action::Answered(answer) => {
                self.list.hear(answer, ctx);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == RENEW => self.list.refresh(),
            Action::Agreed(verb, _, values) if **verb == FIND => {
                self.is_everyone = values.get("whose").is_some_and(|whose| whose == "everyone");
                self.is_all = values.get("which").is_some_and(|which| which == "all");
                self.begin()
            }
            action => self.list.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let looks = Looks {
            title: if self.is_everyone { "Everyone's sessions" } else { "Your sessions" },
            heads: &["Who", "State", "Seen", "Signed in", "By", "Ends", "From", "With"],
            leaves: &[7, 4, 3, 5, 6],
            none: "no session",
            is_heard: true,
        };
        let cells = |session: &Session| {
            vec![
                Line::plain(session.staff.handle.clone()),
                state(session, ctx),
                ago(Some(session.last_seen_at), ctx),
                moment(session.started_at, ctx),
                word(Tone::Plain, &session.method.0),
                Line::word(Tone::Plain, due::left(session.expires_at.min(session.idle_at), ctx.now)),
                some(session.source.as_ref()),
                some(session.client.as_ref()),
            ]
        };
        let section = self.list.section("sessions", &looks, ctx, cells);
        Page { title: Line::plain("Sessions"), sections: vec![section], foot: Line::default() }
    }

    fn target(&self, _: &Ctx) -> Target {
        self.list.target()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        if *verb == FIND {
            let mut whose = vec![Opt::new("mine", "mine")];
            if ctx.me.may("see_staff") {
                whose.push(Opt::new("everyone", "everyone's"));
            }
            let which = vec![Opt::new("live", "live"), Opt::new("all", "ended ones too")];
            let form = Form::of(vec![
                Field::one("whose", "Whose", whose).being([if self.is_everyone { "everyone" } else { "mine" }]),
                Field::one("which", "Which", which).being([if self.is_all { "all" } else { "live" }]),
            ]);
            return Some(Question { object: "Sessions that fit all of this".to_owned(), form, ..Question::default() });
        }
        let session = self.list.find(target.0.first()?)?;
        let effect = if session.is_this_one {
            Line::of(Tone::Warn, "It is the one you are in: you sign in again afterwards.")
        } else {
            Line::plain("Its console answers nothing from then on; drafts stay.")
        };
        let since = due::minute(session.started_at, ctx.now, ctx.zone());
        (*verb == END).then(|| Question {
            object: format!("{}, signed in {since}", session.staff.handle),
            effects: vec![effect],
            order: Some(order(
                staff::end_session::document(),
                json!({ "id": session.id }),
                format!("a session of {} has ended", session.staff.handle),
            )),
            ..Question::default()
        })
    }
}
