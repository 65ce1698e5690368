//! The face of files: which there are, and what stands in one.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::actions;
use super::model::{self, Report};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Date, Listed, Needs, PageArgs, Rule, asking, connection, instant_key, node_id, payload, place, rule, tenant_place,
};
use crate::floor::kernel::{Day, Instant, Ref, ReportId, Result};
use crate::floor::policy::Window;

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.reports", Needs::Permission(Permission::SeeTenants)),
    rule("Mutation.openReport", Needs::Permission(Permission::SeeTenants)),
    rule("Report.*", Needs::Parent),
    rule("ReportConnection.*", Needs::Parent),
    rule("ReportEdge.*", Needs::Parent),
    rule("ReportFile.*", Needs::Parent),
    rule("OpenReportPayload.*", Needs::Parent),
];

/// What a file is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::ReportKind")]
pub enum ReportKind {
    /// What was sold of each thing in the month.
    Sales,
    /// How many orders there were in the month, and what they came to.
    Orders,
    /// How much there was of each thing when the file was made.
    Stock,
}

/// A file of what a merchant's month came to. It names nobody.
#[derive(SimpleObject)]
#[graphql(name = "Report")]
pub struct ReportNode {
    /// Its id, to open it by.
    id: ID,
    /// What it is about.
    kind: ReportKind,
    /// The first day of its month.
    month: Date,
    /// How many lines stand below its head.
    rows: i32,
    /// How long it is in clear.
    bytes: i64,
    /// SHA-256 of it in clear, as hex digits.
    digest: String,
    /// When it was made.
    made_at: DateTime<Utc>,
    /// Until when it stays, where the policy sets an end.
    kept_until: Option<DateTime<Utc>>,
}

impl ReportNode {
    /// Of one that is there.
    fn of(window: Window) -> impl Fn(Report) -> Self {
        move |report| {
            let made = report.made.as_ref();
            let made_at = made.map_or(Instant::EPOCH, |made| made.at);
            Self {
                id: node_id(Ref::new(report.tenant, report.id)),
                kind: report.kind.into(),
                month: Date(Day(report.month)),
                rows: made.map_or(0, |made| made.rows),
                bytes: made.map_or(0, |made| made.bytes),
                digest: made.map(|made| data_encoding::HEXLOWER.encode(&made.digest)).unwrap_or_default(),
                made_at: made_at.utc(),
                kept_until: model::beyond(made_at, window, false).map(Instant::utc),
            }
        }
    }
}

/// Which files a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct ReportFilter {
    /// Of this tenant.
    tenant: ID,
    /// About this.
    kind: Option<ReportKind>,
}

/// What can be asked about files.
#[derive(Default)]
pub struct ReportQuery;

#[Object]
impl ReportQuery {
    /// A tenant's monthly files, the last that was made first.
    async fn reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tenant, and only those that fit all of this.")] filter: ReportFilter,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, ReportNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "reports.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (tenant, kind) = (tenant_place(&filter.tenant)?, filter.kind.map(model::ReportKind::from));
        let (rows, total) = actions::list_reports(&asking.tools, caller, tenant, kind, page.clone()).await?;
        let key = |report: &Report| {
            let at = report.made.as_ref().map_or(Instant::EPOCH, |made| made.at);
            (instant_key(at), report.id.uuid())
        };
        let window = model::window(&asking.tools.policy.in_force()?.policy);
        Ok(connection(sort, &page, rows, total, key, ReportNode::of(window)))
    }
}

/// A file that is to be opened.
#[derive(InputObject)]
pub struct OpenReportInput {
    /// Which.
    pub id: ID,
}

/// A file in clear.
#[derive(SimpleObject)]
pub struct ReportFile {
    /// What to call it.
    name: String,
    /// What stands in it: CSV as RFC 4180 has it, no cell of which a spreadsheet takes for a formula.
    csv: String,
    /// SHA-256 of it, as hex digits.
    digest: String,
}

payload! {
    /// What came of opening a file.
    OpenReportPayload {
        /// The file.
        file: ReportFile
    }
}

/// What can be done with files.
#[derive(Default)]
pub struct ReportMutation;

#[Object]
impl ReportMutation {
    /// Opens a monthly file. The look is noted in the book of accesses.
    async fn open_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which file.")] input: OpenReportInput,
    ) -> Result<OpenReportPayload> {
        let asking = asking(ctx)?;
        let at = place::<ReportId>(&input.id, "report")?;
        let opened = actions::open_report(&asking.tools, asking.caller()?, at).await;
        OpenReportPayload::of(opened.map(|(report, csv)| ReportFile {
            name: format!("{}-{}.csv", report.kind.code(), report.month.format("%Y-%m")),
            digest: report.made.map(|made| data_encoding::HEXLOWER.encode(&made.digest)).unwrap_or_default(),
            csv,
        }))
    }
}
