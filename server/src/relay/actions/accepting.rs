//! Taking events in. What the policy does not list, or says is never received, is let go before anything is written.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::jobs::RelayEvent;
use super::super::model::{Delivery, DeliveryState, Destination, DestinationState, Event, Fields, RelayedKind, Sifted};
use super::super::model::{destination_key, ends, purposes, sifted};
use super::super::queries::withheld::{self, Withheld};
use super::super::queries::{deliveries, destinations, events};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{self, effect_key};
use crate::floor::kernel::{
    DestinationId, Error, Instant, Personal, Ref, RelayDeliveryId, RelayedEventId, Result, StoreId, SubjectId,
};
use crate::floor::ledger::{self, Once, Witnessed, WriteTx};
use crate::floor::platforms::{Address, Order};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, RequestKey, Sealer, SubjectKey, Vault};
use crate::subjects::{FenceKind, Fences, Named, Passed, Standing, fences, gate};

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
        let now = tx.now()?;
        let to = receiving(tx, at.id)?.into_iter().map(|one| (one.id, one.recipient)).collect();
        let happened_at = happened_at.unwrap_or(now).min(now);
        let told = Told { kind, happened_at, sifted: sifted.clone(), source: None, to };
        let taken = take_in(tx, &vault, &adopted.policy, at.id, vec![told])?.each.pop();
        let taken = taken.ok_or_else(|| Error::internal("an event that nothing became of"))??;
        let Some(id) = taken else {
            let told = ledger::Event::new("relay.withheld", "store", at.id.uuid());
            return Ok(Witnessed::new(Uuid::nil(), told.code("kind", kind.code())));
        };
        let told = ledger::Event::new("relay.accepted", "relayed_event", id.uuid());
        Ok(Witnessed::new(id.uuid(), told.code("kind", kind.code()).count("dropped", count)))
    });
    let id = written.await?.id;
    if id.is_nil() {
        return Err(Error::refused("REFUSED", "whom this is about has forbidden it: nothing of it is kept or sent"));
    }
    Ok(Accepted { id: RelayedEventId::from_uuid(id), dropped })
}

/// Sends orders on that a platform told of, each once, however often it is told: to the destinations that were set up,
/// and for a store that was connected, before it was placed. What was bought before that is history and goes nowhere. A
/// fixed number of statements however many orders there are, and one where nobody gets them. The event is for the books.
pub fn relay_orders(
    tx: &mut WriteTx,
    vault: &Vault,
    policy: &Policy,
    store: StoreId,
    orders: &[&Order],
) -> Result<Option<ledger::Event>> {
    if orders.is_empty() {
        return Ok(None);
    }
    let to = receiving(tx, store)?;
    let Some(first) = to.iter().map(|one| one.since).min() else { return Ok(None) };
    let now = tx.now()?;
    let mut due: BTreeMap<[u8; 32], &Order> = BTreeMap::new();
    for order in orders.iter().filter(|order| order.placed_at >= first && order.cancelled_at.is_none()) {
        due.insert(effect_key(store.uuid(), "order", &order.id), order);
    }
    if due.is_empty() {
        return Ok(None);
    }
    let bounds = destinations::bounds(tx, Some(store))?.ok_or(Error::NotFound("store"))?;
    let Some(since) = bounds.connected_at.filter(|_| !bounds.store_is_over) else { return Ok(None) };
    due.retain(|_, order| order.placed_at.utc() >= since);
    for known in events::known(tx, due.keys().collect())? {
        due.remove(&known);
    }
    let told = due.into_iter().filter_map(|(source, order)| {
        let to = to.iter().filter(|one| order.placed_at >= one.since);
        let to: Vec<_> = to.map(|one| (one.id, one.recipient.clone())).collect();
        let happened_at = order.placed_at.min(now);
        let sifted = sifted(policy, of_order(policy, order));
        (!to.is_empty()).then_some(Told { kind: RelayedKind::Order, happened_at, sifted, source: Some(source), to })
    });
    let told = told.collect();
    let Taken { each, withheld } = take_in(tx, vault, policy, store, told)?;
    let taken = each.into_iter().flatten().flatten().count();
    let event = ledger::Event::new("relay.orders", "store", store.uuid()).count("events", taken as u64);
    let event = if withheld > 0 { event.count("withheld", withheld) } else { event };
    Ok((taken > 0 || withheld > 0).then_some(event))
}

/// The destinations that get this store's events. One of the store's own counts before one of the whole tenant's.
fn receiving(tx: &mut WriteTx, store: StoreId) -> Result<Vec<Destination>> {
    let mut all = destinations::all(tx, Some(store))?;
    all.sort_by_key(|one| (one.recipient.clone(), one.store.is_none()));
    all.dedup_by(|later, first| later.recipient == first.recipient);
    all.retain(|one| one.state == DestinationState::On);
    Ok(all)
}

