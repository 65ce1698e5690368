//! What merchants connect is of the kinds that the page names. What an app touches follows from its kind, so that one of
//! no listed kind touches what nobody said.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::hourly(
    "apps_listed",
    "each kind of app that is named is on the policy's list, which says what such an app touches; and no connected app is of \
     a kind beyond the list",
    "{ apps(filter: { state: CONNECTED }) { nodes { name kind { code } touches } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = asked.apps().await?;
    let listed = |code: &str| asked.policy().app_kinds.iter().any(|kind| kind.code.get_ref() == code);
    let mut faults: Vec<String> = asked
        .of
        .iter()
        .filter(|code| !listed(code))
        .map(|code| format!("{code} is no kind of app on the list"))
        .collect();
    if found.unlisted > 0 {
        faults.push(format!("{} apps are of a kind that the policy does not list", found.unlisted));
    }
    let figure = format!("{} of {} apps of a listed kind", found.connected - found.unlisted, found.connected);
    Ok(Look::unless(figure, &faults).only_if(found.connected > 0, "no app is connected yet"))
}
