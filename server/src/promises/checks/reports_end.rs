//! A month's files go when the policy says, and are there until then.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::reports;

pub const CHECK: Check = Check::daily(
    "reports_end",
    "no report that was made is older than its window and the sweep of a day, and each that is within it has its file",
    "{ dataMap { name columns { name class } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = reports::standing(&asked.tools, asked.policy()).await?;
    let faults = super::counted([
        (found.overdue, "reports are older than their rule allows"),
        (found.lost, "reports are without their file"),
    ]);
    let look = Look::unless(format!("{} reports, {} past their end", found.made, found.overdue), &faults);
    Ok(look.only_if(found.made > 0, "no report was made yet"))
}
