//! What the console asks about a request that is carried out: its steps, what each recipient is told, what the person gets,
//! what proves it, what was put right and forbidden; and what people do about all of that.
//!
//! Rows of a package in clear come through a change alone, whose look is on record.

use super::ask::{self, Document};
use super::graph::{IdVariables, IdVariablesFields, Raw, connection, inputs};
use super::requests::{Due, Hold};
use super::reviews::Opened;
use super::schema::{Large, Word, schema};
use super::staff::NamedSeat;
use super::tenants::{Mask, NamedTenant};
use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, so, term};

inputs!(RecipientTaskFilter);

/// What recipients are narrowed by; whose they are has to be said.
pub const TERMS: &[Term] = &[
    term("tenant", "tenant", Takes::Tenant),
    term("to", "recipient", Takes::Text),
    term("state", "states", Takes::Several(STATES)),
    so("by-hand", "isByHand"),
];

/// How a recipient may stand.
const STATES: &[&str] = &["ACKNOWLEDGED", "ALREADY_GONE", "DONE", "GIVEN_UP", "REFUSED", "SENT", "SILENT", "WAITING"];

/// Why something is left out of what a person gets.
pub const LEFT_OUT: &[&str] =
    &["OTHERS_RIGHTS", "TRADE_SECRET", "LEGAL_CLAIMS", "LAW_FORBIDS", "SECURITY_INCIDENT", "NOT_THEIRS"];

/// How a task may stand once somebody has written down what came back.
pub const SETTLED: &[&str] = &["DONE", "ALREADY_GONE", "REFUSED", "ACKNOWLEDGED", "SENT"];

/// How a recipient may be reached; a store is told by its platform, without being set up.
pub const WAYS: &[&str] = &["TEMPLATE", "OPEN_DSR", "MAIL", "MANUAL"];

/// What can be put right: its table and its field, as one word.
pub const CORRECTABLE: &[&str] = &[
    "customers.given_name",
    "customers.family_name",
    "customers.mail",
    "customers.phone",
    "customers.address",
    "order_contacts.handle",
    "order_contacts.mail",
    "order_contacts.phone",
    "order_contacts.address",
    "members.name",
    "members.mail",
];

/// One step of what is carried out.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestStep")]
pub struct Step {
    pub position: i32,
    pub name: Word<schema::RequestStepName>,
    pub place: Option<String>,
    pub state: Word<schema::RequestStepState>,
    pub attempts: i32,
    pub rows: i32,
    pub outcome: Option<String>,
    pub begun_at: Option<Moment>,
    pub finished_at: Option<Moment>,
}

/// What a recipient is told, as it stands beside its request.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RecipientTask")]
pub struct TaskHead {
    pub id: cynic::Id,
    pub recipient: String,
    pub kind: Word<schema::RecipientTaskKind>,
    pub state: Word<schema::RecipientTaskState>,
    pub is_by_hand: bool,
    pub is_unsure: bool,
    pub answer: Option<String>,
    pub tries: i32,
    pub until: Moment,
}

#[derive(cynic::QueryVariables)]
pub struct RecipientsVariables {
    pub filter: Raw<schema::RecipientTaskFilter>,
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "RecipientsVariables")]
pub struct Recipients {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub recipient_tasks: task_pages::Connection,
}

connection!(task_pages, "RecipientTaskConnection", "RecipientTaskEdge", ListedTask);

/// What a recipient is told, in a list of all of a tenant's.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RecipientTask")]
pub struct ListedTask {
    pub id: cynic::Id,
    pub request: cynic::Id,
    pub reference: String,
    pub right: String,
    pub recipient: String,
    pub kind: Word<schema::RecipientTaskKind>,
    pub state: Word<schema::RecipientTaskState>,
    pub is_by_hand: bool,
    pub is_unsure: bool,
    pub answer: Option<String>,
    pub tries: i32,
    pub until: Moment,
}

