//! The matrix of the policy in force: each field by each destination, in which form it goes there. Beneath it what the
//! chosen cell means in words, so that it can be read at any width.

use crate::api::policies::{self, MatrixRow, Recipient, Sharing};
use crate::core::action::{Action, Effects, Scope, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::cursor::Cursor;
use crate::core::list;
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Line, Page, Row, Rows, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::panes::{beneath, is_for_all};
use super::shared::{go, word};

const PLACE: &str = "matrix";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Matrix",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, NEXT, BEFORE, RENEW],
    open: |_| Box::new(Matrix { sharing: One::new(&SHARING), field: Cursor::default(), to: 0 }),
};

const GO: Verb = go(
    "matrix.go",
    "matrix",
    "Each field by each destination: who is given what, in which form",
    &["g M"],
    None,
    "map matrix",
);
const NEXT: Verb = Verb {
    hint: "destination",
    ..Verb::new("matrix.next", "next destination", "One destination to the right", HERE, &["l", "Right"])
};
const BEFORE: Verb =
    Verb::new("matrix.before", "destination before", "One destination to the left", HERE, &["h", "Left"]);
const HERE: Scope = Scope::Place(PLACE);
const RENEW: Verb = list::renews("matrix.refresh", PLACE);

static SHARING: Whole = Whole { place: PLACE, tag: "matrix", document: policies::matrix, at: "/policy" };

const TITLE: &str = "Fields by destinations";
/// Cells between columns, and around all of them.
const GAP: usize = 2;
const EDGES: usize = 4;
/// What the names of fields take at most where room is short.
const NAMES: usize = 20;
/// The least of a destination's name that still tells it from others.
const LEAST: usize = 4;

struct Matrix {
    sharing: One<Sharing>,
    field: Cursor,
    /// The chosen destination, by its place.
    to: usize,
}

/// A form as short as a cell wants it.
fn form(code: &str) -> Line {
    match code {
        "NEVER" => Line::dim("·"),
        "RAW" => Line::of(Tone::Warn, "raw"),
        "HASHED" => Line::plain("hash"),
        "TRUNCATED" => Line::plain("cut"),
        "TRUNCATED_HASHED" => Line::plain("cut#"),
        code => word(Tone::Plain, code),
    }
}

/// The same in words.
fn told(code: &str) -> &'static str {
    match code {
        "NEVER" => "never goes there",
        "RAW" => "goes as it is",
        "HASHED" => "goes hashed, as the destination wants it",
        "TRUNCATED" => "goes cut short",
        "TRUNCATED_HASHED" => "goes cut short, then hashed",
        _ => "goes in a form that this console does not know",
    }
}

/// The first letters of a text that fit.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// How the columns are cut for the room there is.
struct Cut {
    /// The most of a name of a destination.
    names: usize,
    /// Whether it is said how long each field is held.
    has_held: bool,
    /// The destinations that are seen.
    from: usize,
    to: usize,
}

impl Matrix {
    fn ids(&self) -> Vec<String> {
        let rows = self.sharing.held().map(|sharing| sharing.matrix.rows.as_slice()).unwrap_or_default();
        rows.iter().map(|row| row.field.clone()).collect()
    }

    fn chosen(&self) -> Option<(&Sharing, &MatrixRow)> {
        let sharing = self.sharing.held()?;
        let ids = self.ids();
        let on = self.field.on(&ids)?;
        Some((sharing, sharing.matrix.rows.iter().find(|row| row.field == *on)?))
    }

    /// As much of the names as fits with all destinations; where even the least does not, a window of destinations
    /// around the chosen one.
    fn cut(&self, sharing: &Sharing, width: usize) -> Cut {
        let width = width.saturating_sub(EDGES);
        let codes = &sharing.matrix.destinations;
        let rows = &sharing.matrix.rows;
        let longest = |texts: &mut dyn Iterator<Item = usize>, most: usize| texts.max().unwrap_or(0).min(most);
        let fields = longest(&mut rows.iter().map(|row| row.title.chars().count()), NAMES);
        let held = longest(&mut rows.iter().map(|row| row.held.chars().count() + GAP), NAMES + GAP);
        // A mark stands before the chosen one.
        let one = |code: &String, names: usize| code.chars().count().min(names) + 1 + GAP;
        let all = |names: usize| fields + codes.iter().map(|code| one(code, names)).sum::<usize>();
        let fitting = |held: usize, least: usize| (least..=NAMES).rev().find(|names| all(*names) + held <= width);
        if let Some(names) = fitting(held, LEAST * 2) {
            return Cut { names, has_held: true, from: 0, to: codes.len() };
        }
        if let Some(names) = fitting(0, LEAST) {
            return Cut { names, has_held: false, from: 0, to: codes.len() };
        }
        let many = (width.saturating_sub(fields) / (LEAST + 1 + GAP)).max(1);
        let from = self.to.saturating_sub(many / 2).min(codes.len().saturating_sub(many));
        Cut { names: LEAST, has_held: false, from, to: (from + many).min(codes.len()) }
    }

