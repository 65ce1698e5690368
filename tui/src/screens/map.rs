//! The map of what is held: every table with whom its rows are about and what becomes of them, and of the chosen one
//! every column with its class.

use crate::api::map::{self, Column, Table};
use crate::core::action::{Action, Effects, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Line, Page, Row, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::panes::{Parts, is_for_all};
use super::shared::{go, some, word};

const PLACE: &str = "map";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Map",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, TURN, RENEW],
    open: |_| {
        Box::new(Tables { map: One::new(&MAP), all: Parts::default(), columns: Parts::default(), is_on_columns: false })
    },
};

const GO: Verb = go(
    "map.go",
    "data map",
    "What is held: every table, whom it is about, and the class of each column",
    &["g m"],
    Some("see_queue"),
    "map show",
);
const TURN: Verb = list::turns("map.pane", PLACE);
const RENEW: Verb = list::renews("map.refresh", PLACE);

static MAP: Whole = Whole { place: PLACE, tag: "map", document: map::map, at: "/dataMap" };

const TABLES: Looks = Looks {
    title: "Tables",
    heads: &["Table", "Personal", "Held as", "Forgotten", "About", "Whose", "Ages from"],
    leaves: &[6, 5, 4],
    none: "nothing is held",
    is_heard: true,
};
const COLUMNS: Looks = Looks {
    title: "Columns of the chosen table",
    heads: &["Column", "Class", "Disclosed", "Stays under", "Why"],
    leaves: &[3],
    none: "it has none",
    is_heard: true,
};

struct Tables {
    map: One<Vec<Table>>,
    all: Parts,
    columns: Parts,
    is_on_columns: bool,
}

fn table(table: &Table) -> Row {
    let personal = table.columns.iter().filter(|column| column.class.0 == "PERSONAL").count();
    let cells = vec![
        Line::plain(table.name.clone()),
        if personal == 0 { Line::dim("none") } else { Line::of(Tone::Warn, format!("● {personal}")) },
        table.category.as_ref().map_or(Line::dim("no category"), |category| Line::plain(category.clone())),
        table.erased_by.as_ref().map_or(Line::dim("about nobody"), |fate| word(Tone::Plain, &fate.0)),
        some(table.about.as_ref()),
        word(Tone::Dim, &table.of.0),
        some(table.ages_from.as_ref()),
    ];
    Row { id: table.name.clone(), cells }
}

/// What a column holds: a mark for what nobody may read in clear.
fn class(column: &Column) -> Line {
    let kind = column.field.as_ref().map(|field| Line::dim(format!(" ({field})"))).unwrap_or_default();
    let of = column.of.as_ref().map(|of| Line::dim(format!(" of {of}"))).unwrap_or_default();
    let class = match column.class.0.as_str() {
        "PERSONAL" => Line::of(Tone::Warn, "● personal"),
        "SECRET" => Line::of(Tone::Bad, "▲ secret"),
        "PSEUDONYM" => Line::of(Tone::Strong, "○ pseudonym"),
        "FACT" => Line::plain("fact"),
        code => word(Tone::Dim, code),
    };
    class + kind + of
}

fn column(column: &Column) -> Row {
    let cells = vec![
        Line::plain(column.name.clone()),
        class(column),
        if column.is_disclosed { Line::plain("yes") } else { Line::dim("no") },
        column.kept_under.as_ref().map_or(Line::dim("—"), |ground| word(Tone::Plain, &ground.0)),
        Line::dim(column.note.clone().unwrap_or_default()),
    ];
    Row { id: column.name.clone(), cells }
}

impl Tables {
    fn names(&self) -> Vec<String> {
        self.map.held().map(|tables| tables.iter().map(|table| table.name.clone()).collect()).unwrap_or_default()
    }

    /// The table under the cursor.
    fn chosen(&self) -> Option<&Table> {
        let Target(on) = self.all.target(&self.names());
        self.map.held()?.iter().find(|table| on.contains(&table.name))
    }

    fn ids(&self) -> Vec<String> {
        let columns = self.chosen().map(|table| table.columns.as_slice()).unwrap_or_default();
        columns.iter().map(|column| column.name.clone()).collect()
    }

    fn sections(&self, _: &Ctx) -> [Section; 2] {
        let Section { note, .. } = self.map.section(PLACE, TABLES.title, |_| Vec::new());
        // The cursor stays to be seen where it is: the columns are those of its table.
        let mut tables =
            self.all.section("tables", &TABLES, self.map.held().map(|all| all.iter().map(table).collect()));
        if note != Line::default() {
            tables.note = note;
        }
        let looks = Looks { is_heard: self.is_on_columns, ..COLUMNS };
        let rows = self.chosen().map(|table| table.columns.iter().map(column).collect());
        let mut columns = self.columns.section("columns", &looks, rows);
        if let Some(table) = self.chosen() {
            columns.note = Line::plain(table.name.clone()) + Line::dim(format!(", {}", table.columns.len()));
        }
        [tables, columns]
    }
}

impl Screen for Tables {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Answered(answer) => {
                self.map.hear(answer);
                Effects::new()
            }
            Action::Linked(_) => self.map.ask(),
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_columns = !self.is_on_columns;
                Effects::new()
            }
            action if is_for_all(action, &RENEW) => self.map.ask(),
            action if self.is_on_columns => self.columns.follow(action, &self.ids(), ctx),
            action => {
                let (before, names) = (self.chosen().map(|table| table.name.clone()), self.names());
                self.all.follow(action, &names, ctx);
                if before != self.chosen().map(|table| table.name.clone()) {
                    self.columns = Parts::default();
                }
                Effects::new()
            }
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        Page { title: Line::plain(ENTRY.title), sections: self.sections(ctx).into(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let [tables, columns] = self.sections(ctx);
        let area = canvas.area();
        if area.width >= 160 {
            let (left, right) = area.columns(area.width / 2);
            canvas.section(left, &tables);
            canvas.section(right, &columns);
            canvas.divide(left);
        } else {
            let (above, below) = area.cut_top(area.height / 2);
            canvas.section(above, &tables);
            canvas.section(below, &columns);
        }
    }

    fn target(&self, _: &Ctx) -> Target {
        if self.is_on_columns { self.columns.target(&self.ids()) } else { self.all.target(&self.names()) }
    }

    fn is_a_list(&self) -> bool {
        true
    }
}
