//! What people ask of the desk, from the contact to the answer: taken in whatever way it comes, proved, given its clocks,
//! planned, approved and answered in time. What somebody wrote and goes by is sealed under the contact's own key.
//!
//! It never answers anything about a person before they are proved, never adds to a date that was computed before, and
//! never changes a person's data by its own hand: it says what would be done, and by whom that was approved.

pub mod actions;
mod asking;
pub mod clocks;
pub mod jobs;
pub mod map;
mod model;
mod plan;
mod playbooks;
mod promise;
pub mod queries;
mod tables;

pub use actions::{COOLING_OFF, approve_plan, draw_plan, find_hold, find_plan, holds_of, list_holds, list_plans, place_hold, release_hold, return_plan, reveal_hold_reason, reveal_plan_reason, submit_plan};
pub use asking::{Asking, Desk, Notice, SHOP, Stated, Taken, Wanted};
pub use jobs::DrawPlan;
pub use model::{
    ClockEventRow, ClockMove, ClockRow, DataRole, Due, GoesBy, Ground, Hold, HoldKind, Identifier, Intake, LateReason, Mandate, Message, MessageKind, MessageState, NewHold, Outcome,
    Plan, PlanLine, PlanState, PlannedAction, Proof, Request, Resumable, Source, Stage, SubjectKind, Way, digest,
    reference,
};
pub use plan::{CHARGEBACK, Difference, compare};
pub use playbooks::{Playbook, Settlement, of as playbook};
pub use promise::{DESK_TARGET, offered, promised};
