//! What a screen or layer is to the console, and what it may see of it.
//!
//! A place never names another place and never draws by hand: it updates on actions, says its page, and names the ids a
//! verb would act on.

use chrono::{FixedOffset, Offset, TimeDelta, Utc};

use super::action::{Action, Effects, On, Scope, Size, Target, Verb, Why};
use super::ask::Ask;
use super::canvas::Canvas;
use super::connection::Connection;
use super::due::Moment;
use super::keymap::Keymap;
use super::me::Me;
use super::notice::Notices;
use super::page::Page;
use super::question::{Question, Undo};
use super::secret::Secret;

pub trait Screen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects;

    fn page(&self, ctx: &Ctx) -> Page;

    /// Overridden where layout matters.
    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        canvas.page(&self.page(ctx));
    }

    /// The ids a verb would act on.
    fn target(&self, _ctx: &Ctx) -> Target {
        Target::default()
    }

    /// What is marked, for verbs that act on many.
    fn marked(&self, _ctx: &Ctx) -> Target {
        Target::default()
    }

    /// Which of its verbs the server would refuse now, by their ids, and the server's own words why.
    fn refusals(&self, _ctx: &Ctx) -> Vec<(&'static str, Why)> {
        Vec::new()
    }

    /// Whether the keys that move along a list mean something here.
    fn is_a_list(&self) -> bool {
        false
    }

    /// Whether the keys that move and erase in a field mean something here.
    fn has_fields(&self) -> bool {
        false
    }

    /// Whether letters are text now, and verbs must wait.
    fn takes_text(&self) -> bool {
        false
    }

    /// Whether this letter is text now; a field for digits leaves the others to verbs.
    fn takes(&self, _c: char) -> bool {
        self.takes_text()
    }

    /// When it wants to hear `Action::Woken`, though nobody pressed a key.
    fn wakes(&self, _ctx: &Ctx) -> Option<Moment> {
        None
    }

    /// What it wants to be told by the server as it happens: subscriptions, whose words arrive as answers.
    fn follows(&self, _ctx: &Ctx) -> Vec<Ask> {
        Vec::new()
    }

    /// Whether Esc is for the place itself: it closes when it wants to.
    fn hears_escape(&self) -> bool {
        self.takes_text()
    }

    /// Its crumb, where that is not the title of its entry.
    fn crumb(&self) -> Option<String> {
        None
    }

    /// Whether a layer has been there long enough and goes by itself.
    fn is_over(&self, _ctx: &Ctx) -> bool {
        false
    }

    /// What it asks about, where that was changed by another meanwhile: it waits to hear what the verb means now.
    fn is_old(&self) -> Option<Old> {
        None
    }

    /// Hears what the verb that it asks about means now.
    fn anew(&mut self, _question: Question) {}

    /// What one of its verbs means for these ids, and how it is carried out; asked when its key is pressed. A verb
    /// above *notify* is asked about even where a place has nothing to say.
    fn question(&self, _verb: &Verb, _target: &Target, _ctx: &Ctx) -> Option<Question> {
        None
    }
}

/// Of a layer that asks about a verb of the place beneath.
pub struct Old {
    pub verb: &'static Verb,
    pub target: Target,
}

/// A line of the registry: one screen or layer, and how to come to it.
pub struct Entry {
    pub name: &'static str,
    pub title: &'static str,
    pub shape: Shape,
    /// The verb that opens it, among `verbs`; none where it opens by itself.
    pub opener: Option<&'static Verb>,
    pub verbs: &'static [Verb],
    pub open: fn(&Ctx) -> Box<dyn Screen>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Fills the body and has a tab.
    Screen,
    /// Fills the body with one thing of this kind; rows lead to it.
    Detail { kind: &'static str },
    /// A box above what is open, at most this large.
    Layer { width: u16, height: u16 },
    /// A box on an empty screen: nothing that is open is seen.
    Alone { width: u16, height: u16 },
    /// The whole terminal but its last row.
    Whole,
}

/// What every place may see.
pub struct Ctx {
    pub now: Moment,
    /// The offset of this machine.
    pub mine: FixedOffset,
    pub is_utc: bool,
    pub size: Size,
    pub desk: Desk,
    pub connection: Connection,
    /// Who this console is to the server.
    pub me: Me,
    /// The token that keeps this console known, for the next sign-in.
    pub device: Option<Secret>,
    /// When a person last did something.
    pub touched_at: Moment,
    /// Time without a key until the lock.
    pub locks_after: TimeDelta,
    pub notices: Notices,
    pub keymap: Keymap,
    /// Where the keys go that a layer may want to tell about: the scopes of the screen beneath, and its target.
    pub beneath: (Vec<Scope>, Target),
    /// The screen that is shown, by its name.
    pub shown: &'static str,
    /// What is marked on it.
    pub marked: Target,
    /// What was done last and can be taken back.
    pub undo: Option<Undoable>,
    /// What Esc is for now.
    pub escape: Escape,
    /// What the server would refuse there, by the ids of its verbs.
    pub refusals: Vec<(&'static str, Why)>,
    pub is_mouse_caught: bool,
    /// When this console was opened.
    pub opened_at: Moment,
}

impl Ctx {
    /// What a verb of the screen beneath would act on.
    pub fn beneath_for(&self, verb: &Verb) -> &Target {
        if verb.on == On::Many && !self.marked.0.is_empty() { &self.marked } else { &self.beneath.1 }
    }

    pub fn zone(&self) -> FixedOffset {
        if self.is_utc { Utc.fix() } else { self.mine }
    }
}

/// A change that can be taken back.
#[derive(Clone, Debug)]
pub struct Undoable {
    pub undo: Undo,
    /// Names the wish to take it back.
    pub key: String,
    pub verb: &'static Verb,
    pub target: Target,
    pub until: Moment,
    /// It is on its way back.
    pub is_sent: bool,
}

/// What Esc is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Escape {
    /// It closes the innermost box.
    #[default]
    Closes,
    /// It means something to the innermost place itself: marks, or a text under the keys.
    IsHeard,
    /// The lock hears the keys and nothing else is seen.
    Never,
}

/// The desk this console looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// Where it answers, once that is known; never with a password in it.
    pub url: Option<String>,
    /// Its server runs inside this program.
    pub is_local: bool,
}

impl Desk {
    /// The short name for the header: the host, or `local desk`.
    pub fn name(&self) -> String {
        if self.is_local {
            return "local desk".to_owned();
        }
        let url = self.url.as_deref().unwrap_or("no desk");
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest).to_owned()
    }
}
