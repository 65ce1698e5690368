//! A list of the server in a place of the console: its window, its cursor, its filter, and the rows of it in view.
//!
//! It never shows a row it was not sent, and knows neither what a row means nor how it is drawn.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::action::{Action, Cli, Effect, Effects, On, Scope, Target, Verb};
use super::ask::{Answer, Ask, Trouble};
use super::cursor::Cursor;
use super::page::{self, Body, Line, Row, Rows, Section, Tone};
use super::screen::Ctx;
use super::shell;
use super::window::{Edge, Page, Window, Wish};

/// Where the server stops counting a list that never ends.
const MANY: usize = 10_000;

/// What a list is to the server.
#[derive(Debug)]
pub struct Source<T> {
    /// The place that asks, and what it calls this list.
    pub place: &'static str,
    pub tag: &'static str,
    pub document: fn() -> String,
    /// Where in the answer the connection stands.
    pub at: &'static str,
    pub id: fn(&T) -> String,
}

/// How it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    pub title: &'static str,
    pub heads: &'static [&'static str],
    /// Columns that leave where room is short, the first of them first.
    pub leaves: &'static [usize],
    pub none: &'static str,
    /// The keys are here.
    pub is_heard: bool,
}

pub struct List<T: 'static> {
    source: &'static Source<T>,
    /// What goes with every question beside the page.
    variables: Map<String, Value>,
    window: Window<T>,
    cursor: Cursor,
    /// The ids that verbs on many act on, in the order in which they were marked.
    marks: Vec<String>,
    trouble: Option<Trouble>,
}

