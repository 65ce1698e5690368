//! What stores sell is changed where a person asked for it, and never else.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::syncs::{Relistings, relistings};

pub const CHECK: Check = Check::daily(
    "write_on_action",
    "every change of what a store sells names a signed-in person, the book of the tenant says that this one asked for it at that \
     moment, and none went to a store that is on no record; `catalogueWrites` of a store lists them",
    "{ stores { nodes { id domain } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let each = asked.each(|tx, _| relistings(tx)).await?;
    let sum = |of: fn(&Relistings) -> i64| each.iter().map(of).sum::<i64>();
    let changes = sum(|found| found.changes);
    let found = [
        (sum(|found| found.nobodys), "changes name no person"),
        (sum(|found| found.unasked), "changes were not asked for by the one they name, as the book has it"),
        (sum(|found| found.unknown), "changes went to a store and are on no record"),
    ];
    let unexplained: i64 = found.iter().map(|(count, _)| count).sum();
    let figure = format!("{changes} changes, {unexplained} without a person's action");
    let look = Look::unless(figure, &super::counted(found));
    Ok(look.only_if(changes > 0, "nobody has changed what a store sells yet"))
}
