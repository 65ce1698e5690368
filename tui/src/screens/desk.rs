//! The desk: home. What is due when, what I do next, for whom others are waited for, and what came meanwhile; beneath it
//! which server answers and how well. Who sees no requests sees the server alone.
//!
//! Every number leads to its rows.

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use crate::api::figures;
use crate::api::staff::{self, Grant, Grants, Seat, Seats};
use crate::core::action::{Action, Cli, Effect, Effects, Link, Scope, Target, Verb, Why};
use crate::core::ask::{Ask, Trouble};
use crate::core::canvas::{Area, Canvas};
use crate::core::connection::{Connection, Standing};
use crate::core::due;
use crate::core::list::{self, Looks};
use crate::core::me::Me;
use crate::core::page::{Body, Fact, Line, Page, Row, Rows, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::shell;

use super::load;
use super::panes::Parts;
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

const OPEN: Verb = list::opens("desk.open", "desk");
const TURN: Verb = list::turns("desk.pane", "desk");
const RENEW: Verb = Verb { hint: "", ..list::renews("desk.refresh", "desk") };

const SEES: &str = "see_queue";

const VERBS: &[Verb] = &[GO, OPEN, TURN, RENEW];

/// From this width on, two columns.
const WIDE: u16 = 100;
/// What is asked for at once of what is next.
const NEXT: i32 = 20;

const NEXT_FOR_ME: Looks = Looks {
    title: "Next for me",
    heads: &["Due", "Ref", "Right", "What to do", "Of"],
    leaves: &[4, 2],
    none: "nothing waits for you now",
    is_heard: true,
};
const WAITING: Looks =
    Looks { title: "Waiting for others", heads: &[], leaves: &[], none: "for nobody", is_heard: true };
const VIEWS: Looks = Looks {
    title: "My views",
    heads: &[],
    leaves: &[3],
    none: "none yet: W in the queue keeps its filter",
    is_heard: true,
};

#[derive(Default)]
struct Desk {
    glass: Vec<Grant>,
    ending: Vec<Seat>,
    /// What is known of requests, or why it is not.
    load: Option<Result<figures::Desk, Trouble>>,
    parts: [Parts; 3],
    /// The list with the keys: what is next, what waits, the views.
    at: usize,
}

impl Desk {
    /// What waits, where this person may know it.
    fn ask(&mut self, ctx: &Ctx) -> Effects {
        (self.glass, self.ending) = (Vec::new(), Vec::new());
        let ask = |tag, document, variables: Value| {
            Effect::Ask(Ask { to: ENTRY.name, tag, document, variables, is_again: false })
        };
        let twenty = |filter: Value| json!({ "filter": filter, "first": 20 });
        let mut effects = Effects::new();
        if ctx.me.may(SEES) {
            let since = (ctx.now - TimeDelta::days(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
            effects.push(ask("load", figures::desk(), json!({ "since": since, "first": NEXT })));
        }
        if ctx.me.may("give_grants") || ctx.me.may("see_staff") {
            effects.push(ask("glass", staff::grants(), twenty(json!({ "awaitsReview": true }))));
        }
        if ctx.me.may("see_staff") {
            let before = ctx.now + TimeDelta::days(SOON_DAYS);
            let before = before.to_rfc3339_opts(SecondsFormat::Secs, true);
            effects.push(ask("ending", staff::seats(), twenty(json!({ "state": ["ACTIVE"], "endsBefore": before }))));
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

    /// The figures, where they are there and may be.
    fn figures(&self, ctx: &Ctx) -> Option<&figures::Desk> {
        self.load.as_ref().and_then(|load| load.as_ref().ok()).filter(|_| ctx.me.may(SEES))
    }

    fn rows(&self, list: usize, ctx: &Ctx) -> Vec<Row> {
        let Some(load) = self.figures(ctx) else { return Vec::new() };
        match list {
            0 => load.next_requests.iter().map(|one| load::next(one, ctx)).collect(),
            1 => load
                .request_figures
                .waiting
                .iter()
                .filter(|one| one.count > 0)
                .map(|one| load::waiting(one, ctx))
                .collect(),
            _ => load.saved_views.iter().enumerate().map(|(n, view)| load::view(n, view)).collect(),
        }
    }

    fn ids(&self, list: usize, ctx: &Ctx) -> Vec<String> {
        self.rows(list, ctx).into_iter().map(|row| row.id).collect()
    }

    fn list(&self, list: usize, ctx: &Ctx) -> Section {
        let (id, looks) = match list {
            0 => ("next", NEXT_FOR_ME),
            1 => ("waiting", WAITING),
            _ => ("views", VIEWS),
        };
        let looks = Looks { is_heard: list == self.at, ..looks };
        let rows = self.rows(list, ctx);
        let many = rows.len();
        let part = self.parts.get(list).map(|part| part.section(id, &looks, Some(rows)));
        let mut section = part.unwrap_or_else(|| words(id, "", Vec::new()));
        if list == 0 && many > 0 {
            section.note = Line::of(Tone::Key, "n") + Line::plain(" the first of them  ") + section.note;
        }
        section
    }

    /// Where the chosen row of the list with the keys leads.
    fn link(&self, target: &Target, ctx: &Ctx) -> Option<Link> {
        let id = target.0.first()?;
        let load = self.figures(ctx)?;
        match self.at {
            0 => Some(Link { kind: shell::REQUEST, id: id.clone() }),
            1 => Some(load::waiting_link(id)),
            _ => {
                let view = load.saved_views.iter().find(|view| view.id.inner() == id)?;
                Some(Link { kind: shell::QUEUE, id: view.filter.clone() })
            }
        }
    }

    /// Two columns under the strip, or one list of them behind Tab.
    fn view_load(&self, load: &figures::Desk, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let strip = load::strip(&load.request_figures, area.width);
        let (top, below) = area.cut_top(canvas.height(&strip, area.width) + 1);
        canvas.section(top, &strip);
        let foot = server_line(ctx);
        let (bottom, below) = below.cut_bottom(2);
        canvas.section(bottom, &foot);
        if area.width < WIDE {
            canvas.section(below, &self.list(self.at, ctx));
            return;
        }
        let (left, right) = below.columns(below.width * 3 / 5);
        let week = words("week", "The last seven days", load::week(&load.request_figures));
        let views = self.list(2, ctx);
        let (rest, low) = cut_for(canvas, left, &week);
        let (rest, middle) = cut_for(canvas, rest, &views);
        canvas.section(rest, &self.list(0, ctx));
        canvas.section(middle, &views);
        canvas.section(low, &week);
        let mut rest = right;
        let mut sections = vec![self.list(1, ctx)];
        if let Some(since) = &load.request_figures.since {
            let mut section = words("since", "Since yesterday", load::since(since));
            section.note = Line::dim(due::minute(since.at, ctx.now, ctx.zone()));
            sections.push(section);
        }
        sections.extend(self.look_here(ctx));
        for section in &sections {
            let (here, under) = rest.cut_top((canvas.height(section, rest.width) + 1).min(rest.height));
            canvas.section(here, section);
            rest = under;
        }
        canvas.section(rest, &happened(ctx));
        canvas.divide(left);
    }
}

/// What is above, and as much at its foot as a section needs.
fn cut_for(canvas: &dyn Canvas, area: Area, section: &Section) -> (Area, Area) {
    let wanted = canvas.height(section, area.width) + 1;
    let (below, above) = area.cut_bottom(wanted.min(area.height / 3));
    (above, below)
}

fn words(id: &'static str, title: &'static str, lines: Vec<Line>) -> Section {
    Section { id, title, note: Line::default(), body: Body::Words(lines) }
}

/// Which server answers, on one line.
fn server_line(ctx: &Ctx) -> Section {
    let (state, _) = standing(ctx);
    let version = ctx.connection.version.clone().unwrap_or_default();
    let place = if ctx.desk.is_local { "local, inside this program" } else { "remote" };
    let url = ctx.desk.url.clone().unwrap_or_default();
    let line = state + Line::plain(format!("  Rightsdesk {version}  {place}")) + Line::dim(format!("  {url}"));
    words("server", "Server", vec![line])
}

impl Screen for Desk {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::SignedIn | Action::Returned | Action::Opened | Action::Changed(..) => return self.ask(ctx),
            Action::Do(verb, _) if **verb == RENEW => return self.ask(ctx),
            Action::Do(verb, _) if **verb == TURN => self.at = (self.at + 1) % self.parts.len(),
            Action::Do(verb, target) if **verb == OPEN => {
                let link = self.link(target, ctx);
                return link.map(|link| Effect::Then(Action::Open(link))).into_iter().collect();
            }
            Action::Answered(answer) if answer.tag == "load" => self.load = Some(answer.read::<figures::Desk>()),
            Action::Answered(answer) if answer.tag == "glass" => {
                let found = answer.read::<Grants>().map(|found| found.grants.edges);
                self.glass = found.into_iter().flatten().map(|edge| edge.node).collect();
            }
            Action::Answered(answer) if answer.tag == "ending" => {
                let found = answer.read::<Seats>().map(|found| found.staff.edges);
                self.ending = found.into_iter().flatten().map(|edge| edge.node).collect();
            }
            action => {
                let ids = self.ids(self.at, ctx);
                if let Some(part) = self.parts.get_mut(self.at) {
                    return part.follow(action, &ids, ctx);
                }
            }
        }
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let load = self.figures(ctx).map(|load| {
            let week = words("week", "The last seven days", load::week(&load.request_figures));
            let strip = load::strip(&load.request_figures, ctx.size.width);
            [strip, self.list(0, ctx), self.list(1, ctx), self.list(2, ctx), week]
        });
        Page {
            title: Line::plain("Desk"),
            sections: load
                .into_iter()
                .flatten()
                .chain([server(ctx), connection(ctx)])
                .chain(self.look_here(ctx))
                .chain([happened(ctx)])
                .collect(),
            foot: Line::default(),
        }
    }

    fn target(&self, ctx: &Ctx) -> Target {
        let ids = self.ids(self.at, ctx);
        self.parts.get(self.at).map(|part| part.target(&ids)).unwrap_or_default()
    }

    fn refusals(&self, ctx: &Ctx) -> Vec<(&'static str, Why)> {
        let off = |verb: &Verb, words: &str| (verb.id, words.to_owned());
        let mut off_now = Vec::new();
        if self.figures(ctx).is_none() {
            off_now.extend([&OPEN, &TURN].map(|verb| off(verb, "nothing is known of requests yet")));
        }
        if ![SEES, "give_grants", "see_staff"].iter().any(|needed| ctx.me.may(needed)) {
            off_now.push(off(&RENEW, "nothing of the desk is for you to see"));
        }
        off_now
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        if let Some(load) = self.figures(ctx) {
            return self.view_load(load, ctx, canvas);
        }
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
