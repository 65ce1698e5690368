//! The package of a request: what it holds, file by file, its rows as the person would get them, and what was left out. It is
//! read here, cut with reasons, and let go by another than made it ready.
//!
//! Its rows are shut until they are opened with a reason; what was opened is in nobody's sight and in no memory after a while,
//! nor behind the lock.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::TimeDelta;
use serde_json::{Value, json};
use zeroize::Zeroize;

use crate::api::carrying::{self, LEFT_OUT, Leaf, LeafRow, Package, Packed, PackedFile, Redaction, acts};
use crate::core::action::{Action, Cli, Danger, Effect, Effects, Scope, Target, Verb, Why};
use crate::core::ask::{Answer, Ask, Trouble};
use crate::core::canvas::Canvas;
use crate::core::due::{self, Moment};
use crate::core::form::{Field, Form, Opt, Values, spoken};
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Fact, Line, Page, Row, Section, Tone};
use crate::core::question::{Order, Question};
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::secret::Secret;

use super::carried::{PACKAGE as KIND, package_state};
use super::course::{self, Matter};
use super::following::{self, Following, Heard};
use super::panes::{Parts, is_for_all, panes, whole};
use super::shared::{fact, moment, opts, order, unless, verb, word};

const PLACE: &str = "package";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Package",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[RENEW, TURN, BACK, OLDER, NEWER, OPEN, MORE, SHUT, LEAVE, RETURN, RELEASE, COPY],
    open: |_| Box::new(OneScreen::new()),
};

const RENEW: Verb = list::renews("package.refresh", PLACE);
const TURN: Verb = list::turns("package.pane", PLACE);
const MOVES: Cli = Cli::None("it moves about in the console only");

const fn moves(id: &'static str, title: &'static str, help: &'static str, keys: &'static [&'static str]) -> Verb {
    Verb { cli: MOVES, ..Verb::new(id, title, help, Scope::Place(PLACE), keys) }
}

const BACK: Verb = moves("package.back", "pane before", "Takes the keys to the pane before", &["BackTab"]);
const OLDER: Verb =
    moves("package.older", "package before", "Shows the package that was ordered before this one", &["h", "Left"]);
const NEWER: Verb =
    moves("package.newer", "package after", "Shows the package that was ordered after this one", &["l", "Right"]);
const OPEN: Verb = Verb {
    hint: "open rows",
    needs: Some("see_data"),
    cli: Cli::None("rows of a person are opened in the console alone, where they are shut again"),
    off: |target, _| unless(target, "file_", "choose a file: Tab"),
    ..verb("package.open", "open its rows…", "Opens rows of the chosen file, with a reason, logged", PLACE, &["x"])
};
const MORE: Verb = Verb {
    needs: Some("see_data"),
    ..moves("package.more", "more rows", "Opens the next rows of the same file, for the same reason, logged", &["m"])
};
const SHUT: Verb = moves("package.shut", "shut the rows", "Shuts what was opened, before its time is over", &["X"]);
const LEAVE: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("work_requests"),
    off: |target, _| unless(target, "row_", "choose a row: x opens those of a file"),
    ..verb(
        "package.leave-out",
        "leave out…",
        "Leaves the chosen row, or a column of it, out of what the person gets, with a reason",
        PLACE,
        &["a l"],
    )
};
const RETURN: Verb = Verb {
    danger: Danger::Confirm,
    needs: Some("work_requests"),
    off: |target, _| unless(target, "rdn_", "choose what was left out: Tab"),
    ..verb("package.put-back", "put back…", "Puts the chosen thing back that was left out", PLACE, &["a u"])
};
const RELEASE: Verb = Verb {
    danger: Danger::TwoPersons,
    cli: Cli::Form("requests release"),
    ..whole(
        "package.release",
        "release…",
        "Lets the package go that you read: another than made it ready",
        PLACE,
        &["a K"],
        "approve_plans",
    )
};
const COPY: Verb = Verb {
    cli: Cli::Form("requests package"),
    ..moves("package.copy", "copy the digest", "Hands the digest of what it holds to the clipboard", &["y"])
};

static PACKAGES: Whole = Whole { place: PLACE, tag: "package", document: carrying::packages, at: "/request" };

