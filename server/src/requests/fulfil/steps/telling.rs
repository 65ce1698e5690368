//! Whoever got something of the person is to be told, from the plan and from the book of disclosures. Of a deletion that is
//! one transaction with the end of the person's key: what a map could have missed is unreadable from there on, and nobody is
//! forgotten who has to be told.

use std::collections::{BTreeMap, BTreeSet};

use super::super::acting;
use super::matching::opened;
use super::{Ran, came, is_told, whole};
use crate::floor::jobs::{self, Ticket};
use crate::floor::kernel::{AppId, Day, Error, Instant, Result, StoreId};
use crate::floor::ledger::{Event, WriteTx};
use crate::floor::regulations::Right;
use crate::floor::vault::SubjectKey;
use crate::propagation::{self, BoundBy, Corrected, Matches, Place, Regulation, Wish};
use crate::requests::actions::event;
use crate::requests::asking;
use crate::requests::fulfil::{Carrier, Ground};
use crate::requests::jobs::{CarryOut, TellMerchant};
use crate::requests::model::{DataRole, PlanLine, PlannedAction, Step};
use crate::requests::plan::is_held_order;
use crate::requests::queries::fulfilling::Match;
use crate::requests::queries::{clocks, estate, intakes, requests};
use crate::subjects::IdentifierKind;

/// How long before the answer is due a recipient's silence is told.
const BEFORE_DUE: chrono::Duration = chrono::Duration::days(2);

/// How long a recipient has where nothing is due.
const OTHERWISE: chrono::Duration = chrono::Duration::days(30);

/// What recipients are told besides whom it is about, store by store.
type Corrections = BTreeMap<Option<StoreId>, Corrected>;

/// The person's key goes, in one transaction with the tasks of whoever has to be told.
pub async fn key(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let matches = opened(carrier).await?;
    let (inside, own) = (carrier.clone(), step.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let mut gone = 0;
        let going = whole::going(tx, inside.tools.map, ground)?;
        for person in &going {
            gone += u64::from(inside.tools.vault.forget::<SubjectKey>(tx, *person)?);
        }
        let mut told = vec![event("request.key_destroyed", &ground.request).count("keys", gone)];
        told.extend(whole::let_go(tx, ground, &going)?);
        told.extend(tell_all(tx, &inside, ground, (&matches, &Corrections::new()))?);
        told.extend(ground.done(tx, &own, gone, None)?);
        Ok(Some(((), told)))
    });
    Ok(came(&stood.await?))
}

/// Whoever got something is told, and nothing of ours goes.
pub async fn tell(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let (matches, corrections) = (opened(carrier).await?, corrections(carrier).await?);
    let (inside, own) = (carrier.clone(), step.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let mut told = tell_all(tx, &inside, ground, (&matches, &corrections))?;
        told.extend(ground.done(tx, &own, 0, None)?);
        Ok(Some(((), told)))
    });
    Ok(came(&stood.await?))
}

/// What is to be put right at each store, and with everybody else; opened on record.
async fn corrections(carrier: &Carrier) -> Result<Corrections> {
    let (vault, id) = (carrier.tools.vault.clone(), carrier.request);
    let found = carrier.tools.ledger.reveal(carrier.lane.clone(), "correct", move |tx| {
        let request = requests::get(tx, id)?;
        let mut all = Corrections::new();
        if request.right != Right::Correction {
            return Ok(all);
        }
        let plan = request.stage.plan().map(|plan| crate::requests::queries::plans::get(tx, plan)).transpose()?;
        let lines = plan.iter().flat_map(|plan| &plan.lines).filter(|line| is_told(line));
        let stores: BTreeSet<Option<StoreId>> = lines.map(|line| line.store).collect();
        for store in stores {
            if let Some(corrected) = acting::corrected_at(tx, &vault, &request, store)? {
                all.insert(store, corrected);
            }
        }
        Ok(all)
    });
    found.await
}

fn tell_all(
    tx: &mut WriteTx,
    carrier: &Carrier,
    ground: &Ground,
    (matches, corrections): (&[Match], &Corrections),
) -> Result<Vec<Event>> {
    let mut lines: BTreeMap<(String, Option<StoreId>, String), BTreeSet<String>> = BTreeMap::new();
    let mut put = |place: &str, store: Option<StoreId>, recipient: &str, category: &str| {
        let categories = lines.entry((place.to_owned(), store, recipient.to_owned())).or_default();
        categories.insert(category.to_owned());
    };
    for line in ground.plan.lines.iter().filter(|line| is_told(line)) {
        put(&line.place, line.store, line.recipient.as_deref().unwrap_or_default(), &line.category);
    }
    // Who got something of anybody at once stands in the plan, and is asked for all of it.
    if ground.request.right == Right::Deletion && asking::whole(&ground.request).is_none() {
        for reached in estate::reached_by(tx, &ground.persons)? {
            put("recipient", None, &reached.recipient, &reached.category);
        }
    }
    let (regulation, zone) = (regulation(tx, ground)?, intakes::get(tx, ground.request.intake)?.zone);
    let wishes = lines.into_iter().map(|((place, store, recipient), categories)| {
        let categories = categories.into_iter().collect();
        wish(ground, (&place, store, recipient), (categories, regulation, zone.as_str()), (matches, corrections))
    });
    let wishes = wishes.collect::<Result<Vec<_>>>()?;
    let opened = propagation::open_tasks(tx, &carrier.tools.vault, &wishes)?;
    let new = opened.iter().filter(|opened| opened.is_new).count();
    if ground.plan.lines.iter().any(is_for_merchant) {
        jobs::enqueue(tx, &TellMerchant { request: ground.request.id })?;
    }
    Ok(vec![event("request.recipients_to_be_told", &ground.request).count("recipients", new as u64)])
}

