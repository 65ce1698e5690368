//! The desk: home. Which server answers, how well, and what has happened since the console was opened.
//!
//! Of the server it asks what waits for a second look: broken glass, and seats that end soon.

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use crate::api::staff::{self, Grant, Grants, Seat, Seats};
use crate::core::action::{Action, Cli, Effect, Effects, Scope, Verb};
use crate::core::ask::Ask;
use crate::core::canvas::Canvas;
use crate::core::connection::{Connection, Standing};
use crate::core::due;
use crate::core::me::Me;
use crate::core::page::{Body, Fact, Line, Page, Row, Rows, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::shared::SOON_DAYS;

pub const ENTRY: Entry = Entry {
    name: "desk",
    title: "Desk",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: VERBS,
    open: |_| Box::new(Desk::default()),
};

const GO: Verb = Verb {
    cli: Cli::Form("status"),
    ..Verb::new("desk.go", "desk", "Home: the server, the connection, what happened", Scope::Global, &["g d"])
};

const VERBS: &[Verb] = &[GO];

/// From this width on, two columns.
const WIDE: u16 = 100;

#[derive(Default)]
struct Desk {
    glass: Vec<Grant>,
    ending: Vec<Seat>,
}

impl Desk {
    /// What waits, where this person may know it.
    fn ask(&mut self, ctx: &Ctx) -> Effects {
        (self.glass, self.ending) = (Vec::new(), Vec::new());
        let ask = |tag, document, filter: Value| {
            let variables = json!({ "filter": filter, "first": 20 });
            Effect::Ask(Ask { to: ENTRY.name, tag, document, variables, is_again: false })
        };
        let mut effects = Effects::new();
        if ctx.me.may("give_grants") || ctx.me.may("see_staff") {
            effects.push(ask("glass", staff::grants(), json!({ "awaitsReview": true })));
        }
        if ctx.me.may("see_staff") {
            let before = ctx.now + TimeDelta::days(SOON_DAYS);
            let before = before.to_rfc3339_opts(SecondsFormat::Secs, true);
            effects.push(ask("ending", staff::seats(), json!({ "state": ["ACTIVE"], "endsBefore": before })));
        }
        effects
    }

    fn look_here(&self, ctx: &Ctx) -> Option<Section> {
        let glass = self.glass.iter().map(|grant| Row {
            id: grant.id.inner().to_owned(),
            cells: vec![
                Line::of(Tone::Bad, "✗ broken glass")
                    + Line::plain(format!(" {} on {}, ", grant.staff.handle, grant.tenant.legal_name))
                    + Line::word(Tone::Plain, due::age(grant.starts_at, ctx.now))
                    + Line::dim(": review it"),
            ],
        });
        let ending = self.ending.iter().filter_map(|seat| {
            let ends = seat.ends_at.filter(|at| *at > ctx.now)?;
            let cell = Line::of(Tone::Warn, "▲ seat")
                + Line::plain(format!(" of {} ends in ", seat.handle))
                + Line::word(Tone::Plain, due::left(ends, ctx.now));
            Some(Row { id: seat.id.inner().to_owned(), cells: vec![cell] })
        });
        let rows: Vec<Row> = glass.chain(ending).collect();
        let body = Body::Rows(Rows { heads: Vec::new(), rows, cursor: None, none: "", leaves: &[] });
        let note = Line::of(Tone::Key, "g f");
        let section = Section { id: "look_here", title: "Look here", note, body };
        matches!(&section.body, Body::Rows(rows) if !rows.rows.is_empty()).then_some(section)
    }
}

impl Screen for Desk {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::SignedIn | Action::Returned | Action::Opened => return self.ask(ctx),
            Action::Answered(answer) if answer.tag == "glass" => {
                let found = answer.read::<Grants>().map(|found| found.grants.edges);
                self.glass = found.into_iter().flatten().map(|edge| edge.node).collect();
            }
            Action::Answered(answer) if answer.tag == "ending" => {
                let found = answer.read::<Seats>().map(|found| found.staff.edges);
                self.ending = found.into_iter().flatten().map(|edge| edge.node).collect();
            }
            _ => {}
        }
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        Page {
            title: Line::plain("Desk"),
            sections: [server(ctx), connection(ctx)]
                .into_iter()
                .chain(self.look_here(ctx))
                .chain([happened(ctx)])
                .collect(),
            foot: Line::default(),
        }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let (server, connection, happened, keys) = (server(ctx), connection(ctx), happened(ctx), keys(ctx));
        if area.width < WIDE {
            let (top, rest) = area.cut_top(canvas.height(&server, area.width) + 1);
            let (middle, below) = rest.cut_top(canvas.height(&connection, area.width) + 1);
            canvas.section(top, &server);
            canvas.section(middle, &connection);
            let mut below = below;
            if let Some(look) = self.look_here(ctx) {
                let (first, rest) = below.cut_top((canvas.height(&look, below.width) + 1).min(below.height / 2 + 1));
                canvas.section(first, &look);
                below = rest;
            }
            canvas.section(below, &happened);
            return;
        }
        let (left, right) = area.columns(area.width * 3 / 5);
        let (top, below) = left.cut_top(canvas.height(&server, left.width) + 1);
        let (middle, foot) = right.cut_top(canvas.height(&connection, right.width) + 1);
        canvas.section(top, &server);
        canvas.section(below, &happened);
        canvas.section(middle, &connection);
        let mut foot = foot;
        if let Some(look) = self.look_here(ctx) {
            let (first, rest) = foot.cut_top((canvas.height(&look, foot.width) + 1).min(foot.height / 2));
            canvas.section(first, &look);
            foot = rest;
        }
        canvas.section(foot, &keys);
        canvas.divide(left);
    }
}

