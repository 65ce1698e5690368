//! The nouns of requests and their lawful steps. Pure.

mod intake;
mod message;
mod plan;
mod request;
mod stage;

pub use intake::{DataRole, GoesBy, Identifier, Intake, Mandate, Proof, Source, SubjectKind};
pub use message::{Message, MessageKind, MessageState, Way};
pub use plan::{Plan, PlanLine, PlanState, PlannedAction, digest};
pub use request::{Due, Ground, LateReason, Outcome, Request, reference};
pub use stage::{Resumable, Stage};
