//! Sign-off: a second person says that it is done, and from then on nothing of it changes.

use super::exporting::written_down;
use super::reading::{Shown, shown};
use super::{house, reviewer};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{CampaignId, Error, Ref, Result};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::reviews::model::{Campaign, CampaignState};
use crate::reviews::queries::{campaigns, items};
use sha2::{Digest as _, Sha256};

/// Signs off a campaign whose rows are all decided and whose revocations are proven or excepted.
pub async fn sign_off(tools: &Tools, caller: &Caller, at: Ref<CampaignId>, once: Option<Once>) -> Result<Shown> {
    let scope = reviewer(caller)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::ReviewAccess.code()))?;
    caller.require_fresh()?;
    let id = house(at, "campaign")?;
    let written = tools.ledger.write_once(scope.clone(), once, "campaign", move |tx: &mut WriteTx| {
        let campaign = campaigns::held(tx, id)?;
        let standing = items::standing(tx, id, by)?;
        require_done(&standing)?;
        campaign.signable_by(by, standing.decided_all)?;
        let now = tx.now()?;
        let signed = Campaign { state: CampaignState::SignedOff, signed_off: Some((now, by, [0; 32])), ..campaign };
        let digest = Sha256::digest(written_down(tx, &signed)?).into();
        campaigns::sign_off(tx, id, (now, by, digest))?;
        let told = Event::new("review.signed_off", "campaign", id.uuid()).digest("evidence", &digest);
        Ok(Witnessed::new(id.uuid(), told))
    });
    written.await?;
    let campaign = tools.ledger.read(&scope, move |tx| campaigns::one(tx, id)).await?;
    shown(tools, campaign.ok_or(Error::NotFound("campaign"))?).await
}

/// Refuses while anything is left to do, and names it.
fn require_done(standing: &items::Standing) -> Result<()> {
    let items::Standing { undecided, ended, unproven, named, .. } = standing;
    let left = undecided + ended + unproven;
    if left == 0 {
        return Ok(());
    }
    let more = usize::try_from(left).unwrap_or(usize::MAX).saturating_sub(named.len());
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let why = format!(
        "{undecided} not decided, {unproven} not proven, {ended} whose exception ended: {}{more}",
        named.join("; ")
    );
    Err(Error::refused("REFUSED", why))
}
