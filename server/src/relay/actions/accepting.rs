//! Taking events in. What the policy does not list, or says is never received, is let go before anything is written.

use serde_json::{Value, json};

use super::super::jobs::RelayEvent;
use super::super::model::{Delivery, DeliveryState, DestinationState, Event, Fields, RelayedKind, Sifted};
use super::super::model::{destination_key, ends, sifted};
use super::super::queries::{deliveries, destinations, events};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs;
use crate::floor::kernel::{
    DestinationId, Error, Instant, Personal, Ref, RelayDeliveryId, RelayedEventId, Result, StoreId, SubjectId,
};
use crate::floor::ledger::{self, Once, Witnessed, WriteTx};
use crate::floor::platforms::{Address, Order};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, RequestKey, Vault};
use crate::subjects::{Named, Standing, gate};

/// What happened in a shop, as it is told.
#[derive(Clone)]
pub struct NewEvent {
    pub kind: RelayedKind,
    /// Now, where nothing is said.
    pub happened_at: Option<Instant>,
    pub fields: Fields,
}

/// An event that was taken in.
pub struct Accepted {
    pub id: RelayedEventId,
    /// Fields that were let go.
    pub dropped: Vec<String>,
}

/// Takes an event in from a merchant's own program, and sends it on.
pub async fn accept_event(
    tools: &Tools,
    caller: &Caller,
    at: Ref<StoreId>,
    new: NewEvent,
    once: Option<Once>,
) -> Result<Accepted> {
    let scope = caller.permit(Permission::KeepStores, at.tenant)?;
    let (adopted, vault) = (tools.policy.in_force()?, tools.vault.clone());
    let NewEvent { kind, happened_at, fields } = new;
    let sifted = sifted(&adopted.policy, fields);
    let dropped: Vec<String> = sifted.dropped.iter().cloned().collect();
    let count = dropped.len() as u64;
    let written = tools.ledger.write_once(scope, once, "relayed_event", move |tx| {
        let bounds = destinations::bounds(tx, Some(at.id))?.ok_or(Error::NotFound("store"))?;
        if bounds.store_is_over {
            return Err(Error::refused("REFUSED", "this store is disconnected: nothing of it is relayed"));
        }
        let to = receiving(tx, at.id)?;
        let id = take_in(tx, &vault, &adopted.policy, at.id, (kind, happened_at, sifted.clone()), &to)?;
        let told = ledger::Event::new("relay.accepted", "relayed_event", id.uuid());
        Ok(Witnessed::new(id.uuid(), told.code("kind", kind.code()).count("dropped", count)))
    });
    Ok(Accepted { id: RelayedEventId::from_uuid(written.await?.id), dropped })
}

/// Sends an order on that was taken in from its platform; nothing where nobody gets it. The caller tells of it.
pub fn relay_order(
    tx: &mut WriteTx,
    vault: &Vault,
    policy: &Policy,
    store: StoreId,
    order: &Order,
) -> Result<Option<RelayedEventId>> {
    let to = receiving(tx, store)?;
    if to.is_empty() {
        return Ok(None);
    }
    let sifted = sifted(policy, of_order(policy, order));
    take_in(tx, vault, policy, store, (RelayedKind::Order, Some(order.placed_at), sifted), &to).map(Some)
}

/// The destinations that get this store's events. One of the store's own counts before one of the whole tenant's.
fn receiving(tx: &mut WriteTx, store: StoreId) -> Result<Vec<DestinationId>> {
    let mut all = destinations::all(tx, Some(store))?;
    all.sort_by_key(|one| (one.recipient.clone(), one.store.is_none()));
    all.dedup_by(|later, first| later.recipient == first.recipient);
    Ok(all.into_iter().filter(|one| one.state == DestinationState::On).map(|one| one.id).collect())
}

fn take_in(
    tx: &mut WriteTx,
    vault: &Vault,
    policy: &Policy,
    store: StoreId,
    (kind, happened_at, sifted): (RelayedKind, Option<Instant>, Sifted),
    to: &[DestinationId],
) -> Result<RelayedEventId> {
    let (tenant, now, id) = (tx.tenant()?, tx.now()?, RelayedEventId::fresh());
    let happened_at = happened_at.unwrap_or(now).min(now);
    let categories: Vec<&str> = policy.categories.iter().map(|category| category.code.get_ref().as_str()).collect();
    let (linked_until, expires_at) = ends(policy, &categories, happened_at);
    if linked_until <= now {
        return Err(Error::refused("EXPIRED", "this happened longer ago than events are kept"));
    }
    let mut event = Event {
        tenant,
        id,
        store,
        kind,
        happened_at,
        received_at: now,
        subject: None,
        alias: None,
        linked: None,
        linked_key: None,
        linked_until,
        facts: None,
        passing: None,
        passing_key: None,
        expires_at,
    };
    seal_linked(tx, vault, policy, &mut event, &sifted.linked)?;
    if !sifted.facts.is_empty() {
        event.facts = Some(sealed(tx, vault, &event, ("facts", id.uuid()), &sifted.facts)?);
    }
    if !sifted.passing.is_empty() && !to.is_empty() {
        let key = RelayDeliveryId::fresh().uuid();
        event.passing = Some(sealed(tx, vault, &event, ("passing", key), &sifted.passing)?);
        event.passing_key = Some(key);
    }
    events::add(tx, &event)?;
    let begin = |destination: &DestinationId| Delivery {
        id: RelayDeliveryId::fresh(),
        destination: *destination,
        state: DeliveryState::Waiting,
        attempts: 0,
        key: destination_key(id, *destination),
    };
    deliveries::add(tx, id, &to.iter().map(begin).collect::<Vec<_>>())?;
    for destination in to {
        jobs::enqueue(tx, &RelayEvent { event: id, destination: *destination })?;
    }
    Ok(id)
}

