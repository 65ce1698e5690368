//! The face of requests: the queue, one request with its clocks, plans and letters, what is done with it, and how all of it
//! stands in numbers. What a person goes by and wrote is shown masked; words open through a mutation that leaves a record.

mod acting;
mod colleagues;
mod figures;
mod forgetting;
mod fulfilment;
mod inputs;
mod messages;
mod nodes;
mod packages;
mod plans;
mod queue;
mod views;
mod words;

use async_graphql::MergedObject;

pub use nodes::RequestNode;
pub use queue::find_request;

use crate::floor::access::Permission;
use crate::floor::graphql::{Needs, Rule, rule};

/// What can be asked about requests.
#[derive(MergedObject, Default)]
pub struct RequestQuery(
    queue::QueueQuery,
    figures::FigureQuery,
    views::ViewQuery,
    messages::MessageQuery,
    plans::HoldQuery,
    colleagues::ColleagueQuery,
);

/// What can be done with requests.
#[derive(MergedObject, Default)]
pub struct RequestMutation(
    queue::IntakeMutation,
    queue::QueueMutation,
    plans::PlanMutation,
    acting::ActingMutation,
    fulfilment::FulfilmentMutation,
    forgetting::ForgettingMutation,
    messages::MessageMutation,
    views::ViewMutation,
    packages::PackageMutation,
);

