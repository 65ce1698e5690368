//! The closed lists of this slice as the API says them.

use async_graphql::Enum;

use super::super::{model, next, queries};
use crate::floor::regulations;

/// What a person asks for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Right", remote = "regulations::Right")]
pub enum RightWord {
    /// To know what is held, and get a copy.
    Access,
    /// To take along what was given.
    Portability,
    /// To have it erased.
    Deletion,
    /// To have it put right.
    Correction,
    /// To have it kept and not used.
    Restriction,
    /// To have a use of it end.
    Objection,
    /// To have it neither sold nor shared, nor used beyond need.
    OptOut,
    /// To complain to whoever holds it.
    Complaint,
    /// To have a refusal looked at again.
    Appeal,
}

/// How something was asked.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::Source")]
pub enum RequestSource {
    /// By a client of the API.
    Api,
    /// Staff took it down.
    Console,
    /// A backlog that was brought along.
    Csv,
    /// By a notice of eBay.
    Ebay,
    /// By a letter to the desk's mailbox.
    Mail,
    /// By a controller's call, over OpenDSR.
    Opendsr,
    /// By a notice of Shopify.
    Shopify,
    /// By the person's own page.
    Web,
}

/// What the operator is to the data that is asked about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::DataRole")]
pub enum DataRole {
    /// It decides what is done with them.
    Controller,
    /// A merchant decides; the operator carries out.
    Processor,
}

/// Who the person is to a shop.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::SubjectKind")]
pub enum SubjectKind {
    /// A merchant's own user.
    Member,
    /// A merchant's customer.
    Shopper,
    /// Who visits the operator's site.
    Visitor,
}

/// Where a request is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "super::super::filter::StageWord")]
pub enum RequestStage {
    /// Nobody proved yet that they may ask.
    Received,
    /// It is to be worked.
    Open,
    /// The person was asked something, and its time stands still.
    Paused,
    /// A second person reads the plan.
    AwaitingApproval,
    /// The plan is carried out.
    InProgress,
    /// Over.
    Closed,
}

/// How a request ended.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::Outcome")]
pub enum RequestOutcome {
    /// Everything that was asked was done.
    Fulfilled,
    /// Some of it was done, and the rest has its ground.
    PartlyFulfilled,
    /// Lawfully not done.
    Refused,
    /// The person did not want it any more.
    Withdrawn,
    /// Nobody proved in time that they may ask.
    Expired,
    /// Nobody asked for anything.
    Spam,
    /// The same was asked already.
    Duplicate,
}

/// Why something is not done.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::Ground")]
pub enum RefusalGround {
    /// A law asks that it is kept.
    LegalObligation,
    /// It serves to bring or answer a claim.
    LegalClaims,
    /// A contract with the person needs it still.
    ContractActive,
    /// Somebody's freedom to speak weighs more.
    FreedomOfExpression,
    /// It is in the public interest.
    PublicInterest,
    /// It would hurt another's rights.
    OthersRights,
    /// Nobody could prove that they may ask.
    Unverified,
    /// It is plainly unfounded or excessive.
    UnfoundedExcessive,
    /// The same was asked already.
    Duplicate,
    /// The law leaves such data out.
    ExemptData,
    /// It is needed against an attack.
    SecurityIncident,
    /// A payment may still be disputed.
    ChargebackWindow,
    /// It stands in a backup alone, and goes with that.
    BackupDeferred,
}

/// Why something was answered late.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::LateReason")]
pub enum LateReason {
    /// The proof of identity took long.
    Identity,
    /// Too many came at once.
    Volume,
    /// The merchant did not answer.
    Merchant,
    /// A recipient did not answer.
    Recipient,
    /// Nobody worked on those days.
    Holiday,
    /// Our own fault.
    Ours,
}