/// Under the person's key where they are known, and under one of the event's own where nobody is.
fn seal_linked(tx: &mut WriteTx, vault: &Vault, policy: &Policy, event: &mut Event, linked: &Fields) -> Result<()> {
    if linked.is_empty() {
        return Ok(());
    }
    match person(tx, vault, policy, event.store, linked)? {
        Some((subject, Standing::Welcome(sealer))) => {
            let text = serde_json::to_string(linked).map_err(|_| unwritten())?;
            let place = Place {
                tenant: event.tenant,
                table: "relayed_event",
                column: "linked",
                row: event.id.uuid(),
                generation: 0,
            };
            event.linked = Some(sealer.seal_personal(&place, &Personal::new(text))?.into_bytes());
            event.subject = Some(subject);
        }
        Some((_, Standing::Gone)) => {
            return Err(Error::refused("REFUSED", "nothing of this person is relayed"));
        }
        None => {
            let key = RelayDeliveryId::fresh().uuid();
            event.linked = Some(sealed(tx, vault, event, ("linked", key), linked)?);
            event.linked_key = Some(key);
            if let Some(browser) = linked.text_of(policy, "user.unique_id.pseudonymous") {
                let pseudonyms = vault.pseudonym_key(tx)?;
                let pseudonyms =
                    pseudonyms.map_err(|_| Error::internal("the tenant's pseudonym key is not at hand"))?;
                event.alias = Some(pseudonyms.alias("client_id", &Personal::new(browser)));
            }
        }
    }
    Ok(())
}

fn person(
    tx: &mut WriteTx,
    vault: &Vault,
    policy: &Policy,
    store: StoreId,
    linked: &Fields,
) -> Result<Option<(SubjectId, Standing)>> {
    let text = |key| linked.text_of(policy, key);
    let (customer, mail) = (text("user.unique_id"), text("user.contact.email").map(Personal::new));
    let phone = text("user.contact.phone_number").map(Personal::new);
    if customer.is_none() && mail.is_none() && phone.is_none() {
        return Ok(None);
    }
    let phones = phone.iter().collect();
    let named = Named { store, customer, handle: None, mail: mail.as_ref(), phones, order: None };
    Ok(gate(tx, vault, &[named])?.pop().map(|passed| (passed.subject, passed.standing)))
}

fn sealed(
    tx: &mut WriteTx,
    vault: &Vault,
    event: &Event,
    (column, key): (&'static str, uuid::Uuid),
    fields: &Fields,
) -> Result<Vec<u8>> {
    let sealer = vault.sealer::<RequestKey>(tx, key)?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("an event's key does not seal: {}", shut.code())))?;
    let place = Place { tenant: event.tenant, table: "relayed_event", column, row: event.id.uuid(), generation: 0 };
    let bytes = serde_json::to_vec(fields).map_err(|_| unwritten())?;
    Ok(sealer.seal_blob(&place, &bytes)?.into_bytes())
}

fn unwritten() -> Error {
    Error::internal("fields of an event are no JSON")
}

/// What an order tells, field by field of the policy.
fn of_order(policy: &Policy, order: &Order) -> Fields {
    let mut fields = Fields::default();
    let mut put = |key, value: Option<Value>| {
        if let Some(value) = value {
            fields.put(policy, key, value);
        }
    };
    let ships_to = order.ships_to.as_ref();
    let text = |personal: &Personal| Value::from(personal.disclose());
    put("user.unique_id", order.customer.as_deref().map(Value::from));
    put("user.contact.email", order.mail.as_ref().map(text));
    let phone = order.phone.as_ref().or_else(|| ships_to.and_then(|to| to.phone.as_ref()));
    put("user.contact.phone_number", phone.map(text));
    put("user.name", ships_to.and_then(|to| to.name.as_ref()).map(named));
    put("user.contact.address", ships_to.map(address));
    let lines = order.lines.iter().map(|line| {
        let mut item = json!({ "quantity": line.quantity.to_string() });
        for (part, value) in [("name", &line.title), ("sku", &line.sku)] {
            if let Some(value) = value {
                item[part] = Value::from(value.as_str());
            }
        }
        item
    });
    put("user.behavior.purchase_history", Some(Value::Array(lines.collect())));
    fields
}

/// The last word of a name is taken for the family's, as Meta's own forms have it.
fn named(name: &Personal) -> Value {
    match name.disclose().trim().rsplit_once(' ') {
        Some((first, last)) => json!({ "first": first, "last": last }),
        None => json!({ "first": name.disclose() }),
    }
}

fn address(to: &Address) -> Value {
    let mut parts = json!({});
    let lines = ["line1", "line2"].into_iter().zip(&to.lines);
    let rest = [("city", &to.city), ("province", &to.province), ("zip", &to.zip)];
    for (part, value) in lines.chain(rest.into_iter().filter_map(|(part, value)| Some((part, value.as_ref()?)))) {
        parts[part] = Value::from(value.disclose());
    }
    if let Some(country) = &to.country {
        parts["country"] = Value::from(country.as_str());
    }
    parts
}
