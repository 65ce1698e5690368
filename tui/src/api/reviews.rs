//! What the console asks about reviews of access and their rows, and what is decided there.

use chrono::NaiveDate;

use crate::core::due::Moment;
use crate::core::filter::{Takes, Term, so, term};

use super::ask::{self, Document};
use super::graph::{
    IdVariables, IdVariablesFields, PageVariables, PageVariablesFields, Raw, change, connection, inputs,
};
use super::schema::{Word, schema};
use super::staff::NamedSeat;
use super::tenants::NamedTenant;

inputs!(ReviewItemFilter);

/// What a campaign can cover.
pub const SUBJECTS: &[&str] = &["APPS", "SCOPES", "STAFF"];

/// What the rows of a campaign are narrowed by.
pub const TERMS: &[Term] = &[
    so("open", "open"),
    term("subject", "subject", Takes::One(SUBJECTS)),
    term("decision", "decision", Takes::One(&["KEEP", "CHANGE", "REVOKE"])),
];

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "PageVariables")]
pub struct Campaigns {
    #[arguments(first: $first, after: $after, last: $last, before: $before)]
    pub campaigns: campaign_pages::Connection,
}

connection!(campaign_pages, "CampaignConnection", "CampaignEdge", Campaign);

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Campaign {
    pub id: cynic::Id,
    pub title: String,
    pub covers: Vec<Word<schema::ReviewSubject>>,
    pub state: Word<schema::CampaignState>,
    pub opened_at: Moment,
    pub opened_by: Option<NamedSeat>,
    pub due_on: NaiveDate,
    pub is_overdue: bool,
    pub extract: Extract,
    pub figures: Figures,
    pub signed_off_at: Option<Moment>,
    pub signed_off_by: Option<NamedSeat>,
    pub evidence_digest: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "ReviewExtract")]
pub struct Extract {
    pub taken_at: Moment,
    pub query_version: i32,
    pub rows: i32,
    pub digest: String,
    pub is_whole: bool,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "CampaignFigures")]
pub struct Figures {
    pub rows: i32,
    pub open: i32,
    pub kept: i32,
    pub changed: i32,
    pub revoked: i32,
    pub unproven: i32,
    pub exceptions: i32,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "IdVariables")]
pub struct OneCampaign {
    #[arguments(id: $id)]
    pub campaign: Option<Campaign>,
}

#[derive(cynic::QueryVariables)]
pub struct ItemsVariables {
    pub id: cynic::Id,
    pub filter: Option<Raw<schema::ReviewItemFilter>>,
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "ItemsVariables")]
pub struct Items {
    #[arguments(id: $id)]
    pub campaign: Option<ItemsOf>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Campaign", variables = "ItemsVariables")]
pub struct ItemsOf {
    #[arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)]
    pub items: item_pages::Connection,
}

connection!(item_pages, "ReviewItemConnection", "ReviewItemEdge", Item);

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "ReviewItem")]
pub struct Item {
    pub id: cynic::Id,
    pub subject: Word<schema::ReviewSubject>,
    pub tenant: Option<NamedTenant>,
    pub part: Option<String>,
    pub label: String,
    pub facts: Vec<Fact>,
    pub decision: Option<Word<schema::ReviewDecision>>,
    pub decided_at: Option<Moment>,
    pub decided_by: Option<NamedSeat>,
    pub exception_until: Option<NaiveDate>,
    pub is_due_again: bool,
    pub revocation: Word<schema::RevocationState>,
    pub due_on: Option<NaiveDate>,
    pub is_overdue: bool,
    pub hindrance: Option<String>,
    pub proven_at: Option<Moment>,
    pub proof: Option<String>,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "ReviewFact")]
pub struct Fact {
    pub name: String,
    pub value: String,
}

change!(open, open_campaign(OpenCampaignInput) -> "OpenCampaignPayload");
change!(decide, decide_review_item(DecideReviewItemInput) -> "DecideReviewItemPayload");
/// A campaign in one document that its signature covers.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "ReviewEvidence")]
pub struct Evidence {
    pub json: String,
    pub digest: String,
    pub signature: String,
    pub key: i32,
    pub public_key: String,
}

/// Why a row was decided so.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RevealedReason")]
pub struct Opened {
    pub value: String,
    pub hide_after_seconds: i32,
}

change!(sign_off, sign_off_campaign(SignOffCampaignInput) -> "SignOffCampaignPayload");
change!(export, export_campaign(ExportCampaignInput) -> "ExportCampaignPayload", evidence: Evidence);
change!(reveal, reveal_review_reason(RevealReviewReasonInput) -> "RevealReviewReasonPayload", revealed: Opened);

pub fn campaigns() -> String {
    ask::query::<Campaigns, PageVariables>()
}

pub fn campaign() -> String {
    ask::query::<OneCampaign, IdVariables>()
}

pub fn items() -> String {
    ask::query::<Items, ItemsVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[
    campaigns,
    campaign,
    items,
    open::document,
    decide::document,
    sign_off::document,
    export::document,
    reveal::document,
];
