//! One event to one destination: looked at, sent, and written down. The network is waited on between two transactions.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::SIGNING;
use super::super::actions::{Settled, placed, settle};
use super::super::model::{
    Delivery, DeliveryState, Destination, DestinationState, Event, Fields, PASSES_WITHIN, SWEPT_EVERY, built, purposes,
    signed,
};
use super::super::queries::{deliveries, destinations, events};
use crate::calls::{self, Over};
use crate::floor::egress::{Call, Sent, Shared};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{DestinationId, Error, Ref, RelayedEventId, Result, Sealed, Secret};
use crate::floor::ledger::{RevealTx, Tx};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::floor::vault::{Opening, Place, Shut, Vault};
use crate::subjects;

/// Before a destination that did not take a delivery is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// Sends an event to a destination: what that recipient gets of it, in the form it gets it in, by the policy in force. A
/// try that was not answered is made again under the same key, for as long as the event may pass through.
#[derive(Debug, Serialize, Deserialize)]
pub struct RelayEvent {
    pub event: RelayedEventId,
    pub destination: DestinationId,
}

/// Rows that the job works on.
struct Rows {
    event: Event,
    delivery: Delivery,
    destination: Destination,
}

/// What is about to leave.
struct Parcel {
    shared: Shared,
    call: Call,
}

impl Job for RelayEvent {
    const NAME: &'static str = "relay_event";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools) = (run.scope()?, run.tools()?);
        let rows = run.ledger.read(&lane, move |tx| self.rows(tx)).await?;
        // Gone, or ended when a worker died with the outcome in its hand.
        let Some(rows) = rows else { return Ok(()) };
        let (adopted, doors) = (tools.policy.in_force()?, tools.clone());
        let revealed = run.ledger.reveal(lane.clone(), Self::NAME, move |tx| {
            let parcel = parcel(tx, &doors, &adopted.policy, &rows)?;
            Ok((rows, parcel))
        });
        let (rows, parcel) = revealed.await?;
        let refused =
            |why: &str| Settled { state: DeliveryState::Refused, answer: why.to_owned(), left: None, was_tried: false };
        let settled = match parcel {
            Err(why) => refused(why),
            Ok(Parcel { shared, call }) => {
                run.hold().await?;
                let may_wait = run.watch.now().since(rows.event.received_at) < PASSES_WITHIN - SWEPT_EVERY;
                let at = Ref::new(run.job.tenant, rows.event.store);
                match calls::under_way(&run.ledger, at, tools.egress.share(&shared, call)).await? {
                    Ok(sent) => judged(sent?, shared, may_wait),
                    Err(Over::Before) => refused("disconnected"),
                    Err(Over::OnTheWay) => Settled { left: Some(shared), was_tried: true, ..refused("disconnected") },
                }
            }
        };
        let waits = settled.state == DeliveryState::Waiting;
        let to = rows.destination.recipient.as_str();
        settle(&run.ledger, &tools.vault, lane, (&rows.event, &rows.delivery, to), settled).await?;
        if waits { Err(Error::Unavailable { whom: "a destination", after: AGAIN }.into()) } else { Ok(()) }
    }
}

/// What follows from an answer, or from none.
fn judged(sent: Sent, shared: Shared, may_wait: bool) -> Settled {
    let Sent { has_left, answer } = sent;
    let passes = match &answer {
        Ok(answer) => matches!(answer.status, 408 | 425 | 429 | 500..),
        Err(_) => true,
    };
    let state = match &answer {
        Ok(answer) if answer.is_success() => DeliveryState::Sent,
        _ if passes && may_wait => DeliveryState::Waiting,
        _ => DeliveryState::Failed,
    };
    let answer = answer.map_or_else(str::to_owned, |answer| answer.status.to_string());
    Settled { state, answer, left: has_left.then_some(shared), was_tried: true }
}

impl RelayEvent {
    fn rows(&self, tx: &mut Tx) -> Result<Option<Rows>> {
        let delivery = deliveries::one(tx, self.event, self.destination)?;
        let Some(delivery) = delivery.filter(|delivery| delivery.state == DeliveryState::Waiting) else {
            return Ok(None);
        };
        let (event, destination) = (events::one(tx, self.event)?, destinations::one(tx, self.destination)?);
        let both = event.zip(destination).ok_or_else(|| Error::internal("a delivery without its event or destination"));
        both.map(|(event, destination)| Some(Rows { event, delivery, destination }))
    }
}

