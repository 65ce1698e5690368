//! What we ask stores for.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::stores::{Promised, figures};

pub const CHECK: Check = Check::hourly(
    "scopes_listed",
    "each scope that is named is on the policy's list, where none stands without its reason; and no connected store granted \
     one beyond the list",
    "{ stores(filter: { drift: [NOT_LISTED] }) { nodes { domain scopes { name verdict } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let listed = |name: &str| asked.policy().scopes.iter().any(|scope| scope.name.get_ref() == name);
    let mut faults: Vec<String> =
        asked.of.iter().filter(|name| !listed(name)).map(|name| format!("{name} is on no list")).collect();
    let count = if asked.of.is_empty() { asked.policy().scopes.len() } else { asked.of.len() - faults.len() };
    let promised = Promised::of(asked.policy());
    let found = asked.desk(move |tx| figures(tx, &promised)).await?;
    if found.not_listed > 0 {
        faults.push(format!("{} stores granted a scope beyond the list", found.not_listed));
    }
    let within = found.stores - found.not_listed;
    Ok(Look::unless(format!("{count} scopes listed, {within} of {} stores within them", found.stores), &faults))
}
