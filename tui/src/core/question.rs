//! What a screen says about one of its verbs before it runs: what it is about, what follows, what must be said first, and
//! the call that carries it out. `dialog.rs` asks it.

use serde_json::Value;

use super::form::{Form, Opt, Values};
use super::page::Line;
use super::preview::Preview;

/// What a screen says about one of its verbs on these ids, and how it is carried out.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// What it is about, by its reference.
    pub object: String,
    /// What follows from it.
    pub effects: Vec<Line>,
    /// What must be said first.
    pub form: Form,
    /// What is typed where typing is asked for; the object where it is empty.
    pub reference: String,
    pub order: Option<Order>,
    pub lookups: Vec<Lookup>,
    /// How many things it is about at once, where they are several: the danger is one class higher, and what is typed is
    /// their number.
    pub many: Option<usize>,
    /// The letter that the verb would send, where it sends one.
    pub preview: Option<Preview>,
}

/// The call that carries a verb out.
#[derive(Clone, Debug)]
pub struct Order {
    pub document: String,
    /// What of the input is not typed: ids and versions; an `idempotencyKey` of any value becomes this wish's own.
    pub input: Values,
    /// Said when it is done.
    pub done: String,
    /// What the answer adds to that: a date as it is now.
    pub told: Option<fn(&Value) -> Option<String>>,
    /// Makes the input of what the form holds, where the contract has it in another shape.
    pub shape: Option<fn(Values) -> Values>,
    /// Shown once when it is done: where in the answer it stands, and what it is.
    pub once: Option<Once>,
    /// How the server takes it back, where it can.
    pub undo: Option<Undo>,
}

/// The call that makes a change as if it had not been: the same change with what was so before.
#[derive(Clone, Debug, PartialEq)]
pub struct Undo {
    pub document: String,
    pub input: Values,
    /// Said when it is taken back.
    pub done: String,
}

/// A secret of an answer that is shown once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once {
    /// Where in the answer it stands, as a JSON pointer below the mutation. Among several it is that of the message that
    /// the verb is about.
    pub at: &'static str,
    pub what: &'static str,
    /// What to do with it.
    pub advice: &'static str,
}

/// Options of a field that the server knows.
#[derive(Clone, Debug)]
pub struct Lookup {
    pub field: &'static str,
    pub document: String,
    pub variables: Value,
    /// The options in the answer.
    pub options: fn(&Value) -> Vec<Opt>,
    /// With which variables it is asked for those that begin with these letters, where there may be more than come at
    /// once.
    pub begins: Option<fn(&str) -> Value>,
}
