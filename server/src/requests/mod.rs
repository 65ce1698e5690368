//! What people ask of the desk, from the contact to the answer: taken in whatever way it comes, proved, given its clocks,
//! planned, approved and answered in time. What somebody wrote and goes by is sealed under the contact's own key.
//!
//! It never answers anything about a person before they are proved, never adds to a date that was computed before, and
//! never changes a person's data by its own hand: it says what would be done, and by whom that was approved.

mod actions;
mod asking;
mod clocks;
pub mod evidence;
mod filter;
mod fulfil;
mod graphql;
mod jobs;
mod letters;
pub mod map;
mod model;
mod next;
pub mod package;
mod plan;
mod playbooks;
mod promise;
mod queries;
mod tables;
pub mod ways;

pub use actions::{
    AtPage, BEGUN, Brought, COOLING_OFF, Carried, CorrectionAt, Door, Draught, Fetchable, Flawed, Followed,
    FollowedRequest, Imported, Leafed, MOST_TRIES, Moved, Post, Previewed, REUSED, Receipt, Shown, Slots, Spot,
    appeal_by_person, approve_plan, ask_at_page, ask_by_machine, ask_for_proof, ask_for_proof_again, ask_person,
    ask_to_lift, asked_by_machine, assign, behind_link, behind_package_link, bring_letter, cancel_by_machine,
    controller, corrections_of, door_of, draw_plan, drop_correction, evidence_of, extend, fences_of, fetch_package,
    file_behind, find_hold, find_plan, find_request, follow, follow_link, hand_on, holds_of, import_backlog, join,
    judge, judge_mandate, leave_out, lift_restriction, lift_tombstones, link_to_package, list_certificates, list_holds,
    list_messages, list_packages, list_packed, list_plans, list_redactions, list_steps, mark_spam, may_be_told_at,
    messages_for_person, name_correction, open_rows, packages_for_person, pause, person_writes, place_hold,
    preview_letter, prove_by_code, put_back, queue_letter, read_messages, receive, refuse, release_hold,
    release_package, resume, return_plan, reveal_correction, reveal_hold_reason, reveal_plan_reason, save_draft,
    set_late_reason, settle_by_hand, shown_to_person, stop_carrying, submit_plan, take_aside, take_in, take_in_of,
    withdraw, withdraw_by_person, withdraw_extension, withdraw_pause, write_message, write_note,
};
pub use actions::{disconnect_store, set_special_case};
pub use asking::{ACCOUNT, Asking, CHILD, CLOSURE, Desk, Notice, SHOP, Stated, Taken, Wanted};
pub use filter::{Fault, LONGEST as LONGEST_FILTER, Read, StageWord, Wanted as WantedRequests, read as read_filter};
pub use fulfil::{Replayed, replay, require_upheld};
pub use graphql::{RULES, RequestMutation, RequestNode, RequestQuery, find_request as find_request_node};
pub use jobs::{
    AskForProof, CarryOut, DigestRequests, DrawPlan, EndAccounts, EndKeeps, ExpireUnproved, ForgetRequests,
    HearMailbox, LiftRestrictions, LookAfterFulfilment, LookAtControllers, MakePackage, RemindOfRequests, SealEvidence,
    SendLetter, SweepPackages, TellController, TellMerchant, TellOfRequest,
};
pub use letters::{ASK_PATH, FOLLOW_PATH, NotDone, Rest, speaks};
pub use model::{
    Attested, AttestedKeep, AttestedRecipient, Certificate, ClockEventRow, ClockMove, ClockRow, Correction,
    CorrectionState, DataRole, Due, GoesBy, Ground, Hold, HoldKind, Identifier, Intake, LateReason, Mandate, Message,
    MessageKind, MessageState, Named, NewHold, Outcome, Plan, PlanLine, PlanState, PlannedAction, Proof, ReminderKind,
    Request, Resumable, Source, Stage, Step, StepName, StepState, SubjectKind, Way, digest, reference,
};
pub use plan::{CHARGEBACK, Difference, compare};
pub use playbooks::{Playbook, Settlement, of as playbook};
pub use promise::{DESK_TARGET, offered, promised};
pub use queries::evidence::Evidence;
pub use queries::holds::HoldFilter;
pub use queries::promises::{
    Deletions, Ended, KeptWord, Reach, came_by_mail, children, early_deletions, ended_accounts, kept_word,
    reach_of_deletions, reach_the_desk,
};
