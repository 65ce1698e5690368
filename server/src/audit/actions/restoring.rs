//! A backup came back in the place of the database: which links were lost with it is written down, signed, beside where the
//! chains stand now, so that whoever verifies them tells that from a cut. It mends no chain.

use crate::audit::jobs::ends;
use crate::audit::queries;
use crate::audit::verify::{Claim, claims};
use crate::floor::access::{Caller, Permission};
use crate::floor::journal::{Checkpoint, Lost};
use crate::floor::kernel::{Error, Result};
use crate::floor::ledger::Role;
use crate::floor::tools::Tools;

/// Writes down what earlier checkpoints vouch for and the chains do not hold any more: how many chains that are. Where they
/// hold all of it, nothing is written.
pub async fn note_restore(tools: &Tools) -> Result<u64> {
    let turn = tools.journal.checkpoints.turn().await?;
    let path = tools.journal.checkpoints.path().to_owned();
    let said = tokio::task::spawn_blocking(move || claims(&path, u64::MAX, |_| true));
    let said = said.await.map_err(|_| Error::internal("reading the checkpoints was broken off"))??;
    let auditor = tools.ledger.as_role(Role::Auditor);
    let mut lost = Vec::new();
    for (tenant, claims) in said {
        let scope = Caller::house().permit(Permission::ReadBooks, tenant)?;
        let named: Vec<u64> = claims.iter().map(|claim| claim.seq).collect();
        let standing = auditor.read(&scope, move |tx| queries::hashes(tx, tenant, &named)).await?;
        let is_gone = |claim: &&Claim| standing.get(&claim.seq) != Some(&claim.hash);
        let first = claims.iter().filter(is_gone).map(|claim| claim.seq).min();
        lost.extend(first.map(|seq| Lost { tenant, seq }));
    }
    let chains = lost.len() as u64;
    if chains == 0 {
        return Ok(chains);
    }
    let (at, mut heads) = ends(&tools.ledger).await?;
    heads.retain(|head| head.seq > 0);
    turn.append(Checkpoint { at, heads, lost }, &tools.vault.sign_key()?).await?;
    Ok(chains)
}
