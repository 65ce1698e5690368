//! What would be done now is what was approved: there may be more rows of the same kind, and nothing that was not read.

use super::Ran;
use super::{came, whole};
use crate::floor::kernel::Result;
use crate::requests::actions::drawn_now;
use crate::requests::fulfil::Carrier;
use crate::requests::model::Step;
use crate::requests::plan::is_alike;
use crate::requests::queries::{estate, fulfilling};

pub async fn run(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let (by_what, own) = (carrier.by_what.clone(), step.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let now = drawn_now(tx, &by_what, &ground.request)?;
        if !is_alike(&ground.plan.lines, &now) {
            return Ok(None);
        }
        let persons = match whole::everybody(tx, by_what.map(), &ground.request, &ground.plan.lines)? {
            // What is only tried is about nobody.
            _ if ground.request.is_test => Vec::new(),
            Some(everybody) => everybody,
            None => estate::persons_of(tx, &ground.request)?,
        };
        fulfilling::remember_persons(tx, ground.request.id, &persons)?;
        Ok(Some(((), ground.done(tx, &own, persons.len() as u64, None)?)))
    });
    Ok(came(&stood.await?))
}
