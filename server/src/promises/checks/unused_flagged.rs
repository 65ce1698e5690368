//! What lies unused is asked about. A review takes in every connected app the day it is opened, with whether anybody uses
//! it; one that falls idle afterwards is asked about by the next.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::reviews::unused;

pub const CHECK: Check = Check::daily(
    "unused_flagged",
    "each connected app that nobody used for 90 days stands in a review that is open, or was decided in one since; one that \
     fell idle within the quarter waits for the next review, and is a risk until then",
    "{ apps(filter: { isUnused: true }) { nodes { name lastUsedAt } } campaigns { nodes { title covers state } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let others = asked.other_kinds();
    let found = asked.desk(move |tx| unused(tx, &others)).await?;
    let asked_about = found.unused - found.unasked;
    let figure = format!("{asked_about} of {} unused apps, {} connected", found.unused, found.connected);
    Ok(match (found.missed, found.unasked) {
        (missed @ 1.., _) => Look::broken(figure, format!("{missed} unused apps were missed by a quarter's review")),
        (_, waiting @ 1..) => Look::at_risk(figure, format!("{waiting} unused apps wait for the next review")),
        _ => Look::holds(figure).only_if(found.connected > 0, "no app is connected yet"),
    })
}
