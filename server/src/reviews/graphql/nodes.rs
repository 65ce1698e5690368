//! Campaigns and their rows as they are answered.

use std::sync::Arc;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions::{self, Evidence, Shown, ShownItem};
use super::super::model::{Decided, Extract, ReviewSubject as Subject};
use super::inputs::ReviewItemFilter;
use super::words::{CampaignState, ReviewDecision, ReviewSubject, RevocationState};
use crate::floor::graphql::{Date, Listed, PageArgs, asking, connection, node_id};
use crate::floor::journal::hex;
use crate::floor::kernel::{AppId, Day, Error, Ref, Result, StaffId, StoreId};
use crate::staff::graphql::StaffMember;
use crate::tenants::TenantNode;

/// A review of who and what may do what.
#[derive(Clone)]
pub struct CampaignNode(pub Arc<Shown>);

fn today(ctx: &Context<'_>) -> Result<Day> {
    Ok(asking(ctx)?.tools.watch.now().day())
}

fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A review of who and what may do what: a frozen list, decided row by row.
#[Object(name = "Campaign")]
impl CampaignNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.0.campaign.id))
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.campaign.title
    }

    /// Which kinds of things it covers.
    async fn covers(&self) -> Vec<ReviewSubject> {
        self.0.campaign.extract.counted.iter().map(|(subject, _)| (*subject).into()).collect()
    }

    /// How far it has come.
    async fn state(&self) -> CampaignState {
        self.0.campaign.state.into()
    }

    /// When it was opened.
    async fn opened_at(&self) -> DateTime<Utc> {
        self.0.campaign.opened_at.utc()
    }

    /// Who opened it; nobody where the desk itself did, at the start of a quarter.
    async fn opened_by(&self) -> Option<StaffMember> {
        self.0.opened_by.clone().map(StaffMember)
    }

    /// The day by which it is to be signed off.
    async fn due_on(&self) -> Date {
        Date(self.0.campaign.due_on)
    }

    /// Whether that day has passed and it is not.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.campaign.is_overdue(today(ctx)?))
    }

    /// When and how its rows were read.
    async fn extract(&self) -> ReviewExtract {
        ReviewExtract(Arc::clone(&self.0))
    }

    /// How it stands, in numbers.
    async fn figures(&self) -> CampaignFigures {
        let figures = &self.0.figures;
        CampaignFigures {
            rows: number(figures.rows),
            open: number(figures.open),
            kept: number(figures.kept),
            changed: number(figures.changed),
            revoked: number(figures.revoked),
            unproven: number(figures.unproven),
            exceptions: number(figures.exceptions),
        }
    }

    /// When it was signed off.
    async fn signed_off_at(&self) -> Option<DateTime<Utc>> {
        self.0.campaign.signed_off.map(|(at, _, _)| at.utc())
    }

    /// Who signed it off.
    async fn signed_off_by(&self) -> Option<StaffMember> {
        self.0.signed_off_by.clone().map(StaffMember)
    }

    /// SHA-256 of the evidence as it was signed off, in hexadecimal.
    async fn evidence_digest(&self) -> Option<String> {
        self.0.campaign.signed_off.map(|(_, _, digest)| hex(&digest))
    }

    /// Its rows, by kind, tenant and label.
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit all of this.")] filter: Option<ReviewItemFilter>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, ReviewItemNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let sort = "review_items";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let filter = filter.map(ReviewItemFilter::read).unwrap_or_default();
        let campaign = Arc::clone(&self.0);
        let listed = actions::list_items(&asking.tools, asking.caller()?, campaign, filter, page.clone());
        let (rows, total) = listed.await?;
        let key = |shown: &ShownItem| (String::new(), shown.item.id.uuid());
        Ok(connection(sort, &page, rows, total, key, ReviewItemNode))
    }
}

/// When and how the rows of a campaign were read.
pub struct ReviewExtract(Arc<Shown>);

impl ReviewExtract {
    fn own(&self) -> &Extract {
        &self.0.campaign.extract
    }
}

/// A dated extract: everything there was of its kinds in one snapshot, with what it comes to.
#[Object]
impl ReviewExtract {
    /// The moment of the snapshot.
    async fn taken_at(&self) -> DateTime<Utc> {
        self.own().taken_at.utc()
    }

    /// The version of the queries, as the published formats describe them.
    async fn query_version(&self) -> i32 {
        self.own().query_version
    }

    /// How many rows there were in all, counted apart from reading them.
    async fn rows(&self) -> i32 {
        number(self.own().rows())
    }

    /// The same by kind.
    async fn counts(&self) -> Vec<ReviewCount> {
        let count = |(subject, rows): &(Subject, i64)| ReviewCount { subject: (*subject).into(), rows: number(*rows) };
        self.own().counted.iter().map(count).collect()
    }

    /// SHA-256 over the canonical lines of all rows, in hexadecimal; the books tell it too.
    async fn digest(&self) -> String {
        hex(&self.own().digest)
    }

    /// Whether the rows are still these: counted and reckoned again, and held against the books.
    async fn is_whole(&self, ctx: &Context<'_>) -> Result<bool> {
        let asking = asking(ctx)?;
        actions::is_whole(&asking.tools, asking.caller()?, self.0.campaign.clone()).await
    }
}

/// How many rows there were of a kind.
#[derive(SimpleObject)]
pub struct ReviewCount {
    /// The kind.
    subject: ReviewSubject,
    /// How many.
    rows: i32,
}

