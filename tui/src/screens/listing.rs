//! A list of the server as a screen, or as a pane of one: how its rows read, what narrows and orders it, and where Enter
//! leads. A new list is its rows' cells and a few lines of these.
//!
//! It names no screen; what is done to a row is the screen's own to say.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::api::tenants;
use crate::core::action::{Action, Effect, Effects, Link, Target, Verb};
use crate::core::ask::{Answer, Ask, Trouble};
use crate::core::filter::{self, Takes, Term};
use crate::core::form::{Field, Form, Values};
use crate::core::list::{List, Looks, Source};
use crate::core::page::{Line, Page, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Screen};

/// The answer to which tenant was meant.
const WHOSE: &str = "whose";

/// What a list is, and how it is shown.
pub struct Listed<T: 'static> {
    pub source: Source<T>,
    pub looks: Looks,
    pub cells: fn(&T, &Ctx) -> Vec<Line>,
    /// The words it is narrowed by; none where it cannot be.
    pub terms: &'static [Term],
    /// What it is narrowed to at first.
    pub first: &'static str,
    /// The orders it can be had in; the first stands at first.
    pub orders: &'static [Order],
    /// What Enter opens.
    pub leads: fn(&T) -> Option<Link>,
    /// What a verb means on a row, or on none.
    pub question: fn(&Verb, Option<&T>, &Ctx) -> Option<Question>,
}

impl<T: 'static> Listed<T> {
    /// One that is only looked at: nothing narrows it, nothing opens from it, and no verb means a row.
    pub const fn of(source: Source<T>, looks: Looks, cells: fn(&T, &Ctx) -> Vec<Line>) -> Self {
        Self { source, looks, cells, terms: &[], first: "", orders: &[], leads: |_| None, question: |_, _, _| None }
    }
}

/// An order of the contract, and how it is said.
#[derive(Debug)]
pub struct Order {
    pub words: &'static str,
    pub field: &'static str,
    pub direction: &'static str,
}

pub struct Listing<T: 'static> {
    of: &'static Listed<T>,
    list: List<T>,
    /// The words that narrow it, as they were typed.
    words: String,
    order: usize,
    /// What goes with every question, such as whose part it is.
    fixed: Map<String, Value>,
    /// What goes with the questions once it is known which tenant is meant.
    waits: Option<Map<String, Value>>,
}

