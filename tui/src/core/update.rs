//! What follows from what happened: `update(&mut Model, Action) -> Effects`, the only way the model changes.
//!
//! A key becomes a verb by the keymap, a verb runs where its scope says, and a layer consumes or ignores: nothing leaks
//! through it to the screen beneath. Nothing here waits or fails.

use chrono::TimeDelta;
use serde_json::json;

use super::action::{Action, Danger, Effect, Effects, Exit, Link, Target, Verb};
use super::ask::{Answer, Ask, Trouble};
use super::connection::{Standing, Turn};
use super::dialog::{self, Dialog};
use super::door;
use super::due;
use super::keymap::{Key, Meaning};
use super::me::{LOCK, Me, SIGN_IN, STEP_UP};
use super::model::{Model, Open};
use super::outcomes::{self, Outcomes};
use super::page::Tone;
use super::question::Question;
use super::screen::{Entry, Escape, Screen, Shape, Undoable};
use super::scrub::scrub;
use super::shell;
use super::shown::{self, Revealed, Shown};

/// An answer older than this is asked for again when the window gets the keyboard.
const FRESH_SECONDS: i64 = 5;

pub fn update(model: &mut Model, action: Action) -> Effects {
    let effects = take_up(model, action);
    model.ctx.escape = match model.innermost() {
        Some(open) if open.entry.name == LOCK => Escape::Never,
        Some(open) if open.screen.hears_escape() => Escape::IsHeard,
        _ => Escape::Closes,
    };
    if let Some(open) = model.stack.last() {
        model.ctx.shown = open.entry.name;
        let (marked, refusals) = (open.screen.marked(&model.ctx), open.screen.refusals(&model.ctx));
        (model.ctx.marked, model.ctx.refusals) = (marked, refusals);
    }
    effects
}

fn take_up(model: &mut Model, action: Action) -> Effects {
    if !matches!(action, Action::Time(_)) {
        model.is_dirty = true;
    }
    if is_a_persons(&action) {
        model.ctx.touched_at = model.ctx.now;
    }
    match action {
        Action::Time(at) => {
            model.ctx.now = at.to_utc();
            model.ctx.mine = *at.offset();
            let ctx = &model.ctx;
            let before = model.layers.len();
            model.layers.retain(|open| !open.screen.is_over(ctx));
            model.is_dirty |= model.layers.len() < before;
            door::due(model)
        }
        Action::Size(size) => {
            model.ctx.size = size;
            Effects::new()
        }
        Action::Key(key) => press(model, key),
        Action::Pasted(text) => paste(model, &text),
        Action::Focused => focus(model),
        Action::Blurred => {
            hide(model);
            Effects::new()
        }
        Action::Open(link) => follow(model, link),
        Action::Reveal(revealed) => reveal(model, revealed),
        Action::Pressed(verb) => {
            // The yes of a dialog is typed, never clicked.
            let heard = *verb != dialog::YES && model.ctx.keymap.heard(&model.scopes()).contains(&verb);
            if heard { run(model, verb, &model.target_for(verb)) } else { Effects::new() }
        }
        Action::Do(verb, target) => run(model, verb, &target),
        Action::Typed(_)
        | Action::Wheel(_)
        | Action::Picked(_)
        | Action::Opened
        | Action::Linked(_)
        | Action::Returned
        | Action::Agreed(..) => innermost(model, &action),
        Action::Changed(..) => changed(model, &action),
        Action::Seen => {
            model.ctx.notices.seen();
            Effects::new()
        }
        Action::Close => {
            close(model);
            Effects::new()
        }
        Action::Arrived(url) => {
            model.ctx.desk.url = Some(scrub(&url));
            model.ctx.connection.standing = Standing::Trying;
            Effects::new()
        }
        Action::Connection(news) => {
            let turn = model.ctx.connection.hear(news, model.ctx.now);
            let returns = matches!(turn, Turn::Connected { .. } | Turn::Back { .. });
            tell(model, turn);
            // Nobody could say who this is while the desk was away.
            let asks = returns && model.ctx.me == Me::Unknown && model.is_bearing;
            asks.then_some(Effect::WhoAmI).into_iter().collect()
        }
        Action::Undoable(undo, verb, target) => {
            let (key, until) = (model.fresh(), model.ctx.now + TimeDelta::seconds(shell::UNDO_SECONDS));
            model.ctx.undo = Some(Undoable { undo, key, verb, target, until, is_sent: false });
            Effects::new()
        }
        Action::Answered(ref answer) => answered(model, answer, &action),
        Action::Recalled { to, .. } | Action::Line { to, .. } | Action::Edited { to, .. } => {
            tell_place(model, to, &action)
        }
        Action::Bulk(outcomes) => tell_outcomes(model, outcomes),
        Action::StepUpNeeded(ask) => door::step_up_needed(model, ask),
        Action::Bearing { has_token, device } => {
            model.ctx.device = device;
            model.is_bearing = has_token;
            door::bearing(model, has_token)
        }
        Action::Known(said) => door::known(model, said),
        Action::Passed(pass) => door::passed(model, pass),
        Action::SignOut => door::sign_out(model),
        Action::SteppedUp => door::stepped_up(model),
        Action::StepUpDropped => door::drop_held(model, &Trouble::StepUp),
        Action::FileShown(outcome) => door::file_shown(model, outcome),
        Action::Unlocked => door::unlocked(model),
        // Told to places by `door` alone.
        Action::SignedIn | Action::Locked | Action::Woken => Effects::new(),
        Action::Said(tone, text) => {
            model.ctx.notices.tell(model.ctx.now, tone, text);
            Effects::new()
        }
        Action::Ended(exit) => {
            model.exit = Some(exit);
            Effects::new()
        }
    }
}

