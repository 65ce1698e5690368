//! Keys and data of one kind of desk never meet those of another.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::floor::vault::modes;

pub const CHECK: Check = Check::hourly(
    "modes_apart",
    "every key this database was made with is of the kind of desk that this program runs as",
    "rightsdesk-server keys status",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let own = asked.tools.facts.mode;
    let found = asked.desk(modes).await?;
    let all: i64 = found.iter().map(|(_, count)| count).sum();
    let others = found.iter().filter(|(mode, _)| *mode != own);
    let faults: Vec<String> =
        others.map(|(mode, count)| format!("{count} keys are of {mode}, and this desk is of {own}")).collect();
    Ok(Look::unless(format!("{all} keys, all of {own}"), &faults))
}