/// Those who may see the queue: of all tenants, or of those within their bounds.
const READERS: Needs = Needs::AnyOf(&[Permission::SeeQueue, Permission::SeeTenants]);
const SEES: Needs = Needs::Permission(Permission::SeeTenants);
const TAKES: Needs = Needs::Permission(Permission::TakeRequests);
const WORKS: Needs = Needs::Permission(Permission::WorkRequests);
const APPROVES: Needs = Needs::Permission(Permission::ApprovePlans);
const EITHER: Needs = Needs::AnyOf(&[Permission::ApprovePlans, Permission::WorkRequests]);
const KEEPS_STORES: Needs = Needs::Permission(Permission::KeepStores);
const OPENS: Needs = Needs::Permission(Permission::SeeData);

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.requests", READERS),
    rule("Query.request", SEES),
    rule("Query.requestByReference", READERS),
    rule("Query.requestsOfMail", SEES),
    rule("Query.nextRequests", READERS),
    rule("Query.colleagues", WORKS),
    rule("Query.letterPreview", WORKS),
    rule("Query.holds", READERS),
    rule("Query.requestFigures", READERS),
    rule("Query.ccpaTable", READERS),
    rule("Query.timeliness", READERS),
    rule("Query.regimes", Needs::Caller),
    rule("Query.rightsOffered", SEES),
    rule("Query.readRequestFilter", Needs::Caller),
    rule("Query.savedViews", Needs::Caller),
    rule("Request.*", Needs::Parent),
    rule("RequestConnection.*", Needs::Parent),
    rule("RequestEdge.*", Needs::Parent),
    rule("RequestDue.*", Needs::Parent),
    rule("RequestPossibility.*", Needs::Parent),
    rule("PossiblePause.*", Needs::Parent),
    rule("PossibleExtension.*", Needs::Parent),
    rule("RequestClock.*", Needs::Parent),
    rule("RequestClockEvent.*", Needs::Parent),
    rule("RequestEvent.*", Needs::Parent),
    rule("Intake.*", Needs::Parent),
    rule("RequestIdentifier.*", Needs::Parent),
    rule("RequestPlan.*", Needs::Parent),
    rule("PlanLine.*", Needs::Parent),
    rule("RequestCorrection.*", Needs::Parent),
    rule("RequestFence.*", Needs::Parent),
    rule("RequestEvidence.*", Needs::Parent),
    rule("PlanChanges.*", Needs::Parent),
    rule("RequestStep.*", Needs::Parent),
    rule("RequestCertificate.*", Needs::Parent),
    rule("RequestPackage.*", Needs::Parent),
    rule("PackageFile.*", Needs::Parent),
    rule("PackageRedaction.*", Needs::Parent),
    rule("PackageRows.*", Needs::Parent),
    rule("PackageRow.*", Needs::Parent),
    rule("PackageField.*", Needs::Parent),
    rule("RequestMessage.*", Needs::Parent),
    rule("RevealedMessage.*", Needs::Parent),
    rule("Colleague.*", Needs::Parent),
    rule("LetterPreview.*", Needs::Parent),
    rule("Hold.*", Needs::Parent),
    rule("HoldConnection.*", Needs::Parent),
    rule("HoldEdge.*", Needs::Parent),
    rule("SavedView.*", Needs::Parent),
    rule("RequestSelection.*", Needs::Parent),
    rule("BulkResults.*", Needs::Parent),
    rule("BulkResult.*", Needs::Parent),
    rule("TakenRequests.*", Needs::Parent),
    rule("MovedRequest.*", Needs::Parent),
    rule("RequestFigures.*", Needs::Parent),
    rule("DueDay.*", Needs::Parent),
    rule("WaitingFigure.*", Needs::Parent),
    rule("RightFigure.*", Needs::Parent),
    rule("SourceFigure.*", Needs::Parent),
    rule("WeekFigures.*", Needs::Parent),
    rule("SinceFigures.*", Needs::Parent),
    rule("CcpaTable.*", Needs::Parent),
    rule("CcpaRow.*", Needs::Parent),
    rule("Timeliness.*", Needs::Parent),
    rule("LateFigure.*", Needs::Parent),
    rule("Regime.*", Needs::Parent),
    rule("OfferedRight.*", Needs::Parent),
    rule("RequestFilterRead.*", Needs::Parent),
    rule("RequestFilterFault.*", Needs::Parent),
    rule("Mutation.takeRequest", TAKES),
    rule("Mutation.askForProof", WORKS),
    rule("Mutation.judgeIdentifier", WORKS),
    rule("Mutation.judgeMandate", WORKS),
    rule("Mutation.markSpam", WORKS),
    rule("Mutation.joinRequest", WORKS),
    rule("Mutation.assignRequest", WORKS),
    rule("Mutation.pauseRequest", WORKS),
    rule("Mutation.resumeRequest", WORKS),
    rule("Mutation.withdrawPause", WORKS),
    rule("Mutation.extendRequest", WORKS),
    rule("Mutation.withdrawExtension", WORKS),
    rule("Mutation.refuseRequest", WORKS),
    rule("Mutation.withdrawRequest", WORKS),
    rule("Mutation.settleRequest", WORKS),
    rule("Mutation.setLateReason", WORKS),
    rule("Mutation.drawPlan", WORKS),
    rule("Mutation.submitPlan", WORKS),
    rule("Mutation.approvePlan", APPROVES),
    rule("Mutation.returnPlan", EITHER),
    rule("Mutation.nameCorrection", WORKS),
    rule("Mutation.dropCorrection", WORKS),
    rule("Mutation.revealCorrection", OPENS),
    rule("Mutation.liftRestriction", WORKS),
    rule("Mutation.setSpecialCase", WORKS),
    rule("Mutation.disconnectStore", KEEPS_STORES),
    rule("Mutation.stopRequest", EITHER),
    rule("Mutation.askToLiftTombstones", WORKS),
    rule("Mutation.liftTombstones", APPROVES),
    rule("Mutation.placeHold", WORKS),
    rule("Mutation.releaseHold", EITHER),
    rule("Mutation.revealPlanReason", OPENS),
    rule("Mutation.revealHoldReason", OPENS),
    rule("Mutation.releasePackage", APPROVES),
    rule("Mutation.leaveOutOfPackage", WORKS),
    rule("Mutation.putBackIntoPackage", WORKS),
    rule("Mutation.openPackageRows", OPENS),
    rule("ReleasePackagePayload.*", Needs::Parent),
    rule("LeaveOutOfPackagePayload.*", Needs::Parent),
    rule("PutBackIntoPackagePayload.*", Needs::Parent),
    rule("OpenPackageRowsPayload.*", Needs::Parent),
    rule("Mutation.writeToPerson", WORKS),
    rule("Mutation.askPerson", WORKS),
    rule("Mutation.handRequestOn", WORKS),
    rule("Mutation.noteOnRequest", WORKS),
    rule("Mutation.saveDraft", WORKS),
    rule("Mutation.revealRequestMessages", OPENS),
    rule("Mutation.saveView", Needs::Caller),
    rule("Mutation.deleteView", Needs::Caller),
    rule("Mutation.freezeSelection", WORKS),
    rule("Mutation.assignSelection", WORKS),
    rule("Mutation.extendSelection", WORKS),
    rule("Mutation.refuseSelection", WORKS),
    rule("TakeRequestPayload.*", Needs::Parent),
    rule("AskForProofPayload.*", Needs::Parent),
    rule("JudgeIdentifierPayload.*", Needs::Parent),
    rule("JudgeMandatePayload.*", Needs::Parent),
    rule("MarkSpamPayload.*", Needs::Parent),
    rule("JoinRequestPayload.*", Needs::Parent),
    rule("AssignRequestPayload.*", Needs::Parent),
    rule("PauseRequestPayload.*", Needs::Parent),
    rule("ResumeRequestPayload.*", Needs::Parent),
    rule("WithdrawPausePayload.*", Needs::Parent),
    rule("ExtendRequestPayload.*", Needs::Parent),
    rule("WithdrawExtensionPayload.*", Needs::Parent),
    rule("RefuseRequestPayload.*", Needs::Parent),
    rule("WithdrawRequestPayload.*", Needs::Parent),
    rule("SettleRequestPayload.*", Needs::Parent),
    rule("SetLateReasonPayload.*", Needs::Parent),
    rule("DrawPlanPayload.*", Needs::Parent),
    rule("SubmitPlanPayload.*", Needs::Parent),
    rule("ApprovePlanPayload.*", Needs::Parent),
    rule("ReturnPlanPayload.*", Needs::Parent),
    rule("NameCorrectionPayload.*", Needs::Parent),
    rule("DropCorrectionPayload.*", Needs::Parent),
    rule("RevealCorrectionPayload.*", Needs::Parent),
    rule("LiftRestrictionPayload.*", Needs::Parent),
    rule("SetSpecialCasePayload.*", Needs::Parent),
    rule("DisconnectStorePayload.*", Needs::Parent),
    rule("StopRequestPayload.*", Needs::Parent),
    rule("AskToLiftTombstonesPayload.*", Needs::Parent),
    rule("LiftTombstonesPayload.*", Needs::Parent),
    rule("PlaceHoldPayload.*", Needs::Parent),
    rule("ReleaseHoldPayload.*", Needs::Parent),
    rule("RevealPlanReasonPayload.*", Needs::Parent),
    rule("RevealHoldReasonPayload.*", Needs::Parent),
    rule("WriteToPersonPayload.*", Needs::Parent),
    rule("AskPersonPayload.*", Needs::Parent),
    rule("HandRequestOnPayload.*", Needs::Parent),
    rule("NoteOnRequestPayload.*", Needs::Parent),
    rule("SaveDraftPayload.*", Needs::Parent),
    rule("RevealRequestMessagesPayload.*", Needs::Parent),
    rule("SaveViewPayload.*", Needs::Parent),
    rule("DeleteViewPayload.*", Needs::Parent),
    rule("FreezeSelectionPayload.*", Needs::Parent),
    rule("AssignSelectionPayload.*", Needs::Parent),
    rule("ExtendSelectionPayload.*", Needs::Parent),
    rule("RefuseSelectionPayload.*", Needs::Parent),
];
