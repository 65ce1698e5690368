//! Letters to reviewers: that a campaign is due, or late, and that exceptions have ended. Each once; a letter that goes
//! out twice, because the worker died in between, is the same letter.

use serde::{Deserialize, Serialize};

use super::super::model::{Campaign, Figures, last_mark};
use super::super::queries::campaigns::{self, About};
use super::super::queries::items;
use crate::floor::access::{Bounds, Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{CampaignId, Day, Error, Personal, Result, ReviewItemId, StaffId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::mail::Letter;
use crate::floor::tools::Tools;
use crate::staff::{self, StaffMember};

/// Reminds reviewers 14 days, 7 days and a day before a campaign is due and each week after it, and tells them of
/// exceptions that ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindOfReviews {}

impl Job for RemindOfReviews {
    const NAME: &'static str = "remind_of_reviews";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        for (campaign, figures, mark) in marked(&tools).await? {
            run.hold().await?;
            let text = due_text(&campaign, figures, run.watch.now().day());
            let letters = write(&tools, &campaign.title, &text, &format!("{}-{mark}", campaign.id)).await?;
            tell(&tools, campaign.id, &[(About::Campaign, mark)], letters).await?;
        }
        loop {
            let ended = lapsed(&tools).await?;
            let Some((campaign, items)) = ended else { return Ok(()) };
            run.hold().await?;
            let text = format!(
                "{} exceptions of {} have ended. What they were made for is due again.\n\nThe campaign: {}.\n",
                items.len(),
                campaign.title,
                campaign.id
            );
            let key = items.first().map_or_else(String::new, |(item, day)| format!("{item}-{day}"));
            let letters = write(&tools, &campaign.title, &text, &key).await?;
            let about: Vec<_> = items.into_iter().map(|(item, day)| (About::Item(item), day)).collect();
            tell(&tools, campaign.id, &about, letters).await?;
        }
    }
}

/// Open campaigns of whose last mark nobody was told yet.
async fn marked(tools: &Tools) -> Result<Vec<(Campaign, Figures, Day)>> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let marked = tools.ledger.read(&house, |tx| {
        let today = tx.now()?.day();
        let open = campaigns::open(tx)?;
        let ids: Vec<CampaignId> = open.iter().map(|campaign| campaign.id).collect();
        let figures = campaigns::figures(tx, &ids, today)?;
        let mut marked = Vec::new();
        for campaign in open {
            let Some(mark) = last_mark(campaign.opened_at.day(), campaign.due_on, today) else { continue };
            if !campaigns::is_told(tx, campaign.id, About::Campaign, mark)? {
                marked.push((figures.get(&campaign.id).copied().unwrap_or_default(), campaign, mark));
            }
        }
        Ok(marked)
    });
    Ok(marked.await?.into_iter().map(|(figures, campaign, mark)| (campaign, figures, mark)).collect())
}

/// Rows of one campaign whose exception has ended, where nobody was told yet.
async fn lapsed(tools: &Tools) -> Result<Option<(Campaign, Vec<(ReviewItemId, Day)>)>> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let lapsed = tools.ledger.read(&house, |tx| {
        let lapsed = items::lapsed(tx)?;
        let Some(of) = lapsed.first().map(|(_, campaign, _)| *campaign) else { return Ok(None) };
        let campaign = campaigns::one(tx, of)?.ok_or(Error::NotFound("campaign"))?;
        let own = lapsed.into_iter().filter(|(_, campaign, _)| *campaign == of).map(|(item, _, day)| (item, day));
        Ok(Some((campaign, own.collect())))
    });
    lapsed.await
}

/// Writes down that people were told, and in the books of what.
async fn tell(tools: &Tools, campaign: CampaignId, about: &[(About, Day)], letters: u64) -> Result<()> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let about = about.to_vec();
    let told = tools.ledger.write(house, move |tx| {
        let mut events = Vec::new();
        for (about, day) in about {
            if campaigns::tell(tx, campaign, about, day)? {
                events.push(match about {
                    About::Campaign => {
                        Event::new("review.reminded", "campaign", campaign.uuid()).count("letters", letters)
                    }
                    About::Item(item) => Event::new("review.exception_ended", "review_item", item.uuid()),
                });
            }
        }
        let mut events = events.into_iter();
        let first = events.next().ok_or(Error::Conflict)?;
        Ok(events.fold(Witnessed::new((), first), Witnessed::and))
    });
    match told.await {
        // Another run was first.
        Err(Error::Conflict) => Ok(()),
        told => told,
    }
}

fn due_text(campaign: &Campaign, figures: Figures, today: Day) -> String {
    let Campaign { title, due_on, id, .. } = campaign;
    let when = if campaign.is_overdue(today) { "was due on" } else { "is due on" };
    format!(
        "{title} {when} {due_on}: {} of {} rows are not decided, {} revocations are not proven.\n\nThe campaign: {id}.\n",
        figures.open, figures.rows, figures.unproven
    )
}

/// Writes to every open seat of the desk that reviews; how many letters left.
async fn write(tools: &Tools, title: &str, text: &str, key: &str) -> Result<u64> {
    let mut letters = 0;
    for (staff, to) in reviewers(tools).await? {
        let letter =
            Letter::automatic(to, format!("Review: {title}"), text.to_owned(), format!("review-{key}-{staff}"));
        match tools.mail.send(&letter).await {
            Ok(()) => letters += 1,
            // One address that takes no letters does not silence the others.
            Err(Error::Refused(_)) => tracing::warn!(%staff, "a reminder of a review was not taken"),
            Err(other) => return Err(other),
        }
    }
    Ok(letters)
}

/// The open addresses of those who review. That the house opened them for this stands in its access book.
async fn reviewers(tools: &Tools) -> Result<Vec<(StaffId, Personal)>> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let inside = tools.clone();
    let opened = tools.ledger.reveal(house, RemindOfReviews::NAME, move |tx| {
        let now = tx.now()?;
        let reviews = |seat: &StaffMember| {
            let is_desk = seat.seat().bounds() == &Bounds::Desk;
            is_desk && seat.is_open(now) && seat.seat().permissions().contains(&Permission::ReviewAccess)
        };
        let seats = staff::seats::queries::active(tx)?;
        let mails = seats.iter().filter(|seat| reviews(seat));
        mails.map(|seat| Ok((seat.id, staff::seats::open_mail(&inside, tx, seat.id)?))).collect()
    });
    opened.await
}