impl<T: DeserializeOwned + 'static> List<T> {
    pub fn new(source: &'static Source<T>) -> Self {
        let variables = Map::new();
        let (window, cursor) = (Window::default(), Cursor::default());
        Self { source, variables, window, cursor, marks: Vec::new(), trouble: None }
    }

    pub fn rows(&self) -> impl ExactSizeIterator<Item = &T> {
        self.window.edges().iter().map(|edge| &edge.node)
    }

    pub fn find(&self, id: &str) -> Option<&T> {
        self.window.find(id)
    }

    pub fn total(&self) -> Option<usize> {
        self.window.total()
    }

    pub fn is_loaded(&self) -> bool {
        self.window.is_loaded()
    }

    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// The row under the cursor.
    pub fn chosen(&self) -> Option<&T> {
        self.window.find(&self.chosen_id()?)
    }

    pub fn target(&self) -> Target {
        Target(self.chosen_id().into_iter().collect())
    }

    /// The ids that are marked.
    pub fn marks(&self) -> &[String] {
        &self.marks
    }

    /// Marks the row under the cursor, or takes its mark away.
    pub fn mark(&mut self) {
        let Some(id) = self.chosen_id() else { return };
        match self.marks.iter().position(|marked| *marked == id) {
            Some(at) => _ = self.marks.remove(at),
            None => self.marks.push(id),
        }
    }

    /// Marks every held row from the one that was marked last to the one under the cursor.
    pub fn mark_range(&mut self) {
        let Some(to) = self.chosen_id().and_then(|id| self.window.at(&id)) else { return };
        let from = self.marks.iter().rev().find_map(|id| self.window.at(id)).unwrap_or(to);
        let span = self.window.edges().get(from.min(to)..=from.max(to)).unwrap_or_default();
        let new: Vec<String> =
            span.iter().filter(|edge| !self.marks.contains(&edge.id)).map(|edge| edge.id.clone()).collect();
        self.marks.extend(new);
    }

    pub fn unmark(&mut self) {
        self.marks.clear();
    }

    fn chosen_id(&self) -> Option<String> {
        self.cursor.on(&self.ids()).cloned()
    }

    fn ids(&self) -> Vec<String> {
        self.window.edges().iter().map(|edge| edge.id.clone()).collect()
    }

    /// The first page, with this beside it from now on: a filter, an order, an id.
    pub fn begin(&mut self, variables: Map<String, Value>) -> Effects {
        self.variables = variables;
        self.cursor.reset();
        let wish = self.window.wish(Wish::Head);
        self.ask(Some(wish))
    }

    /// Shows these rows and no others until it is asked for anew. What they were found by is not known here.
    pub fn hold(&mut self, rows: Vec<T>) {
        let wish = self.window.wish(Wish::Head);
        let total = Some(rows.len());
        let edge = |node: T| Edge { id: (self.source.id)(&node), cursor: String::new(), node };
        let edges = rows.into_iter().map(edge).collect();
        self.window.take(&wish, Page { edges, goes_back: false, goes_on: false, total });
        self.marks.clear();
        self.cursor.reset();
        self.trouble = None;
    }

    /// What goes with every question beside the page.
    pub fn variables(&self) -> &Map<String, Value> {
        &self.variables
    }

    /// Says why there is nothing to ask for.
    pub fn fail(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
    }

    /// What is in view, anew; the cursor keeps its id.
    pub fn refresh(&mut self) -> Effects {
        let at = self.chosen_id().and_then(|id| self.window.at(&id)).unwrap_or(0);
        let wish = self.window.anew(at);
        self.ask(Some(wish))
    }

    /// What became of the rows around the cursor; the list stands still until it is refreshed.
    pub fn look(&mut self) -> Effects {
        let at = self.chosen_id().and_then(|id| self.window.at(&id)).unwrap_or(0);
        let wish = self.window.look(at);
        self.ask(wish)
    }

    /// How many rows are there that are not shown yet, and how many of the shown ones are not there any more.
    pub fn news(&self) -> (usize, usize) {
        (self.window.unseen().len(), self.window.gone())
    }

    fn ask(&self, wish: Option<Wish>) -> Effects {
        let Some(wish) = wish else { return Effects::new() };
        let mut variables = self.variables.clone();
        if let Value::Object(page) = wish.arguments() {
            variables.extend(page);
        }
        let Source { place, tag, document, .. } = self.source;
        let variables = Value::Object(variables);
        vec![Effect::Ask(Ask { to: place, tag, document: document(), variables, is_again: false })]
    }

    /// Takes an answer that is for this list; whether it was.
    pub fn hear(&mut self, answer: &Answer, ctx: &Ctx) -> bool {
        if answer.tag != self.source.tag {
            return false;
        }
        let Some(wish) = self.window.waits().cloned() else { return true };
        match self.read(answer) {
            Ok(page) => {
                self.window.take(&wish, page);
                self.trouble = None;
                let ids = self.ids();
                // A jump lands on the end it was made for; any other answer leaves the cursor on its row.
                let lands = match wish {
                    Wish::Tail => ids.last().cloned(),
                    _ => self.cursor.on(&ids).cloned(),
                };
                if let Some(id) = lands {
                    self.cursor.follow(&Action::Picked(id), &ids, ctx);
                }
            }
            Err(trouble) => {
                self.window.missed(&wish);
                self.trouble = Some(trouble);
            }
        }
        true
    }

    fn read(&self, answer: &Answer) -> Result<Page<T>, Trouble> {
        let data = answer.outcome.as_ref().map_err(Clone::clone)?;
        let gone = || Trouble::Strange("it is not there, or not for you".to_owned());
        let strange = |_| Trouble::Strange("its answer has another shape".to_owned());
        let connection = data.pointer(self.source.at).ok_or_else(gone)?;
        let connection = Connection::<T>::deserialize(connection).map_err(strange)?;
        let edge = |Held { cursor, node }: Held<T>| Edge { id: (self.source.id)(&node), cursor, node };
        Ok(Page {
            edges: connection.edges.into_iter().map(edge).collect(),
            goes_back: connection.page_info.has_previous_page,
            goes_on: connection.page_info.has_next_page,
            total: connection.total_count,
        })
    }

    /// Follows keys of movement, the wheel and clicks, and asks for what comes into reach.
    pub fn follow(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        let (goes_back, goes_on) = self.window.goes();
        match action {
            Action::Do(verb, _) if **verb == shell::LAST && goes_on => {
                let wish = self.window.wish(Wish::Tail);
                return self.ask(Some(wish));
            }
            Action::Do(verb, _) if **verb == shell::FIRST && goes_back => {
                self.cursor.reset();
                let wish = self.window.wish(Wish::Head);
                return self.ask(Some(wish));
            }
            _ => self.cursor.follow(action, &self.ids(), ctx),
        }
        let at = self.chosen_id().and_then(|id| self.window.at(&id));
        let wish = at.and_then(|at| self.window.ahead(at));
        self.ask(wish)
    }

    /// The rows around the cursor; the server's others are not even looked at.
    pub fn section(&self, id: &'static str, looks: &Looks, ctx: &Ctx, cells: impl Fn(&T) -> Vec<Line>) -> Section {
        let edges = self.window.edges();
        let chosen = self.chosen_id();
        let at = chosen.as_ref().and_then(|id| self.window.at(id)).unwrap_or(0);
        let reach = usize::from(ctx.size.height).max(1);
        let from = if looks.is_heard { at.saturating_sub(reach) } else { 0 };
        let shown = edges.iter().skip(from).take(reach * 2);
        let marked = |edge: &Edge<T>| {
            let mut cells = cells(&edge.node);
            if self.window.is_gone(&edge.id) {
                cells.iter_mut().flat_map(|cell| &mut cell.0).for_each(|span| span.tone = Tone::Dim);
                if let Some(first) = cells.first_mut() {
                    *first = Line::dim("not here now");
                }
            }
            if let Some(first) = cells.first_mut().filter(|_| !self.marks.is_empty()) {
                let mark = if self.marks.contains(&edge.id) { "● " } else { "  " };
                *first = Line::of(Tone::Key, mark) + std::mem::take(first);
            }
            Row { id: edge.id.clone(), cells }
        };
        let mut rows: Vec<Row> = shown.map(marked).collect();
        if self.window.is_waiting() && self.window.goes().1 && from + rows.len() == edges.len() && !rows.is_empty() {
            rows.push(Row { id: String::new(), cells: vec![Line::dim("… on its way")] });
        }
        let none = match (&self.trouble, self.window.is_loaded()) {
            (Some(_), false) => "not known",
            (None, false) => "asking the server",
            (_, true) => looks.none,
        };
        let cursor = chosen.filter(|_| looks.is_heard);
        let (heads, leaves) = (page::heads(looks.heads), looks.leaves);
        let body = Body::Rows(Rows { heads, rows, cursor, none, leaves });
        Section { id, title: looks.title, note: self.note(at), body }
    }

    /// Where one is in it: `7 of 38`.
    fn note(&self, at: usize) -> Line {
        if let Some(trouble) = &self.trouble {
            return Line::of(Tone::Bad, format!("✗ {trouble}"));
        }
        if self.window.edges().is_empty() {
            return Line::default();
        }
        let total = match self.window.total() {
            None => "many".to_owned(),
            Some(MANY) => format!("{MANY} or more"),
            Some(total) => total.to_string(),
        };
        Line::dim(match self.window.place(at) {
            Some(place) => format!("{place} of {total}"),
            None => total,
        })
    }
}