/// What opened rows are known by.
const ROWS: &str = "rows";
/// How long they stay open.
const OPEN_FOR: TimeDelta = TimeDelta::minutes(5);
/// Lines of the list of rows that stay, however long the chosen one is.
const LEAST: u16 = 6;
/// The whole row, among the columns of it.
const WHOLE_ROW: &str = "";

const FILES: Looks = Looks {
    title: "What it holds",
    heads: &["File", "Rows", "Bytes", "Digest"],
    leaves: &[3],
    none: "nothing yet: it is being made",
    is_heard: true,
};
const LEAVES: Looks = Looks {
    title: "Rows",
    heads: &["Stands", "Row", ""],
    leaves: &[],
    none: "shut: x on a file of data opens its rows, with a reason",
    is_heard: true,
};
const CUTS: Looks = Looks {
    title: "Left out by staff",
    heads: &["State", "Where", "Because", "When", "By"],
    leaves: &[4, 3],
    none: "nothing was left out",
    is_heard: true,
};
const FILES_PANE: usize = 0;
const ROWS_PANE: usize = 1;
const PANES: usize = 3;

/// Rows that were opened, as long as they are open.
struct Opened {
    table: String,
    reason: String,
    columns: Vec<String>,
    rows: Vec<OpenRow>,
    next: Option<String>,
    until: Moment,
}

struct OpenRow {
    id: String,
    /// Column by column, for the one widget that paints it.
    text: Secret,
    /// How many columns say something.
    said: usize,
    /// The columns that are left out, by their names; of the whole row the empty one.
    out: BTreeMap<String, String>,
}

impl OpenRow {
    fn of(row: LeafRow, columns: &[String]) -> Self {
        let LeafRow { row: id, cells, left_out, fields } = row;
        let whole = left_out.map(|code| (WHOLE_ROW.to_owned(), code.0));
        let out = fields.into_iter().map(|field| (field.column, field.code.0)).chain(whole).collect();
        let width = columns.iter().map(String::len).max().unwrap_or(0);
        let said = cells.iter().flatten().count();
        let mut text =
            String::with_capacity(cells.iter().flatten().map(String::len).sum::<usize>() + columns.len() * (width + 8));
        for (column, cell) in columns.iter().zip(cells) {
            let mut cell = cell.unwrap_or_else(|| "—".to_owned());
            let name = column.replace('_', " ");
            // Writing into a String cannot fail.
            _ = writeln!(text, "{name:<width$}  {cell}");
            cell.zeroize();
        }
        text.truncate(text.trim_end().len());
        Self { id, text: Secret::new(text), said, out }
    }
}

impl Opened {
    /// What the server opened, after what was open of the same table.
    fn take(&mut self, leaf: Leaf) {
        let Leaf { columns, rows, next } = leaf;
        self.rows.extend(rows.into_iter().map(|row| OpenRow::of(row, &columns)));
        (self.columns, self.next) = (columns, next);
    }
}

struct OneScreen {
    request: One<Packed>,
    parts: [Parts; PANES],
    /// The pane with the keys.
    at: usize,
    /// How many packages before the newest.
    back: usize,
    /// The package that it was opened for.
    wanted: Option<String>,
    opened: Option<Opened>,
    /// Which rows are asked for now: their table, and why.
    asked: Option<(String, String)>,
    /// The list of files that is read, and how many of them without a leap.
    read: (String, usize),
    following: Following,
}

/// A length as people say it.
fn bytes(many: i64) -> String {
    match many {
        ..10_000 => format!("{many} B"),
        10_000..10_000_000 => format!("{} kB", many / 1_000),
        _ => format!("{} MB", many / 1_000_000),
    }
}

/// The table whose rows a file holds.
fn table(file: &PackedFile) -> Option<&str> {
    file.name.strip_prefix("data/")?.strip_suffix(".json")
}

fn file(n: usize, one: &PackedFile) -> Row {
    Row {
        id: format!("file_{n}"),
        cells: vec![
            if table(one).is_some() { Line::plain(one.name.clone()).strong() } else { Line::plain(one.name.clone()) },
            one.rows.map_or(Line::dim("—"), |rows| Line::plain(rows.to_string())),
            Line::dim(bytes(one.bytes.0)),
            Line::dim(course::digest(&one.digest)),
        ],
    }
}

