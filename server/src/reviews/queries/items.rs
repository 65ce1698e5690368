//! Rows of items. What was extracted goes in once; a decision's words go in sealed under the campaign's own key, and no
//! list brings them out.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Uuid as SqlUuid};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::floor::graphql::Page;
use crate::floor::kernel::{
    CampaignId, Day, Error, Instant, Personal, Result, ReviewItemId, Sealed, StaffId, TenantId,
};
use crate::floor::ledger::{Tx, WriteTx, statement};
use crate::floor::vault::{Place, RequestKey, Vault};
use crate::reviews::model::{
    CampaignState, Decided, Facts, Found, Item, ReviewDecision, ReviewSubject, RevocationState,
};
use crate::reviews::tables::{review_campaigns, review_items};

/// Rows that one statement takes or brings.
const BATCH: usize = 1_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = review_items)]
struct Row {
    id: ReviewItemId,
    campaign_id: CampaignId,
    subject: ReviewSubject,
    of_tenant: TenantId,
    object_id: Uuid,
    part: String,
    label: String,
    facts: String,
    barred: Vec<StaffId>,
    decision: Option<ReviewDecision>,
    reason: Option<Vec<u8>>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<StaffId>,
    exception_until: Option<NaiveDate>,
    revocation: RevocationState,
    due_on: Option<NaiveDate>,
    hindrance: Option<String>,
    proven_at: Option<DateTime<Utc>>,
    proof: Option<String>,
    version: i32,
}

impl TryFrom<Row> for Item {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let facts = Facts::read(&row.facts).ok_or_else(|| Error::corrupt("review_items", "facts", row.id))?;
        let found = Found {
            subject: row.subject,
            tenant: row.of_tenant,
            object: row.object_id,
            part: row.part,
            label: row.label,
            facts,
            barred: row.barred,
        };
        let decided = match (row.decision, row.decided_at, row.decided_by, row.reason) {
            (Some(decision), Some(at), Some(by), Some(reason)) => Some(Decided {
                decision,
                at: Instant::from_utc(at),
                by,
                reason: Sha256::digest(reason).into(),
                exception_until: row.exception_until.map(Day),
            }),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            campaign: row.campaign_id,
            found,
            decided,
            revocation: row.revocation,
            due_on: row.due_on.map(Day),
            hindrance: row.hindrance,
            proven: row.proven_at.map(Instant::from_utc).zip(row.proof),
            version: row.version,
        })
    }
}

fn read(rows: Vec<Row>) -> Result<Vec<Item>> {
    rows.into_iter().map(Item::try_from).collect()
}

/// Adds what was found, in its order: later rows have later ids.
pub fn add(tx: &mut WriteTx, campaign: CampaignId, found: &[Found]) -> Result<()> {
    for batch in found.chunks(BATCH) {
        let rows = batch.iter().map(|found| {
            (
                review_items::tenant_id.eq(TenantId::HOUSE),
                review_items::id.eq(ReviewItemId::fresh()),
                review_items::campaign_id.eq(campaign),
                review_items::subject.eq(found.subject),
                review_items::of_tenant.eq(found.tenant),
                review_items::object_id.eq(found.object),
                review_items::part.eq(&found.part),
                review_items::label.eq(&found.label),
                review_items::facts.eq(found.facts.text()),
                review_items::barred.eq(&found.barred),
            )
        });
        diesel::insert_into(review_items::table).values(rows.collect::<Vec<_>>()).execute(tx.conn())?;
    }
    Ok(())
}

/// One row.
pub fn one(tx: &mut Tx, id: ReviewItemId) -> Result<Option<Item>> {
    let row = review_items::table.find((TenantId::HOUSE, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    row.map(Item::try_from).transpose()
}

/// The same, held until the transaction ends, where it is still the one that was seen.
pub fn held(tx: &mut WriteTx, id: ReviewItemId, version: i32) -> Result<Item> {
    let query = review_items::table.find((TenantId::HOUSE, id)).select(Row::as_select()).for_update();
    let item = Item::try_from(query.first(tx.conn()).optional()?.ok_or(Error::NotFound("review item"))?)?;
    if item.version == version { Ok(item) } else { Err(Error::Conflict) }
}

/// Which rows a list holds; all that is said must fit.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub open: Option<bool>,
    pub subject: Option<ReviewSubject>,
    pub decision: Option<ReviewDecision>,
}

/// A page of a campaign's rows in their order, and how many fit.
pub fn list(tx: &mut Tx, campaign: CampaignId, filter: &Filter, page: &Page) -> Result<(Vec<Item>, i64)> {
    let today = tx.now()?.day();
    let total = filtered(campaign, filter, today).count().get_result(tx.conn())?;
    let mut query = filtered(campaign, filter, today).select(Row::as_select());
    if let Some((_, id)) = page.beyond {
        let id = ReviewItemId::from_uuid(id);
        query = if page.is_backward {
            query.filter(review_items::id.lt(id))
        } else {
            query.filter(review_items::id.gt(id))
        };
    }
    query = if page.is_backward { query.order(review_items::id.desc()) } else { query.order(review_items::id.asc()) };
    Ok((read(query.limit(page.limit()).load(tx.conn())?)?, total))
}

fn filtered(campaign: CampaignId, filter: &Filter, today: Day) -> review_items::BoxedQuery<'static, Pg> {
    let mut query = review_items::table
        .filter(review_items::tenant_id.eq(TenantId::HOUSE).and(review_items::campaign_id.eq(campaign)))
        .into_boxed();
    if let Some(subject) = filter.subject {
        query = query.filter(review_items::subject.eq(subject));
    }
    if let Some(decision) = filter.decision {
        query = query.filter(review_items::decision.eq(decision));
    }
    if let Some(open) = filter.open {
        let lapsed = review_items::decision
            .eq(ReviewDecision::Keep)
            .and(review_items::exception_until.lt(today.0))
            .is_not_distinct_from(true);
        let is_open = review_items::decision.is_null().or(lapsed);
        query = if open { query.filter(is_open) } else { query.filter(diesel::dsl::not(is_open)) };
    }
    query
}

