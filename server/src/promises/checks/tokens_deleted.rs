//! With the connection its token goes.

use futures_util::FutureExt;

use super::{Asked, Check, Look, hand};
use crate::floor::kernel::Result;
use crate::stores::tokens_left;
use crate::tenants::closed_tenants;

pub const CHECK: Check = Check::hourly(
    "tokens_deleted",
    "no stored token is of a store that is disconnected, or of no store at all, and none is left of a closed account",
    "{ stores(filter: { state: [DISCONNECTED] }) { nodes { domain receipt { tokenDeleted } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let (mut over, mut left) = (0, 0);
    for (disconnected, tokens) in asked.each(|tx, _| tokens_left(tx, true)).await? {
        over += disconnected;
        left += tokens;
    }
    for tenant in asked.desk(closed_tenants).await? {
        let (disconnected, tokens) = asked.tools.ledger.read(&hand(tenant)?, |tx| tokens_left(tx, false)).await?;
        over += disconnected;
        left += tokens;
    }
    let figure = format!("{left} tokens left of {over} stores that are over");
    Ok(match left {
        0 => Look::holds(figure).only_if(over > 0, "no store's connection has ended yet"),
        _ => Look::broken(figure, "tokens outlived their connection"),
    })
}
