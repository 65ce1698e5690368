//! Evidence for whoever was not there: all of a campaign in one document, signed. And the words somebody gave for a
//! decision, for a reviewer's eyes.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::{house, not_whole, reader, reviewer, verify};
use crate::floor::access::Caller;
use crate::floor::kernel::{CampaignId, Error, Ref, Result, ReviewItemId, StaffId};
use crate::floor::ledger::{Event, Tx, Witnessed};
use crate::floor::tools::Tools;
use crate::floor::vault::Shut;
use crate::grants::Revealed;
use crate::reviews::model::{Campaign, Digest, EVIDENCE, evidence_of};
use crate::reviews::queries::{campaigns, items};
use crate::staff::seats;

/// A document, and the desk's signature under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub json: Vec<u8>,
    /// SHA-256 of it.
    pub digest: Digest,
    pub signature: [u8; 64],
    /// The version of the signing key, and its public half.
    pub key: u32,
    pub public: [u8; 32],
}

/// A campaign's evidence. Of one that is open it says so; of one that was signed off it is what was signed off, or none.
pub async fn export_campaign(tools: &Tools, caller: &Caller, at: Ref<CampaignId>) -> Result<Evidence> {
    let (_, scope) = reader(caller)?;
    let id = house(at, "campaign")?;
    let (json, digest) = tools
        .ledger
        .write(scope, move |tx| {
            let campaign = campaigns::one(tx, id)?.ok_or(Error::NotFound("campaign"))?;
            let json = written_down(tx, &campaign)?;
            let digest: Digest = Sha256::digest(&json).into();
            if campaign.signed_off.is_some_and(|(_, _, signed)| signed != digest) {
                return Err(Error::refused("REFUSED", "this is not what was signed off: have the books verified"));
            }
            let told = Event::new("review.exported", "campaign", id.uuid()).digest("evidence", &digest);
            Ok(Witnessed::new((json, digest), told))
        })
        .await?;
    let key = tools.vault.sign_key()?;
    let signature = key.sign(EVIDENCE, &json);
    Ok(Evidence { json, digest, signature, key: key.version(), public: key.public() })
}

/// The document of a campaign as it stands; none of one whose rows are not the ones that were extracted.
pub fn written_down(tx: &mut Tx, campaign: &Campaign) -> Result<Vec<u8>> {
    let opened = verify(tx, campaign)?.ok_or_else(not_whole)?;
    let mut rows = Vec::new();
    items::each(tx, campaign.id, |item| {
        rows.push(item);
        Ok(())
    })?;
    let people = rows.iter().filter_map(|item| Some(item.decided.as_ref()?.by));
    let barred = rows.iter().flat_map(|item| item.found.barred.iter().copied());
    let people: BTreeSet<StaffId> =
        people.chain(barred).chain(campaign.opened_by).chain(campaign.signed_off.map(|signed| signed.1)).collect();
    let seats = seats::queries::find_many(tx, people.into_iter().collect())?;
    let handles: BTreeMap<StaffId, String> = seats.into_iter().map(|seat| (seat.id, seat.handle)).collect();
    evidence_of(campaign, &rows, &opened, &handles)
}

/// Opens the words that somebody gave for a decision. They may name people: the look is on record.
pub async fn reveal_reason(tools: &Tools, caller: &Caller, at: Ref<ReviewItemId>) -> Result<Revealed> {
    let scope = reviewer(caller)?;
    caller.require_fresh()?;
    let id = house(at, "review item")?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, "reveal", move |tx| {
        let (campaign, sealed, generation) = items::reason(tx, id)?.ok_or(Error::NotFound("reason"))?;
        let access = tx.note(None, "review_items.reason");
        let key = vault.request_key(tx, campaign.uuid(), "review_items.reason")?.map_err(shut)?;
        let value = key.open_blob(&items::place_of_reason(id, generation), &sealed).map_err(shut)?;
        Ok(Revealed { value: value.into_personal().map_err(shut)?, access: Ref::of_house(access) })
    });
    opened.await
}

fn shut(shut: Shut) -> Error {
    Error::internal(format!("a reason of a review stays shut: {}", shut.code()))
}
