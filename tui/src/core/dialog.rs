//! The one way to a change: what it is about and what follows, a form where it needs more, and the question its danger
//! asks. `update.rs` opens it for every verb above *notify*, so no screen can forget to ask.
//!
//! It never changes anything by Enter or Esc, takes its ids when the key is pressed, and keeps what was typed when the
//! server refuses.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::action::{Action, Cli, Danger, Effect, Effects, Scope, Target, Verb};
use super::ask::{Answer, Ask, Refusal, Trouble};
use super::due::{self, Moment};
use super::form::{Field, Form, Kind};
use super::page::{Body, Line, Page, Section, Tone};
use super::preview::{self, Letter};
use super::question::{Lookup, Order, Question};
use super::screen::{Ctx, Entry, Old, Screen, Shape};
use super::secret::Secret;
use super::shell;
use super::shown::Revealed;
use super::window::PAGE;

pub const NAME: &str = "dialog";

pub const ENTRY: Entry = Entry {
    name: NAME,
    title: "Dialog",
    shape: Shape::Layer { width: 72, height: 24 },
    opener: None,
    verbs: VERBS,
    open: |_| Box::new(Dialog::default()),
};

const CONSOLE: Cli = Cli::None("it answers a question of the console; a command asks by its arguments");

const fn verb(id: &'static str, title: &'static str, help: &'static str, keys: &'static [&'static str]) -> Verb {
    Verb { cli: CONSOLE, ..Verb::new(id, title, help, Scope::Place(NAME), keys) }
}

pub const YES: Verb = verb("dialog.yes", "yes, do it", "Does what the dialog asks about", &["y"]);
pub const ENTER: Verb = verb(
    "dialog.enter",
    "next, or leave it",
    "In a form the next field; where the dialog asks, it leaves everything as it is",
    &["Enter"],
);
pub const SEND: Verb = verb("dialog.send", "send the form", "Sends what the form holds", &["Ctrl-s"]);
pub const NEXT: Verb = verb("dialog.next", "next field", "The next field of the form", &["Tab"]);
pub const BACK: Verb = verb("dialog.back", "field before", "The field before this one", &["BackTab"]);
pub const DOWN: Verb = verb("dialog.down", "next option", "The next option of a choice, or the next field", &["Down"]);
pub const UP: Verb = verb("dialog.up", "option before", "The option or the field before this one", &["Up"]);
pub const RIGHT: Verb = verb("dialog.right", "to the right", "The next option, or a letter to the right", &["Right"]);
pub const LEFT: Verb = verb("dialog.left", "to the left", "The option before, or a letter to the left", &["Left"]);
pub const ERASE: Verb =
    verb("dialog.erase", "erase a letter", "Erases the letter before the caret", &["Backspace", "Ctrl-h"]);
pub const CLEAR: Verb = verb("dialog.clear", "erase the field", "Erases what the field holds", &["Ctrl-w", "Ctrl-u"]);

pub const EDITOR: Verb =
    verb("dialog.editor", "in your editor", "Gives the lines to your editor, and takes them back", &["Ctrl-e"]);

pub const PREVIEW: Verb = verb(
    "dialog.preview",
    "how the letter reads",
    "Shows the letter that would be sent, as the server words it, and takes it away again",
    &["Ctrl-p"],
);

pub const VERBS: &[Verb] = &[PREVIEW, YES, ENTER, SEND, EDITOR, NEXT, BACK, DOWN, UP, RIGHT, LEFT, ERASE, CLEAR];

/// Keys pressed before the dialog could be read do nothing.
pub const DEAF_MILLIS: i64 = 300;
/// What the server says where what was shown is no longer so.
const OLD: &[&str] = &["CONFLICT", "PLAN_CHANGED"];
/// Said once it is known what another did meanwhile.
const MEANWHILE: &str =
    "another was quicker; above is what it means now, below what you wrote: send it again, or leave it";
/// How long a secret is shown.
const SHOWN: Duration = Duration::from_secs(30);
/// The tag of the call that carries the verb out; lookups have the names of their fields.
const SENT: &str = "sent";

#[derive(Clone, Debug, Default, PartialEq)]
enum Stage {
    #[default]
    Filling,
    /// Whether to leave what was typed.
    Leaving,
    /// The danger's own question, since when.
    Asking(Moment),
    /// On its way, since when.
    Sent(Moment),
    /// The server's no, where there is no form to mend.
    Refused,
    /// The letter is read, from this line on; whether the form comes after it, or the question.
    Reading(usize, bool),
}

#[derive(Default)]
pub struct Dialog {
    verb: Option<&'static Verb>,
    target: Target,
    question: Question,
    stage: Stage,
    /// Where the reference is typed.
    typed: Form,
    /// What stands above the form: words of the server that no field is about.
    words: Vec<String>,
    /// Names the wish: sent again unchanged it is the same one.
    key: String,
    /// The letter that would be sent, while it is read.
    letter: Option<Letter>,
    /// Another was quicker: what it means now is to be heard.
    is_old: bool,
}

impl Dialog {
    /// A dialog about this verb on these ids; `key` is fresh and names the wish for the server.
    pub fn about(verb: &'static Verb, target: Target, question: Question, key: String, now: Moment) -> Self {
        let stage = if question.form.is_empty() { Stage::Asking(now) } else { Stage::Filling };
        let typed = Form::of(vec![Field::words("reference", "Type the reference")]);
        Self { verb: Some(verb), target, question, stage, typed, words: Vec::new(), key, letter: None, is_old: false }
    }

    fn danger(&self) -> Danger {
        let danger = self.verb.map_or(Danger::TwoPersons, |verb| verb.danger);
        match (self.question.many, danger) {
            (None, danger) => danger,
            (Some(_), Danger::Safe | Danger::Notify) => Danger::Confirm,
            (Some(_), danger) => danger.max(Danger::Typed),
        }
    }

    fn reference(&self) -> String {
        let Question { reference, object, many, .. } = &self.question;
        match many {
            Some(many) => many.to_string(),
            None if reference.is_empty() => object.clone(),
            None => reference.clone(),
        }
    }

    fn is_typed(&self) -> bool {
        let typed = match self.typed.fields.first().map(|field| &field.kind) {
            Some(Kind::Words(text)) => text.text(),
            _ => "",
        };
        !typed.is_empty() && typed == self.reference()
    }

    fn asks_for_typing(&self) -> bool {
        matches!(self.stage, Stage::Asking(_)) && self.danger() >= Danger::Typed
    }

    /// One line that nothing is sent for: it is not worth another key.
    fn is_one_line(&self) -> bool {
        let is_line = |field: &Field| !matches!(field.kind, Kind::Area(_));
        self.question.order.is_none() && matches!(self.question.form.fields.as_slice(), [only] if is_line(only))
    }

    /// The keys are in a text of several lines.
    fn is_in_lines(&self) -> bool {
        let form = &self.question.form;
        let is_lines = form.fields.get(form.focus()).is_some_and(|field| matches!(field.kind, Kind::Area(_)));
        self.stage == Stage::Filling && is_lines
    }

    fn is_deaf(&self, ctx: &Ctx) -> bool {
        matches!(self.stage, Stage::Asking(since) if (ctx.now - since).num_milliseconds() < DEAF_MILLIS)
    }

    /// The form that hears letters now.
    fn form(&mut self) -> Option<&mut Form> {
        if self.stage == Stage::Filling {
            return Some(&mut self.question.form);
        }
        self.asks_for_typing().then_some(&mut self.typed)
    }

    fn does(&mut self, verb: &Verb, ctx: &Ctx) -> Effects {
        match verb.id {
            id if id == shell::ESCAPE.id => return self.escape(ctx),
            id if id == ENTER.id => return self.enter(ctx),
            id if id == YES.id => return self.yes(ctx),
            id if id == SEND.id && self.stage == Stage::Filling => return self.filled(ctx),
            id if id == EDITOR.id => return self.edit(),
            id if id == PREVIEW.id => return self.preview(ctx),
            _ => {}
        }
        if let (Stage::Reading(from, _), Some(letter)) = (&mut self.stage, &self.letter) {
            match verb.id {
                id if id == DOWN.id || id == NEXT.id => *from = (*from + 1).min(letter.len().saturating_sub(1)),
                id if id == UP.id || id == BACK.id => *from = from.saturating_sub(1),
                _ => {}
            }
            return Effects::new();
        }
        if let Some(area) = self.form().and_then(Form::area) {
            let is_moved = match verb.id {
                id if id == UP.id => area.line(-1),
                id if id == DOWN.id => area.line(1),
                id if id == LEFT.id || id == RIGHT.id => {
                    area.step(if id == LEFT.id { -1 } else { 1 });
                    true
                }
                _ => false,
            };
            if is_moved {
                return Effects::new();
            }
        }
        let Some(form) = self.form() else { return Effects::new() };
        let is_choice = matches!(form.fields.get(form.focus()), Some(Field { kind: Kind::Choice(_), .. }));
        match verb.id {
            id if id == NEXT.id => form.turn(1),
            id if id == BACK.id => form.turn(-1),
            id if id == DOWN.id && !is_choice => form.turn(1),
            id if id == UP.id && !is_choice => form.turn(-1),
            id if id == DOWN.id || id == RIGHT.id => form.step(1),
            id if id == UP.id || id == LEFT.id => form.step(-1),
            id if id == ERASE.id => form.erase(),
            id if id == CLEAR.id => form.clear(),
            _ => {}
        }
        Effects::new()
    }

    /// Asks how the letter reads with what the form holds, or takes it away.
    fn preview(&mut self, ctx: &Ctx) -> Effects {
        if matches!(self.stage, Stage::Reading(..)) {
            self.close_letter(ctx);
            return Effects::new();
        }
        let Some(preview) = self.question.preview.as_ref() else { return Effects::new() };
        if !matches!(self.stage, Stage::Filling | Stage::Asking(_)) {
            return Effects::new();
        }
        let Some(values) = self.question.form.values(ctx.now, ctx.zone()) else { return Effects::new() };
        let mut input = preview.input.clone();
        input.extend((preview.shape)(&values));
        self.words.clear();
        vec![Effect::Ask(ask(preview::TAG, preview.document.clone(), json!({ "input": input })))]
    }

    /// Back to what was on the way: what is asked, is asked anew.
    fn close_letter(&mut self, ctx: &Ctx) {
        self.letter = None;
        if let Stage::Reading(_, is_filling) = self.stage {
            self.stage = if is_filling { Stage::Filling } else { Stage::Asking(ctx.now) };
        }
    }

    fn read(&mut self, answer: &Answer) {
        let is_filling = match self.stage {
            Stage::Filling => true,
            Stage::Asking(_) => false,
            _ => return,
        };
        match Letter::read(answer) {
            Ok(letter) => {
                self.letter = Some(letter);
                self.stage = Stage::Reading(0, is_filling);
            }
            Err(Trouble::Refused(refusals)) => self.complain(&refusals),
            Err(trouble) => self.words = vec![format!("no letter to read: {trouble}")],
        }
    }

    /// What the server has against the input stands beside its field, or above them all.
    fn complain(&mut self, refusals: &[Refusal]) {
        for Refusal { field, words, .. } in refusals {
            let stands = field.last().is_some_and(|name| self.question.form.complain(name, words));
            if !stands {
                self.words.push(words.clone());
            }
        }
    }

    fn escape(&mut self, ctx: &Ctx) -> Effects {
        if matches!(self.stage, Stage::Reading(..)) {
            self.close_letter(ctx);
            return Effects::new();
        }
        self.stage = match &self.stage {
            Stage::Filling if self.question.form.is_touched() => Stage::Leaving,
            Stage::Leaving => Stage::Filling,
            Stage::Asking(_) if !self.question.form.is_empty() => Stage::Filling,
            // It went: the answer or the end of patience is seconds away, and is not to be missed.
            Stage::Sent(since) => Stage::Sent(*since),
            _ => return vec![Effect::Then(Action::Close)],
        };
        Effects::new()
    }

    fn enter(&mut self, ctx: &Ctx) -> Effects {
        match self.stage {
            Stage::Filling if self.is_one_line() => return self.filled(ctx),
            Stage::Filling if self.is_in_lines() => self.question.form.push('\n'),
            Stage::Filling => self.question.form.turn(1),
            Stage::Asking(_) if self.asks_for_typing() && self.is_typed() => return self.go(ctx),
            Stage::Asking(_) | Stage::Refused => return vec![Effect::Then(Action::Close)],
            Stage::Leaving => self.stage = Stage::Filling,
            Stage::Reading(..) => self.close_letter(ctx),
            Stage::Sent(_) => {}
        }
        Effects::new()
    }

    /// A text of several lines goes to the editor; nothing of it is a person's but what is written there.
    fn edit(&mut self) -> Effects {
        let is_heard = self.is_in_lines();
        let text = self.form().and_then(Form::area).filter(|_| is_heard).map(|area| area.text().to_owned());
        text.map(|text| Effect::Edit { to: NAME, text }).into_iter().collect()
    }

    fn yes(&mut self, ctx: &Ctx) -> Effects {
        match self.stage {
            Stage::Leaving => vec![Effect::Then(Action::Close)],
            Stage::Asking(_) if self.danger() <= Danger::Confirm => self.go(ctx),
            _ => Effects::new(),
        }
    }

    /// The form is whole: the danger's question comes, or nothing stands in the way.
    fn filled(&mut self, ctx: &Ctx) -> Effects {
        self.words.clear();
        if self.question.form.values(ctx.now, ctx.zone()).is_none() {
            return Effects::new();
        }
        if self.danger() < Danger::Confirm {
            return self.go(ctx);
        }
        self.stage = Stage::Asking(ctx.now);
        self.typed.clear();
        Effects::new()
    }

    fn go(&mut self, ctx: &Ctx) -> Effects {
        let (Some(verb), Some(values)) = (self.verb, self.question.form.values(ctx.now, ctx.zone())) else {
            self.stage = Stage::Filling;
            return Effects::new();
        };
        let Some(order) = &self.question.order else {
            return vec![Effect::Then(Action::Close), Effect::Then(Action::Agreed(verb, self.target.clone(), values))];
        };
        let mut input = order.input.clone();
        input.extend(order.shape.map_or_else(|| values.clone(), |shape| shape(values.clone())));
        let digest = Sha256::digest(json!(input).to_string());
        if let Some(key) = input.get_mut("idempotencyKey") {
            // Changed and sent again it is another wish; unchanged it is the same.
            *key =
                json!(digest.iter().take(6).fold(format!("{}-", self.key), |key, byte| key + &format!("{byte:02x}")));
        }
        self.stage = Stage::Sent(ctx.now);
        let variables = json!({ "input": input });
        vec![Effect::Ask(ask(SENT, order.document.clone(), variables))]
    }
}

impl Dialog {
    /// What the server said to the call.
    fn settle(&mut self, answer: &Answer) -> Effects {
        if answer.tag == preview::TAG {
            self.read(answer);
            return Effects::new();
        }
        if answer.tag != SENT {
            self.look_up(answer);
            return Effects::new();
        }
        self.words.clear();
        match &answer.outcome {
            Ok(_) => return self.done(answer),
            Err(Trouble::Refused(refusals)) => self.complain(refusals),
            Err(trouble) => self.words.push(trouble.to_string()),
        }
        self.stage = if self.question.form.is_empty() { Stage::Refused } else { Stage::Filling };
        // Somebody was quicker: what is shown beneath is old.
        let is_old = answer.outcome.as_ref().err().and_then(Trouble::code).is_some_and(|code| OLD.contains(&code));
        self.is_old = is_old && !self.question.form.is_empty();
        let renew = self.verb.filter(|_| is_old).map(|verb| Action::Changed(verb, self.target.clone()));
        renew.map(Effect::Then).into_iter().collect()
    }

    fn done(&mut self, answer: &Answer) -> Effects {
        let mut effects = vec![Effect::Then(Action::Close)];
        if let (Some(verb), Some(order)) = (self.verb, &self.question.order) {
            let told = order.told.and_then(|told| told(payload(answer)?));
            let mut words = told.map_or_else(|| order.done.clone(), |told| format!("{}: {told}", order.done));
            if order.undo.is_some() {
                words.push_str("; u takes it back");
            }
            effects.push(Effect::Then(Action::Said(Tone::Good, words)));
            effects.push(Effect::Then(Action::Changed(verb, self.target.clone())));
            let undo = order.undo.clone().map(|undo| Action::Undoable(undo, verb, self.target.clone()));
            effects.extend(undo.map(Effect::Then));
            effects.extend(self.once(order, answer).map(|revealed| Effect::Then(Action::Reveal(revealed))));
        }
        effects
    }

    /// The secret of an answer that is shown once.
    fn once(&self, order: &Order, answer: &Answer) -> Option<Revealed> {
        let once = order.once?;
        let value = match payload(answer)?.pointer(once.at)? {
            Value::Array(several) => {
                let is_it = |one: &&Value| self.target.0.iter().any(|id| one["message"]["id"] == **id);
                let found = several.iter().find(is_it)?;
                let lines = found["lines"].as_array()?.iter().filter_map(Value::as_str);
                std::iter::once(found["title"].as_str()?).chain(lines).collect::<Vec<_>>().join("\n")
            }
            value => value.as_str()?.to_owned(),
        };
        Some(Revealed {
            what: self.question.form.label("field").unwrap_or(once.what).to_owned(),
            object: self.question.object.clone(),
            advice: once.advice,
            value: Secret::new(value.as_str()),
            lasts: SHOWN,
        })
    }

    /// Asks for the options that begin with the typed letters, where not all of them came at once.
    fn seek(&self) -> Effects {
        let Some((name, letters)) = self.question.form.seeks(PAGE).filter(|_| self.stage == Stage::Filling) else {
            return Effects::new();
        };
        let lookup = self.question.lookups.iter().find(|lookup| lookup.field == name);
        let asked = lookup.and_then(|lookup| Some((lookup, lookup.begins?)));
        let sought = asked.map(|(lookup, begins)| ask(lookup.field, lookup.document.clone(), begins(letters)));
        sought.map(Effect::Ask).into_iter().collect()
    }

    fn look_up(&mut self, answer: &Answer) {
        let Some(lookup) = self.question.lookups.iter().find(|lookup| lookup.field == answer.tag) else { return };
        match &answer.outcome {
            Ok(data) => self.question.form.options(lookup.field, &(lookup.options)(data)),
            Err(trouble) => self.words.push(trouble.to_string()),
        }
    }
}

impl Screen for Dialog {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        if self.is_deaf(ctx) && matches!(action, Action::Do(..) | Action::Typed(_) | Action::Pasted(_)) {
            return Effects::new();
        }
        match action {
            Action::Opened => {
                let ask = |lookup: &Lookup| ask(lookup.field, lookup.document.clone(), lookup.variables.clone());
                return self.question.lookups.iter().map(ask).map(Effect::Ask).collect();
            }
            Action::Do(verb, _) => return self.does(verb, ctx),
            // A letter is about a person.
            Action::Locked => self.close_letter(ctx),
            Action::Answered(answer) => return self.settle(answer),
            Action::Typed(c) => {
                if let Some(form) = self.form() {
                    form.push(*c);
                }
                return self.seek();
            }
            Action::Edited { text, .. } => match (text, self.form().and_then(Form::area)) {
                (Ok(text), Some(area)) => {
                    area.clear();
                    area.paste(text);
                }
                (Err(words), _) => self.words = vec![words.clone()],
                (Ok(_), None) => {}
            },
            Action::Pasted(_) if self.asks_for_typing() => {
                self.words = vec!["pasting is refused here: type it".to_owned()];
            }
            Action::Pasted(text) => {
                if let Some(form) = self.form() {
                    form.paste(text);
                }
            }
            _ => {}
        }
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let title = self.verb.map_or("", |verb| verb.title.trim_end_matches('…'));
        let mut title_text = title.to_owned();
        if let Some(first) = title_text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if let (Stage::Reading(from, _), Some(letter)) = (&self.stage, &self.letter) {
            return Page { title: Line::plain(title_text), sections: vec![letter.section(*from)], foot: self.foot() };
        }
        let mut words = vec![Line::plain(self.question.object.clone()).strong()];
        words.extend(self.question.effects.iter().cloned());
        let mut sections = vec![section("about", Body::Words(words))];
        if !self.question.form.is_empty() {
            let form = self.question.form.clone();
            let is_heard = self.stage == Stage::Filling;
            sections.push(section("form", Body::Form { form, is_heard }));
        }
        if self.asks_for_typing() {
            let hint = Line::dim("to be typed: ") + Line::of(Tone::Strong, self.reference());
            sections.push(section("reference", Body::Words(vec![hint])));
            sections.push(section("typed", Body::Form { form: self.typed.clone(), is_heard: true }));
        }
        let mut said: Vec<Line> = self.words.iter().map(|words| Line::of(Tone::Bad, format!("✗ {words}"))).collect();
        if let Stage::Sent(since) = self.stage {
            said.push(
                Line::dim("sent, waiting for the answer ") + Line::word(Tone::Dim, due::stopwatch(since, ctx.now)),
            );
        }
        if !said.is_empty() {
            sections.push(section("said", Body::Words(said)));
        }
        Page { title: Line::plain(title_text), sections, foot: self.foot() }
    }

    fn takes_text(&self) -> bool {
        self.stage == Stage::Filling || self.asks_for_typing()
    }

    fn hears_escape(&self) -> bool {
        true
    }

    fn is_old(&self) -> Option<Old> {
        let verb = self.verb.filter(|_| self.is_old)?;
        Some(Old { verb, target: self.target.clone() })
    }

    /// What was typed stays; what it is sent upon is what is so now.
    fn anew(&mut self, question: Question) {
        self.is_old = false;
        let form = std::mem::take(&mut self.question.form);
        self.question = Question { form, ..question };
        self.words = vec![MEANWHILE.to_owned()];
    }
}