/// The rows of a campaign beyond one, in their order: a batch, or fewer where it is the last.
pub fn beyond(tx: &mut Tx, campaign: CampaignId, after: Option<ReviewItemId>) -> Result<Vec<Item>> {
    let mut query = filtered(campaign, &Filter::default(), Day(NaiveDate::default())).select(Row::as_select());
    if let Some(after) = after {
        query = query.filter(review_items::id.gt(after));
    }
    let batch = i64::try_from(BATCH).unwrap_or(i64::MAX);
    read(query.order(review_items::id.asc()).limit(batch).load(tx.conn())?)
}

/// Every row of a campaign, a batch at a time, in their order.
pub fn each(tx: &mut Tx, campaign: CampaignId, mut take: impl FnMut(Item) -> Result<()>) -> Result<()> {
    let mut after = None;
    loop {
        let batch = beyond(tx, campaign, after)?;
        let is_last = batch.len() < BATCH;
        after = batch.last().map(|item| item.id);
        batch.into_iter().try_for_each(&mut take)?;
        if is_last {
            return Ok(());
        }
    }
}

/// Rows of open campaigns whose proof is due, beyond one.
pub fn due(tx: &mut Tx, after: Option<ReviewItemId>) -> Result<Vec<ReviewItemId>> {
    let open = review_campaigns::table
        .filter(review_campaigns::tenant_id.eq(TenantId::HOUSE).and(review_campaigns::state.eq(CampaignState::Open)))
        .select(review_campaigns::id)
        .load::<CampaignId>(tx.conn())?;
    let after = after.unwrap_or(ReviewItemId::from_uuid(Uuid::nil()));
    let due = review_items::table
        .filter(review_items::tenant_id.eq(TenantId::HOUSE).and(review_items::revocation.eq(RevocationState::Due)))
        .filter(review_items::id.gt(after).and(review_items::campaign_id.eq_any(open)))
        .order(review_items::id.asc())
        .limit(100)
        .select(review_items::id)
        .load(tx.conn())?;
    Ok(due)
}

/// Rows whose exception has ended and of which nobody was told yet; those of campaigns that are over too.
pub fn lapsed(tx: &mut Tx) -> Result<Vec<(ReviewItemId, CampaignId, Day)>> {
    #[derive(QueryableByName)]
    struct Lapsed {
        #[diesel(sql_type = SqlUuid)]
        id: ReviewItemId,
        #[diesel(sql_type = SqlUuid)]
        campaign_id: CampaignId,
        #[diesel(sql_type = Date)]
        exception_until: NaiveDate,
    }
    let today = tx.now()?.day();
    let rows = statement(
        "select i.id, i.campaign_id, i.exception_until from review_items i
          where i.tenant_id = ? and i.exception_until < ? and i.revocation <> 'proven'
            and not exists (select from review_reminders r
                             where r.tenant_id = i.tenant_id and r.campaign_id = i.campaign_id and r.about = i.id
                               and r.day = i.exception_until)
          order by i.campaign_id, i.id limit 100",
    )
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<Date, _>(today.0)
    .load::<Lapsed>(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.id, row.campaign_id, Day(row.exception_until))).collect())
}

/// Where a decision's words stand.
pub fn place_of_reason(id: ReviewItemId, generation: u32) -> Place<'static> {
    Place { tenant: TenantId::HOUSE, table: "review_item", column: "reason", row: id.uuid(), generation }
}

/// The sealed words of a decision, and their generation.
pub fn reason(tx: &mut Tx, id: ReviewItemId) -> Result<Option<(CampaignId, Sealed, u32)>> {
    let found: Option<(CampaignId, Option<Vec<u8>>, i32)> = review_items::table
        .find((TenantId::HOUSE, id))
        .select((review_items::campaign_id, review_items::reason, review_items::reason_gen))
        .first(tx.conn())
        .optional()?;
    Ok(found.and_then(|(campaign, reason, generation)| {
        Some((campaign, Sealed::from_bytes(reason?), generation.unsigned_abs()))
    }))
}