fn fact(id: &'static str, name: &'static str, value: Line, exact: Value) -> Fact {
    Fact { id, name, value, exact }
}

fn server(ctx: &Ctx) -> Section {
    let desk = &ctx.desk;
    let version = match &ctx.connection.version {
        Some(version) => Line::of(Tone::Strong, format!("Rightsdesk {version}")),
        None => Line::dim("not known yet"),
    };
    let place = if desk.is_local {
        Line::plain("local") + Line::dim(", inside this program; it ends with it")
    } else {
        Line::plain("remote") + Line::dim(", it goes on without this console")
    };
    let (me, exact) = me(ctx);
    let changes = if ctx.keymap.is_read_only() {
        Line::of(Tone::Warn, "off") + Line::dim(", this console is read only")
    } else {
        Line::plain("allowed") + Line::dim(", as far as the server lets you")
    };
    let url = desk.url.clone();
    Section {
        id: "server",
        title: "Server",
        note: Line::plain(desk.name()),
        body: Body::Facts(vec![
            fact("version", "Version", version, json!(ctx.connection.version)),
            fact("url", "Address", url.clone().map_or(Line::dim("being started"), Line::plain), json!(url)),
            fact("mode", "Mode", place, json!(if desk.is_local { "local" } else { "remote" })),
            fact("me", "You", me, exact),
            fact("changes", "Changes", changes, json!(!ctx.keymap.is_read_only())),
        ]),
    }
}

/// Who this console is there, and until when.
fn me(ctx: &Ctx) -> (Line, Value) {
    match &ctx.me {
        Me::Someone(person) => {
            let ends = person.ends_at.map(|at| format!(", until {}", due::minute(at, ctx.now, ctx.zone())));
            (Line::plain(person.title()) + Line::dim(ends.unwrap_or_default()), json!(person.name))
        }
        Me::Unknown => (Line::plain("a guest") + Line::dim(", as far as is known yet"), Value::Null),
        Me::Nobody | Me::Halfway { .. } => (Line::of(Tone::Warn, "signed out"), Value::Null),
    }
}