    fn grid(&self, sharing: &Sharing, ctx: &Ctx) -> Rows {
        let cut = self.cut(sharing, usize::from(ctx.size.width));
        let seen = |all: &[String]| -> Vec<(usize, String)> {
            all.iter().cloned().enumerate().skip(cut.from).take(cut.to - cut.from).collect()
        };
        let mark = |n: usize| if n == self.to { "▸" } else { " " };
        let mut heads = vec!["Field".to_owned()];
        heads.extend(cut.has_held.then(|| "Held".to_owned()));
        let destinations = seen(&sharing.matrix.destinations);
        heads.extend(
            destinations
                .iter()
                .map(|(n, code)| format!("{}{}", mark(*n), code.chars().take(cut.names).collect::<String>())),
        );
        let row = |row: &MatrixRow| {
            let arrives = if row.received { Line::plain } else { Line::dim };
            let mut cells = vec![arrives(short(&row.title, NAMES))];
            cells.extend(cut.has_held.then(|| Line::dim(short(&row.held, NAMES))));
            cells.extend(destinations.iter().map(|(n, _)| {
                let shown = form(row.forms.get(*n).map_or("NEVER", |form| form.0.as_str()));
                Line::plain(" ") + if *n == self.to { shown.strong() } else { shown }
            }));
            Row { id: row.field.clone(), cells }
        };
        let rows: Vec<Row> = sharing.matrix.rows.iter().map(row).collect();
        let cursor = self.field.on(&self.ids()).cloned();
        Rows { heads, rows, cursor, none: "the policy names no field", leaves: &[] }
    }

    fn sections(&self, ctx: &Ctx) -> [Section; 2] {
        let mut grid = self.sharing.section(PLACE, TITLE, |_| Vec::new());
        if let Some(sharing) = self.sharing.held() {
            grid.body = Body::Rows(self.grid(sharing, ctx));
            let note = format!("{} v{} · raw as it is, cut short, # hashed, · never", sharing.name, sharing.version);
            if grid.note == Line::default() {
                grid.note = Line::dim(note);
            }
        }
        let body = Body::Words(self.words());
        [grid, Section { id: "cell", title: "The chosen cell", note: Line::default(), body }]
    }

    /// The chosen cell in words.
    fn words(&self) -> Vec<Line> {
        let Some((sharing, row)) = self.chosen() else { return Vec::new() };
        let code = sharing.matrix.destinations.get(self.to).map_or("", String::as_str);
        let recipient = sharing.recipients.iter().find(|recipient| recipient.code == code);
        let name = recipient.map_or(code, |recipient| recipient.name.as_str());
        let form = row.forms.get(self.to).map_or("NEVER", |form| form.0.as_str());
        let arrives = if row.received { "arrives here" } else { "never arrives here" };
        let mut words = vec![
            Line::plain(format!("{} → {name}: {}", row.title, told(form))).strong(),
            Line::plain(format!("{}: {arrives}, held: {}", row.field, row.held)),
        ];
        words.extend(recipient.map(|Recipient { code, service, regions, purposes, .. }| {
            Line::dim(format!("{code}: {service}, in {}, for {}", regions.join(", "), purposes.join(", ")))
        }));
        words
    }
}

impl Screen for Matrix {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        let last = self.sharing.held().map_or(0, |sharing| sharing.matrix.destinations.len().saturating_sub(1));
        match action {
            Action::Answered(answer) => _ = self.sharing.hear(answer),
            Action::Do(verb, _) if **verb == NEXT => self.to = (self.to + 1).min(last),
            Action::Do(verb, _) if **verb == BEFORE => self.to = self.to.saturating_sub(1),
            action if matches!(action, Action::Linked(_)) || is_for_all(action, &RENEW) => return self.sharing.ask(),
            action => self.field.follow(action, &self.ids(), ctx),
        }
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        Page { title: Line::plain(ENTRY.title), sections: self.sections(ctx).into(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let [grid, cell] = self.sections(ctx);
        beneath(canvas, &grid, &cell);
    }

    fn target(&self, _: &Ctx) -> Target {
        Target(self.field.on(&self.ids()).cloned().into_iter().collect())
    }

    fn is_a_list(&self) -> bool {
        true
    }
}