/// Something that happened in a shop, sorted.
struct Told {
    kind: RelayedKind,
    happened_at: Instant,
    sifted: Sifted,
    /// What it is known again by, where it may be told twice.
    source: Option<[u8; 32]>,
    to: Vec<Receiver>,
}

/// A destination, and its recipient in the policy.
type Receiver = (DestinationId, String);

/// What became of events.
struct Taken {
    /// Of each the id, or none where whom it is about has forbidden it; or why it is not taken.
    each: Vec<Result<Option<RelayedEventId>>>,
    /// How many sendings were forbidden.
    withheld: u64,
}

/// Takes events of a store in, or says of each why not.
fn take_in(tx: &mut WriteTx, vault: &Vault, policy: &Policy, store: StoreId, told: Vec<Told>) -> Result<Taken> {
    let (tenant, now) = (tx.tenant()?, tx.now()?);
    let categories: Vec<&str> = policy.categories.iter().map(|category| category.code.get_ref().as_str()).collect();
    let persons = persons(tx, vault, policy, store, &told)?;
    let known: Vec<SubjectId> = persons.iter().flatten().map(|passed| passed.subject).collect();
    let (fences, mut kept_back) = (fences(tx, &known)?, Withheld::new());
    let (mut taken, mut parcels) = (Vec::new(), Vec::new());
    for (mut told, person) in told.into_iter().zip(persons) {
        let (linked_until, expires_at) = ends(policy, &categories, told.happened_at);
        if linked_until <= now {
            taken.push(Err(Error::refused("EXPIRED", "this happened longer ago than events are kept")));
            continue;
        }
        let sealer = match person.map(|passed| (passed.subject, passed.standing)) {
            Some((_, Standing::Gone)) => {
                taken.push(Err(Error::refused("REFUSED", "nothing of this person is relayed")));
                continue;
            }
            Some((subject, Standing::Fenced)) => {
                permit(policy, &fences, subject, &mut told.to, &mut kept_back);
                taken.push(Ok(None));
                continue;
            }
            Some((subject, Standing::Welcome(sealer))) => {
                let had_any = !told.to.is_empty();
                permit(policy, &fences, subject, &mut told.to, &mut kept_back);
                if had_any && told.to.is_empty() {
                    taken.push(Ok(None));
                    continue;
                }
                Some((subject, sealer))
            }
            None => None,
        };
        let id = RelayedEventId::fresh();
        let has_own_key = !told.sifted.linked.is_empty() && sealer.is_none();
        let passes = !told.sifted.passing.is_empty() && !told.to.is_empty();
        let event = Event {
            tenant,
            id,
            store,
            kind: told.kind,
            happened_at: told.happened_at,
            received_at: now,
            subject: sealer.as_ref().map(|(subject, _)| *subject),
            alias: None,
            linked: None,
            linked_key: has_own_key.then(|| RelayDeliveryId::fresh().uuid()),
            linked_until,
            facts: None,
            passing: None,
            passing_key: passes.then(|| RelayDeliveryId::fresh().uuid()),
            expires_at,
            source: told.source,
        };
        taken.push(Ok(Some(id)));
        parcels.push((event, told, sealer.map(|(_, sealer)| sealer)));
    }
    seal(tx, vault, policy, &mut parcels)?;
    let sendings = parcels.iter().flat_map(|(event, told, _)| told.to.iter().map(|(to, _)| (event.id, *to)));
    let sendings: Vec<(RelayedEventId, Delivery)> = sendings.map(|(event, to)| (event, begun(event, to))).collect();
    let all: Vec<Event> = parcels.into_iter().map(|(event, ..)| event).collect();
    events::add(tx, &all)?;
    deliveries::add(tx, &sendings)?;
    for (event, delivery) in sendings {
        jobs::enqueue(tx, &RelayEvent { event, destination: delivery.destination })?;
    }
    withheld::note(tx, store, &kept_back)?;
    let withheld = kept_back.values().sum::<i64>().unsigned_abs();
    Ok(Taken { each: taken, withheld })
}

/// Leaves those who may get what is about this person, and counts what the others are kept from.
fn permit(policy: &Policy, fences: &Fences, subject: SubjectId, to: &mut Vec<Receiver>, kept_back: &mut Withheld) {
    to.retain(|(_, recipient)| {
        let forbidden: Option<FenceKind> = fences.forbids(subject, recipient, purposes(policy, recipient).into_iter());
        if let Some(kind) = forbidden {
            *kept_back.entry((recipient.clone(), kind)).or_default() += 1;
        }
        forbidden.is_none()
    });
}

