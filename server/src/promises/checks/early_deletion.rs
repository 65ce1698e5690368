//! Whoever does not want to wait for the end of a window asks, and it goes.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::requests;

pub const CHECK: Check = Check::hourly(
    "early_deletion",
    "each deletion of the last year that was carried out was answered by its day, and none that is open is past it; those \
     that an account's end opened by itself are none",
    "{ requests(first: 50) { nodes { reference right stage due { on } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = asked.desk(requests::early_deletions).await?;
    let faults = super::counted([
        (found.late, "deletions were answered after their day"),
        (found.overdue, "deletions are open past their day"),
    ]);
    let figure = format!("{} deletions carried out, {} open", found.done, found.open);
    let look = Look::unless(figure.clone(), &faults);
    if faults.is_empty() && found.soon > 0 {
        return Ok(Look::at_risk(figure, format!("{} deletions are due within two days", found.soon)));
    }
    Ok(look.only_if(found.done + found.open > 0, "nobody has asked for a deletion yet"))
}
