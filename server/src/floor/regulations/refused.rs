//! Why a time may not stand still or be lengthened, in words that say what to do instead.

use crate::floor::kernel::{Day, Error, Refusal};

use super::words::PauseGround;

/// A name that the regime's list does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{regime} has no right {right}")]
pub struct NoSuchRight {
    pub regime: String,
    pub right: String,
}

/// Why a time does not stand still.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotPause {
    #[error("under {regime} the time never stands still{}: answer or refuse{}", in_brackets(told(.note)), by(*.due))]
    NoPause { regime: String, note: String, due: Option<Day> },
    #[error(
        "under {regime} the time does not stand still because {}: it does because {}",
        because(*.ground),
        any(.allowed)
    )]
    OtherGround { regime: String, ground: PauseGround, allowed: Vec<PauseGround> },
    #[error("the time stands still since {since} because {}: note the answer when it comes", because(*.ground))]
    Already { ground: PauseGround, since: Day },
    #[error("the time was over at the end of {due}: answer now, and note why it is late")]
    Over { due: Day },
}

/// Why a time is not lengthened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotExtend {
    #[error("{regime} gives no longer time{}: answer or refuse{}", in_brackets(.note.as_deref()), by(*.due))]
    NoExtension { regime: String, note: Option<String>, due: Option<Day> },
    #[error(
        "it was extended on {on}, and that is granted once: answer or refuse in that time, or withdraw the extension"
    )]
    Already { on: Day },
    #[error("an extension had to be told by the end of {last}: answer now, and note why it is late")]
    TooLate { last: Day },
    #[error("name the day by which the answer comes: the person is told that day")]
    NoDay,
    #[error("name a day after {due}, when the answer is due without an extension")]
    NotLater { due: Day },
}

impl CannotPause {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPause { .. } => "NO_PAUSE",
            Self::OtherGround { .. } => "NO_SUCH_PAUSE",
            Self::Already { .. } => "PAUSED",
            Self::Over { .. } => "OVERDUE",
        }
    }
}

impl CannotExtend {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoExtension { .. } => "NO_EXTENSION",
            Self::Already { .. } => "EXTENDED",
            Self::TooLate { .. } => "OVERDUE",
            Self::NoDay | Self::NotLater { .. } => "NO_DAY",
        }
    }
}

impl From<CannotPause> for Error {
    fn from(refused: CannotPause) -> Self {
        Refusal::new(refused.code(), refused.to_string()).into()
    }
}

impl From<CannotExtend> for Error {
    fn from(refused: CannotExtend) -> Self {
        Refusal::new(refused.code(), refused.to_string()).into()
    }
}

impl From<NoSuchRight> for Error {
    fn from(refused: NoSuchRight) -> Self {
        Refusal::new("NO_SUCH_RIGHT", refused.to_string()).into()
    }
}

fn by(due: Option<Day>) -> String {
    due.map_or_else(String::new, |due| format!(" by the end of {due}"))
}

/// What a law's entry says of its pause, where that is more than that it has none.
fn told(note: &str) -> Option<&str> {
    Some(note).filter(|note| !matches!(*note, "" | "none"))
}

fn in_brackets(note: Option<&str>) -> String {
    note.map_or_else(String::new, |note| format!(" ({note})"))
}

fn because(ground: PauseGround) -> &'static str {
    match ground {
        PauseGround::IdentityAsked => "the person was asked who they are",
        PauseGround::ScopeAsked => "the person was asked what they mean",
        PauseGround::FeeAsked => "a fee was asked",
    }
}

fn any(grounds: &[PauseGround]) -> String {
    grounds.iter().map(|ground| because(*ground)).collect::<Vec<_>>().join(" or because ")
}
