//! Sessions: where one is signed in, and with the permission where everyone is. Ending one ends it within a second.

use serde_json::json;

use crate::api::staff::{self, SESSION_TERMS, Session};
use crate::core::action::{Cli, Danger, Verb};
use crate::core::due;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Shape};

use super::listing::{Listed, Listing};
use super::shared::{ago, go, moment, order, some, verb, word};

const PLACE: &str = "sessions";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Sessions",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, list::narrows("sessions.filter", PLACE), list::renews("sessions.refresh", PLACE), END],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = go(
    "sessions.go",
    "sessions",
    "Where you are signed in, and with the permission where others are",
    &["g i"],
    None,
    "sessions list",
);
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

static LISTED: Listed<Session> = Listed {
    source: Source {
        place: PLACE,
        tag: "sessions",
        document: staff::sessions,
        at: "/sessions",
        id: |session| session.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Sessions",
        heads: &["Who", "State", "Seen", "Signed in", "By", "Ends", "From", "With"],
        leaves: &[7, 4, 3, 5, 6],
        none: "no session",
        is_heard: true,
    },
    cells,
    terms: SESSION_TERMS,
    first: "is:live",
    orders: &[],
    leads: |_| None,
    question,
};

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

fn cells(session: &Session, ctx: &Ctx) -> Vec<Line> {
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
}

fn question(verb: &Verb, session: Option<&Session>, ctx: &Ctx) -> Option<Question> {
    let session = session.filter(|_| *verb == END)?;
    let effect = if session.is_this_one {
        Line::of(Tone::Warn, "It is the one you are in: you sign in again afterwards.")
    } else {
        Line::plain("Its console answers nothing from then on; drafts stay.")
    };
    let since = due::minute(session.started_at, ctx.now, ctx.zone());
    Some(Question {
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
