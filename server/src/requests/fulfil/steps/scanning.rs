//! Somebody looks for the person: by every id, by every blind index of what they went by, by what platforms call them, and by
//! what their keys sealed. Whatever is found goes, and is looked for again.

use super::clearing::clear_all;
use super::matching::VIEW;
use super::{Ran, Stood, came, whole};
use crate::floor::kernel::Result;
use crate::requests::actions::event;
use crate::requests::asking;
use crate::requests::fulfil::Carrier;
use crate::requests::model::{Step, StepName};
use crate::requests::queries::{fulfilling, requests};

/// What the access book says.
const PURPOSE: &str = "scan";

/// What a look found.
struct Found {
    /// Rows that are left, of which some may be somebody's who was made anew.
    rows: i64,
    /// Whoever was made anew of what the person goes by.
    anew: Vec<crate::floor::kernel::SubjectId>,
}

pub async fn run(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let id = carrier.request;
    let request = carrier.tools.ledger.read(&carrier.lane, move |tx| requests::get(tx, id)).await?;
    if asking::whole(&request).is_some() {
        return whole::scan(carrier, step).await;
    }
    let found = look(carrier).await?;
    let (inside, own, rows) = (carrier.clone(), step.clone(), found.rows.unsigned_abs());
    let is_clean = rows == 0 && found.anew.is_empty();
    let stood = carrier.write(Some(step), move |tx, ground| {
        if is_clean {
            let columns = inside.tools.map.columns_about_people() as u64;
            let mut told = ground.done(tx, &own, 0, None)?;
            told.push(event("request.scanned", &ground.request).count("columns", columns).count("rows_left", 0));
            return Ok(Some(((), told)));
        }
        let mut found_again = ground.persons.clone();
        found_again.extend(found.anew);
        fulfilling::remember_persons(tx, ground.request.id, &found_again)?;
        let cleared = clear_all(tx, &inside, ground)?;
        let again = [StepName::Tombstone, StepName::Forget, StepName::Files, StepName::Key];
        fulfilling::do_again(tx, ground.plan.id, &again)?;
        let told = event("request.scan_found", &ground.request).count("rows", rows).count("cleared", cleared);
        Ok(Some(((), vec![told])))
    });
    Ok(match stood.await? {
        Stood::Done(()) if is_clean => Ran::Done,
        Stood::Done(()) => Ran::Again,
        other => came(&other),
    })
}

async fn look(carrier: &Carrier) -> Result<Found> {
    let (vault, map, id) = (carrier.tools.vault.clone(), carrier.tools.map, carrier.request);
    let looked = carrier.tools.ledger.reveal(carrier.lane.clone(), PURPOSE, move |tx| {
        let persons = fulfilling::persons(tx, id)?;
        let keeper = fulfilling::find_keeper(tx, id)?;
        let matches = fulfilling::open_matches(tx, &vault, id, VIEW)?;
        let traces = fulfilling::traces(tx, id, keeper, &matches)?;
        let mut rows = traces.rows + map.left_of(tx, &persons)?.iter().map(|left| left.rows).sum::<i64>();
        let (keys, there) = fulfilling::keys_of(tx, &persons)?;
        rows += i64::try_from(there).unwrap_or(i64::MAX);
        rows += map.sealed_under(tx, &keys)?.iter().map(|left| left.rows).sum::<i64>();
        let anew = traces.subjects.into_iter().filter(|subject| !persons.contains(subject) && Some(*subject) != keeper);
        Ok(Found { rows, anew: anew.collect() })
    });
    looked.await
}