fn redaction(one: &Redaction, ctx: &Ctx) -> Row {
    let (state, at, by) = match (one.lifted_at, &one.lifted_by) {
        (Some(at), by) => (Line::dim("put back"), at, by),
        (None, _) => (Line::of(Tone::Warn, "▲ left out"), one.made_at, &one.made_by),
    };
    let what = one.column.as_ref().map_or_else(|| "the whole row".to_owned(), |column| column.replace('_', " "));
    Row {
        id: one.id.inner().to_owned(),
        cells: vec![
            state,
            Line::plain(format!("{}, {what} ", one.table.replace('_', " "))) + Line::dim(short(&one.row)),
            word(Tone::Plain, &one.code.0),
            moment(at, ctx),
            by.as_ref().map_or(Line::dim("—"), |seat| Line::dim(seat.handle.clone())),
        ],
    }
}

/// A row, as far as it tells one from another.
fn short(row: &str) -> String {
    row.get(row.len().saturating_sub(6)..).map_or_else(|| row.to_owned(), |end| format!("…{end}"))
}

fn seat(of: Option<&crate::api::staff::NamedSeat>) -> String {
    of.map_or_else(|| "the desk".to_owned(), |seat| seat.handle.clone())
}

fn facts(request: &Packed, package: &Package, ctx: &Ctx) -> Vec<Fact> {
    let kind = if package.is_given { "what came from the person, to be taken along" } else { "all that is held" };
    let left = package.left_out.filter(|left| *left > 0).map(|left| format!(", {left} rows and cells left out"));
    let mut facts = vec![
        fact(
            "state",
            "State",
            package_state(&package.state.0)
                + Line::plain(if package.state.0 == "MADE" { " by a second person" } else { "" })
                + Line::dim(format!(
                    ", package {} of {}, in {}",
                    package.number,
                    request.packages.len(),
                    package.locale
                )),
        ),
        fact(
            "right",
            "Asked",
            course::right(&request.right.0, request.special_case.as_ref())
                + Line::dim(
                    request.tenant.as_ref().map(|tenant| format!(", of {}", tenant.legal_name)).unwrap_or_default(),
                ),
        ),
        fact(
            "holds",
            "Holds",
            Line::plain(package.rows.map_or_else(|| "not counted yet".to_owned(), |rows| format!("{rows} rows")))
                .strong()
                + Line::of(Tone::Warn, left.unwrap_or_default())
                + Line::dim(format!(": {kind}")),
        ),
        fact(
            "ordered",
            "Ordered",
            moment(package.ordered_at, ctx) + Line::dim(format!(", {}", seat(package.ordered_by.as_ref()))),
        ),
    ];
    if let (Some(at), Some(long)) = (package.made_at, package.bytes) {
        let manifest = package.manifest.as_deref().map(course::digest).unwrap_or_default();
        let words = format!(", {}, sealed, list of files {manifest}", bytes(long.0));
        facts.push(fact("made", "Made", moment(at, ctx) + Line::dim(words)));
    }
    if let Some(at) = package.released_at {
        let by = seat(package.released_by.as_ref());
        let until = package.expires_at.map(|at| Line::plain(", to be fetched until ") + moment(at, ctx));
        facts.push(fact(
            "released",
            "Released",
            moment(at, ctx) + Line::dim(format!(", {by}")) + until.unwrap_or_default(),
        ));
    }
    if let Some(at) = package.ended_at {
        facts.push(fact("ended", "Ended", moment(at, ctx) + Line::dim(", nobody gets it any more")));
    }
    if let Some(due) = request.due.as_ref().filter(|_| request.stage.0 != "CLOSED") {
        facts.push(fact("due", "Due", course::deadline(due.at, ctx) + Line::dim(format!(", {}", due.title))));
    }
    facts
}

impl OneScreen {
    fn new() -> Self {
        Self {
            request: One::new(&PACKAGES),
            parts: <_>::default(),
            at: FILES_PANE,
            back: 0,
            wanted: None,
            opened: None,
            asked: None,
            read: (String::new(), 0),
            following: Following::default(),
        }
    }