/// What a recipient is told, with the last that was done for it.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RecipientTask")]
pub struct Task {
    pub id: cynic::Id,
    pub recipient: String,
    pub store: Option<cynic::Id>,
    pub categories: Vec<String>,
    pub kind: Word<schema::RecipientTaskKind>,
    pub state: Word<schema::RecipientTaskState>,
    pub is_by_hand: bool,
    pub advice: Option<String>,
    pub is_unsure: bool,
    pub answer: Option<String>,
    pub references: Vec<String>,
    pub proof: Option<String>,
    pub has_file: bool,
    pub tries: i32,
    pub opened_at: Moment,
    pub until: Moment,
    pub tried_at: Option<Moment>,
    pub ended_at: Option<Moment>,
    pub version: i32,
    pub attempts: Vec<Attempt>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RecipientAttempt")]
pub struct Attempt {
    pub number: i32,
    pub at: Moment,
    pub did: Word<schema::RecipientAttemptKind>,
    pub state: Word<schema::RecipientTaskState>,
    pub answer: String,
}

/// A certificate or sealed evidence, without its text.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestCertificate")]
pub struct CertificateHead {
    pub number: i32,
    pub made_at: Moment,
    pub key_version: i32,
    pub digest: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestEvidence")]
pub struct EvidenceHead {
    pub number: i32,
    pub made_at: Moment,
    pub digest: String,
}

/// A copy of what is held of the person, as it stands beside its request.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestPackage")]
pub struct PackageHead {
    pub id: cynic::Id,
    pub number: i32,
    pub state: Word<schema::PackageState>,
    pub rows: Option<i32>,
    pub left_out: Option<i32>,
    pub made_at: Option<Moment>,
    pub released_at: Option<Moment>,
    pub expires_at: Option<Moment>,
    pub ended_at: Option<Moment>,
}

/// The plan that is carried out.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestPlan")]
pub struct CarriedPlan {
    pub number: i32,
    pub digest: String,
    pub state: Word<schema::PlanState>,
    pub decided_at: Option<Moment>,
    pub decided_by: Option<NamedSeat>,
    pub starts_at: Option<Moment>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestCorrection")]
pub struct Correction {
    pub about: String,
    pub field: String,
    pub store: Option<cynic::Id>,
    pub value: Mask,
    pub named_at: Moment,
    pub is_in_their_words: bool,
    pub state: Word<schema::CorrectionState>,
    pub settled_at: Option<Moment>,
    pub rows: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestFence")]
pub struct Fence {
    pub kind: Word<schema::FenceKind>,
    pub code: String,
    pub since: Moment,
    pub warned_at: Option<Moment>,
    pub ends_at: Option<Moment>,
    pub until: Option<Moment>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct CarryingOut {
    #[arguments(id: $id)]
    pub request: Option<Carried>,
}

/// A request as far as it is carried out.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct Carried {
    pub id: cynic::Id,
    pub reference: String,
    pub right: Word<schema::Right>,
    pub special_case: Option<String>,
    pub stage: Word<schema::RequestStage>,
    pub outcome: Option<Word<schema::RequestOutcome>>,
    pub version: i32,
    pub due: Option<Due>,
    pub tenant: Option<NamedTenant>,
    pub plan: Option<CarriedPlan>,
    pub holds: Vec<Hold>,
    pub steps: Vec<Step>,
    pub tasks: Vec<Task>,
    pub packages: Vec<PackageHead>,
    pub certificates: Vec<CertificateHead>,
    pub evidence: Vec<EvidenceHead>,
    pub corrections: Vec<Correction>,
    pub fences: Vec<Fence>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct PackagesOfRequest {
    #[arguments(id: $id)]
    pub request: Option<Packed>,
}

/// A request as its package names it, with every package and what was left out of them.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct Packed {
    pub id: cynic::Id,
    pub reference: String,
    pub right: Word<schema::Right>,
    pub special_case: Option<String>,
    pub stage: Word<schema::RequestStage>,
    pub version: i32,
    pub due: Option<Due>,
    pub tenant: Option<NamedTenant>,
    pub packages: Vec<Package>,
    pub redactions: Vec<Redaction>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestPackage")]
pub struct Package {
    pub id: cynic::Id,
    pub number: i32,
    pub state: Word<schema::PackageState>,
    pub is_given: bool,
    pub locale: String,
    pub ordered_at: Moment,
    pub ordered_by: Option<NamedSeat>,
    pub made_at: Option<Moment>,
    pub rows: Option<i32>,
    pub left_out: Option<i32>,
    pub bytes: Option<Large>,
    pub digest: Option<String>,
    pub manifest: Option<String>,
    pub released_at: Option<Moment>,
    pub released_by: Option<NamedSeat>,
    pub expires_at: Option<Moment>,
    pub ended_at: Option<Moment>,
    pub files: Vec<PackedFile>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PackageFile")]
pub struct PackedFile {
    pub name: String,
    pub rows: Option<i32>,
    pub bytes: Large,
    pub digest: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PackageRedaction")]
pub struct Redaction {
    pub id: cynic::Id,
    pub table: String,
    pub row: String,
    pub column: Option<String>,
    pub code: Word<schema::LeftOut>,
    pub made_at: Moment,
    pub made_by: Option<NamedSeat>,
    pub lifted_at: Option<Moment>,
    pub lifted_by: Option<NamedSeat>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct ProofsOfRequest {
    #[arguments(id: $id)]
    pub request: Option<Proved>,
}

/// What proves how a request was answered, with its text.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct Proved {
    pub id: cynic::Id,
    pub reference: String,
    pub certificates: Vec<Certificate>,
    pub evidence: Vec<Evidence>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestCertificate")]
pub struct Certificate {
    pub number: i32,
    pub made_at: Moment,
    pub digest: String,
    #[cynic(alias, rename = "document")]
    pub signed: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestEvidence")]
pub struct Evidence {
    pub number: i32,
    pub made_at: Moment,
    pub digest: String,
    #[cynic(alias, rename = "document")]
    pub signed: String,
}

/// Rows of a package in clear.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PackageRows")]
pub struct Leaf {
    pub columns: Vec<String>,
    pub rows: Vec<LeafRow>,
    pub next: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PackageRow")]
pub struct LeafRow {
    pub row: String,
    pub cells: Vec<Option<String>>,
    pub left_out: Option<Word<schema::LeftOut>>,
    pub fields: Vec<LeafField>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PackageField")]
pub struct LeafField {
    pub column: String,
    pub code: Word<schema::LeftOut>,
}

pub mod acts {
    //! What people do about it, one operation an act.