impl Dialog {
    fn foot(&self) -> Line {
        let can_preview = self.question.preview.is_some() && matches!(self.stage, Stage::Filling | Stage::Asking(_));
        let letter = Line::of(Tone::Key, "Ctrl-p") + Line::plain(" letter   ");
        if can_preview { letter + self.keys() } else { self.keys() }
    }

    fn keys(&self) -> Line {
        let key = |key: &'static str, word: &str| Line::of(Tone::Key, key) + Line::plain(format!(" {word}"));
        let gap = || Line::plain("   ");
        match self.stage {
            Stage::Filling if self.is_one_line() => key("Enter", "does it") + gap() + key("Esc", "leave"),
            Stage::Filling if self.is_in_lines() => {
                key("Tab", "next")
                    + gap()
                    + key("Ctrl-e", "editor")
                    + gap()
                    + key("Ctrl-s", "send")
                    + gap()
                    + key("Esc", "leave")
            }
            Stage::Filling => key("Tab", "next") + gap() + key("Ctrl-s", "send") + gap() + key("Esc", "leave"),
            Stage::Leaving => {
                Line::plain("leave what was typed? ") + key("y", "leaves it") + gap() + key("Enter Esc", "back to it")
            }
            Stage::Asking(_) if self.asks_for_typing() && self.is_typed() => {
                key("Enter", "does it") + gap() + key("Esc", "leaves it")
            }
            Stage::Asking(_) if self.asks_for_typing() => {
                Line::plain("▸ Cancel: ") + key("Enter Esc", "leave it · no paste")
            }
            Stage::Asking(_) => Line::plain("▸ Cancel: ") + key("Enter Esc", "leave it") + gap() + key("y", "does it"),
            Stage::Sent(_) => Line::dim("it is on its way"),
            Stage::Refused => key("Enter Esc", "close"),
            Stage::Reading(..) => key("Down Up", "lines") + gap() + key("Ctrl-p Esc", "back"),
        }
    }
}

/// What a change answers with, whichever it was.
fn payload(answer: &Answer) -> Option<&Value> {
    answer.outcome.as_ref().ok()?.as_object()?.values().next()
}

fn ask(tag: &'static str, document: String, variables: Value) -> Ask {
    Ask { to: NAME, tag, document, variables, is_again: false }
}

fn section(id: &'static str, body: Body) -> Section {
    Section { id, title: "", note: Line::default(), body }
}
