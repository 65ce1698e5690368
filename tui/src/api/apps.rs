//! What the console asks about connected apps, their receipts and their providers, and what it changes there.

use chrono::NaiveDate;

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, so, term};

use super::ask::{self, Document};
use super::graph::{IdVariables, IdVariablesFields, change, connection, inputs, narrowed};
use super::schema::{Word, schema};
use super::tenants::NamedTenant;

inputs!(AppFilter, AppOrder);

/// What a list of apps is narrowed by.
pub const TERMS: &[Term] = &[
    term("name", "nameBegins", Takes::Text),
    term("kind", "kind", Takes::Texts),
    term("tenant", "tenant", Takes::Tenant),
    term("state", "state", Takes::One(&["CONNECTED", "DISCONNECTED"])),
    so("unused", "isUnused"),
    so("rotation-due", "rotationIsDue"),
    so("over-granted", "isOverGranted"),
];

/// How a provider's task can be settled.
pub const OUTCOMES: &[&str] = &["ASKED", "CONFIRMED", "REFUSED", "WAIVED"];

narrowed!(AppsVariables, AppFilter, AppOrder);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "AppsVariables")]
pub struct Apps {
    #[arguments(filter: $filter, orderBy: $order_by, first: $first, after: $after, last: $last, before: $before)]
    pub apps: app_pages::Connection,
}

connection!(app_pages, "AppConnection", "AppEdge", AppRow);

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "App")]
pub struct AppRow {
    pub id: cynic::Id,
    pub tenant: NamedTenant,
    pub kind: AppKind,
    pub name: String,
    pub provider: String,
    pub state: Word<schema::AppState>,
    pub touches: Vec<String>,
    pub needed: Vec<String>,
    pub excess: Vec<String>,
    pub missing: Vec<String>,
    pub credential: Option<AppCredential>,
    pub connected_at: Moment,
    pub last_used_at: Option<Moment>,
    pub is_unused: bool,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyAppKind")]
pub struct AppKind {
    pub code: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct AppCredential {
    pub hint: Option<String>,
    pub set_at: Moment,
    pub rotate_by: NaiveDate,
    pub is_due: bool,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OneApp {
    #[arguments(id: $id)]
    pub app: Option<App>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct App {
    pub id: cynic::Id,
    pub tenant: NamedTenant,
    pub kind: AppKind,
    pub name: String,
    pub provider: String,
    pub policy_url: Option<String>,
    pub region: Option<String>,
    pub state: Word<schema::AppState>,
    pub touches: Vec<String>,
    pub granted: Vec<String>,
    pub needed: Vec<String>,
    pub excess: Vec<String>,
    pub missing: Vec<String>,
    pub credential: Option<AppCredential>,
    pub last_used_at: Option<Moment>,
    pub is_unused: bool,
    pub connected_at: Moment,
    pub connected_by: String,
    pub duties: Vec<Duty>,
    pub receipt: Option<AppReceipt>,
    pub tasks: Vec<ProviderTask>,
    pub version: i32,
}

/// What one side answers for.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PolicyDuty")]
pub struct Duty {
    pub of: Word<schema::PolicyParty>,
    pub text: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct AppReceipt {
    pub at: Moment,
    pub by: String,
    pub slot_freed: i32,
    pub credentials_deleted: i32,
    pub jobs_cancelled: i32,
    pub sharing_stopped: Vec<String>,
    pub what_stays: String,
    pub provider_policy: Option<String>,
    pub offers_erasure: bool,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct ProviderTask {
    pub id: cynic::Id,
    pub kind: Word<schema::ProviderTaskKind>,
    pub state: Word<schema::ProviderTaskState>,
    pub opened_at: Moment,
    pub until: Moment,
    pub asked_at: Option<Moment>,
    pub settled_at: Option<Moment>,
}

change!(disconnect, disconnect_app(DisconnectAppInput) -> "DisconnectAppPayload");
change!(set_credential, set_app_credential(SetAppCredentialInput) -> "SetAppCredentialPayload");
change!(ask_to_erase, ask_provider_to_erase(AskProviderToEraseInput) -> "AskProviderToErasePayload");
change!(settle, settle_provider_task(SettleProviderTaskInput) -> "SettleProviderTaskPayload");

pub fn apps() -> String {
    ask::query::<Apps, AppsVariables>()
}

pub fn app() -> String {
    ask::query::<OneApp, IdVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] =
    &[apps, app, disconnect::document, set_credential::document, ask_to_erase::document, settle::document];
