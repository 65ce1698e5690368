//! Opening a campaign: everything of its kinds is read in one snapshot of the desk, held against counts of the same
//! snapshot, stored, read back, and told in the books with its digest.

use std::sync::Arc;

use chrono::Duration;

use super::reading::{Shown, shown};
use super::{is_as_taken, reviewer};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{CampaignId, Day, Error, Flaws, Instant, Result};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::reviews::model::{Campaign, CampaignState, Extract, Found, ReviewSubject, quarter_of, scheduled_title};
use crate::reviews::queries::{campaigns, items};
use crate::reviews::subjects::{self, KINDS};

/// From the opening to the day it is due, where nothing else is said.
const USUAL: Duration = Duration::days(30);
const LONGEST: Duration = Duration::days(366);

/// A campaign that is to be.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    pub title: String,
    pub covers: Vec<ReviewSubject>,
    pub due_on: Option<Day>,
}

impl NewCampaign {
    fn checked(mut self, today: Day) -> Result<Self> {
        let mut flaws = Flaws::default();
        let title = self.title.trim().to_owned();
        if title.is_empty() || title.len() > 400 || title.contains(char::is_control) {
            flaws.add("title", "give it a title on one line, up to 400 bytes");
        }
        self.title = title;
        self.covers.sort_unstable();
        self.covers.dedup();
        if self.covers.is_empty() {
            flaws.add("covers", "name at least one kind of thing");
        }
        if self.due_on.is_some_and(|due| due <= today || due.0 > today.0 + LONGEST) {
            flaws.add("dueOn", "give a day to come, within a year");
        }
        flaws.or(self)
    }
}

/// Opens a campaign over everything there is of its kinds at this moment.
pub async fn open_campaign(tools: &Tools, caller: &Caller, new: NewCampaign, once: Option<Once>) -> Result<Shown> {
    let scope = reviewer(caller)?;
    let new = new.checked(tools.watch.now().day())?;
    for subject in &new.covers {
        subjects::kind(*subject)?;
    }
    let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::ReviewAccess)?, "access review").await?;
    let (covers, policy) = (new.covers.clone(), tools.policy.in_force()?);
    let taken = tools.ledger.snapshot(&desk, move |tx| subjects::take(tx, &policy.policy, &covers));
    let (extract, rows) = taken.await?;
    let (rows, by) = (Arc::new(rows), caller.staff_id());
    let written = tools.ledger.write_once(scope.clone(), once, "campaign", move |tx| {
        let now = tx.now()?;
        let id = CampaignId::fresh();
        let campaign = Campaign {
            id,
            title: new.title,
            quarter: quarter(tx, &new.covers, now)?,
            state: CampaignState::Open,
            opened_at: now,
            opened_by: by,
            due_on: new.due_on.unwrap_or_else(|| now.plus(USUAL).day()),
            extract,
            signed_off: None,
        };
        store(tx, &campaign, &rows)?;
        Ok(Witnessed::new(id.uuid(), opened(&campaign)))
    });
    let id = CampaignId::from_uuid(written.await?.id);
    let campaign = tools.ledger.read(&scope, move |tx| campaigns::one(tx, id)).await?;
    shown(tools, campaign.ok_or(Error::NotFound("campaign"))?).await
}

/// Opens the review of this quarter, where none covers everything yet and there is anything to review.
pub async fn open_for_quarter(tools: &Tools) -> Result<()> {
    let house = Caller::house();
    let scope = house.permit_house(Permission::KeepHouse)?;
    let quarter = tools.ledger.read(&scope, |tx| {
        let quarter = quarter_of(tx.now()?.day());
        let is_covered = campaigns::has_quarter(tx, &quarter)?;
        let is_anything = crate::staff::seats::queries::is_any(tx)?;
        Ok((is_anything && !is_covered).then_some(quarter))
    });
    let Some(quarter) = quarter.await? else { return Ok(()) };
    let covers = KINDS.iter().map(|kind| kind.subject).collect();
    let new = NewCampaign { title: scheduled_title(&quarter), covers, due_on: None };
    match open_campaign(tools, &house, new, None).await {
        // Somebody else opened it meanwhile.
        Ok(_) | Err(Error::Conflict) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The quarter this is the review of: it covers everything, and none did before it.
fn quarter(tx: &mut WriteTx, covers: &[ReviewSubject], now: Instant) -> Result<Option<String>> {
    let quarter = quarter_of(now.day());
    let is_all = KINDS.iter().all(|kind| covers.contains(&kind.subject));
    Ok(if is_all && !campaigns::has_quarter(tx, &quarter)? { Some(quarter) } else { None })
}

fn store(tx: &mut WriteTx, campaign: &Campaign, rows: &[Found]) -> Result<()> {
    if !campaigns::add(tx, campaign)? {
        return Err(Error::Conflict);
    }
    items::add(tx, campaign.id, rows)?;
    if is_as_taken(tx, campaign)? {
        Ok(())
    } else {
        Err(Error::internal(format!("the rows of {} are not what was read", campaign.id)))
    }
}

/// The link that binds the extract into the books: what was counted of each kind, and the digest over all of it.
fn opened(campaign: &Campaign) -> Event {
    let Extract { query_version, counted, digest, .. } = &campaign.extract;
    let event = Event::new("review.opened", "campaign", campaign.id.uuid());
    let event = event.count("query", query_version.unsigned_abs().into());
    let count = |event: Event, (subject, rows): &(ReviewSubject, i64)| event.count(subject.code(), rows.unsigned_abs());
    counted.iter().fold(event, count).digest("digest", digest)
}
