//! What is a child's goes promptly once that is known.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::requests;

pub const CHECK: Check = Check::hourly(
    "children",
    "each deletion that was asked for because somebody is a child was carried out within seven days of when that was known, \
     and none that is open is older",
    "{ requests(first: 50) { nodes { reference specialCase stage } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = asked.desk(requests::children).await?;
    let faults = super::counted([
        (found.late, "children's data went more than seven days after it was known"),
        (found.overdue, "children's data is here for more than seven days since it was known"),
    ]);
    let figure = format!("{} deletions for children, {} open", found.done, found.open);
    let look = Look::unless(figure.clone(), &faults);
    if faults.is_empty() && found.soon > 0 {
        return Ok(Look::at_risk(figure, format!("{} wait for more than four days", found.soon)));
    }
    Ok(look.only_if(found.done + found.open > 0, "nobody told us of a child yet"))
}
