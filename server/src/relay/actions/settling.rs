//! What came of a try, written down at once: how the delivery stands, what left with it, and that it did.

use std::collections::BTreeMap;

use super::super::model::{Delivery, DeliveryState, Event, Way};
use super::super::queries::{deliveries, events, withheld};
use crate::floor::access::{One, Scope};
use crate::floor::egress::Shared;
use crate::floor::kernel::{RelayedEventId, Result};
use crate::floor::ledger::{self, Disclosed, Ledger, Witnessed, WriteTx, disclose};
use crate::floor::vault::{RequestKey, Vault};
use crate::subjects::FenceKind;

/// How a try ended.
pub struct Settled {
    pub state: DeliveryState,
    /// The status that was answered, or a word of ours.
    pub answer: String,
    /// What may have reached the recipient, where anything was sent.
    pub left: Option<Shared>,
    pub was_tried: bool,
}

/// Writes it. What passed through only goes with the last delivery of its event.
pub async fn settle(
    ledger: &Ledger,
    vault: &Vault,
    lane: Scope<One>,
    (event, delivery, to): (&Event, &Delivery, &str),
    settled: Settled,
) -> Result<()> {
    let (vault, id, delivery, store) = (vault.clone(), event.id, delivery.id, event.store);
    // Why it was not sent stands in the answer, in a code.
    let forbidden = FenceKind::from_code(&settled.answer).filter(|_| !settled.was_tried);
    let kept_back: withheld::Withheld = forbidden.map(|kind| ((to.to_owned(), kind), 1)).into_iter().collect();
    let left = settled.left.as_ref().map(|shared| rows(event, delivery.uuid(), shared)).unwrap_or_default();
    let written = ledger.write(lane, move |tx| {
        events::hold(tx, id)?;
        deliveries::settle(tx, delivery, settled.state, settled.was_tried, &settled.answer)?;
        let disclosed = disclose(tx, &left)?;
        withheld::note(tx, store, &kept_back)?;
        if deliveries::waiting(tx, id)? == 0 {
            passed(tx, &vault, id)?;
        }
        let told = ledger::Event::new("relay.tried", "relay_delivery", delivery.uuid());
        Ok(Witnessed::new((), told.code("state", settled.state.code()).count("disclosed", disclosed as u64)))
    });
    written.await
}

/// What was not to be kept goes, and its key with it.
pub fn passed(tx: &mut WriteTx, vault: &Vault, event: RelayedEventId) -> Result<bool> {
    let Some(key) = events::end_passing(tx, event)? else { return Ok(false) };
    vault.forget::<RequestKey>(tx, key)
}

/// A row for each category and form.
fn rows(event: &Event, delivery: uuid::Uuid, shared: &Shared) -> Vec<Disclosed> {
    let mut by_form: BTreeMap<(&str, &'static str), Vec<String>> = BTreeMap::new();
    for carried in &shared.carries {
        if let Some((category, field)) = carried.field.split_once('.') {
            by_form.entry((category, carried.form)).or_default().push(field.to_owned());
        }
    }
    let row = |((category, form), fields): ((&str, &'static str), Vec<String>)| Disclosed {
        recipient: shared.recipient.clone(),
        app: None,
        store: Some(event.store),
        subject: event.subject,
        category: category.to_owned(),
        fields,
        form,
        count: 1,
        purpose: shared.purpose.clone(),
        way: Way::Relay.code(),
        reference: Some(delivery),
    };
    by_form.into_iter().map(row).collect()
}