fn connection(ctx: &Ctx) -> Section {
    let connection = &ctx.connection;
    let (state, since) = standing(ctx);
    let trip = connection.last_trip();
    let spread = connection.trips.iter().min().zip(connection.trips.iter().max());
    let mut trip_line = trip.map_or(Line::dim("none yet"), |trip| Line::plain(due::took(trip)));
    let spread =
        spread.map(|(least, most)| (due::took(*least), due::took(*most))).filter(|(least, most)| least != most);
    if let Some((least, most)) = spread {
        trip_line = trip_line + Line::dim(format!(", {least} to {most}"));
    }
    let misses = if connection.missed == 0 { Tone::Dim } else { Tone::Warn };
    let tries = Line::plain(format!("{} answered", connection.answered))
        + Line::dim(", ")
        + Line::of(misses, format!("{} missed", connection.missed));
    let mut facts = vec![
        fact("state", "State", state, json!(name(&connection.standing))),
        fact("since", "Since", since.0, since.1),
        fact("trip_ms", "Round trip", trip_line, json!(trip.map(|trip| trip.as_secs_f64() * 1000.0))),
        fact("tries", "Tries", tries, json!({ "answered": connection.answered, "missed": connection.missed })),
    ];
    if connection.trips.len() > 1 {
        facts.push(fact("trips", "", Line::of(Tone::Good, bars(connection)), Value::Null));
    }
    Section { id: "connection", title: "Connection", note: Line::default(), body: Body::Facts(facts) }
}

fn name(standing: &Standing) -> &'static str {
    match standing {
        Standing::Starting => "starting",
        Standing::Trying => "trying",
        Standing::Live { .. } => "live",
        Standing::Offline { .. } => "offline",
    }
}

/// The state in words, and since when.
fn standing(ctx: &Ctx) -> (Line, (Line, Value)) {
    let dated = |since| {
        let words = Line::plain(due::minute(since, ctx.now, ctx.zone()))
            + Line::dim(", ")
            + Line::word(Tone::Dim, due::age(since, ctx.now));
        (words, json!(since.to_rfc3339()))
    };
    match &ctx.connection.standing {
        Standing::Starting => (Line::of(Tone::Warn, "○ the desk is being started"), dated(ctx.opened_at)),
        Standing::Trying => (Line::of(Tone::Warn, "○ waiting for the first answer"), dated(ctx.opened_at)),
        Standing::Live { since } => (Line::of(Tone::Good, "● live"), dated(*since)),
        Standing::Offline { since, why, .. } => {
            (Line::of(Tone::Bad, "✗ offline") + Line::plain(format!(": {why}")), dated(*since))
        }
    }
}

/// The last round trips against the slowest of them, the newest at the right.
fn bars(connection: &Connection) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = connection.trips.iter().max().map_or(1, |trip| trip.as_micros().max(1));
    let from = connection.trips.len().saturating_sub(24);
    connection
        .trips
        .range(from..)
        .map(|trip| BARS[usize::try_from(trip.as_micros() * 7 / most).unwrap_or(0).min(7)])
        .collect()
}

fn happened(ctx: &Ctx) -> Section {
    let rows = ctx.notices.past().map(|notice| Row {
        id: notice.id.clone(),
        cells: vec![Line::dim(due::second(notice.at, ctx.zone())), Line::of(notice.tone, notice.text.clone())],
    });
    Section {
        id: "happened",
        title: "Since you came",
        note: Line::plain(due::minute(ctx.opened_at, ctx.now, ctx.zone())),
        body: Body::Rows(Rows {
            heads: Vec::new(),
            rows: rows.collect(),
            cursor: None,
            none: "nothing has happened yet",
            leaves: &[],
        }),
    }
}

/// The keys of this screen, straight from the table.
fn keys(ctx: &Ctx) -> Section {
    let scopes = [Scope::Place(ENTRY.name), Scope::Global, Scope::Everywhere];
    let rows = ctx.keymap.heard(&scopes).into_iter().filter_map(|verb| {
        let key = verb.keys.first()?;
        Some(Row { id: verb.id.to_owned(), cells: vec![Line::of(Tone::Key, *key), Line::plain(verb.title)] })
    });
    Section {
        id: "keys",
        title: "Keys",
        note: Line::default(),
        body: Body::Rows(Rows { heads: Vec::new(), rows: rows.collect(), cursor: None, none: "", leaves: &[] }),
    }
}
