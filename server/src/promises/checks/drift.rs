//! What stores granted, against what the policy lists.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::stores::{Promised, figures};

pub const CHECK: Check = Check::hourly(
    "drift",
    "no connected store granted a scope that the policy does not list, or one to write while its sync is off; a scope that is \
     missing or lies unused for 90 days is a risk",
    "{ stores(filter: { hasDrift: true }) { nodes { domain driftKinds } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let promised = Promised::of(asked.policy());
    let found = asked.desk(move |tx| figures(tx, &promised)).await?;
    let figure = format!("{} of {} stores as listed", found.stores - found.with_drift, found.stores);
    Ok(if found.not_listed + found.writes_while_sync_is_off > 0 {
        let why = format!(
            "{} stores granted what is not listed, {} let us write while their sync is off",
            found.not_listed, found.writes_while_sync_is_off
        );
        Look::broken(figure, why)
    } else if found.with_drift > 0 {
        Look::at_risk(figure, format!("{} stores lack a scope, {} grant one unused", found.missing, found.unused))
    } else {
        Look::holds(figure).only_if(found.stores > 0, "no store is connected yet")
    })
}