    use super::{Leaf, Opened};
    use crate::api::graph::{Raw, change, inputs};
    use crate::api::schema::{UserError, schema};

    change!(stop, stop_request(StopRequestInput) -> "StopRequestPayload");
    change!(ask_to_lift, ask_to_lift_tombstones(AskToLiftTombstonesInput) -> "AskToLiftTombstonesPayload");
    change!(lift, lift_tombstones(LiftTombstonesInput) -> "LiftTombstonesPayload");
    change!(settle, settle_task(SettleTaskInput) -> "SettleTaskPayload");
    change!(give_up, give_up_task(GiveUpTaskInput) -> "GiveUpTaskPayload");
    change!(retry, retry_task(RetryTaskInput) -> "RetryTaskPayload");
    change!(set_way, set_recipient_way(SetRecipientWayInput) -> "SetRecipientWayPayload");
    change!(words, reveal_task_words(RevealTaskInput) -> "RevealTaskWordsPayload", words: Opened);
    change!(release, release_package(ReleasePackageInput) -> "ReleasePackagePayload");
    change!(leave_out, leave_out_of_package(LeaveOutOfPackageInput) -> "LeaveOutOfPackagePayload");
    change!(put_back, put_back_into_package(PutBackIntoPackageInput) -> "PutBackIntoPackagePayload");
    change!(name, name_correction(NameCorrectionInput) -> "NameCorrectionPayload");
    change!(drop, drop_correction(DropCorrectionInput) -> "DropCorrectionPayload");
    change!(
        reveal_correction,
        reveal_correction(RevealCorrectionInput) -> "RevealCorrectionPayload",
        revealed: Opened
    );
    change!(lift_restriction, lift_restriction(LiftRestrictionInput) -> "LiftRestrictionPayload");

    inputs!(OpenPackageRowsInput);

    #[derive(cynic::QueryVariables)]
    pub struct RowsVariables {
        pub input: Raw<schema::OpenPackageRowsInput>,
    }

    /// Rows of a package, opened.
    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Mutation", variables = "RowsVariables")]
    pub struct OpenRows {
        #[arguments(input: $input)]
        pub open_package_rows: RowsPayload,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "OpenPackageRowsPayload")]
    pub struct RowsPayload {
        pub user_errors: Vec<UserError>,
        pub page: Option<Leaf>,
    }

    pub fn open_rows() -> String {
        crate::api::ask::mutation::<OpenRows, RowsVariables>()
    }

    #[derive(cynic::QueryVariables)]
    pub struct FileVariables {
        pub input: Raw<schema::RevealTaskInput>,
    }

    /// The file that proves what came back from a recipient, opened.
    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Mutation", variables = "FileVariables")]
    pub struct OpenFile {
        #[arguments(input: $input)]
        pub reveal_task_file: FilePayload,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "RevealTaskFilePayload")]
    pub struct FilePayload {
        pub user_errors: Vec<UserError>,
        pub file: Option<TaskFile>,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "RevealedFile")]
    pub struct TaskFile {
        pub base64: String,
        pub bytes: i32,
    }

    pub fn open_file() -> String {
        crate::api::ask::mutation::<OpenFile, FileVariables>()
    }
}

pub fn recipients() -> String {
    ask::query::<Recipients, RecipientsVariables>()
}

pub fn carrying() -> String {
    ask::query::<CarryingOut, IdVariables>()
}

pub fn packages() -> String {
    ask::query::<PackagesOfRequest, IdVariables>()
}

pub fn proofs() -> String {
    ask::query::<ProofsOfRequest, IdVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[
    recipients,
    carrying,
    packages,
    proofs,
    acts::stop::document,
    acts::ask_to_lift::document,
    acts::lift::document,
    acts::settle::document,
    acts::give_up::document,
    acts::retry::document,
    acts::set_way::document,
    acts::words::document,
    acts::release::document,
    acts::leave_out::document,
    acts::put_back::document,
    acts::name::document,
    acts::drop::document,
    acts::reveal_correction::document,
    acts::lift_restriction::document,
    acts::open_rows,
    acts::open_file,
];
