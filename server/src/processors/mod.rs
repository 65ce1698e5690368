//! Sub-processors: what the policy's list says of each and said before, the notices of every change, who is told of them
//! and by what letter, and the objections of merchants. It follows the policy and never changes it: a version that is
//! objected to is kept from coming into force here, but to withdraw or publish one is the catalogue's. An address is
//! opened by the jobs that write to it and by nobody else; a subscription that ends takes it along.

mod actions;
mod graphql;
mod jobs;
pub mod map;
mod model;
mod queries;
mod tables;
mod texts;
mod words;

pub use actions::{
    FeedOf, NewSubscription, answer, ask_by_mail, atom, confirm, follow, history, leave, list, object, subscribe,
};
pub use graphql::{
    NoticeNode, ObjectionNode, ProcessorMutation, ProcessorNode, ProcessorQuery, RULES, SubscriberNode, find_notice,
    find_objection, find_processor, find_subscriber,
};
pub use jobs::{AskSubscriber, DeliverNotice, SweepSubscribers};
pub use model::{
    DeliveryState, Entry, Notice, NoticeKind, ObjectionState, Processor, ProcessorState, Received, SubscriberState,
    Version,
};
pub use queries::notices::{Told, of_coming};
pub use queries::processors::all as on_record;
pub use words::speaks;

/// Where the links of letters and the feed lead, under the desk's own address.
pub const CONFIRM_PATH: &str = "/trust/notices/confirm";
pub const LEAVE_PATH: &str = "/trust/notices/leave";
pub const FEED_PATH: &str = "/trust/notices.atom";
