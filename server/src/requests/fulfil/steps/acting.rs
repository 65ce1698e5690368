//! The steps of rights that take nothing away: what takes effect in our own records, and what is made for the person.

use super::super::acting;
use super::{Ran, Stood, came};
use crate::floor::kernel::Result;
use crate::requests::actions::event;
use crate::requests::fulfil::Carrier;
use crate::requests::model::{Step, StepName, StepState};
use crate::requests::package::{self, Standing};
use crate::requests::playbooks::Came;
use crate::requests::queries::fulfilling;

/// What a code is where a line found nothing any more.
pub const ALREADY_GONE: &str = "already_gone";

/// What a code is where others' rights kept something back.
const OTHERS_RIGHTS: &str = "others_rights";

/// What a right says of our own records takes effect, all of it at once: the other steps of its kind are done with the first.
pub async fn act(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let own = step.clone();
    let held = carrier.write(Some(step), move |tx, ground| {
        let steps = fulfilling::steps(tx, ground.plan.id)?;
        let waits = steps.iter().any(|other| other.position == own.position && other.state == StepState::Waiting);
        let told = event("request.acting", &ground.request);
        Ok(Some(((ground.request.clone(), ground.plan.clone(), waits), vec![told])))
    });
    let held = held.await?;
    let Stood::Done((request, plan, waits)) = held else { return Ok(came(&held)) };
    if !waits {
        return Ok(Ran::Done);
    }
    let acted = acting::act(&carrier.tools, &carrier.lane, &request, &plan).await?;
    let own = step.clone();
    let stood = carrier.write(Some(step), move |tx, ground| {
        let mut told = vec![event("request.acted", &ground.request).count("rows", acted.rows)];
        let steps = fulfilling::steps(tx, ground.plan.id)?;
        let acts = steps.iter().filter(|other| other.name == StepName::Act && other.state == StepState::Waiting);
        for other in acts {
            let receipt = acted.receipts.iter().find(|receipt| Some(receipt.line) == other.line);
            let outcome = match receipt.map(|receipt| &receipt.came) {
                Some(Came::AlreadyGone) => Some(ALREADY_GONE),
                Some(Came::NotDone(_)) => Some("not_done"),
                Some(Came::Done) | None => None,
            };
            let rows = if other.position == own.position { acted.rows } else { 0 };
            told.extend(ground.done(tx, other, rows, outcome)?);
        }
        Ok(Some(((), told)))
    });
    Ok(came(&stood.await?))
}

/// The package is ordered, read by a second person, and fetched; then the right is carried out.
pub async fn package(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let own = step.clone();
    let stood = carrier.write(Some(step), move |tx, ground| {
        let (standing, mut told) = package::see_to(tx, &ground.request)?;
        match standing {
            Standing::Waits => {
                fulfilling::note_step(tx, &own, StepState::Waiting, (0, None))?;
                told.push(event("request.package_awaited", &ground.request));
                Ok(Some((false, told)))
            }
            Standing::Released { rows, left_out } => {
                let outcome = (left_out > 0).then_some(OTHERS_RIGHTS);
                told.extend(ground.done(tx, &own, rows, outcome)?);
                Ok(Some((true, told)))
            }
        }
    });
    Ok(match stood.await? {
        Stood::Done(true) => Ran::Done,
        Stood::Done(false) => Ran::Waits,
        other => came(&other),
    })
}