fn answered(model: &mut Model, answer: &Answer, action: &Action) -> Effects {
    let ended = answer.outcome == Err(Trouble::SignIn);
    let mut effects = if ended { door::session_ended(model) } else { Effects::new() };
    effects.extend(if answer.to == shell::UNDONE {
        undone(model, answer)
    } else {
        tell_place(model, answer.to, action)
    });
    ask_anew(model, answer);
    effects
}

/// What was asked about is heard of again: a dialog that asks about an older state asks about this one.
fn ask_anew(model: &mut Model, answer: &Answer) {
    let Some(shown) = model.stack.last().filter(|open| open.entry.name == answer.to && answer.outcome.is_ok()) else {
        return;
    };
    let Some(dialog) = model.layers.iter_mut().rfind(|open| open.entry.name == dialog::NAME) else { return };
    let Some(old) = dialog.screen.is_old() else { return };
    if let Some(question) = shown.screen.question(old.verb, &old.target, &model.ctx) {
        dialog.screen.anew(question);
    }
}

/// The screen shows what was changed, whatever has been opened above it meanwhile.
fn changed(model: &mut Model, action: &Action) -> Effects {
    let name = model.stack.last().map(|open| open.entry.name);
    name.map_or_else(Effects::new, |name| tell_place(model, name, action))
}

/// Shows a secret, unless nobody sits there to see it.
fn reveal(model: &mut Model, revealed: Revealed) -> Effects {
    if model.has_layer(LOCK) || model.ctx.me.person().is_none() {
        let words = "what was to be shown once came while nobody sat here, and is gone";
        model.ctx.notices.tell(model.ctx.now, Tone::Warn, words);
        return Effects::new();
    }
    let Some(entry) = model.registry.iter().find(|entry| entry.name == shown::NAME) else { return Effects::new() };
    let shown = Shown::of(revealed, model.ctx.now);
    put(model, entry, Box::new(shown))
}

/// Shows what came of many, until it is dismissed.
fn tell_outcomes(model: &mut Model, outcomes: Outcomes) -> Effects {
    let Some(entry) = model.registry.iter().find(|entry| entry.name == outcomes::NAME) else { return Effects::new() };
    close_place(model, outcomes::NAME);
    put(model, entry, Box::new(outcomes))
}

/// Whether someone sits there and did this.
fn is_a_persons(action: &Action) -> bool {
    matches!(action, Action::Key(_) | Action::Pasted(_) | Action::Wheel(_) | Action::Pressed(_) | Action::Picked(_))
}

