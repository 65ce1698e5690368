//! The way back of who was erased: somebody wants it and says why, somebody else agrees, and from then on they may be written
//! of again. What is gone stays gone.

use super::{checked_reason, event, seal, witnessed};
use crate::floor::access::{Caller, Permission};
use crate::floor::journal::{Deed, Tombstone as Line};
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Personal, Ref, RequestId, Result};
use crate::floor::ledger::{Once, Tx};
use crate::floor::tools::Tools;
use crate::requests::queries::requests;
use crate::subjects::{self, Tombstone};

/// Why a line of the journal takes stones back.
const LIFTED: &str = "lifted";

fn standing(tx: &mut Tx, request: RequestId) -> Result<Vec<Tombstone>> {
    let mut stones = subjects::stones_of(tx, request)?;
    stones.retain(|stone| stone.lifted.is_none());
    if stones.is_empty() {
        return Err(Error::refused("NO_TOMBSTONE", "nobody was erased for this request who is not welcome again"));
    }
    Ok(stones)
}

/// Somebody wants that the person of this request may be written of again, and says why.
pub async fn ask_to_lift(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    reason: Personal,
    once: Option<Once>,
) -> Result<()> {
    checked_reason(&reason)?;
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    let vault = tools.vault.clone();
    let written = tools.ledger.write_once(scope, once, "request", move |tx| {
        let request = requests::lock(tx, at.id)?;
        let stones = standing(tx, at.id)?;
        for stone in &stones {
            subjects::ask_to_lift(tx, &vault, stone.id, by, &reason)?;
        }
        seal(tx, &request)?;
        let told = event("request.lifting_asked", &request).count("tombstones", stones.len() as u64);
        witnessed(at.id.uuid(), vec![told])
    });
    written.await?;
    Ok(())
}

/// Somebody else agrees: whoever goes by what the person went by may be written of again. The journal says so right after;
/// should that line be missing, whoever reads it is stricter than we are.
pub async fn lift_tombstones(tools: &Tools, caller: &Caller, at: Ref<RequestId>, once: Option<Once>) -> Result<()> {
    let scope = caller.permit(Permission::ApprovePlans, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::ApprovePlans.code()))?;
    caller.require_fresh()?;
    let stones = tools.ledger.read(&scope, move |tx: &mut Tx| standing(tx, at.id)).await?;
    let written = tools.ledger.write_once(scope, once, "request", move |tx| {
        let request = requests::lock(tx, at.id)?;
        let stones = standing(tx, at.id)?;
        for stone in &stones {
            subjects::lift(tx, stone.id, by)?;
        }
        seal(tx, &request)?;
        let told = event("request.tombstones_lifted", &request).count("tombstones", stones.len() as u64);
        witnessed(at.id.uuid(), vec![told])
    });
    if written.await?.is_repeated {
        return Ok(());
    }
    let turn = tools.journal.tombstones.turn().await?;
    let line = |(tombstone, seq): (&Tombstone, u64)| Line {
        seq,
        deed: Deed::Lift,
        tenant: at.tenant,
        subject: tombstone.subject,
        kind: tombstone.stone.label().to_owned(),
        scope: tombstone.stone.scope.clone(),
        digest: tombstone.stone.digest,
        nv: NORMALISER,
        kv: tombstone.stone.key,
        reason: LIFTED.to_owned(),
        at: tools.watch.now(),
    };
    let lines = stones.iter().zip(turn.standing().lines + 1..).map(line).collect();
    turn.append_all(lines, &tools.vault.sign_key()?).await?;
    Ok(())
}
