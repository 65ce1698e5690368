//! After a disconnection nothing is read or written there, and nothing of it is sent on.

use chrono::Duration;
use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::stores::still_asked;
use crate::{calls, relay, syncs};

pub const CHECK: Check = Check::daily(
    "disconnect_stops",
    "no call is under way for a store that is disconnected, by the book of its tenant no page of it was taken in and nothing \
     written to it since, and nothing of it was sent on or waits to be; its platform hears of the token's end alone",
    "{ stores(filter: { state: [DISCONNECTED] }) { nodes { domain receipt { at jobsCancelled destinationsEnded sendingsDropped } } } }",
    |asked| look(asked).boxed(),
);

/// By then whoever disconnected a store was answered: what had been on its way is broken off.
const ANSWERED: Duration = Duration::minutes(1);

/// What is counted at the stores of one tenant that are over.
const AFTERWARDS: [&str; 7] = [
    "calls are under way",
    "pages were read afterwards",
    "writes were sent afterwards",
    "times something was sent on afterwards",
    "things wait to be sent on",
    "destinations are left",
    "things are still to be told us",
];

async fn look(asked: Asked) -> Result<Look> {
    let each = asked.each(|tx, _| {
        let (stores, hooks) = still_asked(tx)?;
        if stores == 0 {
            return Ok((0, [0; AFTERWARDS.len()]));
        }
        let before = tx.now()?.plus(-ANSWERED);
        let calls = calls::afterwards(tx, before)?;
        let (books, relay) = (syncs::afterwards(tx)?, relay::afterwards(tx)?);
        Ok((stores, [calls, books.reads, books.writes, relay.sent, relay.waiting, relay.destinations, hooks]))
    });
    let each = each.await?;
    let stores: i64 = each.iter().map(|(stores, _)| stores).sum();
    let afterwards = |at: usize| each.iter().map(|(_, counts)| counts[at]).sum::<i64>();
    let sums: [_; AFTERWARDS.len()] = std::array::from_fn(|at| (afterwards(at), AFTERWARDS[at]));
    let found: i64 = sums.iter().map(|(count, _)| count).sum();
    let look = Look::unless(format!("{found} things afterwards at {stores} stores"), &super::counted(sums));
    Ok(look.only_if(stores > 0, "no store was disconnected yet"))
}
