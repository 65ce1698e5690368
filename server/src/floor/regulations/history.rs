//! What became of a clock: pauses, the extension, and their withdrawal. The list is folded whole each time, so that what
//! was withdrawn leaves no trace in a date.

use serde::{Deserialize, Serialize};

use super::stored;
use super::words::PauseGround;
use crate::floor::kernel::{Day, Instant};

/// Something that happened to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    #[serde(with = "stored::instant")]
    pub at: Instant,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The person was asked, and the time stands still.
    Paused {
        ground: PauseGround,
    },
    /// The answer came.
    Resumed {
        ground: PauseGround,
    },
    /// The latest such pause was wrong from the beginning.
    PauseWithdrawn {
        ground: PauseGround,
    },
    /// The person was told that it takes longer; until which day, where the regime leaves that open.
    Extended {
        #[serde(default, with = "stored::maybe_day", skip_serializing_if = "Option::is_none")]
        to: Option<Day>,
    },
    ExtensionWithdrawn,
}

impl Event {
    pub const fn paused(at: Instant, ground: PauseGround) -> Self {
        Self { at, what: What::Paused { ground } }
    }

    pub const fn resumed(at: Instant, ground: PauseGround) -> Self {
        Self { at, what: What::Resumed { ground } }
    }

    pub const fn pause_withdrawn(at: Instant, ground: PauseGround) -> Self {
        Self { at, what: What::PauseWithdrawn { ground } }
    }

    pub const fn extended(at: Instant, to: Option<Day>) -> Self {
        Self { at, what: What::Extended { to } }
    }

    pub const fn extension_withdrawn(at: Instant) -> Self {
        Self { at, what: What::ExtensionWithdrawn }
    }
}

/// What stands after all events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct History {
    pub pauses: Vec<Standstill>,
    pub extension: Option<Longer>,
}

/// The time between a question and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standstill {
    pub ground: PauseGround,
    pub asked: Instant,
    /// None: it is still awaited.
    pub answered: Option<Instant>,
}

/// A notice that it takes longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Longer {
    pub told: Instant,
    pub to: Option<Day>,
}

impl History {
    /// In the order in which it happened; what happened at one moment, in the order of the list.
    pub(super) fn of(events: &[Event]) -> Self {
        let mut events = events.to_vec();
        events.sort_by_key(|event| event.at);
        let mut history = Self::default();
        for event in events {
            history.take(event);
        }
        history.pauses.sort_by_key(|pause| pause.asked);
        history
    }

    fn take(&mut self, event: Event) {
        let at = event.at;
        match event.what {
            What::Paused { ground } if self.open(ground).is_none() => {
                self.pauses.push(Standstill { ground, asked: at, answered: None });
            }
            What::Resumed { ground } => {
                if let Some(open) = self.open(ground) {
                    self.pauses[open].answered = Some(at);
                }
            }
            What::PauseWithdrawn { ground } => {
                if let Some(latest) = self.pauses.iter().rposition(|pause| pause.ground == ground) {
                    self.pauses.remove(latest);
                }
            }
            What::Extended { to } if self.extension.is_none() => self.extension = Some(Longer { told: at, to }),
            // Asked a second time, or extended a second time: the first stands.
            What::Paused { .. } | What::Extended { .. } => {}
            What::ExtensionWithdrawn => self.extension = None,
        }
    }

    /// The pause on this ground whose answer is awaited.
    pub(super) fn open(&self, ground: PauseGround) -> Option<usize> {
        self.pauses.iter().rposition(|pause| pause.ground == ground && pause.answered.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Instant {
        Instant::from_micros(day * 86_400_000_000)
    }

    #[test]
    fn what_was_withdrawn_leaves_no_trace() {
        let ground = PauseGround::IdentityAsked;
        let none = History::of(&[]);
        assert_eq!(History::of(&[Event::extended(at(3), None), Event::extension_withdrawn(at(4))]), none);
        assert_eq!(
            History::of(&[
                Event::paused(at(1), ground),
                Event::resumed(at(2), ground),
                Event::pause_withdrawn(at(9), ground)
            ]),
            none
        );
    }

    #[test]
    fn a_pause_ends_with_its_own_answer_and_the_first_extension_stands() {
        let (identity, scope) = (PauseGround::IdentityAsked, PauseGround::ScopeAsked);
        let history = History::of(&[
            Event::extended(at(9), None),
            Event::extended(at(5), None),
            Event::paused(at(1), identity),
            Event::paused(at(2), scope),
            Event::paused(at(3), identity),
            Event::resumed(at(4), scope),
        ]);
        assert_eq!(history.extension.map(|told| told.told), Some(at(5)));
        assert_eq!(history.pauses.iter().map(|pause| pause.answered).collect::<Vec<_>>(), [None, Some(at(4))]);
    }

    #[test]
    fn an_event_is_stored_as_one_object() {
        let event = Event::extended(at(20_000), Some(Day("2026-03-01".parse().expect("a day"))));
        let json = serde_json::to_string(&event).expect("it is JSON");
        assert_eq!(json, r#"{"at":"2024-10-04T00:00:00Z","what":"extended","to":"2026-03-01"}"#);
        assert_eq!(serde_json::from_str::<Event>(&json).expect("it is an event"), event);
    }
}
