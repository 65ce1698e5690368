//! A reveal writes its row in the transaction that opens the value. So three things are looked at: that a look of our own
//! leaves its row, that nobody online can change or remove a young one, and that no role sees what only a reveal opens.

use futures_util::FutureExt;

use super::{Asked, Check, Look, hand};
use crate::floor::datamap::Column;
use crate::floor::kernel::{Result, TenantId};
use crate::promises::queries;

pub const CHECK: Check = Check::hourly(
    "access_logged",
    "the check itself has a look through the door of reveals and finds its row in the access book; nobody online may change \
     that book or take a row younger than 90 days out of it; and the desk's role may read keys and facts alone",
    "{ accesses { nodes { at actor view } } }",
    |asked| look(asked).boxed(),
);

/// What our own look is called in the book.
const VIEW: &str = "promises.trial";

async fn look(asked: Asked) -> Result<Look> {
    let trial = asked.tools.ledger.reveal(hand(TenantId::HOUSE)?, "trial", |tx| Ok(tx.note(None, VIEW))).await?;
    let seen = asked.house(move |tx| {
        let seen = queries::is_noted(tx, trial)?;
        Ok((seen, queries::powers_over_the_book(tx)?, queries::granted_to_the_desk(tx)?, queries::looks_of_late(tx)?))
    });
    let (is_noted, mut faults, granted, looks) = seen.await?;
    if !is_noted {
        faults.insert(0, "a look left no row in the access book".to_owned());
    }
    for (table, column) in granted {
        let known = asked.tools.map.table(&table).and_then(|table| table.column(&column));
        if column != "tenant_id" && !known.is_some_and(Column::is_for_the_desk) {
            faults.push(format!("the desk's role may read {table}.{column}"));
        }
    }
    Ok(Look::unless(format!("{looks} looks of the house in 30 days, a trial among them on record"), &faults))
}
