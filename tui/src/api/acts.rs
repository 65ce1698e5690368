//! What the console changes about data requests, one operation an act; and of many at once, over a frozen selection.

use crate::core::due::Moment;
use chrono::NaiveDate;

use super::ask::{self, Document};
use super::graph::{Raw, change, inputs};
use super::reviews::Opened;
use super::schema::{Lines, UserError, Word, schema};

/// Old and new date of what moved a clock.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "MovedRequest")]
pub struct Moved {
    pub before: Option<NaiveDate>,
    pub after: Option<NaiveDate>,
}

/// A plan that was just drawn or sent on.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestPlan")]
pub struct Drawn {
    pub id: cynic::Id,
    pub number: i32,
    pub digest: String,
    pub state: Word<schema::PlanState>,
    pub starts_at: Option<Moment>,
}

/// A draft that was just kept.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestMessage")]
pub struct Kept {
    pub id: cynic::Id,
    pub made_at: Moment,
}

/// Ids that were frozen, and until when.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestSelection")]
pub struct Selection {
    pub id: cynic::Id,
    pub count: i32,
    pub ends_at: Moment,
    pub is_cut: bool,
}

/// What came of each of many; there is more where it says a next.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "BulkResults")]
pub struct Bulk {
    pub items: Vec<BulkItem>,
    pub next: Option<i32>,
    pub done: i32,
    pub refused: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "BulkResult")]
pub struct BulkItem {
    pub id: cynic::Id,
    pub reference: String,
    pub refusal: Option<UserError>,
}

/// What was taken in.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "TakenRequests")]
pub struct Taken {
    pub requests: Vec<TakenRequest>,
    pub is_new: bool,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct TakenRequest {
    pub id: cynic::Id,
    pub reference: String,
}

change!(take, take_request(TakeRequestInput) -> "TakeRequestPayload", taken: Taken);
change!(ask_for_proof, ask_for_proof(AskForProofInput) -> "AskForProofPayload");
change!(judge, judge_identifier(JudgeIdentifierInput) -> "JudgeIdentifierPayload");
change!(judge_mandate, judge_mandate(JudgeMandateInput) -> "JudgeMandatePayload");
change!(assign, assign_request(AssignRequestInput) -> "AssignRequestPayload");
change!(pause, pause_request(PauseRequestInput) -> "PauseRequestPayload", moved: Moved);
change!(resume, resume_request(ResumeRequestInput) -> "ResumeRequestPayload", moved: Moved);
change!(withdraw_pause, withdraw_pause(WithdrawPauseInput) -> "WithdrawPausePayload", moved: Moved);
change!(extend, extend_request(ExtendRequestInput) -> "ExtendRequestPayload", moved: Moved);
change!(withdraw_extension, withdraw_extension(WithdrawExtensionInput) -> "WithdrawExtensionPayload", moved: Moved);
change!(refuse, refuse_request(RefuseRequestInput) -> "RefuseRequestPayload");
change!(withdraw, withdraw_request(WithdrawRequestInput) -> "WithdrawRequestPayload");
change!(mark_spam, mark_spam(MarkSpamInput) -> "MarkSpamPayload");
change!(join, join_request(JoinRequestInput) -> "JoinRequestPayload");
change!(settle, settle_request(SettleRequestInput) -> "SettleRequestPayload");
change!(late_reason, set_late_reason(SetLateReasonInput) -> "SetLateReasonPayload");
change!(special_case, set_special_case(SetSpecialCaseInput) -> "SetSpecialCasePayload");
change!(draw_plan, draw_plan(DrawPlanInput) -> "DrawPlanPayload", plan: Drawn);
change!(submit_plan, submit_plan(SubmitPlanInput) -> "SubmitPlanPayload", plan: Drawn);
change!(approve_plan, approve_plan(ApprovePlanInput) -> "ApprovePlanPayload", plan: Drawn);
change!(return_plan, return_plan(ReturnPlanInput) -> "ReturnPlanPayload", plan: Drawn);
change!(place_hold, place_hold(PlaceHoldInput) -> "PlaceHoldPayload");
change!(release_hold, release_hold(ReleaseHoldInput) -> "ReleaseHoldPayload");
change!(reveal_plan, reveal_plan_reason(RevealPlanReasonInput) -> "RevealPlanReasonPayload", revealed: Opened);
change!(reveal_hold, reveal_hold_reason(RevealHoldReasonInput) -> "RevealHoldReasonPayload", revealed: Opened);
change!(write, write_to_person(WriteToPersonInput) -> "WriteToPersonPayload");
change!(ask_person, ask_person(AskPersonInput) -> "AskPersonPayload");
change!(hand_on, hand_request_on(HandRequestOnInput) -> "HandRequestOnPayload");
change!(note, note_on_request(NoteOnRequestInput) -> "NoteOnRequestPayload");
change!(save_draft, save_draft(SaveDraftInput) -> "SaveDraftPayload", message: Kept);
change!(save_view, save_view(SaveViewInput) -> "SaveViewPayload");
change!(delete_view, delete_view(DeleteViewInput) -> "DeleteViewPayload");
change!(freeze, freeze_selection(FreezeSelectionInput) -> "FreezeSelectionPayload", selection: Selection);
change!(assign_all, assign_selection(AssignSelectionInput) -> "AssignSelectionPayload", results: Bulk);
change!(extend_all, extend_selection(ExtendSelectionInput) -> "ExtendSelectionPayload", results: Bulk);
change!(refuse_all, refuse_selection(RefuseSelectionInput) -> "RefuseSelectionPayload", results: Bulk);

inputs!(RevealRequestMessagesInput);

#[derive(cynic::QueryVariables)]
pub struct RevealVariables {
    pub input: Raw<schema::RevealRequestMessagesInput>,
}

/// The words of a request's letters and notes, opened.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RevealVariables")]
pub struct Reveal {
    #[arguments(input: $input)]
    pub reveal_request_messages: RevealPayload,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "RevealRequestMessagesPayload")]
pub struct RevealPayload {
    pub user_errors: Vec<UserError>,
    pub messages: Option<Vec<RevealedMessage>>,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct RevealedMessage {
    pub message: MessageId,
    pub title: String,
    #[cynic(alias, rename = "body")]
    pub lines: Lines,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "RequestMessage")]
pub struct MessageId {
    pub id: cynic::Id,
}

pub fn reveal() -> String {
    ask::mutation::<Reveal, RevealVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[
    take::document,
    ask_for_proof::document,
    judge::document,
    judge_mandate::document,
    assign::document,
    pause::document,
    resume::document,
    withdraw_pause::document,
    extend::document,
    withdraw_extension::document,
    refuse::document,
    withdraw::document,
    mark_spam::document,
    join::document,
    settle::document,
    late_reason::document,
    special_case::document,
    draw_plan::document,
    submit_plan::document,
    approve_plan::document,
    return_plan::document,
    place_hold::document,
    release_hold::document,
    reveal_plan::document,
    reveal_hold::document,
    write::document,
    ask_person::document,
    hand_on::document,
    note::document,
    save_draft::document,
    save_view::document,
    delete_view::document,
    freeze::document,
    assign_all::document,
    extend_all::document,
    refuse_all::document,
    reveal,
];
