//! What the person goes by is put aside under the request's own key, before anything of it goes: by it nobody writes of them
//! anew, and whoever got something is told whom it is about. It is opened on record.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Ran, came};
use crate::floor::kernel::Result;
use crate::requests::fulfil::Carrier;
use crate::requests::model::{DataRole, GoesBy, Proof, Step};
use crate::requests::queries::fulfilling::{self, Match};
use crate::requests::queries::{estate, identifiers, plans, requests};
use crate::subjects::IdentifierKind;

/// What the access book says.
pub const VIEW: &str = "request_matches";

const PURPOSE: &str = "carry_out";

pub async fn run(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let (vault, id, own) = (carrier.tools.vault.clone(), carrier.request, step.clone());
    let opened = carrier.tools.ledger.reveal(carrier.lane.clone(), PURPOSE, move |tx| {
        let request = requests::get(tx, id)?;
        let mut all = Vec::new();
        // Whoever asks as a merchant's user is that user and nobody's customer.
        let is_shopper = request.role == DataRole::Processor;
        for (one, value) in identifiers::open(tx, &vault, request.intake, VIEW)? {
            let Some(kind) = known_as(one.kind).filter(|_| one.proof != Proof::None) else { continue };
            all.push(Match { kind, store: one.store.or(request.store), value, tells: is_shopper });
        }
        let persons = fulfilling::persons(tx, id)?;
        let plan = request.stage.plan().map(|plan| plans::get(tx, plan)).transpose()?;
        let lines = plan.map(|plan| plan.lines).unwrap_or_default();
        let (apart, _) = estate::bound(tx, &request, (&persons, &lines))?;
        let kept: BTreeSet<Uuid> = apart.rows.into_iter().map(|(id, _)| id).collect();
        all.extend(fulfilling::matches_in_records(tx, &vault, &persons, (&kept, VIEW))?);
        Ok(all)
    });
    let (matches, vault) = (opened.await?, carrier.tools.vault.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let added = fulfilling::add_matches(tx, &vault, ground.request.id, &matches)?;
        fulfilling::disown(tx, ground.request.id, &ground.persons)?;
        Ok(Some(((), ground.done(tx, &own, added, None)?)))
    });
    Ok(came(&stood.await?))
}

/// Everything that was put aside, in clear.
pub async fn opened(carrier: &Carrier) -> Result<Vec<Match>> {
    let (vault, id) = (carrier.tools.vault.clone(), carrier.request);
    let opened = carrier
        .tools
        .ledger
        .reveal(carrier.lane.clone(), PURPOSE, move |tx| fulfilling::open_matches(tx, &vault, id, VIEW));
    opened.await
}

const fn known_as(kind: GoesBy) -> Option<IdentifierKind> {
    match kind {
        GoesBy::Mail => Some(IdentifierKind::Mail),
        GoesBy::Phone => Some(IdentifierKind::Phone),
        GoesBy::Customer => Some(IdentifierKind::Customer),
        GoesBy::Handle => Some(IdentifierKind::Handle),
        GoesBy::Order => Some(IdentifierKind::Order),
        GoesBy::Name | GoesBy::Agent => None,
    }
}
