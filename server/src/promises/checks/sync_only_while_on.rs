//! Quantities flow between stores while their sync is on.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::syncs::{Flows, flows};

pub const CHECK: Check = Check::daily(
    "sync_only_while_on",
    "by the book of each tenant no write of stock that a sync was the leave for left for a store while the sync of that store, \
     or of the store that it follows, was off, and each is on record; `stockWrites` of a store lists them",
    "{ stores { nodes { id domain syncIsOn } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let each = asked.each(|tx, _| flows(tx)).await?;
    let sum = |of: fn(&Flows) -> i64| each.iter().map(of).sum::<i64>();
    let (sent, while_off) = (sum(|found| found.sent), sum(|found| found.while_off));
    let faults = super::counted([
        (while_off, "writes left while the sync was off"),
        (sum(|found| found.unknown), "writes are in the book or on record, and not in both"),
    ]);
    let look = Look::unless(format!("{sent} writes by syncs, {while_off} while one was off"), &faults);
    Ok(look.only_if(sent > 0, "no sync has written to a store yet"))
}
