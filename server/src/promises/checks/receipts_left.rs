//! What ends leaves a paper.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::hourly(
    "receipts_left",
    "each app that was disconnected has its receipt, and that says what stays with the provider",
    "{ apps(filter: { state: DISCONNECTED }) { nodes { name receipt { at whatStays providerPolicy } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = asked.apps().await?;
    let figure = format!("{} of {} disconnections", found.ended - found.without_receipt, found.ended);
    Ok(match found.without_receipt {
        0 => Look::holds(figure).only_if(found.ended > 0, "no app was disconnected yet"),
        without => Look::broken(figure, format!("{without} disconnections left no receipt that says what stays")),
    })
}
