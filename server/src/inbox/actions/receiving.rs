//! Taking a delivery in: whoever cannot prove it is told no and nothing else, and what is proved is stored before it is
//! answered. Nothing is worked here.

use http::HeaderMap;

use super::super::jobs::WorkDelivery;
use super::super::model::{Arrived, dedupe};
use super::super::queries::deliveries;
use super::Proofs;
use crate::floor::jobs;
use crate::floor::kernel::{DeliveryId, Error, HookId, Result, TenantId};
use crate::floor::platforms::{self, By, Delivery, Platform, Setup, Signer};
use crate::floor::tools::Tools;
use crate::stores::{self, Hooked, WEBHOOKS};

/// A post to an address of ours that says it is a platform's.
pub struct Coming<'a> {
    pub platform: &'a str,
    /// Whose address it came to, where each store has one of its own.
    pub hook: Option<HookId>,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is kept, or was before.
    Taken,
    /// A store tries whether anybody is there.
    Pinged,
    /// It does not prove what it says: by a word of ours.
    Refused(&'static str),
}

/// eBay's question whether this desk is who it says, answered for the address as it is registered.
pub fn challenge(tools: &Tools, code: &str) -> Option<String> {
    let (_, setup) = tools.platforms.find("ebay")?;
    platforms::challenge(setup, code, &[&tools.public_url, WEBHOOKS, "/ebay"].concat())
}

/// Takes a delivery in, once.
pub async fn receive(tools: &Tools, proofs: &Proofs, coming: Coming<'_>) -> Result<Received> {
    let Some((platform, setup)) = tools.platforms.find(coming.platform) else {
        return Ok(Received::Refused("platform"));
    };
    let hooked = match coming.hook {
        Some(id) => proofs.hook(tools, id).await?.filter(|hooked| hooked.store.platform == platform.code()),
        None => None,
    };
    if coming.hook.is_some() && hooked.is_none() {
        return Ok(Received::Refused("hook"));
    }
    if hooked.is_some() && platform.is_ping(coming.headers, coming.body) {
        return Ok(Received::Pinged);
    }
    let proved = proved((tools, proofs), (platform, setup), hooked.as_deref(), &coming).await;
    let delivery = match proved {
        Ok(delivery) if delivery.topic.len() <= 120 => delivery,
        Ok(_) => return Ok(Received::Refused("topic")),
        Err(refused) => return Ok(Received::Refused(refused)),
    };
    let (tenant, store) = match (hooked, &delivery.shop) {
        (Some(hooked), shop) => {
            // The name of the shop is not signed: it has to be the one whose secret signed.
            if shop.is_none() || *shop != platform.shop(setup, &hooked.store.domain) {
                return Ok(Received::Refused("shop"));
            }
            (hooked.store.tenant, Some(hooked.store.id))
        }
        (None, Some(shop)) => match stores::behind(tools, platform, shop).await? {
            Some(at) => (at.tenant, Some(at.id)),
            None => (TenantId::HOUSE, None),
        },
        (None, None) => (TenantId::HOUSE, None),
    };
    let arrived = Arrived {
        tenant,
        id: DeliveryId::fresh(),
        store,
        platform: platform.code(),
        dedupe: dedupe(store, &delivery.id),
        topic: delivery.topic,
        happened_at: delivery.at,
        body: delivery.body,
    };
    let vault = tools.vault.clone();
    let kept = tools.ledger.bookkeep(Some(tenant), move |tx| {
        if deliveries::is_known(tx, &arrived)? {
            return Ok(());
        }
        deliveries::add(tx, &vault, &arrived)?;
        jobs::enqueue(tx, &WorkDelivery { delivery: arrived.id })?;
        Ok(())
    });
    match kept.await {
        Ok(()) | Err(Error::Conflict) => Ok(Received::Taken),
        Err(error) => Err(error),
    }
}

async fn proved(
    (tools, proofs): (&Tools, &Proofs),
    (platform, setup): (&'static dyn Platform, &Setup),
    hooked: Option<&Hooked>,
    coming: &Coming<'_>,
) -> std::result::Result<Delivery, &'static str> {
    let verify = |by: By<'_>| {
        platform.verify(setup, by, coming.headers, coming.body, tools.watch.now()).map_err(|refusal| refusal.0)
    };
    match (platform.signer(coming.headers).map_err(|refusal| refusal.0)?, hooked) {
        (Signer::App, None) => verify(By::App),
        (Signer::Key(kid), None) => verify(By::Key(&*proofs.key(tools, &kid).await.ok_or("key")?)),
        (Signer::Hook(_), Some(hooked)) => verify(By::Hook(std::slice::from_ref(&hooked.secret))),
        _ => Err("signer"),
    }
}