fn is_for_merchant(line: &PlanLine) -> bool {
    line.place == "merchant"
}

/// By which law a recipient is asked: California's where one of its dates is worked by, and Europe's otherwise.
fn regulation(tx: &mut WriteTx, ground: &Ground) -> Result<Regulation> {
    let rows = clocks::of(tx, ground.request.id)?;
    let is_californian = rows.iter().any(|row| row.clock.basis.regime.starts_with("us_ca"));
    Ok(if is_californian { Regulation::Ccpa } else { Regulation::Gdpr })
}

fn wish(
    ground: &Ground,
    (place, store, recipient): (&str, Option<StoreId>, String),
    (categories, regulation, zone): (Vec<String>, Regulation, &str),
    (matches, corrections): (&[Match], &Corrections),
) -> Result<Wish> {
    let (request, is_shopper) = (&ground.request, ground.request.role == DataRole::Processor);
    let bound = ground.plan.lines.iter().find(|line| line.place == place && line.store == store && is_bound(line));
    let at = match (place, store) {
        ("store", Some(store)) => Place::Store(store),
        ("app", _) => {
            let app: AppId = recipient.parse().map_err(|_| Error::internal("a plan names an app that is none"))?;
            Place::App(app)
        }
        _ => Place::Recipient,
    };
    let until = request.due.as_ref().map(|due| due.at.plus(-BEFORE_DUE)).filter(|until| *until > ground.now);
    let until = until.unwrap_or_else(|| otherwise(ground.now));
    let unbound = bound.and_then(|line| line.until_on).map(over);
    let correction = corrections.get(&store).or_else(|| corrections.get(&None)).cloned();
    Ok(Wish {
        request: request.id,
        reference: request.reference.clone(),
        sealed_under: request.id.uuid(),
        right: request.right,
        regulation,
        place: at,
        recipient,
        store,
        subject: ground.persons.first().copied().filter(|_| asking::whole(request).is_none()),
        categories,
        zone: zone.to_owned(),
        submitted_at: request.received_at,
        until: unbound.map_or(until, |unbound| unbound.max(until)),
        bound_by: bound.map(bound_by),
        matches: Matches { correction, ..known_by(matches, store, is_shopper) },
        ticket: Some(Ticket::of(&CarryOut { request: request.id })?),
    })
}

fn otherwise(now: Instant) -> Instant {
    now.plus(OTHERWISE)
}

/// Whether a line is told by hand, once what stands against it is over.
fn is_bound(line: &PlanLine) -> bool {
    line.action == PlannedAction::ByHand && line.ground.is_some()
}

/// What stands against it.
fn bound_by(line: &PlanLine) -> BoundBy {
    if line.ground.as_deref().is_some_and(is_held_order) { BoundBy::HeldOrder } else { BoundBy::OpenOrder }
}

/// When a day is over.
fn over(last: Day) -> Instant {
    Instant::from_utc(last.0.and_time(chrono::NaiveTime::MIN).and_utc()).plus(chrono::Duration::days(1))
}

/// What a store knows the person by; whoever else got something knows what any of them does. Of a shopper what does not say
/// who that is stays here: an order that is kept, a telephone or an address by which somebody else is known. A merchant's own
/// user is known as that user by what nobody is found by.
fn known_by(matches: &[Match], store: Option<StoreId>, is_shopper: bool) -> Matches {
    let of = |kind: IdentifierKind| {
        let is_meant = move |one: &&Match| one.kind == kind && (one.tells || !is_shopper);
        let fits = matches
            .iter()
            .filter(is_meant)
            .filter(move |one| store.is_none() || one.store.is_none() || one.store == store);
        fits.map(|one| one.value.disclose().to_owned()).collect::<Vec<_>>()
    };
    Matches {
        mails: of(IdentifierKind::Mail),
        phones: of(IdentifierKind::Phone),
        customers: of(IdentifierKind::Customer),
        orders: of(IdentifierKind::Order),
        correction: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::kernel::Personal;

    #[test]
    fn of_a_buyer_nobody_is_told_what_stays_or_is_anothers() {
        let (here, elsewhere) = (StoreId::fresh(), StoreId::fresh());
        let one = |kind, store, value: &str, tells| Match { kind, store, value: Personal::new(value), tells };
        let matches = [
            one(IdentifierKind::Mail, None, "asha@mail.example", true),
            one(IdentifierKind::Mail, None, "bilal@mail.example", false),
            one(IdentifierKind::Phone, None, "+49 30 123456", false),
            one(IdentifierKind::Customer, Some(here), "c1", true),
            one(IdentifierKind::Customer, Some(elsewhere), "c7", true),
            one(IdentifierKind::Order, Some(here), "1", true),
            one(IdentifierKind::Order, Some(here), "2", false),
        ];
        let known = known_by(&matches, Some(here), true);
        assert_eq!((known.mails, known.phones), (vec!["asha@mail.example".to_owned()], Vec::new()));
        assert_eq!(
            (known.customers, known.orders),
            (vec!["c1".to_owned()], vec!["1".to_owned()]),
            "what is open stays"
        );
        let user = known_by(&matches, None, false);
        assert_eq!(
            (user.mails.len(), user.phones.len()),
            (2, 1),
            "a merchant's user is known by what tells of no buyer"
        );
    }
}