    fn package(&self) -> Option<&Package> {
        let packages = &self.request.held()?.packages;
        packages.get(self.back.min(packages.len().saturating_sub(1)))
    }

    /// Why it is left out now: what was done since it was opened counts.
    fn out<'a>(&'a self, table: &str, row: &'a OpenRow) -> BTreeMap<&'a str, &'a str> {
        let mut out: BTreeMap<&str, &str> =
            row.out.iter().map(|(column, code)| (column.as_str(), code.as_str())).collect();
        let cuts = self.request.held().map(|request| request.redactions.as_slice()).unwrap_or_default();
        for cut in cuts.iter().filter(|cut| cut.table == table && cut.row == row.id) {
            let column = cut.column.as_deref().unwrap_or(WHOLE_ROW);
            if cut.lifted_at.is_none() {
                out.insert(column, cut.code.0.as_str());
            } else {
                out.remove(column);
            }
        }
        out
    }

    fn leaf(&self, opened: &Opened, row: &OpenRow) -> Row {
        let out = self.out(&opened.table, row);
        let state = match (out.contains_key(WHOLE_ROW), out.len()) {
            (true, _) => Line::of(Tone::Warn, "▲ left out"),
            (false, 0) => Line::dim("given"),
            (false, some) => Line::of(Tone::Warn, format!("▲ {some} left out")),
        };
        let said = Line::dim(format!("{} of {} columns say something", row.said, opened.columns.len()));
        Row { id: format!("row_{}", row.id), cells: vec![state, Line::plain(short(&row.id)), said] }
    }

    fn rows(&self, pane: usize, ctx: &Ctx) -> Option<Vec<Row>> {
        let request = self.request.held()?;
        Some(match (pane, &self.opened) {
            (FILES_PANE, _) => {
                let files = self.package().map(|package| package.files.as_slice()).unwrap_or_default();
                files.iter().enumerate().map(|(n, one)| file(n, one)).collect()
            }
            (ROWS_PANE, Some(opened)) => opened.rows.iter().map(|row| self.leaf(opened, row)).collect(),
            (ROWS_PANE, None) => Vec::new(),
            _ => request.redactions.iter().rev().map(|one| redaction(one, ctx)).collect(),
        })
    }

    fn ids(&self, pane: usize, ctx: &Ctx) -> Vec<String> {
        self.rows(pane, ctx).unwrap_or_default().into_iter().map(|row| row.id).collect()
    }

    fn section(&self, pane: usize, ctx: &Ctx) -> Option<Section> {
        let (id, looks) = match pane {
            FILES_PANE => ("files", FILES),
            ROWS_PANE => ("rows", LEAVES),
            _ => ("cuts", CUTS),
        };
        let none = match (pane, &self.opened, &self.asked) {
            (ROWS_PANE, None, Some(_)) => "they are opened",
            (ROWS_PANE, Some(_), _) => "there are no rows in it",
            _ => looks.none,
        };
        let looks = Looks { is_heard: pane == self.at, none, ..looks };
        let mut section = self.parts.get(pane)?.section(id, &looks, self.rows(pane, ctx));
        match (pane, &self.opened) {
            (ROWS_PANE, Some(opened)) => {
                let more = opened.next.as_ref().map(|_| Line::of(Tone::Key, "m") + Line::plain(" more  "));
                let shuts = Line::of(Tone::Warn, format!("{}, shut ", opened.table.replace('_', " ")))
                    + Line::word(Tone::Warn, due::countdown(opened.until, ctx.now))
                    + Line::plain("  ");
                section.note = shuts + more.unwrap_or_default() + section.note;
            }
            (FILES_PANE, _) if self.is_to_be_read() && !self.is_read() => {
                section.note = Line::of(Tone::Warn, "read it to its end  ") + section.note;
            }
            _ => {}
        }
        Some(section)
    }

    fn head(&self, ctx: &Ctx) -> Section {
        self.request.section("package", "Package", |request| match self.package() {
            Some(package) => facts(request, package, ctx),
            None => vec![fact("none", "Package", Line::dim("there is none: a request of another right, or not begun"))],
        })
    }

    fn open_row(&self, target: &Target) -> Option<(&Opened, &OpenRow)> {
        let id = target.0.first()?.strip_prefix("row_")?;
        let opened = self.opened.as_ref()?;
        opened.rows.iter().find(|row| row.id == id).map(|row| (opened, row))
    }

    /// The chosen row, column by column.
    fn chosen(&self, ctx: &Ctx) -> Option<Section> {
        let target = self.target(ctx);
        let (opened, row) = self.open_row(&target).filter(|_| self.at == ROWS_PANE)?;
        let out = self.out(&opened.table, row);
        let named = |column: &&str| if column.is_empty() { "all of it".to_owned() } else { column.replace('_', " ") };
        let why = |(column, code): (&&str, &&str)| format!("{}: {}", named(column), spoken(code));
        let out = out.iter().map(why).collect::<Vec<_>>().join("; ");
        let note = if out.is_empty() { Line::default() } else { Line::of(Tone::Warn, format!("▲ left out, {out}")) };
        Some(Section { id: "row", title: "The chosen row", note, body: Body::Secret(row.text.clone()) })
    }

    fn is_to_be_read(&self) -> bool {
        self.back == 0 && self.package().is_some_and(|package| package.state.0 == "MADE")
    }

    fn is_read(&self) -> bool {
        let is_it =
            |package: &Package| package.manifest.as_ref() == Some(&self.read.0) && self.read.1 >= package.files.len();
        self.package().is_some_and(is_it)
    }

    /// Notes how far the list of files was read: a leap over what was never in view reads nothing.
    fn note_reading(&mut self, ctx: &Ctx) {
        let Some((manifest, many)) = self.package().and_then(|one| Some((one.manifest.clone()?, one.files.len())))
        else {
            return;
        };
        let ids = self.ids(FILES_PANE, ctx);
        let on = self.parts.first().map(|part| part.target(&ids)).unwrap_or_default();
        let at = on.0.first().and_then(|id| ids.iter().position(|other| other == id)).unwrap_or(0);
        let seen = if self.read.0 == manifest { self.read.1 } else { 0 };
        let page = usize::from(ctx.size.height).max(1);
        let reached = if at <= seen + page { seen.max(at + 1) } else { seen };
        self.read = (manifest, reached.min(many));
    }

    fn shut(&mut self) {
        self.opened = None;
        self.asked = None;
    }

    /// Asks for rows, after these.
    fn open(&mut self, table: String, reason: String, after: Option<&String>) -> Effects {
        let Some(package) = self.package() else { return Effects::new() };
        let input = json!({ "id": package.id, "table": table, "after": after, "reason": reason });
        let (document, variables) = (acts::open_rows(), json!({ "input": input }));
        self.asked = Some((table, reason));
        vec![Effect::Ask(Ask { to: PLACE, tag: ROWS, document, variables, is_again: false })]
    }

    /// Rows came, or why they stay shut.
    fn hear_rows(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        let Some((table, reason)) = self.asked.take() else { return Effects::new() };
        let page = answer.read::<acts::OpenRows>().and_then(|opened| {
            let nothing = || Trouble::Strange("it is not there, or not for you".to_owned());
            opened.open_package_rows.page.ok_or_else(nothing)
        });
        let leaf = match page {
            Ok(leaf) => leaf,
            Err(trouble) => {
                return vec![Effect::Then(Action::Said(Tone::Bad, format!("its rows stay shut: {trouble}")))];
            }
        };
        let until = ctx.now + OPEN_FOR;
        let fresh = |table, reason| Opened { table, reason, columns: Vec::new(), rows: Vec::new(), next: None, until };
        let mut opened = match self.opened.take().filter(|opened| opened.table == table) {
            Some(opened) => Opened { until, ..opened },
            None => fresh(table, reason),
        };
        opened.take(leaf);
        self.opened = Some(opened);
        self.at = ROWS_PANE;
        Effects::new()
    }

    fn matter(&self) -> Option<Matter<'_>> {
        let request = self.request.held()?;
        Some(Matter { id: request.id.inner(), reference: &request.reference, version: request.version })
    }

    fn follow(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        let ids = self.ids(self.at, ctx);
        self.parts.get_mut(self.at).map_or_else(Effects::new, |part| part.follow(action, &ids, ctx))
    }

    fn hear(&mut self, answer: &Answer, ctx: &Ctx) {
        if !self.request.hear(answer) {
            return;
        }
        self.following.answered(ctx);
        let packages = self.request.held().map(|request| request.packages.as_slice()).unwrap_or_default();
        if let Some(wanted) = self.wanted.take() {
            self.back = packages.iter().position(|package| package.id.inner() == wanted).unwrap_or(0);
        }
    }

    fn does(&mut self, verb: &Verb, action: &Action, ctx: &Ctx) -> Effects {
        let last = self.request.held().map_or(0, |request| request.packages.len().saturating_sub(1));
        match verb.id {
            id if id == TURN.id => self.at = (self.at + 1) % PANES,
            id if id == BACK.id => self.at = (self.at + PANES - 1) % PANES,
            id if id == OLDER.id => self.back = (self.back + 1).min(last),
            id if id == NEWER.id => self.back = self.back.saturating_sub(1),
            id if id == SHUT.id => self.shut(),
            id if id == COPY.id => {
                let manifest = self.package().and_then(|package| package.manifest.clone());
                return manifest.map(Effect::Copy).into_iter().collect();
            }
            id if id == MORE.id => {
                let Some(opened) = &self.opened else { return Effects::new() };
                let (table, reason, next) = (opened.table.clone(), opened.reason.clone(), opened.next.clone());
                return self.open(table, reason, next.as_ref());
            }
            id if id == RENEW.id => return self.renew(action),
            _ => return self.follow(action, ctx),
        }
        Effects::new()
    }

    fn renew(&self, action: &Action) -> Effects {
        if self.request.id().is_empty() { Effects::new() } else { self.request.renew(action) }
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        let is_over = self.opened.as_ref().is_some_and(|opened| opened.until <= ctx.now);
        if is_over || matches!(action, Action::Locked | Action::Linked(_)) {
            self.shut();
        }
        if is_over && matches!(action, Action::Woken) {
            return Effects::new();
        }
        let id = self.request.id().to_owned();
        match self.following.hear(action, ctx, |change| following::is_of(change, &id)) {
            Heard::Look => return self.request.look(),
            Heard::Taken => return Effects::new(),
            Heard::Nothing => {}
        }
        let effects = match action {
            Action::Linked(link) => {
                let (id, package) = link.id.split_once(' ').map_or((link.id.as_str(), None), |(id, of)| (id, Some(of)));
                self.wanted = package.map(str::to_owned);
                (self.at, self.back) = (FILES_PANE, 0);
                self.request.open(id)
            }
            Action::Answered(answer) if answer.tag == ROWS => self.hear_rows(answer, ctx),
            Action::Answered(answer) => {
                self.hear(answer, ctx);
                Effects::new()
            }
            Action::Agreed(verb, target, values) if **verb == OPEN => self.agreed(target, values),
            Action::Do(verb, _) => self.does(verb, action, ctx),
            action if is_for_all(action, &RENEW) => self.renew(action),
            action => self.follow(action, ctx),
        };
        self.note_reading(ctx);
        effects
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let lists = (0..PANES).filter_map(|pane| self.section(pane, ctx));
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: std::iter::once(self.head(ctx)).chain(lists).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        // Rows that are read have all the room: the chosen one stands beneath in full.
        if let (Some(chosen), Some(rows)) = (self.chosen(ctx), self.section(ROWS_PANE, ctx)) {
            let area = canvas.area();
            let wanted = canvas.height(&chosen, area.width) + 1;
            let (below, above) = area.cut_bottom(wanted.min(area.height.saturating_sub(LEAST)));
            canvas.section(above, &rows);
            return canvas.section(below, &chosen);
        }
        let lists: Vec<Section> = (0..PANES).filter_map(|pane| self.section(pane, ctx)).collect();
        panes(canvas, &self.head(ctx), &lists, self.at);
    }

    fn target(&self, ctx: &Ctx) -> Target {
        let ids = self.ids(self.at, ctx);
        self.parts.get(self.at).map(|part| part.target(&ids)).unwrap_or_default()
    }

    fn refusals(&self, ctx: &Ctx) -> Vec<(&'static str, Why)> {
        let Some(package) = self.package() else {
            let none = |id| (id, "there is no package of it".to_owned());
            return [OPEN.id, MORE.id, SHUT.id, LEAVE.id, RETURN.id, RELEASE.id, COPY.id].map(none).into();
        };
        let stands = match package.state.0.as_str() {
            _ if self.back > 0 => Some("this is an old package: l shows the newest"),
            "ORDERED" => Some("it is being made: wait until it lies there"),
            "RELEASED" => Some("the person may fetch it already"),
            "REPLACED" => Some("another took its place"),
            "GONE" => Some("it is gone"),
            _ => None,
        };
        let is_unread = stands.is_none() && !self.is_read();
        let unread = is_unread.then(|| {
            format!(
                "read what it holds to its end first: {} of {} files",
                self.read.1.min(package.files.len()),
                package.files.len()
            )
        });
        let release = stands.map(str::to_owned).or(unread).map(|why| (RELEASE.id, why));
        let target = self.target(ctx);
        let has_rows = self.file(&target).is_some_and(|file| table(file).is_some());
        let no_rows = (!has_rows).then(|| (OPEN.id, "it holds no rows: choose a file of data".to_owned()));
        let more = match &self.opened {
            None => Some("no rows are open"),
            Some(opened) => opened.next.is_none().then_some("these are all of them"),
        };
        let shut = self.opened.is_none().then(|| (SHUT.id, "no rows are open".to_owned()));
        let cut =
            stands.filter(|_| package.state.0 != "ORDERED" || self.back > 0).map(|why| (LEAVE.id, why.to_owned()));
        let is_lifted =
            |one: &Redaction| Some(one.id.inner()) == target.0.first().map(String::as_str) && one.lifted_at.is_some();
        let lifted = self.request.held().is_some_and(|request| request.redactions.iter().any(is_lifted));
        let put_back = lifted.then(|| (RETURN.id, "it was put back already".to_owned()));
        let copy = package.manifest.is_none().then(|| (COPY.id, "it is being made".to_owned()));
        let more = more.map(|why| (MORE.id, why.to_owned()));
        [release, no_rows, more, shut, cut, put_back, copy].into_iter().flatten().collect()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn wakes(&self, ctx: &Ctx) -> Option<Moment> {
        let shuts = self.opened.as_ref().map(|opened| opened.until);
        shuts.into_iter().chain(self.following.wakes(PLACE, true, ctx)).min()
    }

    fn follows(&self, ctx: &Ctx) -> Vec<Ask> {
        let of = |request: &Packed| request.tenant.as_ref().map(|tenant| tenant.id.inner().to_owned());
        let tenant = self.request.held().map(of);
        let tenants = tenant.iter().map(Option::as_deref);
        self.following.lines(PLACE, course::told(tenants, ctx), ctx)
    }

    fn crumb(&self) -> Option<String> {
        let number = self.package().map(|package| package.number.to_string()).unwrap_or_default();
        let request = self.request.held()?;
        Some(format!("{}, package {number}", request.reference).trim_end().to_owned())
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        let (package, matter) = (self.package()?, self.matter()?);
        match verb.id {
            id if id == OPEN.id => Some(opening(self.file(target)?, matter)),
            id if id == LEAVE.id => {
                let (opened, row) = self.open_row(target)?;
                Some(leaving(opened, row, matter))
            }
            id if id == RETURN.id => {
                let redactions = &self.request.held()?.redactions;
                let one = redactions.iter().find(|one| target.0.iter().any(|id| id == one.id.inner()))?;
                Some(returning(one, matter))
            }
            id if id == RELEASE.id => Some(releasing(package, matter, ctx)),
            _ => None,
        }
    }
}

