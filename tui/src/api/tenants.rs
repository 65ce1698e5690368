//! What the console asks about tenants, their members and their keys, and what it changes there.

use chrono::NaiveDate;
use serde_json::Value;

use crate::core::ask::Trouble;
use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, term};

use super::ask::{self, Document};
use super::graph::{
    IdVariables, IdVariablesFields, PartVariables, PartVariablesFields, change, connection, inputs, narrowed,
};
use super::schema::{Word, schema};

inputs!(TenantFilter, TenantOrder);

/// What a list of tenants is narrowed by.
pub const TERMS: &[Term] = &[
    term("name", "nameBegins", Takes::Text),
    term("state", "state", Takes::Several(&["ACTIVE", "CLOSING", "CLOSED"])),
];

narrowed!(TenantsVariables, TenantFilter, TenantOrder);

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "TenantsVariables")]
pub struct Tenants {
    #[arguments(filter: $filter, orderBy: $order_by, first: $first, after: $after, last: $last, before: $before)]
    pub tenants: tenant_pages::Connection,
}

connection!(tenant_pages, "TenantConnection", "TenantEdge", Tenant);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Tenant {
    pub id: cynic::Id,
    pub legal_name: String,
    pub reference: Option<String>,
    pub locale: String,
    pub region: String,
    pub plan: String,
    pub app_slots: i32,
    pub our_role: Word<schema::OurRole>,
    pub role_note: Option<String>,
    pub state: Word<schema::TenantState>,
    pub opened_at: Moment,
    pub closing_at: Option<Moment>,
    pub closes_on: Option<NaiveDate>,
    pub closed_at: Option<Moment>,
    pub version: i32,
}

/// A tenant as others name it.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Tenant")]
pub struct NamedTenant {
    pub id: cynic::Id,
    pub legal_name: String,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OneTenant {
    #[arguments(id: $id)]
    pub tenant: Option<Tenant>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PartVariables")]
pub struct Members {
    #[arguments(id: $id)]
    pub tenant: Option<MembersOf>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Tenant", variables = "PartVariables")]
pub struct MembersOf {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub members: member_pages::Connection,
}

connection!(member_pages, "MemberConnection", "MemberEdge", Member);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Member {
    pub id: cynic::Id,
    pub role: Word<schema::MemberRole>,
    pub name: Mask,
    pub mail: Mask,
    pub has_login: bool,
    pub state: Word<schema::MemberState>,
    pub added_at: Moment,
    pub removed_at: Option<Moment>,
    pub version: i32,
}

/// A personal value that stays shut.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Mask {
    pub masked: String,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PartVariables")]
pub struct ApiKeys {
    #[arguments(id: $id)]
    pub tenant: Option<ApiKeysOf>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Tenant", variables = "PartVariables")]
pub struct ApiKeysOf {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub api_keys: key_pages::Connection,
}

connection!(key_pages, "ApiKeyConnection", "ApiKeyEdge", ApiKey);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct ApiKey {
    pub id: cynic::Id,
    pub name: String,
    pub hint: String,
    pub permissions: Vec<Word<schema::Permission>>,
    pub made_by: String,
    pub made_at: Moment,
    pub expires_at: Moment,
    pub last_used_at: Option<Moment>,
    pub state: Word<schema::ApiKeyState>,
}

/// The secret of a key that was just made.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "CreatedApiKey")]
pub struct Made {
    pub secret: Option<String>,
}

/// The one field of a person that was opened.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Revealed {
    pub value: String,
    pub hide_after_seconds: i32,
}

change!(open, open_tenant(OpenTenantInput) -> "OpenTenantPayload");
change!(change, change_tenant(ChangeTenantInput) -> "ChangeTenantPayload");
change!(close, close_tenant(CloseTenantInput) -> "CloseTenantPayload");
change!(reopen, reopen_tenant(ReopenTenantInput) -> "ReopenTenantPayload");
change!(add_member, add_member(AddMemberInput) -> "AddMemberPayload");
change!(remove_member, remove_member(RemoveMemberInput) -> "RemoveMemberPayload");
change!(create_key, create_api_key(CreateApiKeyInput) -> "CreateApiKeyPayload", created: Made);
change!(rotate_key, rotate_api_key(RotateApiKeyInput) -> "RotateApiKeyPayload", created: Made);
change!(revoke_key, revoke_api_key(RevokeApiKeyInput) -> "RevokeApiKeyPayload");
change!(reveal_member, reveal_member(RevealMemberInput) -> "RevealMemberPayload", revealed: Revealed);

pub fn tenants() -> String {
    ask::query::<Tenants, TenantsVariables>()
}

pub fn tenant() -> String {
    ask::query::<OneTenant, IdVariables>()
}

pub fn members() -> String {
    ask::query::<Members, PartVariables>()
}

pub fn api_keys() -> String {
    ask::query::<ApiKeys, PartVariables>()
}

/// The tenants of an answer, for a choice.
pub fn named(data: &Value) -> Vec<(String, String)> {
    let edges = data.pointer("/tenants/edges").and_then(Value::as_array);
    let text = |node: &Value, name: &str| node.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let node = |edge: &Value| edge.get("node").map(|node| (text(node, "id"), text(node, "legalName")));
    edges.into_iter().flatten().filter_map(node).collect()
}

/// The one tenant of an answer to a question by the beginning of its name.
pub fn the_one(outcome: &Result<Value, Trouble>) -> Result<String, Trouble> {
    let found = named(outcome.as_ref().map_err(Clone::clone)?);
    match found.as_slice() {
        [(id, _)] => Ok(id.clone()),
        [] => Err(Trouble::Strange("no tenant's name begins so".to_owned())),
        [(_, one), (_, other), ..] => Err(Trouble::Strange(format!("{one} or {other}? its name begins so too"))),
    }
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[
    tenants,
    tenant,
    members,
    api_keys,
    open::document,
    change::document,
    close::document,
    reopen::document,
    add_member::document,
    remove_member::document,
    create_key::document,
    rotate_key::document,
    revoke_key::document,
    reveal_member::document,
];
