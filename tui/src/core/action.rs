//! What may be done (`Verb`, its one metadata entry) and what has happened (`Action`, plain data).
//!
//! Footer, prefix pop-up, help, palette, commands and read-only mode all read the one entry. It never says *how* a verb
//! runs: that is the `update` of the screen or shell that owns it.

use chrono::{DateTime, FixedOffset};

use super::ask::{Answer, Ask, Trouble};
use super::chain::Seen;
use super::connection::{News, Standing};
use super::due;
use super::form::Values;
use super::keymap::Key;
use super::me::{Me, Pass};
use super::outcomes::Outcomes;
use super::page::Tone;
use super::question::Undo;
use super::screen::Ctx;
use super::secret::Secret;
use super::shown::Revealed;

/// One thing a person can do, told once for all who ask.
#[derive(Clone, Copy)]
pub struct Verb {
    /// `place.word`; unique.
    pub id: &'static str,
    /// As in the palette; `…` at its end when it asks more.
    pub title: &'static str,
    /// One sentence for help.
    pub help: &'static str,
    /// The word beside its key in the footer; empty where the footer leaves it out.
    pub hint: &'static str,
    pub scope: Scope,
    /// Each a sequence of keys: `"g d"`, `"Ctrl-l"`. The first is the one that is shown.
    pub keys: &'static [&'static str],
    pub on: On,
    pub danger: Danger,
    /// The permission without which it is off, as the desk writes it: `keep_staff`.
    pub needs: Option<&'static str>,
    pub cli: Cli,
    /// Why it may not run now; `None` means it may.
    pub off: fn(&Target, &Ctx) -> Option<Why>,
}

impl PartialEq for Verb {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl std::fmt::Debug for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// Where the keys of a verb are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On screens and in layers alike.
    Everywhere,
    /// On every screen; a layer above it hears none of them.
    Global,
    /// Wherever the innermost place shows a list.
    Lists,
    /// Wherever the innermost place has fields that are typed into.
    Fields,
    /// On the one screen or layer of this name.
    Place(&'static str),
}

/// How many things a verb acts on: always ids, never row numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Nothing,
    One,
    Many,
}

/// What a verb can do to others, and so what it takes to run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// Looks, and changes nothing.
    Safe,
    /// Runs at once, with a notice.
    Notify,
    /// Asks once, naming the object.
    Confirm,
    /// Asks for the reference in the person's own typing.
    Typed,
    /// On top of typed, a second person.
    TwoPersons,
}

impl Danger {
    pub fn changes(self) -> bool {
        self > Self::Safe
    }
}

/// The same verb without the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cli {
    /// The words after `rightsdesk`.
    Form(&'static str),
    /// Why there is none.
    None(&'static str),
}

/// The ids a verb acts on, taken when its key is pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target(pub Vec<String>);

/// What a row is about: the registry knows who opens that kind. Of a screen, its name and the words to narrow it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub kind: &'static str,
    pub id: String,
}

/// A reason in words, shown after `off:`.
pub type Why = String;

/// A verb that nothing forbids.
pub fn always(_: &Target, _: &Ctx) -> Option<Why> {
    None
}

impl Verb {
    /// One that looks only, on nothing that is chosen, in the console alone; what is otherwise is said beside it.
    pub const fn new(
        id: &'static str,
        title: &'static str,
        help: &'static str,
        scope: Scope,
        keys: &'static [&'static str],
    ) -> Self {
        Self {
            id,
            title,
            help,
            hint: "",
            scope,
            keys,
            on: On::Nothing,
            danger: Danger::Safe,
            needs: None,
            cli: Cli::None("it concerns the console only"),
            off: always,
        }
    }

    /// Why it may not run on this target now: too few or too many things chosen, else its own reason.
    pub fn refusal(&self, target: &Target, ctx: &Ctx) -> Option<Why> {
        let lacked = self.needs.filter(|needed| !ctx.me.may(needed));
        if let (true, Standing::Offline { since, .. }) = (self.danger.changes(), &ctx.connection.standing) {
            // Nothing is queued: a change must not leave ten minutes later.
            return Some(format!("offline since {}", due::stopwatch(*since, ctx.now).text));
        }
        let refused = ctx.refusals.iter().find(|(id, _)| *id == self.id).map(|(_, why)| why.clone());
        match (self.on, target.0.len()) {
            _ if lacked.is_some() => lacked.map(|needed| ctx.me.lacks(needed)),
            (On::One | On::Many, 0) => Some("nothing is chosen".to_owned()),
            (On::One, 2..) => Some("one at a time".to_owned()),
            _ => (self.off)(target, ctx).or(refused),
        }
    }
}

