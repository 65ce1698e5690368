//! Everything the console knows at one moment.
//!
//! It changes in `update.rs` only, and holds nothing that cannot be looked at in a test.

use chrono::{Offset, Utc};

use super::action::{Exit, On, Scope, Size, Target, Verb};
use super::ask::Ask;
use super::connection::Connection;
use super::due::Moment;
use super::keymap::{Key, Keymap};
use super::me::{LOCK, LOCKS_AFTER, Me, Person};
use super::notice::Notices;
use super::screen::{Ctx, Desk, Entry, Escape, Screen, Shape};

pub struct Model {
    pub ctx: Ctx,
    pub registry: &'static [Entry],
    /// The screens on the way here; the last is shown, the first is home.
    pub stack: Vec<Open>,
    /// The boxes above it; the last hears the keys.
    pub layers: Vec<Open>,
    /// The beginning of a sequence of keys.
    pub pending: Vec<Key>,
    /// Ctrl-c was pressed once with nothing left to close.
    pub is_leaving: bool,
    pub exit: Option<Exit>,
    /// A token was at hand from the beginning.
    pub is_bearing: bool,
    /// What waits for a second factor.
    pub held: Vec<Ask>,
    /// Who was signed in last: another person finds nothing of theirs.
    pub seated: Option<String>,
    /// Something may look different now.
    pub is_dirty: bool,
    /// Keys handled since the start.
    pub keys: u64,
    /// What makes this console's wishes differ from those of any other.
    pub seed: u64,
    wishes: u64,
}

/// A place that is open.
pub struct Open {
    pub entry: &'static Entry,
    pub screen: Box<dyn Screen>,
}

impl Model {
    /// A console on its first screen, with nothing heard yet.
    pub fn new(registry: &'static [Entry], keymap: Keymap, desk: Desk, opened_at: Moment) -> Self {
        let ctx = Ctx {
            now: opened_at,
            mine: Utc.fix(),
            is_utc: false,
            size: Size::default(),
            desk,
            connection: Connection::default(),
            me: Me::default(),
            device: None,
            touched_at: opened_at,
            locks_after: LOCKS_AFTER,
            notices: Notices::default(),
            keymap,
            beneath: (Vec::new(), Target::default()),
            shown: "",
            marked: Target::default(),
            undo: None,
            escape: Escape::default(),
            refusals: Vec::new(),
            is_mouse_caught: true,
            opened_at,
        };
        let home = registry.iter().find(|entry| entry.shape == Shape::Screen);
        let stack = home.map(|entry| Open { entry, screen: (entry.open)(&ctx) }).into_iter().collect();
        Self {
            ctx,
            registry,
            stack,
            layers: Vec::new(),
            pending: Vec::new(),
            is_leaving: false,
            exit: None,
            is_bearing: false,
            held: Vec::new(),
            seated: None,
            is_dirty: true,
            keys: 0,
            seed: 0,
            wishes: 0,
        }
    }

    /// The place that hears the keys.
    pub fn innermost(&self) -> Option<&Open> {
        self.layers.last().or(self.stack.last())
    }

    /// The scopes whose keys are heard now, the innermost first.
    pub fn scopes(&self) -> Vec<Scope> {
        let Some(open) = self.innermost() else { return vec![Scope::Everywhere] };
        let mut scopes = vec![Scope::Place(open.entry.name)];
        if open.screen.is_a_list() {
            scopes.push(Scope::Lists);
        }
        if open.screen.has_fields() {
            scopes.push(Scope::Fields);
        }
        if self.layers.is_empty() {
            scopes.push(Scope::Global);
        }
        scopes.push(Scope::Everywhere);
        scopes
    }

    /// The ids a verb would act on if its key came now.
    pub fn target(&self) -> Target {
        self.innermost().map(|open| open.screen.target(&self.ctx)).unwrap_or_default()
    }

    /// The ids this verb would act on: what is marked, where it acts on many.
    pub fn target_for(&self, verb: &Verb) -> Target {
        let is_marked = verb.on == On::Many && self.layers.is_empty() && !self.ctx.marked.0.is_empty();
        if is_marked { self.ctx.marked.clone() } else { self.target() }
    }

    /// The name of a new wish: the server carries a wish of one name out once, however often it is sent.
    pub fn fresh(&mut self) -> String {
        self.wishes += 1;
        format!("{:016x}-{:x}-{}", self.seed, self.ctx.opened_at.timestamp_micros(), self.wishes)
    }

    pub fn takes_text(&self) -> bool {
        self.innermost().is_some_and(|open| open.screen.takes_text())
    }

    /// Whether this letter is text for the innermost place.
    pub fn takes(&self, c: char) -> bool {
        self.takes_text() && self.innermost().is_some_and(|open| open.screen.takes(c))
    }

    pub fn has_layer(&self, name: &str) -> bool {
        self.layers.iter().any(|open| open.entry.name == name)
    }

    /// When the console locks if nobody presses a key; never while nobody could open it again.
    pub fn locks_at(&self) -> Option<Moment> {
        let opens_again = self.ctx.me.person().is_some_and(Person::can_unlock);
        (opens_again && !self.has_layer(LOCK)).then(|| self.ctx.touched_at + self.ctx.locks_after)
    }

    /// What the open places want to be told as it happens; nothing while nobody is signed in.
    pub fn follows(&self) -> Vec<Ask> {
        let places = self.layers.iter().chain(&self.stack).filter(|_| self.ctx.me.person().is_some());
        places.flat_map(|open| open.screen.follows(&self.ctx)).collect()
    }

    /// The first moment at which something happens though nothing visible changes by then.
    pub fn wakes(&self) -> Option<Moment> {
        let places = self.layers.iter().chain(&self.stack).filter_map(|open| open.screen.wakes(&self.ctx));
        let session = self.ctx.me.person().and_then(|person| person.ends_at);
        places.chain(self.locks_at()).chain(session).min()
    }
}