/// What was asked of the person, and is waited for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "regulations::PauseGround")]
#[expect(clippy::enum_variant_names, reason = "what was asked, as the regimes have it")]
pub enum PauseGround {
    /// Who they are.
    IdentityAsked,
    /// Which data or processing they mean.
    ScopeAsked,
    /// A fee.
    FeeAsked,
}

/// By what somebody, or one thing they go by, was proved.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::Proof")]
pub enum Proof {
    /// By nothing yet.
    None,
    /// By a code that was sent there.
    Code,
    /// They are signed in.
    Member,
    /// By the signature of the platform that asks for them.
    Signature,
    /// By what the agent showed.
    Mandate,
    /// Staff judged, and said why.
    Judged,
    /// The right asks for no proof.
    NotNeeded,
}

/// What became of an agent's mandate.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::Mandate")]
pub enum Mandate {
    /// Nobody speaks for another.
    None,
    /// Somebody says that they speak for the person.
    Claimed,
    /// Staff saw the mandate.
    Shown,
    /// Staff saw that it is none.
    Rejected,
}

/// What somebody goes by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::GoesBy")]
pub enum GoesBy {
    /// A mail address.
    Mail,
    /// A telephone number.
    Phone,
    /// A platform's id of a buyer.
    Customer,
    /// What a platform calls a buyer in public.
    Handle,
    /// An order.
    Order,
    /// What they are called: it proves nothing and finds nobody.
    Name,
    /// The address of who speaks for them.
    Agent,
}

/// What a clock counts towards.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "regulations::Kind")]
pub enum ClockKind {
    /// The word that it came.
    Acknowledgement,
    /// The answer.
    Answer,
    /// The answer to an appeal.
    Appeal,
    /// Another duty of the regime.
    Duty,
}

/// Whose time runs.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "regulations::Whose")]
pub enum ClockOwner {
    /// Ours.
    Ours,
    /// The merchant's, whose processor we are: shown, and worked by.
    Merchants,
}

/// What became of a request's time.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ClockMove")]
pub enum ClockEventKind {
    /// The person was asked something.
    Paused,
    /// The answer came.
    Resumed,
    /// The pause was wrong from the beginning.
    PauseWithdrawn,
    /// The person was told that it takes longer.
    Extended,
    /// That was taken back.
    ExtensionWithdrawn,
}

/// How far a plan has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::PlanState")]
pub enum PlanState {
    /// It stands as it was found.
    Drawn,
    /// It was sent on: to a second person, or to be carried out where its right wants none.
    Submitted,
    /// A second person answers for it.
    Approved,
    /// The second person sent it back.
    Returned,
    /// What it was drawn from has changed, or the request ended.
    Superseded,
}

/// What would happen to what a line is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::PlannedAction")]
pub enum PlannedAction {
    /// The person gets it.
    Disclose,
    /// It goes.
    Delete,
    /// What tells of the person goes, the rest stays.
    Anonymise,
    /// It is put right.
    Correct,
    /// It is kept and not used.
    Restrict,
    /// A use of it ends.
    Stop,
    /// A recipient gets no more of it.
    Suppress,
    /// It stays, for a ground and until a day.
    Keep,
    /// A recipient is told.
    Tell,
    /// No interface there: somebody does it by hand.
    ByHand,
    /// The person gets an answer in words.
    Answer,
    /// There is nothing there; it was looked for.
    Nothing,
}

/// Which way a message goes.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::Way")]
pub enum MessageWay {
    /// From the person.
    In,
    /// Staff to staff.
    Note,
    /// To the person.
    Out,
}

/// What a letter or message is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::MessageKind")]
pub enum MessageKind {
    /// It came, what happens next, until when.
    Acknowledgement,
    /// A code that proves an address.
    Code,
    /// The time stands still until the person answers.
    Paused,
    /// It goes on.
    Resumed,
    /// It takes longer, and why.
    Extended,
    /// It does not take longer after all.
    ExtensionWithdrawn,
    /// It is not done, on which ground, and where to turn.
    Refused,
    /// It is done.
    Answered,
    /// It is over, as the person wished.
    Withdrawn,
    /// It is over, for nobody proved in time that they may ask.
    Expired,
    /// The merchant is who answers.
    HandedOn,
    /// It goes on with an earlier one that asks for the same.
    Joined,
    /// Staff ask something.
    Ask,
    /// In staff's or the person's own words.
    Message,
    /// A note for colleagues.
    Note,
}

