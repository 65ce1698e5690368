//! What the console asks about data requests: the queue, one of them with all that belongs to it, its letters' words, and
//! the views of the queue that somebody keeps.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, term};

use super::ask::{self, Document};
use super::carrying::{CertificateHead, EvidenceHead, PackageHead, Step, TaskHead};
use super::graph::{
    IdVariables, IdVariablesFields, PageVariables, PageVariablesFields, Raw, connection, inputs, narrowed,
};
use super::schema::{Lines, Word, schema};
use super::staff::NamedSeat;
use super::tenants::{Mask, NamedTenant};

inputs!(RequestFilter, RequestOrder, LetterPreviewInput);

/// The words of the queue. The server reads them; a tenant's name is looked up before.
pub const TERMS: &[Term] = &[
    term(
        "text",
        "text",
        Takes::Whole(&[
            ("stage", "open, paused, awaiting_approval, in_progress, closed, any"),
            ("due", "<7d, >3d, or a day such as 2026-12-01"),
            ("right", "access, deletion, portability, correction, opt_out …"),
            ("regime", "the code of a law or promise, such as EU_GDPR"),
            ("owner", "me, none, or a seat; -owner:me for all the others"),
            ("is", "late, cooling, second, paused, spam, unproved, test; -is:late"),
            ("source", "web, mail, shopify, ebay, opendsr, console, api, csv"),
            ("received", "<30d, or a day"),
            ("outcome", "fulfilled, refused, withdrawn, expired, spam …"),
            ("role", "controller, processor"),
            ("team", "its name"),
            ("store", "its id"),
        ]),
    ),
    term("tenant", "tenant", Takes::Tenant),
];

pub const GROUNDS: &[&str] = &[
    "LEGAL_OBLIGATION",
    "LEGAL_CLAIMS",
    "CONTRACT_ACTIVE",
    "FREEDOM_OF_EXPRESSION",
    "PUBLIC_INTEREST",
    "OTHERS_RIGHTS",
    "UNVERIFIED",
    "UNFOUNDED_EXCESSIVE",
    "DUPLICATE",
    "EXEMPT_DATA",
    "SECURITY_INCIDENT",
    "CHARGEBACK_WINDOW",
    "BACKUP_DEFERRED",
];
pub const LATE_REASONS: &[&str] = &["IDENTITY", "VOLUME", "MERCHANT", "RECIPIENT", "HOLIDAY", "OURS"];
pub const HOLD_KINDS: &[&str] = &["AUTHORITY", "CHARGEBACK", "DISPUTE", "FRAUD", "LITIGATION"];
pub const SUBJECT_KINDS: &[&str] = &["SHOPPER", "MEMBER", "VISITOR"];
pub const RIGHTS: &[&str] =
    &["ACCESS", "DELETION", "PORTABILITY", "CORRECTION", "RESTRICTION", "OBJECTION", "OPT_OUT", "COMPLAINT"];

narrowed!(RequestsVariables, RequestFilter, RequestOrder);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "RequestsVariables")]
pub struct Requests {
    #[arguments(filter: $filter, orderBy: $order_by, first: $first, after: $after, last: $last, before: $before)]
    pub requests: request_pages::Connection,
}

connection!(request_pages, "RequestConnection", "RequestEdge", RequestRow);

/// A row of the queue.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct RequestRow {
    pub id: cynic::Id,
    pub reference: String,
    pub right: Word<schema::Right>,
    pub special_case: Option<String>,
    pub source: Word<schema::RequestSource>,
    pub tenant: Option<NamedTenant>,
    pub person: Option<Mask>,
    pub received_at: Moment,
    pub stage: Word<schema::RequestStage>,
    pub paused_since: Option<Moment>,
    pub outcome: Option<Word<schema::RequestOutcome>>,
    pub closed_at: Option<Moment>,
    pub due: Option<Due>,
    pub is_late: bool,
    pub owner: Option<NamedSeat>,
    pub team: Option<String>,
    pub is_test: bool,
    pub version: i32,
    pub next_action: Word<schema::NextAction>,
    pub draft_count: i32,
    pub related_count: i32,
    pub is_held: bool,
}

