//! Where a merchant has events sent, set up and turned. A place that data may not go to is refused here already.

use data_encoding::BASE64;
use rand::TryRng;
use rand::rngs::SysRng;
use url::Url;

use super::super::SIGNING;
use super::super::model::{Destination, DestinationState, Place};
use super::super::queries::destinations;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{DestinationId, Error, Reach, Ref, Result, Secret, StoreId, TenantId};
use crate::floor::ledger::{Event, Once, Tx, Witnessed};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;

/// A destination as it is wished for.
#[derive(Debug, Clone)]
pub struct NewDestination {
    pub tenant: TenantId,
    /// The one store whose events it gets; none where it gets those of all.
    pub store: Option<StoreId>,
    pub recipient: String,
    pub url: String,
    pub region: String,
}

/// Sets a destination up, or moves the one that is there. Answers with a fresh secret that its deliveries are signed with.
pub async fn set_destination(
    tools: &Tools,
    caller: &Caller,
    new: NewDestination,
    once: Option<Once>,
) -> Result<(Destination, Option<Secret>)> {
    let scope = caller.permit(Permission::KeepStores, new.tenant)?;
    let (adopted, doors, secret) = (tools.policy.in_force()?, tools.clone(), fresh()?);
    let (id, given) = (DestinationId::fresh(), secret.expose().to_owned());
    let written = tools.ledger.write_once(scope.clone(), once, "destination", move |tx| {
        let secret = Secret::new(given.clone());
        let wish = (new.recipient.as_str(), new.url.as_str(), new.region.as_str());
        placed(tx, &doors, &adopted.policy, new.store, wish)?;
        let now = tx.now()?;
        let set = if let Some(there) = destinations::held(tx, new.store, &new.recipient)? {
            doors.vault.reseal(tx, SIGNING, there.secret, &secret)?;
            let since = if there.state == DestinationState::On { there.since } else { now };
            let (url, region, state) = (new.url.clone(), new.region.clone(), DestinationState::On);
            let set = Destination { url, region, state, since, ..there };
            destinations::save(tx, &set)?;
            set
        } else {
            let set = Destination {
                tenant: new.tenant,
                id,
                store: new.store,
                recipient: new.recipient.clone(),
                url: new.url.clone(),
                region: new.region.clone(),
                secret: doors.vault.put(tx, SIGNING, &secret)?,
                state: DestinationState::On,
                since: now,
            };
            destinations::add(tx, &set)?;
            set
        };
        Ok(Witnessed::new(set.id.uuid(), Event::new("destination.set", "destination", set.id.uuid())))
    });
    let done = written.await?;
    let id = DestinationId::from_uuid(done.id);
    let set = tools.ledger.read(&scope, move |tx| destinations::one(tx, id)).await?;
    Ok((set.ok_or(Error::NotFound("destination"))?, (!done.is_repeated).then_some(secret)))
}

/// Turns a destination on or off. From then on nothing more is sent to one that is off.
pub async fn turn_destination(
    tools: &Tools,
    caller: &Caller,
    at: Ref<DestinationId>,
    is_on: bool,
    once: Option<Once>,
) -> Result<Destination> {
    let scope = caller.permit(Permission::KeepStores, at.tenant)?;
    let (adopted, doors) = (tools.policy.in_force()?, tools.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "destination", move |tx| {
        let there = destinations::one(tx, at.id)?.ok_or(Error::NotFound("destination"))?;
        let state = if is_on { DestinationState::On } else { DestinationState::Off };
        if is_on {
            placed(tx, &doors, &adopted.policy, there.store, (&there.recipient, &there.url, &there.region))?;
        }
        if there.state != state {
            let since = tx.now()?;
            destinations::save(tx, &Destination { state, since, ..there })?;
        }
        let told = Event::new("destination.turned", "destination", at.id.uuid());
        Ok(Witnessed::new(at.id.uuid(), told.code("state", state.code())))
    });
    written.await?;
    tools.ledger.read(&scope, move |tx| destinations::one(tx, at.id)).await?.ok_or(Error::NotFound("destination"))
}

/// The place, as the policy, the tenant and the store let it be one.
pub fn placed<'p>(
    tx: &mut Tx,
    tools: &Tools,
    policy: &'p Policy,
    store: Option<StoreId>,
    wish: (&str, &str, &str),
) -> Result<Place<'p>> {
    let bounds = destinations::bounds(tx, store)?.ok_or(Error::NotFound("store"))?;
    if bounds.store_is_over {
        return Err(Error::refused("REFUSED", "this store is disconnected: nothing of it is relayed"));
    }
    // Away from production the operator may list hosts that stand for others'.
    let is_listed = |url: &Url| tools.facts.mode.reach() == Reach::House && tools.egress.permits(url);
    Place::of(policy, wish, &bounds.regions(), is_listed)
}

fn fresh() -> Result<Secret> {
    let mut bytes = [0; 32];
    let filled = SysRng.try_fill_bytes(&mut bytes);
    filled.map_err(|_| Error::internal("the random source of the system does not answer"))?;
    Ok(Secret::new(format!("whsec_{}", BASE64.encode(&bytes))))
}
