//! What the console asks about the load of requests: the desk's figures, what is to be done next, and the tables that are
//! published.

use chrono::NaiveDate;

use crate::core::due::Moment;

use super::ask::{self, Document};
use super::graph::{Raw, inputs};
use super::requests::{Due, View};
use super::schema::{Word, schema};
use super::tenants::NamedTenant;

inputs!(Right);

#[derive(cynic::QueryVariables)]
pub struct DeskVariables {
    pub since: Option<Moment>,
    pub first: i32,
}

/// All that the first screen tells of requests.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "DeskVariables")]
pub struct Desk {
    #[arguments(since: $since)]
    pub request_figures: Figures,
    #[arguments(first: $first)]
    pub next_requests: Vec<NextRequest>,
    pub saved_views: Vec<View>,
}

/// What waits for me.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Request")]
pub struct NextRequest {
    pub id: cynic::Id,
    pub reference: String,
    pub right: Word<schema::Right>,
    pub tenant: Option<NamedTenant>,
    pub due: Option<Due>,
    pub paused_since: Option<Moment>,
    pub next_action: Word<schema::NextAction>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RequestFigures")]
pub struct Figures {
    pub at: Moment,
    pub open: i32,
    pub overdue: i32,
    pub due_soon: i32,
    pub days: Vec<Day>,
    pub later: i32,
    pub waiting: Vec<Waiting>,
    pub by_right: Vec<OfRight>,
    pub by_source: Vec<OfSource>,
    pub week: Week,
    pub since: Option<Since>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "DueDay")]
pub struct Day {
    pub on: NaiveDate,
    pub count: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "WaitingFigure")]
pub struct Waiting {
    pub what: Word<schema::WaitingFor>,
    pub count: i32,
    pub oldest_at: Option<Moment>,
    pub ends_at: Option<Moment>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "RightFigure")]
pub struct OfRight {
    pub right: Word<schema::Right>,
    pub count: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "SourceFigure")]
pub struct OfSource {
    pub source: Word<schema::RequestSource>,
    pub count: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "WeekFigures")]
pub struct Week {
    pub received: i32,
    pub closed: i32,
    pub late: i32,
    pub median_days: Option<f64>,
    pub received_per_day: Vec<Day>,
    pub closed_per_day: Vec<Day>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "SinceFigures")]
pub struct Since {
    pub at: Moment,
    pub received: i32,
    pub by_source: Vec<OfSource>,
    pub spam: i32,
    pub joined: i32,
}

#[derive(cynic::QueryVariables)]
pub struct NextVariables {
    pub first: i32,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "NextVariables")]
pub struct NextOnes {
    #[arguments(first: $first)]
    pub next_requests: Vec<NextRequest>,
}

#[derive(cynic::QueryVariables)]
pub struct YearVariables {
    pub year: i32,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "YearVariables")]
pub struct CcpaYear {
    #[arguments(year: $year)]
    pub ccpa_table: CcpaTable,
}

/// A year as California wants it told.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct CcpaTable {
    pub year: i32,
    pub publish_by: NaiveDate,
    pub rows: Vec<CcpaRow>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct CcpaRow {
    pub kind: Word<schema::CcpaKind>,
    pub received: i32,
    pub complied: i32,
    pub partly: i32,
    pub denied: i32,
    pub unverifiable: i32,
    pub exempt: i32,
    pub other: i32,
    pub median_days: Option<f64>,
    pub mean_days: Option<f64>,
}

#[derive(cynic::QueryVariables)]
pub struct MonthVariables {
    pub month: String,
    pub regime: Option<String>,
    pub right: Option<Raw<schema::Right>>,
    pub team: Option<String>,
}

#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "MonthVariables")]
pub struct TimelinessOfMonth {
    #[arguments(month: $month, regime: $regime, right: $right, team: $team)]
    pub timeliness: Timeliness,
}

/// How a month was answered.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Timeliness {
    pub month: String,
    pub received: i32,
    pub closed: i32,
    pub in_time: i32,
    pub late: i32,
    pub extended: i32,
    pub paused: i32,
    pub median_days: Option<f64>,
    pub mean_days: Option<f64>,
    pub slowest_days: Option<f64>,
    pub late_reasons: Vec<OfReason>,
}

/// Of no reason: nobody said why.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "LateFigure")]
pub struct OfReason {
    pub reason: Option<Word<schema::LateReason>>,
    pub count: i32,
}

pub fn desk() -> String {
    ask::query::<Desk, DeskVariables>()
}

pub fn next() -> String {
    ask::query::<NextOnes, NextVariables>()
}

pub fn ccpa() -> String {
    ask::query::<CcpaYear, YearVariables>()
}

pub fn timeliness() -> String {
    ask::query::<TimelinessOfMonth, MonthVariables>()
}

/// Every operation of these.
pub const DOCUMENTS: &[Document] = &[desk, next, ccpa, timeliness];