/// A connection as it is answered, whichever list it is of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection<T> {
    page_info: Ends,
    total_count: Option<usize>,
    edges: Vec<Held<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ends {
    has_previous_page: bool,
    has_next_page: bool,
}

#[derive(Deserialize)]
struct Held<T> {
    cursor: String,
    node: T,
}

const CONSOLE: Cli = Cli::None("it moves about in the console only");

const fn look(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    place: &'static str,
    keys: &'static [&'static str],
) -> Verb {
    Verb { cli: CONSOLE, ..Verb::new(id, title, help, Scope::Place(place), keys) }
}

/// Enter, for a place whose rows lead somewhere.
pub const fn opens(id: &'static str, place: &'static str) -> Verb {
    Verb { hint: "open", on: On::One, ..look(id, "open", "Opens what the chosen row is about", place, &["Enter"]) }
}

/// `r`, for a place that shows what the server said.
pub const fn renews(id: &'static str, place: &'static str) -> Verb {
    Verb { hint: "refresh", ..look(id, "refresh", "Asks the server again for what is shown", place, &["r"]) }
}

/// `f`, for what stands in a file.
pub const fn reads(id: &'static str, place: &'static str, on: On) -> Verb {
    Verb {
        hint: "file",
        on,
        ..look(id, "read the file", "Shows the whole text of the file, line by line", place, &["f"])
    }
}

/// `/`, for a list that can be narrowed.
pub const fn narrows(id: &'static str, place: &'static str) -> Verb {
    Verb { hint: "filter", ..look(id, "filter…", "Narrows the list; an empty filter shows all", place, &["/"]) }
}

/// `o`, for a list that the server has in several orders.
pub const fn sorts(id: &'static str, place: &'static str) -> Verb {
    Verb { hint: "order", ..look(id, "next order", "Shows the list in the next of its orders", place, &["o"]) }
}

/// `Space`, for a list whose rows can be marked.
pub const fn marks(id: &'static str, place: &'static str) -> Verb {
    Verb {
        hint: "mark",
        on: On::One,
        ..look(id, "mark", "Marks the chosen row for what is done to many", place, &["Space"])
    }
}

/// `v`, for a list whose rows can be marked.
pub const fn marks_range(id: &'static str, place: &'static str) -> Verb {
    Verb {
        on: On::One,
        ..look(id, "mark to here", "Marks the rows from the last mark to the chosen one", place, &["v"])
    }
}

/// `Tab`, for a place with panes.
pub const fn turns(id: &'static str, place: &'static str) -> Verb {
    Verb { hint: "pane", ..look(id, "other pane", "Takes the keys to the next pane", place, &["Tab"]) }
}