fn press(model: &mut Model, key: Key) -> Effects {
    model.keys += 1;
    if hide(model) {
        return Effects::new();
    }
    model.ctx.notices.hush();
    let was_leaving = std::mem::take(&mut model.is_leaving);
    if let Some(c) = key.text().filter(|c| model.pending.is_empty() && model.takes(*c)) {
        return innermost(model, &Action::Typed(c));
    }
    let mut keys = std::mem::take(&mut model.pending);
    keys.push(key);
    match model.ctx.keymap.meaning(&model.scopes(), &keys) {
        Meaning::Verb(verb) if *verb == shell::CANCEL && was_leaving => leave(model),
        Meaning::Verb(verb) => run(model, verb, &model.target_for(verb)),
        Meaning::Prefix => {
            model.pending = keys;
            Effects::new()
        }
        Meaning::Nothing => {
            let cancels = keys.len() > 1 && matches!(key.to_string().as_str(), "Esc" | "Ctrl-c");
            if !cancels {
                let keys: Vec<_> = keys.iter().map(Key::to_string).collect();
                model.ctx.notices.remark(format!("{} does nothing here", keys.join(" ")));
            }
            Effects::new()
        }
    }
}

fn paste(model: &mut Model, text: &str) -> Effects {
    model.ctx.notices.hush();
    if model.takes_text() {
        return innermost(model, &Action::Pasted(scrub(text)));
    }
    let count = text.chars().count();
    let words = if count == 1 { "1 character".to_owned() } else { format!("{count} characters") };
    model.ctx.notices.remark(format!("{words} pasted: nothing here takes text"));
    Effects::new()
}

fn focus(model: &Model) -> Effects {
    let age = model.ctx.connection.answered_at.map(|at| (model.ctx.now - at).num_seconds());
    if age.is_some_and(|age| age < FRESH_SECONDS) { Effects::new() } else { vec![Effect::Check] }
}

fn run(model: &mut Model, verb: &'static Verb, target: &Target) -> Effects {
    // What is not in the table does not exist here, however it was asked for.
    if !model.ctx.keymap.verbs().any(|known| known == verb) {
        return Effects::new();
    }
    if let Some(why) = verb.refusal(target, &model.ctx) {
        model.ctx.notices.remark(format!("{}, off: {why}", verb.title));
        return Effects::new();
    }
    if let Some(entry) = model.registry.iter().find(|entry| entry.opener == Some(verb)) {
        return if entry.name == LOCK { door::lock(model) } else { open(model, entry) };
    }
    match verb.id {
        id if id == shell::ESCAPE.id || id == shell::CANCEL.id => escape(model, verb),
        id if id == shell::REDRAW.id => vec![Effect::Redraw],
        id if id == shell::SUSPEND.id => {
            hide(model);
            vec![Effect::Suspend]
        }
        id if id == shell::CHECK.id => vec![Effect::Check],
        id if id == shell::LEAVE.id => leave(model),
        id if id == shell::SIGN_OUT.id => door::sign_out(model),
        id if id == shell::ZONE.id => {
            model.ctx.is_utc = !model.ctx.is_utc;
            model.ctx.notices.remark(format!("times are in {}", due::zone(model.ctx.zone())));
            Effects::new()
        }
        id if id == shell::MOUSE.id => {
            model.ctx.is_mouse_caught = !model.ctx.is_mouse_caught;
            let state = if model.ctx.is_mouse_caught { "mouse on" } else { "mouse off: select as you are used to" };
            model.ctx.notices.remark(state);
            vec![Effect::Mouse(model.ctx.is_mouse_caught)]
        }
        id if id == shell::UNDO.id => take_back(model),
        id if id == shell::NEXT.id => {
            // What is open is not what is next.
            let after = model.stack.last().and_then(|open| open.screen.crumb()).unwrap_or_default();
            follow(model, Link { kind: shell::REQUEST, id: format!("{}{after}", shell::AFTER) })
        }
        _ if let Some(at) = shell::view(verb) => {
            follow(model, Link { kind: shell::QUEUE, id: format!("{}{at}", shell::VIEW) })
        }
        _ => ask(model, verb, target),
    }
}

