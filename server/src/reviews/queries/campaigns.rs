//! Rows of campaigns, with what was counted for each. All of them are the house's.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Uuid as SqlUuid};
use uuid::Uuid;

use crate::floor::graphql::Page;
use crate::floor::kernel::{CampaignId, Day, Error, Instant, Result, ReviewItemId, StaffId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement, walk};
use crate::reviews::model::{Campaign, CampaignState, Digest, Extract, Figures, ReviewSubject};
use crate::reviews::tables::{review_campaigns, review_extracts, review_reminders};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = review_campaigns)]
struct Row {
    tenant_id: TenantId,
    id: CampaignId,
    title: String,
    quarter: Option<String>,
    state: CampaignState,
    opened_at: DateTime<Utc>,
    opened_by: Option<StaffId>,
    due_on: NaiveDate,
    taken_at: DateTime<Utc>,
    query_version: i32,
    digest: Vec<u8>,
    signed_off_at: Option<DateTime<Utc>>,
    signed_off_by: Option<StaffId>,
    evidence_digest: Option<Vec<u8>>,
}

impl Row {
    fn campaign(self, counted: Vec<(ReviewSubject, i64)>) -> Result<Campaign> {
        let whole = |bytes: Vec<u8>| Digest::try_from(bytes);
        let corrupt = |column| Error::corrupt("review_campaigns", column, self.id);
        let signed_off = match (self.signed_off_at, self.signed_off_by, self.evidence_digest) {
            (Some(at), Some(by), Some(digest)) => {
                Some((Instant::from_utc(at), by, whole(digest).map_err(|_| corrupt("evidence_digest"))?))
            }
            _ => None,
        };
        let extract = Extract {
            taken_at: Instant::from_utc(self.taken_at),
            query_version: self.query_version,
            counted,
            digest: whole(self.digest).map_err(|_| corrupt("digest"))?,
        };
        Ok(Campaign {
            id: self.id,
            title: self.title,
            quarter: self.quarter,
            state: self.state,
            opened_at: Instant::from_utc(self.opened_at),
            opened_by: self.opened_by,
            due_on: Day(self.due_on),
            extract,
            signed_off,
        })
    }
}

