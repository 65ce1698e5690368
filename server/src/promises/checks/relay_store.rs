//! The temporary store of the relay.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::relay;

pub const CHECK: Check = Check::hourly(
    "relay_store",
    "no event is held past its end, none leads to a person for more than a month, none is meant to stay longer than 61 days, \
     and what is not kept is there only while a delivery waits",
    "{ dataMap { name columns { name class } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let held = asked
        .desk(|tx| {
            let now = tx.now()?;
            relay::held(tx, now)
        })
        .await?;
    let faults: Vec<String> = [
        (held.overdue, "events are past their end"),
        (held.linked_overdue, "events lead to a person although their month is over"),
        (held.passing_overdue, "events hold what is not kept, and nothing waits for it"),
        (held.too_long, "events are meant to stay too long"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let overdue = held.overdue + held.linked_overdue + held.passing_overdue;
    let look = Look::unless(format!("{} events, {overdue} overdue", held.events), &faults);
    Ok(look.only_if(held.events > 0, "no event is held"))
}
