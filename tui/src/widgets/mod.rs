//! The drawn parts: the frame around everything, the canvas screens lay out with, tables and lines.
//!
//! They draw what they are given and decide nothing. While drawing they note where each verb and row went, and when the
//! first visible word changes by itself.

mod canvas;
mod form;
mod frame;
mod line;
mod secret;
mod table;

pub use frame::view;

use crate::core::action::Verb;
use crate::core::canvas::Area;
use crate::core::due::Moment;

/// What was drawn: click targets exactly where they are, and the one timer.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    pub hits: Vec<(Area, Hit)>,
    /// The earliest change of a visible word.
    pub until: Option<Moment>,
    /// Where the hardware cursor rests: on the chosen row or in the text.
    pub cursor: Option<(u16, u16)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Hit {
    Verb(&'static Verb),
    Row(String),
}

impl Drawn {
    /// The uppermost thing at this cell.
    pub fn hit(&self, x: u16, y: u16) -> Option<&Hit> {
        self.hits.iter().rev().find(|(area, _)| area.holds(x, y)).map(|(_, hit)| hit)
    }

    fn changes(&mut self, until: Option<Moment>) {
        self.until = match (self.until, until) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}
