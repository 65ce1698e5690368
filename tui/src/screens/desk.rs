//! The desk: home. What is due when, what I do next, for whom others are waited for, and what came meanwhile; beneath it
//! which server answers and how well. Who sees no requests sees the server alone.
//!
//! Every number leads to its rows.

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use crate::api::figures;
use crate::api::requests::{self, RequestRow, Requests};
use crate::api::staff::{self, Grant, Grants, Seat, Seats, Session, Sessions};
use crate::core::action::{Action, Cli, Effect, Effects, Link, Scope, Target, Verb, Why};
use crate::core::ask::{Answer, Ask, Trouble};
use crate::core::canvas::{Area, Canvas};
use crate::core::connection::{Connection, Standing};
use crate::core::due::{self, Moment};
use crate::core::list::{self, Looks};
use crate::core::me::Me;
use crate::core::page::{Body, Fact, Line, Page, Row, Rows, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::shell;

use super::course;
use super::following::{self, Following, Heard};
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

const EARLIER: Verb = Verb {
    cli: TURN.cli,
    ..Verb::new("desk.earlier", "day before", "The due day before, on the strip", Scope::Place("desk"), &["h", "Left"])
};
const LATER: Verb = Verb {
    hint: "days",
    cli: TURN.cli,
    ..Verb::new("desk.later", "day after", "The due day after, on the strip", Scope::Place("desk"), &["l", "Right"])
};

const SEES: &str = "see_queue";

const VERBS: &[Verb] = &[GO, OPEN, TURN, EARLIER, LATER, RENEW];

/// From this width on, two columns.
const WIDE: u16 = 100;
/// What is asked for at once of what is next.
const NEXT: i32 = 20;
/// Of what waits for a second person.
const FEW: i32 = 5;
/// The strip of days, among the parts.
const DAYS: usize = 3;
/// Sessions of mine that are looked at for the last visit.
const VISITS: i32 = 20;

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

/// When I left last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Left {
    #[default]
    Unknown,
    /// It is the first visit.
    Never,
    At(Moment),
}

#[derive(Default)]
struct Desk {
    glass: Vec<Grant>,
    ending: Vec<Seat>,
    /// What is known of requests, or why it is not.
    load: Option<Result<figures::Desk, Trouble>>,
    /// Of mine, what waits for a second person.
    second: Vec<RequestRow>,
    left: Left,
    parts: [Parts; 4],
    /// The list with the keys: what is next, what waits, the views, the days.
    at: usize,
    following: Following,
}

fn ask(tag: &'static str, document: String, variables: Value) -> Effect {
    Effect::Ask(Ask { to: ENTRY.name, tag, document, variables, is_again: false })
}

/// When the session before this one was used last.
fn last_visit(sessions: &[&Session]) -> Option<Moment> {
    let this = sessions.iter().find(|session| session.is_this_one)?;
    let before = |session: &&&Session| session.stage.0 == "FULL" && session.started_at < this.started_at;
    let seen = sessions.iter().filter(before).map(|session| session.last_seen_at).max()?;
    Some(seen.min(this.started_at))
}