impl OneScreen {
    fn file(&self, target: &Target) -> Option<&PackedFile> {
        let n = target.0.first()?.strip_prefix("file_")?.parse::<usize>().ok()?;
        self.package()?.files.get(n)
    }

    /// Somebody said why: the rows are asked for from their beginning.
    fn agreed(&mut self, target: &Target, values: &Values) -> Effects {
        let Some(table) = self.file(target).and_then(table).map(str::to_owned) else { return Effects::new() };
        let reason = values.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.shut();
        self.open(table, reason, None)
    }
}

fn opening(file: &PackedFile, matter: Matter<'_>) -> Question {
    let rows = file.rows.map(|rows| format!(", {rows} rows")).unwrap_or_default();
    Question {
        effects: vec![
            Line::plain(format!("{}{rows}", file.name)),
            Line::plain("Rows are shown in clear for five minutes, as the person would get them."),
            Line::dim("Each look is logged with the reason before it comes here."),
        ],
        form: Form::of(vec![Field::words("reason", "Reason").hint("what you look for in it")]),
        ..matter.question()
    }
}

fn leaving(opened: &Opened, row: &OpenRow, matter: Matter<'_>) -> Question {
    let columns = opened.columns.iter().map(|column| Opt::new(column.clone(), column.replace('_', " ")));
    let what = std::iter::once(Opt::new(WHOLE_ROW, "the whole row")).chain(columns).collect();
    let spot = json!({ "table": opened.table, "row": row.id });
    Question {
        effects: vec![
            Line::plain(format!("{}, row {}", opened.table.replace('_', " "), short(&row.id))),
            Line::plain("The person is told that something is left out and why, and not what."),
            Line::dim("The package is made anew without it; who leaves out does not release."),
        ],
        form: Form::of(vec![
            Field::one("column", "What", what),
            Field::one("code", "Because", opts(LEFT_OUT)),
            course::reason("why, for the record; sealed"),
        ]),
        order: Some(Order {
            shape: Some(whole_or_cell),
            ..matter.unversioned(acts::leave_out::document(), spot, "it is left out; the package is made anew")
        }),
        ..matter.question()
    }
}