/// How a campaign stands, in numbers.
#[derive(SimpleObject)]
pub struct CampaignFigures {
    /// All rows.
    rows: i32,
    /// Not decided yet, or due again.
    open: i32,
    /// To be kept.
    kept: i32,
    /// To be narrowed.
    changed: i32,
    /// To be taken away.
    revoked: i32,
    /// Decided to be narrowed or taken away, and not proven.
    unproven: i32,
    /// With an exception that runs.
    exceptions: i32,
}

/// One row of a campaign.
#[derive(Clone)]
pub struct ReviewItemNode(pub ShownItem);

impl ReviewItemNode {
    fn decided(&self) -> Option<&Decided> {
        self.0.item.decided.as_ref()
    }
}

/// One row of a campaign: a thing as it was in the extract, what was decided about it, and what came of that.
#[Object(name = "ReviewItem")]
impl ReviewItemNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.0.item.id))
    }

    /// The campaign it is a row of.
    async fn campaign(&self) -> CampaignNode {
        CampaignNode(Arc::clone(&self.0.campaign))
    }

    /// Which kind of thing it is.
    async fn subject(&self) -> ReviewSubject {
        self.0.item.found.subject.into()
    }

    /// The thing itself: a seat, a store, an app.
    async fn object(&self) -> ID {
        let (tenant, object) = (self.0.item.found.tenant, self.0.item.found.object);
        match self.0.item.found.subject {
            Subject::Apps => node_id(Ref::new(tenant, AppId::from_uuid(object))),
            Subject::Scopes => node_id(Ref::new(tenant, StoreId::from_uuid(object))),
            Subject::Staff => node_id(Ref::new(tenant, StaffId::from_uuid(object))),
        }
    }

    /// Which part of it, such as one scope of a store; null where it is taken as a whole.
    async fn part(&self) -> Option<&str> {
        Some(self.0.item.found.part.as_str()).filter(|part| !part.is_empty())
    }

    /// Whose it is; nobody's where it is the house's.
    async fn tenant(&self) -> Option<TenantNode> {
        self.0.tenant.clone().map(TenantNode)
    }

    /// What it is called.
    async fn label(&self) -> &str {
        &self.0.item.found.label
    }

    /// What the extract found of it: ids, codes and dates.
    async fn facts(&self) -> Vec<ReviewFact> {
        let fact = |(name, value): (&str, &str)| ReviewFact { name: name.to_owned(), value: value.to_owned() };
        self.0.item.found.facts.iter().map(fact).collect()
    }

    /// What is to become of it; null before anybody decided.
    async fn decision(&self) -> Option<ReviewDecision> {
        self.decided().map(|decided| decided.decision.into())
    }

    /// When that was decided.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.decided().map(|decided| decided.at.utc())
    }

    /// By whom.
    async fn decided_by(&self) -> Option<StaffMember> {
        self.0.decided_by.clone().map(StaffMember)
    }

    /// Until when it stands although something speaks against it.
    async fn exception_until(&self) -> Option<Date> {
        self.decided().and_then(|decided| decided.exception_until).map(Date)
    }

    /// Whether its exception has ended, so that it is due again.
    async fn is_due_again(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.item.is_due_again(today(ctx)?))
    }

    /// Whether what was decided has come true.
    async fn revocation(&self) -> RevocationState {
        self.0.item.revocation.into()
    }

    /// The day by which it is to: five working days after the decision.
    async fn due_on(&self) -> Option<Date> {
        self.0.item.due_on.map(Date)
    }

    /// Whether that day has passed and it has not.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.item.is_overdue(today(ctx)?))
    }

    /// The code of what stood in the way when it was last tried, such as `LAST_ADMIN`.
    async fn hindrance(&self) -> Option<&str> {
        self.0.item.hindrance.as_deref()
    }

    /// When the system was read back and showed it.
    async fn proven_at(&self) -> Option<DateTime<Utc>> {
        self.0.item.proven.as_ref().map(|(at, _)| at.utc())
    }

    /// The link of the books that tells of it, and what was read back when.
    async fn proof(&self) -> Option<&str> {
        self.0.item.proven.as_ref().map(|(_, proof)| proof.as_str())
    }

    /// Grows with each change; a decision names the version it was made upon.
    async fn version(&self) -> i32 {
        self.0.item.version
    }
}

/// Something that an extract found.
#[derive(SimpleObject)]
pub struct ReviewFact {
    /// What it is.
    name: String,
    /// What was found.
    value: String,
}

/// All of a campaign in one document, and the desk's signature under it.
#[derive(SimpleObject)]
#[graphql(name = "ReviewEvidence")]
pub struct EvidenceNode {
    /// The document, in its canonical form.
    json: String,
    /// SHA-256 of it, in hexadecimal.
    digest: String,
    /// Ed25519 over its context, a line feed and the document, in hexadecimal.
    signature: String,
    /// The version of the signing key.
    key: u32,
    /// The public half of that key, in hexadecimal; hold it against the one that you were given.
    public_key: String,
}

impl EvidenceNode {
    pub fn of(evidence: Evidence) -> Result<Self> {
        let Evidence { json, digest, signature, key, public } = evidence;
        Ok(Self {
            json: String::from_utf8(json).map_err(|_| Error::internal("evidence that is no text"))?,
            digest: hex(&digest),
            signature: hex(&signature),
            key,
            public_key: hex(&public),
        })
    }
}
