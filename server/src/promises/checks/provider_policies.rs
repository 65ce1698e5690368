//! Where a provider says what it does itself.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::hourly(
    "provider_policies",
    "each connected app names the page of its provider's own policy",
    "{ apps(filter: { state: CONNECTED }) { nodes { name provider policyUrl } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = asked.apps().await?;
    let figure = format!("{} of {} apps", found.connected - found.without_policy, found.connected);
    Ok(match found.without_policy {
        0 => Look::holds(figure).only_if(found.connected > 0, "no app is connected yet"),
        without => Look::broken(figure, format!("{without} apps do not say where their provider's policy is")),
    })
}