impl<T: DeserializeOwned + 'static> Listing<T> {
    pub fn new(of: &'static Listed<T>) -> Self {
        Self { of, list: List::new(&of.source), words: of.first.to_owned(), order: 0, fixed: Map::new(), waits: None }
    }

    pub fn list(&self) -> &List<T> {
        &self.list
    }

    /// Takes every mark away.
    pub fn unmark(&mut self) {
        self.list.unmark();
    }

    /// Shows these rows until it is asked for anew.
    pub fn hold(&mut self, rows: Vec<T>) {
        self.list.hold(rows);
    }

    /// What became of the rows in view; the list stands still.
    pub fn look(&mut self) -> Effects {
        self.list.look()
    }

    /// What the list is narrowed to in this field of the contract.
    pub fn said(&self, field: &str) -> Option<&str> {
        self.list.variables().get("filter")?.get(field)?.as_str()
    }

    /// The row a verb is about.
    pub fn row(&self, target: &Target) -> Option<&T> {
        target.0.first().and_then(|id| self.list.find(id))
    }

    /// The part of the thing of this id, from its first page.
    pub fn of(&mut self, id: &str, ctx: &Ctx) -> Effects {
        self.fixed = Map::from_iter([("id".to_owned(), json!(id))]);
        self.begin(ctx)
    }

    /// Narrowed to these words, from its first page.
    pub fn narrow(&mut self, words: &str, ctx: &Ctx) -> Effects {
        words.clone_into(&mut self.words);
        self.begin(ctx)
    }

    pub fn begin(&mut self, ctx: &Ctx) -> Effects {
        self.waits = None;
        let filter = match filter::parse(self.of.terms, &self.words, ctx.now, ctx.zone()) {
            Ok(filter) => filter,
            Err(words) => {
                self.list.fail(Trouble::Strange(words));
                return Effects::new();
            }
        };
        let whose = self.whose(&filter);
        let mut variables = self.fixed.clone();
        if !self.of.terms.is_empty() {
            variables.insert("filter".to_owned(), Value::Object(filter));
        }
        if let Some(order) = self.of.orders.get(self.order) {
            let order = json!({ "field": order.field, "direction": order.direction });
            variables.insert("orderBy".to_owned(), order);
        }
        let Some(begins) = whose else { return self.list.begin(variables) };
        self.waits = Some(variables);
        let variables = json!({ "filter": { "nameBegins": begins }, "first": 2 });
        let (to, document) = (self.of.source.place, tenants::tenants());
        vec![Effect::Ask(Ask { to, tag: WHOSE, document, variables, is_again: false })]
    }

    /// How the name of the tenant begins that is meant, where its id was not given.
    fn whose(&self, filter: &Values) -> Option<String> {
        let term = self.of.terms.iter().find(|term| term.takes == Takes::Tenant)?;
        let said = filter.get(term.field)?.as_str()?;
        (!said.starts_with("ten_")).then(|| said.to_owned())
    }

    fn hear(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        if answer.tag != WHOSE {
            self.list.hear(answer, ctx);
            return Effects::new();
        }
        let Some(mut variables) = self.waits.take() else { return Effects::new() };
        let term = self.of.terms.iter().find(|term| term.takes == Takes::Tenant);
        match (tenants::the_one(&answer.outcome), term) {
            (Ok(id), Some(term)) => {
                if let Some(Value::Object(filter)) = variables.get_mut("filter") {
                    filter.insert(term.field.to_owned(), json!(id));
                }
                self.list.begin(variables)
            }
            (Err(trouble), _) => {
                self.list.fail(trouble);
                Effects::new()
            }
            (Ok(_), None) => Effects::new(),
        }
    }

    /// Whether a verb is this place's own of that name.
    fn is(&self, verb: &Verb, name: &str) -> bool {
        let rest = verb.id.strip_prefix(self.of.source.place);
        rest.and_then(|rest| rest.strip_prefix('.')) == Some(name)
    }

    /// Follows all that concerns a list: answers, movement, `/`, `o`, `r` and Enter.
    pub fn follow(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Opened | Action::SignedIn => self.begin(ctx),
            Action::Linked(link) => self.narrow(&link.id, ctx),
            Action::Returned | Action::Changed(..) => self.list.refresh(),
            Action::Answered(answer) => self.hear(answer, ctx),
            Action::Do(verb, _) if self.is(verb, "refresh") => self.list.refresh(),
            Action::Do(verb, _) if self.is(verb, "mark") => {
                self.list.mark();
                self.list.follow(&Action::Wheel(1), ctx)
            }
            Action::Do(verb, _) if self.is(verb, "mark-range") => {
                self.list.mark_range();
                Effects::new()
            }
            Action::Do(verb, _) if self.is(verb, "sort") => {
                self.order = (self.order + 1) % self.of.orders.len().max(1);
                self.begin(ctx)
            }
            Action::Do(verb, target) if self.is(verb, "open") => {
                let link = self.row(target).and_then(|row| (self.of.leads)(row));
                link.map(|link| Effect::Then(Action::Open(link))).into_iter().collect()
            }
            Action::Agreed(verb, _, values) if self.is(verb, "filter") => {
                let words = values.get("words").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.narrow(&words, ctx)
            }
            action => self.list.follow(action, ctx),
        }
    }

    pub fn section(&self, is_heard: bool, ctx: &Ctx) -> Section {
        let looks = Looks { is_heard, ..self.of.looks };
        let mut section = self.list.section(self.of.source.tag, &looks, ctx, |row| (self.of.cells)(row, ctx));
        let order = self.of.orders.get(self.order).filter(|_| self.order > 0).map(|order| order.words);
        let told = [Some(short(&self.words)), order.map(str::to_owned)];
        for words in told.into_iter().rev().flatten().filter(|words| !words.is_empty()) {
            section.note = Line::of(Tone::Key, words) + Line::plain("  ") + section.note;
        }
        section
    }

    /// What `/` asks, or what the screen says of its other verbs.
    pub fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        if !self.is(verb, "filter") {
            return (self.of.question)(verb, self.row(target), ctx);
        }
        Some(Question {
            object: format!("{} that fit all of this", self.of.looks.title),
            effects: filter::told(self.of.terms).collect(),
            form: Form::of(vec![Field::filter("words", "Filter", self.of.terms).being([&self.words])]),
            ..Question::default()
        })
    }
}

/// Of a long id its end says enough; the rows say the name.
fn short(words: &str) -> String {
    let piece = |piece: &str| match piece.split_once(':') {
        Some((word, id)) if id.len() > 20 && id.is_ascii() => format!("{word}:…{}", &id[id.len() - 6..]),
        _ => piece.to_owned(),
    };
    words.split(' ').map(piece).collect::<Vec<_>>().join(" ")
}

/// A list that belongs to the thing it is opened for.
pub struct Part<T: 'static>(pub Listing<T>);

impl<T: DeserializeOwned + 'static> Screen for Part<T> {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        if let Action::Linked(link) = action { self.0.of(&link.id, ctx) } else { self.0.follow(action, ctx) }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        Screen::page(&self.0, ctx)
    }

    fn target(&self, ctx: &Ctx) -> Target {
        Screen::target(&self.0, ctx)
    }

    fn is_a_list(&self) -> bool {
        true
    }
}

impl<T: DeserializeOwned + 'static> Screen for Listing<T> {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        self.follow(action, ctx)
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let title = Line::plain(self.of.looks.title);
        Page { title, sections: vec![self.section(true, ctx)], foot: Line::default() }
    }

    fn target(&self, _: &Ctx) -> Target {
        self.list.target()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        Self::question(self, verb, target, ctx)
    }
}
