//! Rows go, each line of the plan in a transaction of its own. What a ground keeps goes over to a subject of nobody's name
//! before anything is cleared, so that the person's key can go.

use super::{Ran, came, whole};
use crate::floor::datamap::{About, Apart, Picked, Row, Table};
use crate::floor::kernel::{Error, Instant, Result};
use crate::floor::ledger::WriteTx;
use crate::requests::fulfil::{Carrier, Ground};
use crate::requests::jobs::forget_earlier;
use crate::requests::model::{PlanLine, Step};
use crate::requests::package;
use crate::requests::plan::{part_of, reason_of};
use crate::requests::queries::{estate, fulfilling, keeps};

/// What hangs on orders is told apart by them.
fn of_orders() -> Apart {
    Apart { table: "orders", key: "order_id", rows: Vec::new() }
}

/// The line that a step carries out, and its table.
fn line_of<'a>(carrier: &Carrier, ground: &'a Ground, step: &Step) -> Result<(&'a PlanLine, &'static Table)> {
    let line = step.line.and_then(|line| ground.plan.lines.get(line));
    let found = line.and_then(|line| Some((line, carrier.tools.map.table(&line.place)?)));
    found.ok_or_else(|| Error::internal("a step carries out no line of its plan"))
}

pub async fn keep(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let (inside, own) = (carrier.clone(), step.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let (line, table) = line_of(&inside, ground, &own)?;
        let rows = keep_rows(tx, &inside, ground, (line, table))?;
        Ok(Some(((), ground.done(tx, &own, rows, None)?)))
    });
    Ok(came(&stood.await?))
}

/// From when on the policy keeps the rows of a line; none where it is not what keeps them.
fn kept_from(carrier: &Carrier, ground: &Ground, (line, table): (&PlanLine, &Table)) -> Option<Instant> {
    let is_kept = line.ground.as_deref().is_some_and(|ground| ground.starts_with("keep:"));
    is_kept.then(|| estate::kept_from(carrier.by_what.policy(), table, ground.now.day())).flatten()
}

/// What the ground of a line keeps goes over to the keeper, without what the ground does not need, and until when is written
/// down; books that the law wants whole stay as they are.
fn keep_rows(
    tx: &mut WriteTx,
    carrier: &Carrier,
    ground: &Ground,
    (line, table): (&PlanLine, &'static Table),
) -> Result<u64> {
    let why = line.ground.as_deref().unwrap_or_default();
    let map = carrier.tools.map;
    if table.about == About::Nobody {
        return map.tally_of_nobody(tx, table, kept_from(carrier, ground, (line, table)));
    }
    let (apart, held) = estate::bound(tx, &ground.request, (&ground.persons, &ground.plan.lines))?;
    let part = part_of(why, &held);
    let picked = Picked { persons: &ground.persons, store: Some(line.store), apart: &apart, part, since: None };
    // Books that the law wants whole, and what the page keeps by a time of its own.
    if why.starts_with("law:") || why.starts_with("retention:") {
        return map.tally(tx, table, &picked);
    }
    let picked = Picked { since: kept_from(carrier, ground, (line, table)), ..picked };
    let keeper = fulfilling::keeper(tx, ground.request.id)?;
    let mover = carrier.tools.vault.mover(tx, &ground.persons, keeper)?;
    let reason = reason_of(why, carrier.by_what.policy());
    let rows = map.hand_over(tx, table, (&picked, reason), (&mover, keeper))?;
    if rows > 0 {
        keeps::add(tx, keeper, Some(ground.request.id), line)?;
    }
    Ok(rows as u64)
}

pub async fn forget(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let (inside, own) = (carrier.clone(), step.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let (line, table) = line_of(&inside, ground, &own)?;
        let (map, apart) = (inside.tools.map, of_orders());
        if table.about == About::Nobody {
            let before = estate::kept_from(inside.by_what.policy(), table, ground.now.day());
            let rows = map.remove_of_nobody(tx, table, before)?;
            return Ok(Some(((), ground.done(tx, &own, rows, None)?)));
        }
        let since = kept_from(&inside, ground, (line, table));
        let picked = Picked { persons: &ground.persons, store: Some(line.store), apart: &apart, part: None, since };
        let rows = if table.erased_by == Row::Kept {
            // It tells of the person only by what it hangs on, which is cleared by a step of its own.
            map.tally(tx, table, &picked)?
        } else {
            map.clear(tx, table, &picked)? as u64
        };
        Ok(Some(((), ground.done(tx, &own, rows, None)?)))
    });
    Ok(came(&stood.await?))
}

/// Whatever is left of the person in any table of ours, wherever it came from. Says how many rows that were.
pub fn clear_all(tx: &mut WriteTx, carrier: &Carrier, ground: &Ground) -> Result<u64> {
    let (map, apart) = (carrier.tools.map, of_orders());
    let left = map.left_of(tx, &ground.persons)?;
    let mut rows = 0;
    for table in map.children_first().filter(|table| left.iter().any(|left| left.table.name == table.name)) {
        let picked = Picked { persons: &ground.persons, store: None, apart: &apart, part: None, since: None };
        rows += map.clear(tx, table, &picked)? as u64;
    }
    Ok(rows)
}

/// Files of the person, the links that lead to them, and what earlier contacts of theirs were made of.
pub async fn files(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let map = carrier.tools.map;
    let held = carrier.write(Some(step), move |tx, ground| {
        let told = crate::requests::actions::event("request.files_going", &ground.request);
        Ok(Some(((whole::going(tx, map, ground)?, ground.request.intake), vec![told])))
    });
    let held = held.await?;
    let super::Stood::Done((persons, contact)) = held else { return Ok(came(&held)) };
    let (tools, lane) = (&carrier.tools, &carrier.lane);
    let mut gone = package::clear(tools, lane, &persons).await?;
    gone += forget_earlier(tools, lane, (carrier.request, contact), &persons).await?;
    let own = step.clone();
    let stood = carrier.write(Some(step), move |tx, ground| Ok(Some(((), ground.done(tx, &own, gone, None)?))));
    Ok(came(&stood.await?))
}