/// Sends the last change back.
fn take_back(model: &mut Model) -> Effects {
    let Some(undo) = &mut model.ctx.undo else { return Effects::new() };
    undo.is_sent = true;
    let mut input = undo.undo.input.clone();
    input.insert("idempotencyKey".to_owned(), json!(undo.key));
    let document = undo.undo.document.clone();
    let (to, variables) = (shell::UNDONE, json!({ "input": input }));
    vec![Effect::Ask(Ask { to, tag: to, document, variables, is_again: false })]
}

/// It is as it was before, or the server says why not.
fn undone(model: &mut Model, answer: &Answer) -> Effects {
    let Some(undo) = model.ctx.undo.take() else { return Effects::new() };
    let (tone, words) = match &answer.outcome {
        Ok(_) => (Tone::Good, undo.undo.done),
        Err(trouble) => (Tone::Bad, format!("not taken back: {trouble}")),
    };
    model.ctx.notices.tell(model.ctx.now, tone, words);
    changed(model, &Action::Changed(undo.verb, undo.target))
}

/// A verb of a place: it runs, or the dialog comes first. Here alone, so that no place can forget to ask.
fn ask(model: &mut Model, verb: &'static Verb, target: &Target) -> Effects {
    let question = model.innermost().and_then(|open| open.screen.question(verb, target, &model.ctx));
    let question = match question {
        None if verb.danger < Danger::Confirm => return innermost(model, &Action::Do(verb, target.clone())),
        None => Question { object: target.0.join(", "), reference: verb.title.to_owned(), ..Question::default() },
        Some(question) => question,
    };
    // A registry without the dialog has no verb that needs it.
    let Some(entry) = model.registry.iter().find(|entry| entry.name == dialog::NAME) else { return Effects::new() };
    let key = model.fresh();
    let dialog = Dialog::about(verb, target.clone(), question, key, model.ctx.now);
    put(model, entry, Box::new(dialog))
}

fn open(model: &mut Model, entry: &'static Entry) -> Effects {
    hide(model);
    if entry.shape == Shape::Screen {
        match model.stack.iter().position(|open| open.entry.name == entry.name) {
            Some(at) => model.stack.truncate(at + 1),
            None => model.stack.push(Open { entry, screen: (entry.open)(&model.ctx) }),
        }
        return tell_place(model, entry.name, &Action::Opened);
    }
    let screen = (entry.open)(&model.ctx);
    put(model, entry, screen)
}

/// Opens the layer of this name unless it is open.
pub(super) fn open_place(model: &mut Model, name: &str) -> Effects {
    let entry = model.registry.iter().find(|entry| entry.name == name && !model.has_layer(name));
    entry.map_or_else(Effects::new, |entry| open(model, entry))
}

/// Opens what a row is about, in the place that opens such things; there is one of them at a time. A screen of that name
/// shows what the link narrows it to.
fn follow(model: &mut Model, link: Link) -> Effects {
    let opens = |entry: &&'static Entry| match entry.shape {
        Shape::Detail { kind } => kind == link.kind,
        Shape::Screen => entry.name == link.kind,
        _ => false,
    };
    let Some(entry) = model.registry.iter().find(opens) else {
        model.ctx.notices.remark(format!("nothing here opens a {}", link.kind));
        return Effects::new();
    };
    hide(model);
    if let Some(at) = model.stack.iter().position(|open| open.entry.name == entry.name) {
        model.stack.truncate(at);
    }
    let screen = (entry.open)(&model.ctx);
    model.stack.push(Open { entry, screen });
    innermost(model, &Action::Linked(link))
}