/// No column is the whole row.
fn whole_or_cell(mut values: Values) -> Values {
    if values.get("column").is_none_or(|column| column == WHOLE_ROW) {
        values.insert("column".to_owned(), Value::Null);
    }
    values
}

fn returning(one: &Redaction, matter: Matter<'_>) -> Question {
    let what = one.column.as_ref().map_or_else(|| "the whole row".to_owned(), |column| column.replace('_', " "));
    Question {
        effects: vec![
            Line::plain(format!("{}, {what}, row {}", one.table.replace('_', " "), short(&one.row))),
            Line::plain("The person gets it; the package is made anew with it."),
        ],
        order: Some(matter.unversioned(
            acts::put_back::document(),
            json!({ "redaction": one.id }),
            "it is put back; the package is made anew",
        )),
        ..matter.question()
    }
}

/// What letting it go means, in two minutes: how much, what is left out, who made it ready, until when it lies there.
fn releasing(package: &Package, matter: Matter<'_>, ctx: &Ctx) -> Question {
    let me = ctx.me.person().map(|person| person.name.clone()).unwrap_or_default();
    let rows = package.rows.unwrap_or_default();
    let left = package.left_out.unwrap_or_default();
    let cut = if left == 0 {
        Line::plain("Nothing is left out")
    } else {
        Line::of(Tone::Warn, format!("Left out, with a reason each: {left}"))
    };
    let manifest = package.manifest.clone().unwrap_or_default();
    let order = order(
        acts::release::document(),
        json!({ "id": matter.id, "manifest": manifest }),
        format!("{}: its package may be fetched", matter.reference),
    );
    Question {
        effects: vec![
            Line::plain(format!("Package {}: {rows} rows in {} files", package.number, package.files.len())).strong(),
            cut,
            Line::plain("The person may fetch it once, from their own page."),
            Line::plain(format!("Made ready by {}, you: {me}", seat(package.ordered_by.as_ref()))),
            Line::dim(format!("List of files {}", course::digest(&manifest))),
        ],
        order: Some(order),
        ..matter.question()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_is_the_whole_row() {
        let values = |column: &str| Values::from_iter([("column".to_owned(), json!(column))]);
        assert_eq!(whole_or_cell(values(""))["column"], Value::Null);
        assert_eq!(whole_or_cell(values("mail"))["column"], "mail");
    }

    #[test]
    fn a_length_is_said_calmly() {
        assert_eq!(
            (bytes(812).as_str(), bytes(41_300).as_str(), bytes(1_234_000_000).as_str()),
            ("812 B", "41 kB", "1234 MB")
        );
    }
}
