//! Letters to the person, messages from them, notes of staff.

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, MessageId, RequestId, StaffId};

vocabulary! {
    /// Which way it goes.
    pub enum Way {
        In = "in",
        /// Staff to staff.
        Note = "note",
        Out = "out",
    }
}

vocabulary! {
    /// What a letter or message is.
    pub enum MessageKind {
        /// It came, what happens next, until when.
        Acknowledgement = "acknowledgement",
        /// A code that proves an address.
        Code = "code",
        Paused = "paused",
        Resumed = "resumed",
        Extended = "extended",
        ExtensionWithdrawn = "extension_withdrawn",
        Refused = "refused",
        Answered = "answered",
        Withdrawn = "withdrawn",
        Expired = "expired",
        /// The merchant is who answers.
        HandedOn = "handed_on",
        /// It goes on with an earlier one that asks for the same.
        Joined = "joined",
        /// Staff ask something.
        Ask = "ask",
        /// In staff's or the person's own words.
        Message = "message",
        Note = "note",
    }
}

vocabulary! {
    /// How far it has come.
    pub enum MessageState {
        Draft = "draft",
        Queued = "queued",
        Sent = "sent",
        Failed = "failed",
        /// It came from the person.
        Received = "received",
        /// It goes nowhere.
        Kept = "kept",
    }
}

/// A letter, message or note; its words stay sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub request: RequestId,
    pub way: Way,
    pub kind: MessageKind,
    pub locale: String,
    pub made_at: Instant,
    pub made_by: Option<StaffId>,
    pub state: MessageState,
    pub sent_at: Option<Instant>,
}
