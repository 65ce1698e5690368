//! The closed lists of this slice as the API says them.

use async_graphql::Enum;

use super::super::model;

/// How a recipient is told.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "RecipientTaskKind", remote = "model::TaskKind")]
pub enum TaskKind {
    /// By the call of the store's own platform.
    Platform,
    /// By its own interface.
    Template,
    /// By OpenDSR.
    OpenDsr,
    /// By a letter with a link for the answer.
    Mail,
    /// By a person.
    Manual,
}

/// How far a recipient has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "RecipientTaskState", remote = "model::TaskState")]
pub enum TaskState {
    /// It is to be told, again where that was tried.
    Waiting,
    /// It was told and has not answered.
    Sent,
    /// It said that it works on it.
    Acknowledged,
    /// It did it.
    Done,
    /// It has nothing of the person any more.
    AlreadyGone,
    /// It does not do it.
    Refused,
    /// Its time is over, and nothing came back. It stays open.
    Silent,
    /// A person has ended it, with a reason.
    GivenUp,
}

/// What was done at one moment.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "RecipientAttemptKind", remote = "model::AttemptKind")]
pub enum AttemptKind {
    /// Something was sent.
    Sent,
    /// It was asked how things stand.
    Asked,
    /// It told by itself.
    Heard,
    /// It was reminded.
    Reminded,
    /// A person wrote down what came back.
    ByHand,
    /// Its time went by.
    Waited,
}
