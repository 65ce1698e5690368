//! How a place of requests stays as the server has it: lines that tell of changes, a look soon after one was told of, and
//! now and then a look where no line tells all.
//!
//! It is no screen. It looks for what is shown alone, and never while the console is locked.

use chrono::TimeDelta;
use serde_json::json;

use crate::api::requests::{self, Change};
use crate::core::action::Action;
use crate::core::ask::Ask;
use crate::core::due::Moment;
use crate::core::screen::Ctx;

/// What the lines are known by.
pub const TAG: &str = "changes";

/// Changes told within this span are looked at together.
const SOON: TimeDelta = TimeDelta::milliseconds(250);
/// After the last answer, where no line tells all.
const OFTEN: TimeDelta = TimeDelta::seconds(30);
/// Most tenants whose lines are open at once: a desk has few sockets for each of its people.
const LINES: usize = 4;

/// What came of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is about something else.
    Nothing,
    /// It was taken in.
    Taken,
    /// The place is to look at the server now.
    Look,
}

#[derive(Debug, Default)]
pub struct Following {
    /// When it looks though nobody pressed a key.
    look_at: Option<Moment>,
    answered_at: Option<Moment>,
    /// The lines tell of all that is shown.
    is_told: bool,
    is_locked: bool,
}

impl Following {
    /// Takes in what happened; `is_mine` says whether a change is about what is shown.
    pub fn hear(&mut self, action: &Action, ctx: &Ctx, is_mine: impl Fn(&Change) -> bool) -> Heard {
        match action {
            Action::Answered(answer) if answer.tag == TAG => {
                let told = answer.read::<requests::FollowedRequests>().map(|told| told.changes);
                if told.is_ok_and(|change| is_mine(&change)) {
                    self.soon(ctx);
                }
                Heard::Taken
            }
            Action::Line { is_up, .. } => {
                self.is_told = *is_up;
                // What happened before somebody told is not told of.
                self.soon(ctx);
                Heard::Taken
            }
            Action::Woken => {
                self.look_at = None;
                self.answered_at = None;
                Heard::Look
            }
            Action::Locked | Action::SignedIn => {
                self.is_locked = matches!(action, Action::Locked);
                Heard::Nothing
            }
            _ => Heard::Nothing,
        }
    }

    fn soon(&mut self, ctx: &Ctx) {
        self.look_at.get_or_insert(ctx.now + SOON);
    }

    /// An answer came: what is shown is of now.
    pub fn answered(&mut self, ctx: &Ctx) {
        self.answered_at = Some(ctx.now);
    }

    /// When it looks by itself; `is_all` says whether its lines tell of all that is shown.
    pub fn wakes(&self, place: &str, is_all: bool, ctx: &Ctx) -> Option<Moment> {
        if ctx.shown != place || self.is_locked {
            return None;
        }
        let often = self.answered_at.filter(|_| !(is_all && self.is_told)).map(|at| at + OFTEN);
        self.look_at.into_iter().chain(often).min()
    }

    /// The lines of these tenants, none of them twice; nobody's is the house's own.
    pub fn lines<'a>(
        &self,
        place: &'static str,
        tenants: impl IntoIterator<Item = Option<&'a str>>,
        ctx: &Ctx,
    ) -> Vec<Ask> {
        if ctx.shown != place || self.is_locked {
            return Vec::new();
        }
        let mut some: Vec<Option<&str>> = Vec::new();
        for tenant in tenants {
            if some.len() < LINES && !some.contains(&tenant) {
                some.push(tenant);
            }
        }
        // In an order of their own: another order of the rows opens no other line.
        some.sort_unstable();
        let line = |tenant: Option<&str>| Ask {
            to: place,
            tag: TAG,
            document: requests::followed(),
            variables: json!({ "tenant": tenant }),
            is_again: false,
        };
        some.into_iter().map(line).collect()
    }
}

/// Whether a change may be about this request: it is named, or something that belongs to one of the tenant's.
pub fn is_of(change: &Change, request: &str) -> bool {
    match change.node.as_ref() {
        Some(node) => node.inner() == request,
        None => matches!(noun(change), "hold" | "intake" | "message"),
    }
}

/// What a change is about, by the noun of the audit book: `request`.
pub fn noun(change: &Change) -> &str {
    change.object.split(':').next().unwrap_or_default()
}
