//! What people ask is answered within the time that the page names.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::requests;

pub const CHECK: Check = Check::hourly(
    "answers",
    "by the dates that were computed from the page's own time at receipt, each request that was answered in the last 90 days \
     was answered by its day, and none that is open is past it; tests, spam and what was asked twice are none",
    "{ requests(first: 50) { nodes { reference right due { on } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let of = asked.of.clone();
    let found = asked.desk(move |tx| requests::kept_word(tx, &of)).await?;
    let faults = super::counted([
        (found.late, "requests were answered after the day that the page names"),
        (found.overdue, "requests are open past the day that the page names"),
    ]);
    let asked = found.answered + found.open;
    let figure = format!("{} of {} answered in time, {} open", found.answered - found.late, found.answered, found.open);
    let look = Look::unless(figure.clone(), &faults);
    if faults.is_empty() && found.soon > 0 {
        return Ok(Look::at_risk(figure, format!("{} requests are due within two days", found.soon)));
    }
    Ok(look.only_if(asked > 0, "nobody has asked for anything that the page names a time for"))
}