/// Everything that can happen to the console, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// What the clock says, in the zone of this machine.
    Time(DateTime<FixedOffset>),
    Size(Size),
    Key(Key),
    /// A character for the place that takes text.
    Typed(char),
    Pasted(String),
    /// The window was given the keyboard.
    Focused,
    /// The window lost the keyboard.
    Blurred,
    /// The wheel turned over the innermost place: rows down, or up when negative.
    Wheel(isize),
    /// A click on what was drawn for this verb.
    Pressed(&'static Verb),
    /// A click on the row with this id.
    Picked(String),
    /// A verb runs on these ids.
    Do(&'static Verb, Target),
    /// What a row is about is opened.
    Open(Link),
    /// Said once to a place that was just opened by a link.
    Linked(Link),
    /// Said once to a place that was just opened.
    Opened,
    /// The head of a chain that was checked here last.
    Recalled {
        to: &'static str,
        chain: String,
        seen: Option<Seen>,
    },
    /// Said to a screen that is on top again.
    Returned,
    /// A person has agreed to a verb that no call carries out: with what the form held.
    Agreed(&'static Verb, Target, Values),
    /// The server has carried a verb out.
    Changed(&'static Verb, Target),
    /// What was just done can be taken back for a while.
    Undoable(Undo, &'static Verb, Target),
    /// A verb was tried with many: what came of each is to be told.
    Bulk(Outcomes),
    /// A text comes back from the editor, or why it does not.
    Edited {
        to: &'static str,
        text: Result<String, String>,
    },
    /// A secret is to be shown once.
    Reveal(Revealed),
    /// The past notices have been looked at.
    Seen,
    /// The innermost layer has done its part.
    Close,
    /// The desk to look at is known: where it answers.
    Arrived(String),
    /// What the supervisor of the connection found.
    Connection(News),
    /// What came of an ask; goes to the place that asked, wherever it stands.
    Answered(Answer),
    /// An ask came back because it takes a second factor; it waits for one and is sent again.
    StepUpNeeded(Ask),
    /// The desk was reached for the first time: whether a token for it is at hand, and the one that keeps this console
    /// known.
    Bearing {
        has_token: bool,
        device: Option<Secret>,
    },
    /// Who the server says that we are.
    Known(Result<Me, Trouble>),
    /// A sign-in, or a part of one, was right.
    Passed(Pass),
    /// Someone is signed in now: places fetch what they show. Told to every place.
    SignedIn,
    /// The person signs out.
    SignOut,
    /// A second factor was shown: what waited for it is sent again. Told to every layer.
    SteppedUp,
    /// Nobody shows a second factor: what waited for it is refused.
    StepUpDropped,
    /// The local desk's file was shown in the place of both factors.
    FileShown(Result<(), Trouble>),
    /// Personal values go from the memory of every place; what was written stays.
    Locked,
    /// A code opened the lock.
    Unlocked,
    /// The server tells the place by itself from now on, or does not any more.
    Line {
        to: &'static str,
        is_up: bool,
    },
    /// The moment of `Screen::wakes` has come. Told to the place that wanted it.
    Woken,
    /// Something to tell that began outside the model.
    Said(Tone, String),
    /// A signal asks the console to end.
    Ended(Exit),
}

/// What `update` wants done outside; done by the pump, answered by actions.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the server now instead of at the next turn.
    Check,
    /// Ask the server for a place.
    Ask(Ask),
    /// Ask the server who this is.
    WhoAmI,
    /// Send this token from now on, and keep it if it is whole.
    Carry(Pass),
    /// Send no token any more and keep none.
    Forget,
    /// End the session on the server, then forget it.
    SignOut,
    /// Show the file of the local desk.
    ShowFile,
    /// Look up which head of this chain was checked here last.
    Recall { to: &'static str, chain: String },
    /// Keep the head of this chain: it was checked here.
    Remember { chain: String, seen: Seen },
    /// Give a text to the person's editor, and the terminal with it.
    Edit { to: &'static str, text: String },
    /// Hand text to the clipboard of the terminal.
    Copy(String),
    /// Give the terminal back until the shell continues us.
    Suspend,
    /// Paint every cell anew.
    Redraw,
    /// Catch the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Not outside at all: taken up by `update` itself, after the place that asked.
    Then(Action),
}

pub type Effects = Vec<Effect>;

/// Why the console ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The person left.
    Left,
    /// A signal, or the terminal went away.
    Interrupted,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}
