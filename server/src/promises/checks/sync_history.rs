//! The history of what was read and written at stores, which is kept for ever and so names nobody.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::datamap::{About, Map};
use crate::floor::kernel::Result;
use crate::syncs::map::{CATALOGUE_WRITES, STOCK_WRITES, SYNC_RUNS};
use crate::syncs::{History, history};

pub const CHECK: Check = Check::daily(
    "sync_history",
    "every run that began by the book of its tenant is in the history, one that is over says how it ended and what it came to, \
     one that is not is read on; and by the data map no column of the history holds anything of a person",
    "{ dataMap { name columns { name class } } syncFigures { running } }",
    |asked| look(asked).boxed(),
);

const TABLES: [&str; 3] = [SYNC_RUNS.name, STOCK_WRITES.name, CATALOGUE_WRITES.name];

async fn look(asked: Asked) -> Result<Look> {
    let each = asked.each(|tx, _| history(tx)).await?;
    let sum = |of: fn(&History) -> i64| each.iter().map(of).sum::<i64>();
    let (runs, missing) = (sum(|found| found.runs), sum(|found| found.missing));
    let mut faults = of_persons(asked.tools.map);
    faults.extend(super::counted([
        (missing, "runs began and are not in the history"),
        (sum(|found| found.endless), "runs go on, and nobody reads on"),
        (sum(|found| found.partial), "runs are over without what they came to"),
    ]));
    let look = Look::unless(format!("{runs} runs, {missing} missing"), &faults);
    Ok(look.only_if(runs > 0, "nothing was read of a store yet"))
}

/// What of the history is about persons, or on no map.
fn of_persons(map: Map) -> Vec<String> {
    let mut faults = Vec::new();
    for name in TABLES {
        let Some(table) = map.table(name) else {
            faults.push(format!("{name} is not in the data map"));
            continue;
        };
        if table.about != About::Nobody {
            faults.push(format!("{name} is about persons"));
        }
        let personal = table.columns.iter().filter(|column| !column.is_for_the_desk());
        faults.extend(personal.map(|column| format!("{name}.{} may tell of a person", column.name)));
    }
    faults
}