/// Puts a layer above what is open.
fn put(model: &mut Model, entry: &'static Entry, screen: Box<dyn Screen>) -> Effects {
    hide(model);
    // Nothing but the door opens above a lock: it would be seen.
    let is_of_the_door = [SIGN_IN, STEP_UP, LOCK].contains(&entry.name);
    let lock = model.layers.iter().position(|open| open.entry.name == LOCK && !is_of_the_door);
    if lock.is_none() {
        model.ctx.beneath = (model.scopes(), model.target());
    }
    model.layers.insert(lock.unwrap_or(model.layers.len()), Open { entry, screen });
    tell_place(model, entry.name, &Action::Opened)
}

/// Takes a shown secret away; whether there was one.
fn hide(model: &mut Model) -> bool {
    let before = model.layers.len();
    model.layers.retain(|open| open.entry.name != shown::NAME);
    if model.layers.is_empty() {
        model.ctx.beneath = <_>::default();
    }
    model.layers.len() < before
}

/// Closes the innermost of search and layer; a place that takes text decides for itself.
fn escape(model: &mut Model, verb: &'static Verb) -> Effects {
    if model.innermost().is_some_and(|open| open.screen.hears_escape()) {
        return innermost(model, &Action::Do(&shell::ESCAPE, Target::default()));
    }
    if !close(model) && *verb == shell::CANCEL {
        model.is_leaving = true;
        model.ctx.notices.remark("Ctrl-c again leaves");
    }
    Effects::new()
}

/// Takes the innermost layer away; whether there was one.
fn close(model: &mut Model) -> bool {
    // A lock is opened, never closed.
    if model.innermost().is_some_and(|open| open.entry.name == LOCK) {
        return false;
    }
    let was_open = model.layers.pop().is_some();
    if model.layers.is_empty() {
        model.ctx.beneath = <_>::default();
    }
    was_open
}

fn leave(model: &mut Model) -> Effects {
    if model.stack.len() > 1 {
        model.stack.pop();
        return innermost(model, &Action::Returned);
    }
    model.exit = Some(Exit::Left);
    Effects::new()
}

/// Hands an action to the place that hears the keys, and takes up what it asks of the console.
fn innermost(model: &mut Model, action: &Action) -> Effects {
    match model.innermost().map(|open| open.entry.name) {
        Some(name) => tell_place(model, name, action),
        None => Effects::new(),
    }
}

/// Hands an action to the place of this name, layers first; a place that is gone hears nothing.
pub(super) fn tell_place(model: &mut Model, name: &str, action: &Action) -> Effects {
    let places = model.layers.iter_mut().rev().chain(model.stack.iter_mut().rev());
    let Some(open) = places.into_iter().find(|open| open.entry.name == name) else { return Effects::new() };
    let mut effects = Effects::new();
    for effect in open.screen.update(action, &model.ctx) {
        match effect {
            // It closes itself, whatever has been opened above it meanwhile.
            Effect::Then(Action::Close) => close_place(model, name),
            Effect::Then(action) => effects.extend(update(model, action)),
            effect => effects.push(effect),
        }
    }
    effects
}

/// Hands an action to every place that is open.
pub(super) fn tell_all(model: &mut Model, action: &Action) -> Effects {
    let names: Vec<_> = model.stack.iter().chain(&model.layers).map(|open| open.entry.name).collect();
    names.into_iter().flat_map(|name| tell_place(model, name, action)).collect()
}

pub(super) fn close_place(model: &mut Model, name: &str) {
    if let Some(at) = model.layers.iter().rposition(|open| open.entry.name == name) {
        model.layers.remove(at);
    }
    if model.layers.is_empty() {
        model.ctx.beneath = <_>::default();
    }
}

fn tell(model: &mut Model, turn: Turn) {
    let now = model.ctx.now;
    let name = model.ctx.desk.name();
    let (tone, text) = match turn {
        Turn::Same => return,
        Turn::Connected { version } => (Tone::Good, format!("connected to {name}, version {version}")),
        Turn::Back { after } => (Tone::Good, format!("{name} answers again after {}", due::stopwatch(after, now).text)),
        Turn::Lost { why } => (Tone::Bad, format!("{name} does not answer: {why}")),
        Turn::Upgraded { from, to } => (Tone::Warn, format!("{name} now runs version {to}, before {from}")),
    };
    model.ctx.notices.tell(now, tone, text);
}