/// How far a message has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::MessageState")]
pub enum MessageState {
    /// Somebody writes it still.
    Draft,
    /// It is to be sent.
    Queued,
    /// It has left.
    Sent,
    /// It could not be delivered.
    Failed,
    /// It came from the person.
    Received,
    /// It goes nowhere.
    Kept,
}

/// Why something must stay.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::HoldKind")]
pub enum HoldKind {
    /// An authority asked for it, or may still.
    Authority,
    /// A payment is disputed.
    Chargeback,
    /// The merchant and the person disagree about an order.
    Dispute,
    /// Somebody may be cheating.
    Fraud,
    /// A court has to do with it.
    Litigation,
}

/// What is to be done next with a request, derived from how it stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "next::NextAction")]
pub enum NextAction {
    /// Have the person prove who they are.
    AskForProof,
    /// The person was asked, and has not answered yet.
    AwaitProof,
    /// Look at what the agent shows.
    CheckMandate,
    /// Its time stands still until the person answers.
    AwaitPerson,
    /// See what would be done.
    DrawPlan,
    /// Send the plan on.
    SubmitPlan,
    /// The plan does not stand any more: draw another.
    Replan,
    /// A second person reads the plan.
    ApprovePlan,
    /// It waits, so that it may still be stopped.
    AwaitCoolingOff,
    /// The package lies there: a second person reads it and lets it go.
    ReleasePackage,
    /// Carry the plan out.
    CarryOut,
    /// It is late: say why.
    SayWhyLate,
    /// Nothing.
    Nothing,
}

/// What a request waits for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "next::WaitingFor")]
pub enum WaitingFor {
    /// That the person proves who they are.
    Proof,
    /// Whoever works it.
    Us,
    /// Somebody else, who reads the plan or what the package holds.
    SecondPerson,
    /// The end of the time in which it may still be stopped.
    CoolingOff,
    /// Stores and recipients.
    Recipients,
    /// The person, who was asked something.
    Person,
}

/// Something that can be tried with a request.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "next::Act")]
pub enum RequestAct {
    /// `askForProof`.
    AskForProof,
    /// `judgeIdentifier`, `judgeMandate`.
    Judge,
    /// `assignRequest`.
    Assign,
    /// `pauseRequest`.
    Pause,
    /// `resumeRequest`.
    Resume,
    /// `withdrawPause`.
    WithdrawPause,
    /// `extendRequest`.
    Extend,
    /// `withdrawExtension`.
    WithdrawExtension,
    /// `refuseRequest`.
    Refuse,
    /// `withdrawRequest`.
    Withdraw,
    /// `markSpam`.
    MarkSpam,
    /// `joinRequest`.
    Join,
    /// `settleRequest`.
    Settle,
    /// `setLateReason`.
    SetLateReason,
    /// `drawPlan`.
    DrawPlan,
    /// `submitPlan`.
    SubmitPlan,
    /// `approvePlan`.
    ApprovePlan,
    /// `returnPlan`.
    ReturnPlan,
    /// `placeHold`.
    PlaceHold,
    /// `writeToPerson`, `saveDraft`.
    Write,
    /// `noteOnRequest`.
    Note,
    /// `revealRequestMessages`.
    Reveal,
}

/// What a list of requests is sorted by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "queries::queue::Order")]
pub enum RequestOrderField {
    /// The clock that is worked by. What is closed has none any more and is not listed by it.
    DueAt,
    /// When it came.
    ReceivedAt,
}