/// The same with what was counted for each.
fn counted(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Campaign>> {
    let ids: Vec<CampaignId> = rows.iter().map(|row| row.id).collect();
    let counts = review_extracts::table
        .filter(review_extracts::tenant_id.eq(TenantId::HOUSE).and(review_extracts::campaign_id.eq_any(ids)))
        .order(review_extracts::subject)
        .select((review_extracts::campaign_id, review_extracts::subject, review_extracts::counted))
        .load::<(CampaignId, ReviewSubject, i64)>(tx.conn())?;
    let mut of: HashMap<CampaignId, Vec<_>> = HashMap::new();
    for (campaign, subject, rows) in counts {
        of.entry(campaign).or_default().push((subject, rows));
    }
    rows.into_iter()
        .map(|row| {
            let counted = of.remove(&row.id).unwrap_or_default();
            row.campaign(counted)
        })
        .collect()
}

/// Adds a campaign and what was counted. `false` where the quarter has its review already.
pub fn add(tx: &mut WriteTx, campaign: &Campaign) -> Result<bool> {
    let row = Row {
        tenant_id: TenantId::HOUSE,
        id: campaign.id,
        title: campaign.title.clone(),
        quarter: campaign.quarter.clone(),
        state: campaign.state,
        opened_at: campaign.opened_at.utc(),
        opened_by: campaign.opened_by,
        due_on: campaign.due_on.0,
        taken_at: campaign.extract.taken_at.utc(),
        query_version: campaign.extract.query_version,
        digest: campaign.extract.digest.to_vec(),
        signed_off_at: None,
        signed_off_by: None,
        evidence_digest: None,
    };
    let added = diesel::insert_into(review_campaigns::table).values(row).on_conflict_do_nothing().execute(tx.conn())?;
    if added == 0 {
        return Ok(false);
    }
    let counted = campaign.extract.counted.iter().map(|(subject, counted)| {
        (
            review_extracts::tenant_id.eq(TenantId::HOUSE),
            review_extracts::campaign_id.eq(campaign.id),
            review_extracts::subject.eq(*subject),
            review_extracts::counted.eq(*counted),
        )
    });
    diesel::insert_into(review_extracts::table).values(counted.collect::<Vec<_>>()).execute(tx.conn())?;
    Ok(true)
}

/// One campaign.
pub fn one(tx: &mut Tx, id: CampaignId) -> Result<Option<Campaign>> {
    let row =
        review_campaigns::table.find((TenantId::HOUSE, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(counted(tx, row.into_iter().collect())?.pop())
}

/// An open campaign, which nobody signs off until the transaction ends. What was signed off is refused, and Postgres
/// lends nobody its row.
pub fn shared(tx: &mut WriteTx, id: CampaignId) -> Result<Campaign> {
    let campaign = one(tx, id)?.ok_or(Error::NotFound("campaign"))?;
    campaign.require_open()?;
    let row = review_campaigns::table.find((TenantId::HOUSE, id)).select(review_campaigns::id).for_share();
    row.first::<CampaignId>(tx.conn()).optional()?.map(|_| campaign).ok_or(Error::Conflict)
}

/// An open campaign, which nobody else changes or decides in until the transaction ends.
pub fn held(tx: &mut WriteTx, id: CampaignId) -> Result<Campaign> {
    let campaign = one(tx, id)?.ok_or(Error::NotFound("campaign"))?;
    campaign.require_open()?;
    let row = review_campaigns::table.find((TenantId::HOUSE, id)).select(review_campaigns::id).for_update();
    row.first::<CampaignId>(tx.conn()).optional()?.map(|_| campaign).ok_or(Error::Conflict)
}

/// A page of campaigns, newest first, and how many there are.
pub fn list(tx: &mut Tx, page: &Page) -> Result<(Vec<Campaign>, i64)> {
    let all = || review_campaigns::table.filter(review_campaigns::tenant_id.eq(TenantId::HOUSE));
    let total = all().count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = all().select(Row::as_select()).into_boxed();
    let rows =
        walk!(query, (review_campaigns::opened_at, review_campaigns::id), beyond, page.is_backward, page.limit())
            .load(tx.conn())?;
    Ok((counted(tx, rows)?, total))
}

/// Every campaign there ever was: a handful a year.
pub fn all(tx: &mut Tx) -> Result<Vec<Campaign>> {
    let rows = review_campaigns::table
        .filter(review_campaigns::tenant_id.eq(TenantId::HOUSE))
        .order(review_campaigns::id)
        .select(Row::as_select())
        .load(tx.conn())?;
    counted(tx, rows)
}

/// Every campaign that is not signed off.
pub fn open(tx: &mut Tx) -> Result<Vec<Campaign>> {
    let rows = review_campaigns::table
        .filter(review_campaigns::tenant_id.eq(TenantId::HOUSE).and(review_campaigns::state.eq(CampaignState::Open)))
        .order(review_campaigns::id)
        .select(Row::as_select())
        .load(tx.conn())?;
    counted(tx, rows)
}

/// Whether the quarter has its review.
pub fn has_quarter(tx: &mut Tx, quarter: &str) -> Result<bool> {
    let found = review_campaigns::table
        .filter(review_campaigns::tenant_id.eq(TenantId::HOUSE).and(review_campaigns::quarter.eq(quarter)));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(tx.conn())?)
}

/// Signs off a campaign that is held.
pub fn sign_off(tx: &mut WriteTx, id: CampaignId, (at, by, evidence): (Instant, StaffId, Digest)) -> Result<()> {
    let signed = diesel::update(review_campaigns::table.find((TenantId::HOUSE, id)))
        .set((
            review_campaigns::state.eq(CampaignState::SignedOff),
            review_campaigns::signed_off_at.eq(at.utc()),
            review_campaigns::signed_off_by.eq(by),
            review_campaigns::evidence_digest.eq(evidence.to_vec()),
        ))
        .execute(tx.conn())?;
    if signed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

#[derive(QueryableByName)]
struct FigureRow {
    #[diesel(sql_type = SqlUuid)]
    campaign_id: CampaignId,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    changed: i64,
    #[diesel(sql_type = BigInt)]
    revoked: i64,
    #[diesel(sql_type = BigInt)]
    unproven: i64,
    #[diesel(sql_type = BigInt)]
    exceptions: i64,
}

/// How these campaigns stand, in numbers.
pub fn figures(tx: &mut Tx, campaigns: &[CampaignId], today: Day) -> Result<HashMap<CampaignId, Figures>> {
    let rows = statement(
        "select campaign_id, count(*) as rows,
                count(*) filter (where decision is null or (decision = 'keep' and exception_until < ?)) as open,
                count(*) filter (where decision = 'keep') as kept,
                count(*) filter (where decision = 'change') as changed,
                count(*) filter (where decision = 'revoke') as revoked,
                count(*) filter (where revocation = 'due') as unproven,
                count(*) filter (where exception_until >= ?) as exceptions
           from review_items where tenant_id = ? and campaign_id = any(?) group by campaign_id",
    )
    .bind::<Date, _>(today.0)
    .bind::<Date, _>(today.0)
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<Array<SqlUuid>, _>(campaigns.to_vec())
    .load::<FigureRow>(tx.conn())?;
    let figures = |row: FigureRow| {
        let FigureRow { campaign_id, rows, open, kept, changed, revoked, unproven, exceptions } = row;
        (campaign_id, Figures { rows, open, kept, changed, revoked, unproven, exceptions })
    };
    Ok(rows.into_iter().map(figures).collect())
}

/// What people are reminded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// It is due.
    Campaign,
    /// Its exception ended.
    Item(ReviewItemId),
}

impl About {
    fn id(self, campaign: CampaignId) -> Uuid {
        match self {
            Self::Campaign => campaign.uuid(),
            Self::Item(item) => item.uuid(),
        }
    }
}

/// Whether people were reminded of that day.
pub fn is_told(tx: &mut Tx, campaign: CampaignId, about: About, day: Day) -> Result<bool> {
    let key = (TenantId::HOUSE.uuid(), campaign.uuid(), about.id(campaign), day.0);
    Ok(diesel::select(diesel::dsl::exists(review_reminders::table.find(key))).get_result(tx.conn())?)
}

/// Notes that they were. `false` where another run did.
pub fn tell(tx: &mut WriteTx, campaign: CampaignId, about: About, day: Day) -> Result<bool> {
    let now = tx.now()?.utc();
    let told = diesel::insert_into(review_reminders::table)
        .values((
            review_reminders::tenant_id.eq(TenantId::HOUSE.uuid()),
            review_reminders::campaign_id.eq(campaign.uuid()),
            review_reminders::about.eq(about.id(campaign)),
            review_reminders::day.eq(day.0),
            review_reminders::told_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(told == 1)
}
