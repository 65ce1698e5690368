//! What apps may, against what their work needs.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::hourly(
    "permissions_needed",
    "no connected app was given a permission that its kind does not need; one of a kind that the policy dropped needs none",
    "{ apps(filter: { isOverGranted: true }) { nodes { name granted excess } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = asked.apps().await?;
    let figure = format!("{} of {} apps", found.connected - found.over_granted, found.connected);
    Ok(match found.over_granted {
        0 => Look::holds(figure).only_if(found.connected > 0, "no app is connected yet"),
        over => Look::broken(figure, format!("{over} apps were given more than their kind needs")),
    })
}
