//! What people ask of the desk, from the contact to the answer: taken in whatever way it comes, proved, given its clocks,
//! planned, approved and answered in time. What somebody wrote and goes by is sealed under the contact's own key.
//!
//! It never answers anything about a person before they are proved, never adds to a date that was computed before, and
//! never changes a person's data by its own hand: it says what would be done, and by whom that was approved.

mod actions;
mod asking;
mod clocks;
mod filter;
mod graphql;
mod jobs;
mod letters;
pub mod map;
mod model;
mod next;
mod plan;
mod playbooks;
mod promise;
mod queries;
mod tables;
pub mod ways;

pub use actions::{COOLING_OFF, approve_plan, draw_plan, find_hold, find_plan, holds_of, list_holds, list_plans, place_hold, release_hold, return_plan, reveal_hold_reason, reveal_plan_reason, submit_plan};
pub use actions::{AtPage, MOST_TRIES, ask_at_page, behind_link};
pub use actions::{
    BEGUN, Brought, Flawed, Imported, Post, REUSED, Receipt, ask_by_machine, asked_by_machine, bring_letter,
    cancel_by_machine, controller, import_backlog, may_be_told_at, take_aside,
};
pub use actions::{
    Followed, FollowedRequest, Moved, Shown, appeal_by_person, ask_for_proof, ask_for_proof_again, assign, extend,
    find_request, follow, join, judge, judge_mandate, mark_spam, pause, prove_by_code, receive, refuse, resume,
    set_late_reason, settle_by_hand, shown_to_person, take_in, take_in_of, withdraw, withdraw_by_person,
    withdraw_extension, withdraw_pause,
};
pub use asking::{Asking, Desk, Notice, SHOP, Stated, Taken, Wanted};
pub use actions::{
    Slots, list_messages, messages_for_person, person_writes, queue_letter, read_messages, save_draft, write_message,
    write_note,
};
pub use filter::{Fault, LONGEST as LONGEST_FILTER, Read, StageWord, Wanted as WantedRequests, read as read_filter};
pub use graphql::{RULES, RequestMutation, RequestNode, RequestQuery, find_request as find_request_node};
pub use jobs::{
    AskForProof, DigestRequests, DrawPlan, ExpireUnproved, RemindOfRequests, SendLetter, TellOfRequest,
};
pub use jobs::{HearMailbox, LookAtControllers, TellController};
pub use letters::{ASK_PATH, FOLLOW_PATH, speaks};
pub use model::{
    ClockEventRow, ClockMove, ClockRow, DataRole, Due, GoesBy, Ground, Hold, HoldKind, Identifier, Intake, LateReason, Mandate, Message, MessageKind, MessageState, NewHold, Outcome,
    Plan, PlanLine, PlanState, PlannedAction, Proof, ReminderKind, Request, Resumable, Source, Stage, SubjectKind, Way, digest,
    reference,
};
pub use plan::{CHARGEBACK, Difference, compare};
pub use playbooks::{Playbook, Settlement, of as playbook};
pub use queries::holds::HoldFilter;
pub use promise::{DESK_TARGET, offered, promised};
