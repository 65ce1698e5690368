//! What the console said: one row at a time, and all that is worth rereading in a list.
//!
//! A passing remark («that key does nothing here») is shown and forgotten; a notice is kept until the console ends. It
//! never holds a personal value.

use super::due::Moment;
use super::page::Tone;
use super::scrub::scrub;

/// The verb that lists the past ones.
pub const OPENER: &str = "notices.open";
/// Most notices kept; the oldest leaves.
const KEPT: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: String,
    pub at: Moment,
    pub tone: Tone,
    pub text: String,
}

#[derive(Clone, Debug, Default)]
pub struct Notices {
    past: Vec<Notice>,
    shown: Option<(Tone, String)>,
    said: u64,
    unseen: usize,
}

impl Notices {
    /// Something worth keeping.
    pub fn tell(&mut self, at: Moment, tone: Tone, text: impl AsRef<str>) {
        let text = scrub(text.as_ref());
        self.said += 1;
        self.unseen += 1;
        self.past.push(Notice { id: format!("notice-{}", self.said), at, tone, text: text.clone() });
        if self.past.len() > KEPT {
            self.past.remove(0);
        }
        self.shown = Some((tone, text));
    }

    /// A remark, gone with the next key.
    pub fn remark(&mut self, text: impl AsRef<str>) {
        self.shown = Some((Tone::Plain, scrub(text.as_ref())));
    }

    pub fn hush(&mut self) {
        self.shown = None;
    }

    pub fn seen(&mut self) {
        self.unseen = 0;
    }

    pub fn unseen(&self) -> usize {
        self.unseen.min(self.past.len())
    }

    /// The newest first.
    pub fn past(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.past.iter().rev()
    }

    pub fn find(&self, id: &str) -> Option<&Notice> {
        self.past.iter().find(|notice| notice.id == id)
    }

    /// What the notice row says now.
    pub fn shown(&self) -> Option<(Tone, &str)> {
        self.shown.as_ref().map(|(tone, text)| (*tone, text.as_str()))
    }
}
