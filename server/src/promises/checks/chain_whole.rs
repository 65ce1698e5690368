//! The books as an auditor verifies them: every link of every chain, and what the signed checkpoints say of them.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::audit::verify::{Books, Case, verify};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::daily(
    "chain_whole",
    "every link of every tenant's chain is reckoned again, and compared with the signed checkpoints outside Postgres",
    "rightsdesk-server verify-audit",
    |asked| look(asked).boxed(),
);

/// How old the last checkpoint may be before a cut would go unseen for too long.
const OLD: chrono::Duration = chrono::Duration::hours(1);

async fn look(asked: Asked) -> Result<Look> {
    let tools = &asked.tools;
    let case = Case {
        books: Books::of(&tools.ledger),
        checkpoints: tools.journal.checkpoints.path().to_owned(),
        keys: tools.vault.public_keys()?,
        kept: None,
    };
    let report = verify(case).await?;
    let figure = format!("{} links in {} chains", report.links, report.chains);
    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    if !faults.is_empty() {
        return Ok(Look::unless(figure, &faults));
    }
    let age = report.last.map(|last| tools.watch.now().since(last.at));
    match age {
        Some(age) if age <= OLD => Ok(Look::holds(figure)),
        Some(age) => Ok(Look::at_risk(figure, format!("the last checkpoint is {} hours old", age.num_hours()))),
        None => Ok(Look::at_risk(figure, "no checkpoint vouches for the books yet")),
    }
}
