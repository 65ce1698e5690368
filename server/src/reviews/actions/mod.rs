//! The verbs of a review: it is opened, decided row by row, settled with the system, signed off, read and exported.

mod deciding;
mod exporting;
mod opening;
mod reading;
mod settling;
mod signing;

pub use deciding::{Verdict, decide_item};
pub use exporting::{Evidence, export_campaign, reveal_reason};
pub use opening::{NewCampaign, open_campaign, open_for_quarter};
pub use reading::{Shown, ShownItem, find_campaign, find_item, is_whole, list_campaigns, list_items};
pub use settling::settle;
pub use signing::sign_off;

use super::model::{Campaign, Lines, Link};
use super::queries::{books, items};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::journal::hex;
use crate::floor::kernel::{Addressed, Error, Ref, Result};
use crate::floor::ledger::Tx;

/// One who reviews.
fn reviewer(caller: &Caller) -> Result<Scope<One>> {
    caller.permit_house(Permission::ReviewAccess)
}

/// One who may read what was reviewed: reviewers, and those who see seats.
fn reader(caller: &Caller) -> Result<(Permission, Scope<One>)> {
    let permission = if caller.permissions().contains(&Permission::ReviewAccess) {
        Permission::ReviewAccess
    } else {
        Permission::SeeStaff
    };
    Ok((permission, caller.permit_house(permission)?))
}

/// Campaigns and their rows are the house's: elsewhere there are none.
fn house<Id: Addressed>(at: Ref<Id>, kind: &'static str) -> Result<Id> {
    if at.tenant == Ref::of_house(at.id).tenant { Ok(at.id) } else { Err(Error::NotFound(kind)) }
}

/// Whether the rows are still the ones that were extracted: as many of each kind as were counted in the snapshot, and the
/// same digest over all of them.
fn is_as_taken(tx: &mut Tx, campaign: &Campaign) -> Result<bool> {
    let mut lines = Lines::default();
    items::each(tx, campaign.id, |item| lines.add(&item.found))?;
    // A kind of which there was none has no row to be counted.
    let counted: Vec<_> = campaign.extract.counted.iter().filter(|(_, rows)| *rows > 0).copied().collect();
    Ok(lines.digest() == campaign.extract.digest && items::stored(tx, campaign.id)? == counted)
}

/// The link that tells of the opening, where the rows are still as they were taken and the books tell the same of them.
fn verify(tx: &mut Tx, campaign: &Campaign) -> Result<Option<Link>> {
    let link = books::opening(tx, campaign)?.filter(|link| link.facts == told(campaign));
    Ok(if is_as_taken(tx, campaign)? { link } else { None })
}

/// What the books tell of an opening.
fn told(campaign: &Campaign) -> String {
    let extract = &campaign.extract;
    let facts = format!("query={}", extract.query_version);
    let facts = extract.counted.iter().fold(facts, |facts, (subject, rows)| format!("{facts} {subject}={rows}"));
    format!("{facts} digest={}", hex(&extract.digest))
}

fn not_whole() -> Error {
    Error::refused("REFUSED", "its rows are not the ones that were extracted: have the books verified")
}