/// The parcel, or why there is none: in a word of ours.
fn parcel(
    tx: &mut RevealTx,
    tools: &Tools,
    policy: &Policy,
    Rows { event, delivery, destination }: &Rows,
) -> Result<Result<Parcel, &'static str>> {
    if destination.state == DestinationState::Off {
        return Ok(Err("off"));
    }
    if let Some(forbidden) = forbidden(tx, policy, event, destination)? {
        return Ok(Err(forbidden));
    }
    let wish = (destination.recipient.as_str(), destination.url.as_str(), destination.region.as_str());
    let place = match placed(tx, tools, policy, Some(event.store), wish) {
        Ok(place) => place,
        Err(Error::Refused(_) | Error::Invalid(_) | Error::NotFound(_)) => return Ok(Err("not_allowed")),
        Err(other) => return Err(other),
    };
    let fields = match opened(tx, &tools.vault, event)? {
        Ok(fields) => fields,
        Err(Shut::Forgotten) => return Ok(Err("forgotten")),
        Err(_) => return Ok(Err("shut")),
    };
    let built = built(policy, place.recipient, &fields);
    if built.carries.is_empty() {
        return Ok(Err("nothing_for_it"));
    }
    let Ok(secret) = tools.vault.open_secret(tx, SIGNING, destination.secret)? else { return Ok(Err("shut")) };
    let document = json!({ "type": event.kind.code(), "timestamp": event.happened_at.to_string(), "data": built.data });
    let at = tx.now()?;
    let call = Call::json(place.url.clone(), &document).theirs();
    let headers: [(&'static str, Secret); 3] = signed(&secret, &delivery.key, at, &document.to_string())?;
    let call = headers.into_iter().fold(call, |call, (name, value)| call.with(name, value));
    Ok(Ok(Parcel { shared: place.shared(policy, built.carries), call }))
}

/// What whom the event is about has forbidden meanwhile, in its code.
fn forbidden(tx: &mut Tx, policy: &Policy, event: &Event, destination: &Destination) -> Result<Option<&'static str>> {
    let Some(subject) = event.subject else { return Ok(None) };
    let to = destination.recipient.as_str();
    let kind = subjects::fences(tx, &[subject])?.forbids(subject, to, purposes(policy, to).into_iter());
    Ok(kind.map(subjects::FenceKind::code))
}

/// All that is still held of an event. Each part is looked at under its own key.
fn opened(tx: &mut RevealTx, vault: &Vault, event: &Event) -> Result<Opening<Fields>> {
    let place =
        |column| Place { tenant: event.tenant, table: "relayed_event", column, row: event.id.uuid(), generation: 0 };
    let mut fields = Fields::default();
    let parts = [
        ("linked", &event.linked, event.linked_key),
        ("facts", &event.facts, Some(event.id.uuid())),
        ("passing", &event.passing, event.passing_key),
    ];
    for (column, sealed, own_key) in parts {
        let Some(sealed) = sealed else { continue };
        let sealed = Sealed::from_bytes(sealed.clone());
        let clear: Opening<Option<Fields>> = match (event.subject, own_key) {
            (_, Some(key)) => vault
                .request_key(tx, key, "relayed_event")?
                .and_then(|key| key.open_blob(&place(column), &sealed))
                .map(|clear| serde_json::from_slice(clear.bytes()).ok()),
            (Some(subject), None) => vault
                .subject_key(tx, subject, "relayed_event.linked")?
                .and_then(|key| key.open_personal(&place(column), &sealed))
                .map(|clear| serde_json::from_str(clear.disclose()).ok()),
            (None, None) => Err(Shut::UnknownKey),
        };
        match clear {
            Ok(Some(part)) => fields.0.extend(part.0),
            Ok(None) => return Err(Error::corrupt("relayed_events", column, event.id)),
            Err(shut) => return Ok(Err(shut)),
        }
    }
    Ok(Ok(fields))
}