/// The clock that is worked by.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestDue")]
pub struct Due {
    pub regime: String,
    pub title: String,
    pub on: NaiveDate,
    pub at: Moment,
    pub target_on: Option<NaiveDate>,
}

#[derive(cynic::QueryVariables)]
pub struct MailVariables {
    pub tenant: cynic::Id,
    pub mail: String,
}

/// What was asked by whoever goes by an address. The address is in no answer.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "MailVariables")]
pub struct RequestsOfMail {
    #[arguments(tenant: $tenant, mail: $mail)]
    pub requests_of_mail: Vec<RequestRow>,
}

pub fn of_mail() -> String {
    ask::query::<RequestsOfMail, MailVariables>()
}

/// A request as others name it.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct NamedRequest {
    pub id: cynic::Id,
    pub reference: String,
    pub right: Word<schema::Right>,
    pub stage: Word<schema::RequestStage>,
    pub due: Option<Due>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Store")]
pub struct NamedStore {
    pub id: cynic::Id,
    pub domain: String,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OneRequest {
    #[arguments(id: $id)]
    pub request: Option<Request>,
}

/// One request with all that belongs to it.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Request {
    pub id: cynic::Id,
    pub reference: String,
    pub right: Word<schema::Right>,
    pub special_case: Option<String>,
    pub source: Word<schema::RequestSource>,
    pub role: Word<schema::DataRole>,
    pub locale: String,
    pub tenant: Option<NamedTenant>,
    pub store: Option<NamedStore>,
    pub intake: Intake,
    pub person: Option<Mask>,
    pub received_at: Moment,
    pub stage: Word<schema::RequestStage>,
    pub stage_since: Option<Moment>,
    pub paused_on: Option<Word<schema::PauseGround>>,
    pub paused_since: Option<Moment>,
    pub outcome: Option<Word<schema::RequestOutcome>>,
    pub ground: Option<Word<schema::RefusalGround>>,
    pub closed_at: Option<Moment>,
    pub answered_at: Option<Moment>,
    pub due: Option<Due>,
    pub is_late: bool,
    pub late_reason: Option<Word<schema::LateReason>>,
    pub owner: Option<NamedSeat>,
    pub team: Option<String>,
    pub is_test: bool,
    pub version: i32,
    pub original: Option<NamedRequest>,
    pub appeal_of: Option<NamedRequest>,
    pub next_action: Word<schema::NextAction>,
    pub waiting_for: Option<Word<schema::WaitingFor>>,
    pub acts: Vec<Possibility>,
    pub pauses: Vec<PossiblePause>,
    pub extensions: Vec<PossibleExtension>,
    pub clocks: Vec<Clock>,
    pub clock_events: Vec<ClockEvent>,
    pub plan: Option<PlanHead>,
    pub messages: Vec<Message>,
    pub related: Vec<NamedRequest>,
    pub holds: Vec<Hold>,
    pub steps: Vec<Step>,
    pub tasks: Vec<TaskHead>,
    pub packages: Vec<PackageHead>,
    pub certificates: Vec<CertificateHead>,
    pub evidence: Vec<EvidenceHead>,
    pub timeline: Vec<Event>,
}

