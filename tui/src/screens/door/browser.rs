//! Signing in with the identity provider, in any browser: a page and a code to enter there, and the question, calmly
//! repeated, whether it is done. Shared by the places that take it in the stead of a code.

use std::fmt::Write;

use chrono::TimeDelta;

use crate::core::action::Effects;
use crate::core::action::{Action, Effect};
use crate::core::ask::{Answer, Trouble};
use crate::core::due::{self, Moment};
use crate::core::me::Pass;
use crate::core::page::{Body, Line, Section, Tone};
use crate::core::screen::Ctx;

use super::calls::{self, DeviceSignIn, Part};

/// What the provider asks for when it was asked too quickly.
const SLOWER: TimeDelta = TimeDelta::seconds(5);
/// However quickly the server would let us.
const QUICKEST: i32 = 1;

pub enum Browser {
    /// The page and the code are on their way.
    Beginning,
    Waiting {
        device: DeviceSignIn,
        interval: TimeDelta,
        next: Moment,
        is_asked: bool,
    },
}

/// What an answer brought.
pub enum Turn {
    Goes,
    Passed(Pass),
    /// It is over, and why.
    Over(Trouble),
}

impl Browser {
    /// Begins anew, for the person or for an invitation.
    pub fn begin(to: &'static str, invitation: Option<String>) -> (Self, Effects) {
        (Self::Beginning, vec![Effect::Ask(calls::begin_device(to, invitation))])
    }

    pub fn wakes(&self) -> Option<Moment> {
        match self {
            Self::Waiting { next, is_asked: false, .. } => Some(*next),
            _ => None,
        }
    }

    /// Asks when it is time.
    pub fn follow(&mut self, to: &'static str, action: &Action, ctx: &Ctx) -> Effects {
        match (self, action) {
            (Self::Waiting { device, is_asked, next, .. }, Action::Woken) if ctx.now >= *next && !*is_asked => {
                *is_asked = true;
                vec![Effect::Ask(calls::poll_device(to, &device.attempt))]
            }
            _ => Effects::new(),
        }
    }

    pub fn hear(&mut self, part: Part, answer: &Answer, ctx: &Ctx) -> Turn {
        match (part, &mut *self) {
            (Part::Device, Self::Beginning) => match calls::device(answer) {
                Ok(device) => {
                    let interval = TimeDelta::seconds(i64::from(device.interval_seconds.max(QUICKEST)));
                    *self = Self::Waiting { device, interval, next: ctx.now + interval, is_asked: false };
                    Turn::Goes
                }
                Err(trouble) => Turn::Over(trouble),
            },
            (Part::Poll, Self::Waiting { interval, next, is_asked, .. }) => {
                *is_asked = false;
                let again = match calls::pass(part, answer) {
                    Ok(pass) => return Turn::Passed(pass),
                    Err(trouble) => match (trouble.code(), &trouble) {
                        (Some("PENDING"), _) | (_, Trouble::Unreached(_)) => *interval,
                        (Some("SLOW_DOWN"), _) => {
                            *interval += SLOWER;
                            *interval
                        }
                        _ => return Turn::Over(trouble),
                    },
                };
                *next = ctx.now + again;
                Turn::Goes
            }
            // An answer to an attempt that was left.
            _ => Turn::Goes,
        }
    }

    pub fn section(&self, ctx: &Ctx) -> Section {
        let Self::Waiting { device, next, is_asked, .. } = self else {
            return super::words(vec![Line::dim("asking for a page and a code")]);
        };
        let ends = due::minute(device.expires_at, ctx.now, ctx.zone());
        let asks = if *is_asked {
            Line::dim("asking whether it is done")
        } else {
            Line::dim("asks again ") + Line::word(Tone::Dim, due::countdown(*next, ctx.now))
        };
        Section {
            id: "browser",
            title: "",
            note: Line::default(),
            body: Body::Words(vec![
                Line::plain("Open this page in any browser, on any machine:"),
                Line::of(Tone::Strong, device.page.clone()),
                Line::default(),
                Line::plain("and enter  ") + Line::of(Tone::Strong, grouped(&device.user_code)),
                Line::default(),
                Line::dim("Your identity provider asks for the second factor; nobody else may give you a code."),
                asks + Line::dim(format!(" · ends at {ends}")),
            ]),
        }
    }
}

/// Longer texts in groups of four, as they are read aloud; one that has its own groups keeps them.
pub fn grouped(text: &str) -> String {
    if text.len() <= 6 || text.contains(['-', ' ']) {
        return text.to_owned();
    }
    text.chars().enumerate().fold(String::new(), |mut grouped, (n, c)| {
        let gap = if n > 0 && n % 4 == 0 { " " } else { "" };
        // Writing into a String cannot fail.
        _ = write!(grouped, "{gap}{c}");
        grouped
    })
}
