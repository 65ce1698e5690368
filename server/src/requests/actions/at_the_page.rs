//! What strangers do on the public page, counted by the network they come from: to ask, and to stand before the link of a
//! letter. Whether a shop is known here shows in no answer: the same is looked up for every name, and what finds no
//! merchant is asked of the operator.

use sha2::{Digest, Sha256};

use super::following::follow;
use super::receiving::receive;
use crate::floor::access::Caller;
use crate::floor::kernel::{Error, IntakeId, Personal, Ref, Result, Secret, StoreId, TenantId};
use crate::floor::ledger::WriteTx;
use crate::floor::platforms::{self, Shop};
use crate::floor::tools::Tools;
use crate::requests::asking::{Asking, Stated, Taken};
use crate::requests::model::{GoesBy, Proof};
use crate::staff::sign_in::{Budget, spend};
use crate::{stores, tenants};

/// What somebody asks on the page, of the operator until its shop is found.
#[derive(Clone)]
pub struct AtPage {
    pub asking: Asking,
    /// The shop, as the person calls it.
    pub shop: Option<Personal>,
    /// The number of an order there: without a shop it finds nobody.
    pub order: Option<Personal>,
}

/// Takes in what somebody asks on the page.
pub async fn ask_at_page(tools: &Tools, source: Option<&str>, asked: AtPage) -> Result<Taken> {
    let by = digest(source);
    let counted = move |tx: &mut WriteTx| {
        spend(tx, Budget::AskOfSource, &by)?;
        spend(tx, Budget::AskOfAll, &[]).map(drop)
    };
    tools.ledger.bookkeep(Some(TenantId::HOUSE), counted).await?;
    let house = Caller::house();
    let found = match &asked.shop {
        Some(shop) => find_shop(tools, shop).await?,
        None => None,
    };
    if let Some(shop) = found {
        match receive(tools, &house, asked.clone().at(shop)).await {
            // What stands in its way there would tell a stranger that there is such a merchant.
            Err(Error::NotFound(_) | Error::Refused(_) | Error::Forbidden(_)) => {}
            outcome => return outcome,
        }
    }
    receive(tools, &house, asked.asking).await
}

/// Where a link leads that somebody does something behind.
pub async fn behind_link(tools: &Tools, source: Option<&str>, secret: &Secret) -> Result<Option<Ref<IntakeId>>> {
    let by = digest(source);
    let counted = move |tx: &mut WriteTx| spend(tx, Budget::ProveOfSource, &by).map(drop);
    tools.ledger.bookkeep(Some(TenantId::HOUSE), counted).await?;
    follow(tools, secret).await
}

impl AtPage {
    fn at(self, (tenant, store): (TenantId, Option<StoreId>)) -> Asking {
        let Self { mut asking, order, .. } = self;
        (asking.tenant, asking.store) = (tenant, store);
        if let Some(order) = order.filter(|_| store.is_some()) {
            asking.identifiers.push(Stated { kind: GoesBy::Order, store, value: order, proof: Proof::None });
        }
        asking
    }
}

/// The merchant who is called so, or the store at this address. However it is found, everything is looked up, so that the
/// time it takes tells nothing.
async fn find_shop(tools: &Tools, said: &Personal) -> Result<Option<(TenantId, Option<StoreId>)>> {
    let said = bare(said.disclose());
    let mut found = tenants::tenant_by_reference(tools, &said).await?.map(|tenant| (tenant, None));
    let adopted = tools.policy.in_force()?;
    for code in &adopted.policy.platforms {
        let Some(platform) = platforms::find(code.get_ref()) else { continue };
        let shop = match tools.platforms.find(code.get_ref()) {
            Some((platform, setup)) => platform.shop(setup, &said),
            None => Some(Shop::kept(said.as_str())),
        };
        let Some(shop) = shop else { continue };
        if let Some(store) = stores::behind(tools, platform, &shop).await? {
            found = Some((store.tenant, Some(store.id)));
        }
    }
    Ok(found)
}

/// A web address without what people put around it.
fn bare(said: &str) -> String {
    let said = said.trim().to_lowercase();
    let said = said.strip_prefix("https://").or_else(|| said.strip_prefix("http://")).unwrap_or(&said);
    let host = said.split(['/', '?', '#']).next().unwrap_or(said);
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

fn digest(source: Option<&str>) -> [u8; 32] {
    Sha256::digest(source.unwrap_or_default()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_is_written() {
        for said in
            ["zaitoon-home.example", " https://www.Zaitoon-Home.example/products?x=1 ", "http://zaitoon-home.example"]
        {
            assert_eq!(bare(said), "zaitoon-home.example");
        }
        assert_eq!(bare("org-7"), "org-7");
    }
}