/// Whether something may be done now, or why not.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestPossibility")]
pub struct Possibility {
    pub act: Word<schema::RequestAct>,
    pub refusal: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct PossiblePause {
    pub on: Word<schema::PauseGround>,
    pub before: Option<NaiveDate>,
    pub after: Option<NaiveDate>,
    pub refusal: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct PossibleExtension {
    pub regime: String,
    pub title: String,
    pub before: Option<NaiveDate>,
    pub after: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub needs_day: bool,
    pub refusal: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestClock")]
pub struct Clock {
    pub id: cynic::Id,
    pub regime: String,
    pub title: String,
    pub kind: Word<schema::ClockKind>,
    pub whose: Word<schema::ClockOwner>,
    pub on: NaiveDate,
    pub ends_at: Moment,
    pub legal_on: Option<NaiveDate>,
    pub is_driving: bool,
    pub is_late: bool,
    pub is_paused: bool,
    pub met_at: Option<Moment>,
    pub basis: String,
    pub cite: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestClockEvent")]
pub struct ClockEvent {
    pub at: Moment,
    pub what: Word<schema::ClockEventKind>,
    pub on: Option<Word<schema::PauseGround>>,
    pub regime: Option<String>,
    pub before: Option<NaiveDate>,
    pub after: Option<NaiveDate>,
    pub by: Option<NamedSeat>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestEvent")]
pub struct Event {
    pub seq: i32,
    pub at: Moment,
    pub actor: String,
    pub by: Option<NamedSeat>,
    pub action: String,
    pub facts: Option<String>,
}

/// The contact by which it was asked.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Intake {
    pub id: cynic::Id,
    pub subject_kind: Word<schema::SubjectKind>,
    pub place: Option<String>,
    pub zone: String,
    pub made_by: Option<NamedSeat>,
    pub proof: Word<schema::Proof>,
    pub proved_at: Option<Moment>,
    pub prove_until: Option<Moment>,
    pub mandate: Word<schema::Mandate>,
    pub is_forgotten: bool,
    pub identifiers: Vec<Identifier>,
}

/// One thing that the person goes by.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestIdentifier")]
pub struct Identifier {
    pub id: cynic::Id,
    pub kind: Word<schema::GoesBy>,
    pub value: Mask,
    pub proof: Word<schema::Proof>,
    pub proved_at: Option<Moment>,
    pub proved_by: Option<NamedSeat>,
    pub code_until: Option<Moment>,
    pub tries: i32,
}

/// A plan beside its request: how far it has come.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestPlan")]
pub struct PlanHead {
    pub id: cynic::Id,
    pub number: i32,
    pub digest: String,
    pub state: Word<schema::PlanState>,
    pub drawn_at: Moment,
    pub drawn_by: Option<NamedSeat>,
    pub submitted_by: Option<NamedSeat>,
    pub decided_at: Option<Moment>,
    pub decided_by: Option<NamedSeat>,
    pub starts_at: Option<Moment>,
    pub lines: Vec<LineHead>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PlanLine")]
pub struct LineHead {
    pub rows: i32,
    pub action: Word<schema::PlannedAction>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestMessage")]
pub struct Message {
    pub id: cynic::Id,
    pub way: Word<schema::MessageWay>,
    pub kind: Word<schema::MessageKind>,
    pub locale: String,
    pub made_at: Moment,
    pub made_by: Option<NamedSeat>,
    pub state: Word<schema::MessageState>,
    pub sent_at: Option<Moment>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Hold {
    pub id: cynic::Id,
    pub reference: String,
    pub kind: Word<schema::HoldKind>,
    pub placed_at: Moment,
    pub placed_by: Option<NamedSeat>,
    pub review_on: NaiveDate,
    pub released_at: Option<Moment>,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct PlansOfRequest {
    #[arguments(id: $id)]
    pub request: Option<Planned>,
}

/// A request as its plan names it, with every plan that was drawn.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct Planned {
    pub id: cynic::Id,
    pub reference: String,
    pub right: Word<schema::Right>,
    pub special_case: Option<String>,
    pub stage: Word<schema::RequestStage>,
    pub version: i32,
    pub due: Option<Due>,
    pub tenant: Option<NamedTenant>,
    pub acts: Vec<Possibility>,
    pub holds: Vec<Hold>,
    pub plans: Vec<Plan>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestPlan")]
pub struct Plan {
    pub id: cynic::Id,
    pub number: i32,
    pub digest: String,
    pub state: Word<schema::PlanState>,
    pub drawn_at: Moment,
    pub drawn_by: Option<NamedSeat>,
    pub submitted_at: Option<Moment>,
    pub submitted_by: Option<NamedSeat>,
    pub decided_at: Option<Moment>,
    pub decided_by: Option<NamedSeat>,
    pub starts_at: Option<Moment>,
    pub cooling_hours: Option<i32>,
    pub lines: Vec<PlanLine>,
    pub changes: Option<PlanChanges>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct PlanLine {
    pub category: String,
    pub place: String,
    pub store: Option<NamedStore>,
    pub recipient: Option<String>,
    pub rows: i32,
    pub action: Word<schema::PlannedAction>,
    pub ground: Option<String>,
    pub until: Option<NaiveDate>,
}

/// What is otherwise than in the plan before.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct PlanChanges {
    pub against: i32,
    pub added: Vec<PlanLine>,
    pub removed: Vec<PlanLine>,
}

#[derive(cynic::QueryVariables)]
pub struct ReferenceVariables {
    pub reference: String,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "ReferenceVariables")]
pub struct RequestByReference {
    #[arguments(reference: $reference)]
    pub request_by_reference: Option<Referred>,
}

/// What a command needs of a request that is named by its reference.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct Referred {
    pub id: cynic::Id,
    pub reference: String,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct Colleagues {
    pub colleagues: Vec<Colleague>,
}

/// One to whom a request can be given.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Colleague {
    pub id: cynic::Id,
    pub handle: String,
}

/// Those to whom a request can be given.
pub fn colleagues() -> String {
    ask::query::<Colleagues, ()>()
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct Views {
    pub saved_views: Vec<View>,
}

/// A filter of the queue that somebody keeps.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "SavedView")]
pub struct View {
    pub id: cynic::Id,
    pub name: String,
    pub filter: String,
    pub position: i32,
    pub count: i32,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PageVariables")]
pub struct Holds {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub holds: hold_pages::Connection,
}

connection!(hold_pages, "HoldConnection", "HoldEdge", PlacedHold);

/// A hold with whose data it keeps.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Hold")]
pub struct PlacedHold {
    pub id: cynic::Id,
    pub reference: String,
    pub kind: Word<schema::HoldKind>,
    pub person: Mask,
    pub placed_at: Moment,
    pub placed_by: Option<NamedSeat>,
    pub review_on: NaiveDate,
}

pub fn holds() -> String {
    ask::query::<Holds, PageVariables>()
}

#[derive(cynic::QueryVariables)]
pub struct PreviewVariables {
    pub input: Raw<schema::LetterPreviewInput>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PreviewVariables")]
pub struct PreviewOfLetter {
    #[arguments(input: $input)]
    pub letter_preview: Option<LetterPreview>,
}

/// A letter as it would leave.
#[derive(cynic::QueryFragment, Debug)]
pub struct LetterPreview {
    pub title: String,
    #[cynic(alias, rename = "body")]
    pub lines: Lines,
    pub locale: String,
    pub is_sent: bool,
    pub before: Option<NaiveDate>,
    pub after: Option<NaiveDate>,
}

pub fn letter_preview() -> String {
    ask::query::<PreviewOfLetter, PreviewVariables>()
}

#[derive(cynic::QueryVariables)]
pub struct FollowedVariables {
    pub tenant: Option<cynic::Id>,
}

/// What was done, as it happens: of one tenant, or of the house.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Subscription", variables = "FollowedVariables")]
pub struct FollowedRequests {
    #[arguments(tenant: $tenant)]
    pub changes: Change,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Change {
    pub cursor: String,
    pub node: Option<cynic::Id>,
    pub object: String,
}

pub fn followed() -> String {
    ask::subscription::<FollowedRequests, FollowedVariables>()
}

pub fn requests() -> String {
    ask::query::<Requests, RequestsVariables>()
}

pub fn request() -> String {
    ask::query::<OneRequest, IdVariables>()
}

pub fn plans() -> String {
    ask::query::<PlansOfRequest, IdVariables>()
}

pub fn by_reference() -> String {
    ask::query::<RequestByReference, ReferenceVariables>()
}

pub fn views() -> String {
    ask::query::<Views, ()>()
}

/// The variables by which a request of this reference is asked for: people write small letters, too.
pub fn referred(reference: &str) -> Value {
    json!({ "reference": reference.to_uppercase() })
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] =
    &[requests, request, plans, by_reference, of_mail, colleagues, views, followed, letter_preview, holds];
