//! With the connection goes what it held.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::apps::{Left, left_over};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::hourly(
    "slots_freed",
    "no app that is disconnected holds a slot, none of the credentials that are stored is of an app that is not connected, \
     and no job that waits or runs is about one",
    "{ apps(filter: { state: DISCONNECTED }) { nodes { name receipt { slotFreed credentialsDeleted jobsCancelled } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let others = asked.other_kinds();
    let each = asked.each(move |tx, _| left_over(tx, &others)).await?;
    let sum = |of: fn(&Left) -> i64| each.iter().map(of).sum::<i64>();
    let ended = sum(|left| left.ended);
    let left = [
        (sum(|left| left.slots), "slots"),
        (sum(|left| left.credentials), "credentials"),
        (sum(|left| left.jobs), "jobs"),
    ];
    let faults: Vec<String> =
        left.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what} are left")).collect();
    let total: i64 = left.iter().map(|(count, _)| count).sum();
    let look = Look::unless(format!("{total} things left of {ended} disconnected apps"), &faults);
    Ok(look.only_if(ended > 0, "no app was disconnected yet"))
}
