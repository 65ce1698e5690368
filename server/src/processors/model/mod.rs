//! The nouns of this slice, their states, and what makes one entry of the list mean something else than another. Pure.

mod entry;
mod notice;
mod objection;
mod processor;
mod subscriber;

pub use entry::{Entry, Received, means_other, others_differ};
pub use notice::{DeliveryState, Notice, NoticeKind, Reach};
pub use objection::{Objection, ObjectionState, words};
pub use processor::{Processor, ProcessorState, Version};
pub use subscriber::{CONFIRM_WITHIN, LETTER_EVERY, Subscriber, SubscriberState, language};