/// Another decision for a row that is held; the former one's words are overwritten.
pub fn decide(
    tx: &mut WriteTx,
    vault: &Vault,
    item: &Item,
    (decision, reason, until): (ReviewDecision, &Personal, Option<Day>),
    by: StaffId,
) -> Result<()> {
    let (now, generation) = (tx.now()?, item.version);
    let place = place_of_reason(item.id, generation.unsigned_abs());
    let sealer = vault.sealer::<RequestKey>(tx, item.campaign.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a campaign's key does not seal: {}", shut.code())))?;
    let reason = sealer.seal_blob(&place, reason.disclose().as_bytes())?;
    let (revocation, due) = decision.due(now.day());
    diesel::update(review_items::table.find((TenantId::HOUSE, item.id)))
        .set((
            review_items::decision.eq(decision),
            review_items::reason.eq(reason.into_bytes()),
            review_items::reason_gen.eq(generation),
            review_items::decided_at.eq(now.utc()),
            review_items::decided_by.eq(by),
            review_items::exception_until.eq(until.map(|until| until.0)),
            review_items::revocation.eq(revocation),
            review_items::due_on.eq(due.map(|due| due.0)),
            review_items::hindrance.eq(None::<String>),
            review_items::proven_at.eq(None::<DateTime<Utc>>),
            review_items::proof.eq(None::<String>),
            review_items::version.eq(item.version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// What was decided about a row that is held has come true.
pub fn prove(tx: &mut WriteTx, item: &Item, proof: &str) -> Result<()> {
    let now = tx.now()?.utc();
    diesel::update(review_items::table.find((TenantId::HOUSE, item.id)))
        .set((
            review_items::revocation.eq(RevocationState::Proven),
            review_items::proven_at.eq(now),
            review_items::proof.eq(proof),
            review_items::hindrance.eq(None::<String>),
            review_items::version.eq(item.version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// What stood in the way, of a row that is held. It is no other row for that: its version stays.
pub fn hinder(tx: &mut WriteTx, item: &Item, hindrance: &str) -> Result<()> {
    diesel::update(review_items::table.find((TenantId::HOUSE, item.id)))
        .set(review_items::hindrance.eq(hindrance))
        .execute(tx.conn())?;
    Ok(())
}

/// What keeps a campaign from being signed off, each with some names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub undecided: i64,
    pub ended: i64,
    pub unproven: i64,
    /// Such as `mira: not proven`.
    pub named: Vec<String>,
    /// Every decision is this person's.
    pub decided_all: bool,
}

/// How many it names.
const NAMED: i64 = 10;

/// What keeps a campaign from being signed off by this person.
pub fn standing(tx: &mut Tx, campaign: CampaignId, signer: StaffId) -> Result<Standing> {
    #[derive(QueryableByName)]
    struct Counts {
        #[diesel(sql_type = BigInt)]
        undecided: i64,
        #[diesel(sql_type = BigInt)]
        ended: i64,
        #[diesel(sql_type = BigInt)]
        unproven: i64,
        #[diesel(sql_type = Nullable<Bool>)]
        decided_all: Option<bool>,
    }
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        named: String,
    }
    let today = tx.now()?.day().0;
    let counts = statement(
        "select count(*) filter (where decision is null) as undecided,
                count(*) filter (where decision = 'keep' and exception_until < ?) as ended,
                count(*) filter (where revocation = 'due' and coalesce(exception_until < ?, true)) as unproven,
                bool_and(decided_by = ?) as decided_all
           from review_items where tenant_id = ? and campaign_id = ?",
    )
    .bind::<Date, _>(today)
    .bind::<Date, _>(today)
    .bind::<SqlUuid, _>(signer)
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<SqlUuid, _>(campaign)
    .get_result::<Counts>(tx.conn())?;
    let named = statement(
        "select trim(label || ' ' || part) || case when decision is null then ': not decided'
                  when revocation = 'due' then ': not proven' else ': its exception ended' end as named
           from review_items
          where tenant_id = ? and campaign_id = ?
            and (decision is null or (decision = 'keep' and exception_until < ?)
                 or (revocation = 'due' and coalesce(exception_until < ?, true)))
          order by revocation = 'due' desc, id limit ?",
    )
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<SqlUuid, _>(campaign)
    .bind::<Date, _>(today)
    .bind::<Date, _>(today)
    .bind::<BigInt, _>(NAMED)
    .load::<Named>(tx.conn())?;
    Ok(Standing {
        undecided: counts.undecided,
        ended: counts.ended,
        unproven: counts.unproven,
        named: named.into_iter().map(|row| row.named).collect(),
        decided_all: counts.decided_all.unwrap_or(false),
    })
}

/// How many rows of each kind a campaign holds.
pub fn stored(tx: &mut Tx, campaign: CampaignId) -> Result<Vec<(ReviewSubject, i64)>> {
    let rows = review_items::table
        .filter(review_items::tenant_id.eq(TenantId::HOUSE).and(review_items::campaign_id.eq(campaign)))
        .group_by(review_items::subject)
        .order(review_items::subject)
        .select((review_items::subject, diesel::dsl::count_star()))
        .load(tx.conn())?;
    Ok(rows)
}