impl Desk {
    /// What waits, where this person may know it.
    fn ask(&mut self, ctx: &Ctx) -> Effects {
        (self.glass, self.ending) = (Vec::new(), Vec::new());
        let twenty = |filter: Value| json!({ "filter": filter, "first": 20 });
        let mut effects = Effects::new();
        match self.left {
            _ if !ctx.me.may(SEES) => {}
            // What came since I left waits for when that was.
            Left::Unknown => effects.push(ask("visits", staff::sessions(), json!({ "first": VISITS }))),
            Left::Never | Left::At(_) => effects.extend(self.look(ctx)),
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

    /// What is due, what is next and what waits, as it is now.
    fn look(&self, ctx: &Ctx) -> Effects {
        let since = match self.left {
            Left::At(at) => at,
            Left::Unknown | Left::Never => ctx.now - TimeDelta::days(1),
        };
        let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut effects = vec![ask("load", figures::desk(), json!({ "since": since, "first": NEXT }))];
        if ctx.me.may("work_requests") {
            let filter = json!({ "text": "stage:awaiting_approval owner:me" });
            effects.push(ask("second", requests::requests(), json!({ "filter": filter, "first": FEW })));
        }
        effects
    }

    fn hear(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        match answer.tag {
            "visits" => {
                let found = answer.read::<Sessions>().map(|found| found.sessions.edges).unwrap_or_default();
                let sessions: Vec<&Session> = found.iter().map(|edge| &edge.node).collect();
                self.left = last_visit(&sessions).map_or(Left::Never, Left::At);
                return self.look(ctx);
            }
            "load" => {
                self.following.answered(ctx);
                let load = answer.read::<figures::Desk>();
                // What was there stays while the server is away: the header says how old it is.
                let is_kept = matches!((&self.load, &load), (Some(Ok(_)), Err(Trouble::Unreached(_))));
                if !is_kept {
                    self.load = Some(load);
                }
            }
            "second" => {
                let found = answer.read::<Requests>().map(|found| found.requests.edges).unwrap_or_default();
                self.second = found.into_iter().map(|edge| edge.node).collect();
            }
            "glass" => {
                let found = answer.read::<Grants>().map(|found| found.grants.edges);
                self.glass = found.into_iter().flatten().map(|edge| edge.node).collect();
            }
            "ending" => {
                let found = answer.read::<Seats>().map(|found| found.staff.edges);
                self.ending = found.into_iter().flatten().map(|edge| edge.node).collect();
            }
            _ => {}
        }
        Effects::new()
    }

    /// What came since I left, and of mine what a second person reads.
    fn meanwhile(&self, load: &figures::Desk, ctx: &Ctx) -> Vec<Section> {
        let title = if matches!(self.left, Left::At(_)) { "Since you left" } else { "Since yesterday" };
        let since = load.request_figures.since.as_ref().map(|since| Section {
            note: Line::dim(due::minute(since.at, ctx.now, ctx.zone())),
            ..words("since", title, load::since(since))
        });
        let second: Vec<Line> = self.second.iter().map(|row| load::second(row, ctx)).collect();
        let second = (!second.is_empty()).then(|| words("second", "Second person, mine", second));
        since.into_iter().chain(second).collect()
    }

    /// The strip, with the chosen day where the keys are on it.
    fn strip(&self, figures: &figures::Figures, width: u16, ctx: &Ctx) -> Section {
        let chosen = (self.at == DAYS).then(|| self.target(ctx).0.into_iter().next()).flatten();
        load::strip(figures, width, chosen.as_deref())
    }

    /// Which server answers; where nothing is known of requests, why.
    fn server(&self, ctx: &Ctx) -> Section {
        let mut section = server(ctx);
        let trouble = self.load.as_ref().and_then(|load| load.as_ref().err()).filter(|_| ctx.me.may(SEES));
        if let (Some(trouble), Body::Facts(facts)) = (trouble, &mut section.body) {
            let words = Line::of(Tone::Bad, format!("✗ {trouble}")) + Line::dim(": r asks again");
            facts.push(fact("requests", "Requests", words, json!(trouble.to_string())));
        }
        section
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
        if list == DAYS {
            let figures = self.figures(ctx).map(|load| &load.request_figures);
            return figures.map(|figures| load::days(figures, ctx.size.width)).unwrap_or_default();
        }
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
            DAYS => Some(load::day_link(id, &self.ids(DAYS, ctx))),
            _ => {
                let view = load.saved_views.iter().find(|view| view.id.inner() == id)?;
                Some(Link { kind: shell::QUEUE, id: view.filter.clone() })
            }
        }
    }

    /// Two columns under the strip, or one list of them behind Tab.
    fn view_load(&self, load: &figures::Desk, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let strip = self.strip(&load.request_figures, area.width, ctx);
        let (top, below) = area.cut_top(canvas.height(&strip, area.width) + 1);
        canvas.section(top, &strip);
        let foot = server_line(ctx);
        let (bottom, below) = below.cut_bottom(2);
        canvas.section(bottom, &foot);
        if area.width < WIDE {
            return self.view_narrow(load, below, ctx, canvas);
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
        sections.extend(self.meanwhile(load, ctx));
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

impl Desk {
    /// One list, and beneath it what came meanwhile, as far as there is room.
    fn view_narrow(&self, load: &figures::Desk, area: Area, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let list = self.list(if self.at == DAYS { 0 } else { self.at }, ctx);
        let others: Vec<Section> = self.meanwhile(load, ctx).into_iter().chain(self.look_here(ctx)).collect();
        let mut room = area.height.saturating_sub(canvas.height(&list, area.width) + 1);
        let fits = |section: &&Section| {
            let wanted = canvas.height(section, area.width) + 1;
            let is_room = wanted <= room;
            room = if is_room { room - wanted } else { 0 };
            is_room
        };
        let others: Vec<&Section> = others.iter().filter(fits).collect();
        let heights: Vec<u16> = others.iter().map(|section| canvas.height(section, area.width) + 1).collect();
        let (mut rest, above) = area.cut_bottom(heights.iter().sum());
        canvas.section(above, &list);
        for (section, height) in others.into_iter().zip(heights) {
            let (here, under) = rest.cut_top(height);
            canvas.section(here, section);
            rest = under;
        }
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
        match self.following.hear(action, ctx, |change| following::noun(change) == "request") {
            Heard::Look => return self.look(ctx),
            Heard::Taken => return Effects::new(),
            Heard::Nothing => {}
        }
        match action {
            Action::SignedIn | Action::Returned | Action::Opened | Action::Changed(..) => return self.ask(ctx),
            Action::Do(verb, _) if **verb == RENEW => return self.ask(ctx),
            Action::Do(verb, _) if **verb == TURN => self.at = (self.at + 1) % self.parts.len(),
            Action::Do(verb, target) if **verb == OPEN => {
                let link = self.link(target, ctx);
                return link.map(|link| Effect::Then(Action::Open(link))).into_iter().collect();
            }
            Action::Answered(answer) => return self.hear(answer, ctx),
            Action::Do(verb, _) if [EARLIER, LATER].contains(*verb) => {
                let (ids, by) = (self.ids(DAYS, ctx), if **verb == EARLIER { -1 } else { 1 });
                // The first press takes the keys there.
                if std::mem::replace(&mut self.at, DAYS) == DAYS {
                    return self
                        .parts
                        .get_mut(DAYS)
                        .map(|days| days.follow(&Action::Wheel(by), &ids, ctx))
                        .unwrap_or_default();
                }
            }
            Action::Do(verb, _) if self.at == DAYS && (**verb == shell::DOWN || **verb == shell::UP) => {
                let (ids, week) = (self.ids(DAYS, ctx), if **verb == shell::UP { -7 } else { 7 });
                if let Some(days) = self.parts.get_mut(DAYS) {
                    return days.follow(&Action::Wheel(week), &ids, ctx);
                }
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
            let strip = self.strip(&load.request_figures, ctx.size.width, ctx);
            [strip, self.list(0, ctx), self.list(1, ctx), self.list(2, ctx), week]
        });
        Page {
            title: Line::plain("Desk"),
            sections: load
                .into_iter()
                .flatten()
                .chain(self.figures(ctx).map(|load| self.meanwhile(load, ctx)).into_iter().flatten())
                .chain([self.server(ctx), connection(ctx)])
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
            off_now.extend([&OPEN, &TURN, &EARLIER, &LATER].map(|verb| off(verb, "nothing is known of requests yet")));
        }
        if ![SEES, "give_grants", "see_staff"].iter().any(|needed| ctx.me.may(needed)) {
            off_now.push(off(&RENEW, "nothing of the desk is for you to see"));
        }
        off_now
    }

    fn wakes(&self, ctx: &Ctx) -> Option<Moment> {
        self.following.wakes(ENTRY.name, false, ctx)
    }

    fn follows(&self, ctx: &Ctx) -> Vec<Ask> {
        let next = self.figures(ctx).map(|load| load.next_requests.as_slice()).unwrap_or_default();
        let tenants = next.iter().map(|one| one.tenant.as_ref().map(|tenant| tenant.id.inner()));
        self.following.lines(ENTRY.name, course::told(tenants, ctx), ctx)
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        if let Some(load) = self.figures(ctx) {
            return self.view_load(load, ctx, canvas);
        }
        let area = canvas.area();
        let (server, connection, happened, keys) = (self.server(ctx), connection(ctx), happened(ctx), keys(ctx));
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
