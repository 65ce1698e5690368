//! Somebody looks for the person: by every id, by every blind index of what they went by, by what platforms call them, and by
//! what their keys sealed. Whatever is found of the person goes, and is looked for again. Whoever stood there before and goes
//! by the same is somebody else: nobody is erased of whom no plan was approved.

use super::clearing::clear_all;
use super::matching::VIEW;
use super::{Ran, Stood, came, whole};
use crate::floor::datamap::Map;
use crate::floor::kernel::{Result, SubjectId};
use crate::requests::actions::event;
use crate::requests::asking;
use crate::requests::fulfil::Carrier;
use crate::requests::model::{Look, Step, StepName};
use crate::requests::queries::{fulfilling, requests};

/// What the access book says.
const PURPOSE: &str = "scan";

/// What the step says where somebody else goes by what the person went by.
const SOMEBODY_ELSE: &str = "somebody_else";

/// What a look found.
struct Found {
    look: Look,
    /// Whoever was made anew of what the person goes by.
    anew: Vec<SubjectId>,
    /// Whether somebody goes by it who stood there before.
    has_another: bool,
}

/// What a look that found so much went through.
pub fn looked(map: Map, rows_left: i64) -> Look {
    Look { columns: i32::try_from(map.columns_about_people()).unwrap_or(i32::MAX), rows_left }
}

pub async fn run(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let id = carrier.request;
    let request = carrier.tools.ledger.read(&carrier.lane, move |tx| requests::get(tx, id)).await?;
    if asking::whole(&request).is_some() {
        return whole::scan(carrier, step).await;
    }
    let found = look(carrier).await?;
    if found.has_another {
        return leave_to_people(carrier, step, found.look).await;
    }
    let (inside, own, look) = (carrier.clone(), step.clone(), found.look);
    let is_clean = look.rows_left == 0 && found.anew.is_empty();
    let stood = carrier.write(Some(step), move |tx, ground| {
        fulfilling::note_look(tx, &own, look)?;
        let rows = look.rows_left.unsigned_abs();
        if is_clean {
            let mut told = ground.done(tx, &own, 0, None)?;
            let columns = u64::from(look.columns.unsigned_abs());
            told.push(event("request.scanned", &ground.request).count("columns", columns).count("rows_left", rows));
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

/// What was approved was about one person, and there are two by now: people read it again.
async fn leave_to_people(carrier: &Carrier, step: &Step, look: Look) -> Result<Ran> {
    let sent_back = Step { outcome: Some(SOMEBODY_ELSE.to_owned()), ..step.clone() };
    let own = sent_back.clone();
    let stood: Stood<()> = carrier
        .write(Some(&sent_back), move |tx, _| {
            fulfilling::note_look(tx, &own, look)?;
            Ok(None)
        })
        .await?;
    Ok(came(&stood))
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
        let is_new = |subject: &SubjectId| !persons.contains(subject) && Some(*subject) != keeper;
        let others: Vec<SubjectId> = traces.subjects.into_iter().filter(is_new).collect();
        let anew = fulfilling::made_since(tx, id, &others)?;
        Ok(Found { look: looked(map, rows), has_another: anew.len() < others.len(), anew })
    });
    looked.await
}