fn begun(event: RelayedEventId, destination: DestinationId) -> Delivery {
    Delivery {
        id: RelayDeliveryId::fresh(),
        destination,
        state: DeliveryState::Waiting,
        attempts: 0,
        key: destination_key(event, destination),
    }
}

/// An event on its way into the store, and the key of the person it is about.
type Parcel = (Event, Told, Option<Arc<Sealer<SubjectKey>>>);

/// Seals each part: what leads to a person under the person's key, or one of its own where nobody is known.
fn seal(tx: &mut WriteTx, vault: &Vault, policy: &Policy, parcels: &mut [Parcel]) -> Result<()> {
    let own = |(event, told, _): &Parcel| {
        let facts = (!told.sifted.facts.is_empty()).then_some(event.id.uuid());
        [facts, event.linked_key, event.passing_key].into_iter().flatten().collect::<Vec<_>>()
    };
    let keys: Vec<Uuid> = parcels.iter().flat_map(own).collect();
    let sealers = if keys.is_empty() { HashMap::new() } else { vault.sealers::<RequestKey>(tx, &keys)? };
    let under = |event: &Event, (column, key): (&'static str, Uuid), fields: &Fields| {
        let sealer = sealers.get(&key).and_then(|sealer| sealer.as_ref().ok());
        let sealer = sealer.ok_or_else(|| Error::internal("an event's key does not seal"))?;
        let bytes = serde_json::to_vec(fields).map_err(|_| unwritten())?;
        Ok::<_, Error>(sealer.seal_blob(&place(event, column), &bytes)?.into_bytes())
    };
    for (event, told, person) in parcels.iter_mut() {
        let Sifted { linked, facts, passing, .. } = &told.sifted;
        event.linked = match (person, event.linked_key) {
            (Some(sealer), _) if !linked.is_empty() => {
                let text = serde_json::to_string(linked).map_err(|_| unwritten())?;
                Some(sealer.seal_personal(&place(event, "linked"), &Personal::new(text))?.into_bytes())
            }
            (None, Some(key)) => Some(under(event, ("linked", key), linked)?),
            _ => None,
        };
        if !facts.is_empty() {
            event.facts = Some(under(event, ("facts", event.id.uuid()), facts)?);
        }
        event.passing = event.passing_key.map(|key| under(event, ("passing", key), passing)).transpose()?;
    }
    // A browser that belongs to nobody known goes by an alias.
    let browser = |told: &Told| told.sifted.linked.text_of(policy, "user.unique_id.pseudonymous").map(Personal::new);
    let nobodys = parcels.iter_mut().filter(|(event, ..)| event.linked_key.is_some());
    let aliased: Vec<_> = nobodys.filter_map(|(event, told, _)| Some((event, browser(told)?))).collect();
    if !aliased.is_empty() {
        let pseudonyms = vault.pseudonym_key(tx)?;
        let pseudonyms = pseudonyms.map_err(|_| Error::internal("the tenant's pseudonym key is not at hand"))?;
        for (event, browser) in aliased {
            event.alias = Some(pseudonyms.alias("client_id", &browser));
        }
    }
    Ok(())
}

/// Whom each of them is about, where that is known.
fn persons(
    tx: &mut WriteTx,
    vault: &Vault,
    policy: &Policy,
    store: StoreId,
    told: &[Told],
) -> Result<Vec<Option<Passed>>> {
    let called = |told: &Told| {
        let text = |key| told.sifted.linked.text_of(policy, key).map(str::to_owned);
        let (mail, phone) = (text("user.contact.email"), text("user.contact.phone_number"));
        (text("user.unique_id"), mail.map(Personal::new), phone.map(Personal::new))
    };
    let called: Vec<_> = told.iter().map(called).collect();
    let (mut named, mut whose) = (Vec::new(), Vec::new());
    for (at, (customer, mail, phone)) in called.iter().enumerate() {
        if customer.is_some() || mail.is_some() || phone.is_some() {
            let (customer, phones) = (customer.as_deref(), phone.iter().collect());
            named.push(Named { store, customer, handle: None, mail: mail.as_ref(), phones, order: None });
            whose.push(at);
        }
    }
    let mut persons: Vec<Option<Passed>> = vec![None; told.len()];
    for (at, passed) in whose.into_iter().zip(gate(tx, vault, &named)?) {
        persons[at] = Some(passed);
    }
    Ok(persons)
}

fn place(event: &Event, column: &'static str) -> Place<'static> {
    Place { tenant: event.tenant, table: "relayed_event", column, row: event.id.uuid(), generation: 0 }
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
