//! The nouns of requests and their lawful steps. Pure.

mod attested;
mod clock;
mod correction;
mod hold;
mod intake;
mod message;
mod plan;
mod reminder;
mod request;
mod stage;
mod step;

pub use attested::{Attested, AttestedKeep, AttestedRecipient};
pub use clock::{ClockEventRow, ClockMove, ClockRow};
pub use correction::{CORRECTABLE, Correction, CorrectionState, Named, in_one_line, named_in, nothing_named};
pub use hold::{Hold, HoldKind, NewHold, hold_reference, not_their_order, order_gone_over};
pub use intake::{DataRole, GoesBy, Identifier, Intake, Mandate, Proof, Source, SubjectKind};
pub use message::{Message, MessageKind, MessageState, Way};
pub use plan::{Plan, PlanLine, PlanState, PlannedAction, digest};
pub use reminder::{Morning, Reminder, ReminderKind};
pub use request::{Due, Ground, LateReason, Outcome, Request, reference};
pub use stage::{Resumable, Stage};
pub use step::{Certificate, Look, Step, StepName, StepState};
