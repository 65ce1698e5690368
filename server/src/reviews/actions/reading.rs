//! Campaigns and their rows, for reviewers and for those who see seats, with everyone they name.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::model::{Campaign, Figures, Item};
use super::super::queries::items::Filter;
use super::super::queries::{campaigns, items};
use super::{house, reader, verify};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{CampaignId, Error, Ref, Result, ReviewItemId, StaffId, TenantId};
use crate::floor::tools::Tools;
use crate::staff::{self, StaffMember};
use crate::tenants::{self, Tenant};

/// A campaign in numbers, with everyone it names.
#[derive(Clone)]
pub struct Shown {
    pub campaign: Campaign,
    pub figures: Figures,
    pub opened_by: Option<StaffMember>,
    pub signed_off_by: Option<StaffMember>,
}

/// A row with everyone it names, and the campaign it is of.
#[derive(Clone)]
pub struct ShownItem {
    pub item: Item,
    pub campaign: Arc<Shown>,
    pub tenant: Option<Tenant>,
    pub decided_by: Option<StaffMember>,
}

/// One campaign.
pub async fn find_campaign(tools: &Tools, caller: &Caller, at: Ref<CampaignId>) -> Result<Option<Shown>> {
    let (_, scope) = reader(caller)?;
    let id = house(at, "campaign")?;
    match tools.ledger.read(&scope, move |tx| campaigns::one(tx, id)).await? {
        Some(campaign) => Ok(Some(shown(tools, campaign).await?)),
        None => Ok(None),
    }
}

/// A page of campaigns, newest first, and how many there are.
pub async fn list_campaigns(tools: &Tools, caller: &Caller, page: Page) -> Result<(Vec<Shown>, i64)> {
    let (_, scope) = reader(caller)?;
    let (found, total) = tools.ledger.read(&scope, move |tx| campaigns::list(tx, &page)).await?;
    Ok((together(tools, found).await?, total))
}

/// One row.
pub async fn find_item(tools: &Tools, caller: &Caller, at: Ref<ReviewItemId>) -> Result<Option<ShownItem>> {
    let (_, scope) = reader(caller)?;
    let id = house(at, "review item")?;
    match tools.ledger.read(&scope, move |tx| items::one(tx, id)).await? {
        Some(item) => Ok(Some(shown_item(tools, caller, item).await?)),
        None => Ok(None),
    }
}

/// A page of a campaign's rows in their order, and how many fit.
pub async fn list_items(
    tools: &Tools,
    caller: &Caller,
    campaign: Arc<Shown>,
    filter: Filter,
    page: Page,
) -> Result<(Vec<ShownItem>, i64)> {
    let (_, scope) = reader(caller)?;
    let id = campaign.campaign.id;
    let (found, total) = tools.ledger.read(&scope, move |tx| items::list(tx, id, &filter, &page)).await?;
    Ok((items_together(tools, caller, campaign, found).await?, total))
}

/// Whether the rows are the ones that were extracted, and the books tell the same of them.
pub async fn is_whole(tools: &Tools, caller: &Caller, campaign: Campaign) -> Result<bool> {
    let (_, scope) = reader(caller)?;
    tools.ledger.read(&scope, move |tx| Ok(verify(tx, &campaign)?.is_some())).await
}

/// A campaign with everyone it names, for whoever may see it.
pub async fn shown(tools: &Tools, campaign: Campaign) -> Result<Shown> {
    together(tools, vec![campaign]).await?.pop().ok_or(Error::NotFound("campaign"))
}

/// A row with everyone it names, for whoever may see it.
pub async fn shown_item(tools: &Tools, caller: &Caller, item: Item) -> Result<ShownItem> {
    let (id, scope) = (item.campaign, Caller::house().permit_house(Permission::KeepHouse)?);
    let campaign = tools.ledger.read(&scope, move |tx| campaigns::one(tx, id)).await?;
    let campaign = Arc::new(shown(tools, campaign.ok_or(Error::NotFound("campaign"))?).await?);
    let mut items = items_together(tools, caller, campaign, vec![item]).await?;
    items.pop().ok_or(Error::NotFound("review item"))
}

async fn together(tools: &Tools, campaigns: Vec<Campaign>) -> Result<Vec<Shown>> {
    let scope = Caller::house().permit_house(Permission::KeepHouse)?;
    let ids: Vec<CampaignId> = campaigns.iter().map(|campaign| campaign.id).collect();
    let people = campaigns.iter().flat_map(|campaign| [campaign.opened_by, campaign.signed_off.map(|signed| signed.1)]);
    let people: Vec<StaffId> = people.flatten().collect();
    let (figures, seats) = tools
        .ledger
        .read(&scope, move |tx| {
            let today = tx.now()?.day();
            Ok((self::campaigns::figures(tx, &ids, today)?, staff::seats::queries::find_many(tx, people)?))
        })
        .await?;
    let seat = |id: Option<StaffId>| seats.iter().find(|seat| Some(seat.id) == id).cloned();
    let shown = campaigns.into_iter().map(|campaign| Shown {
        figures: figures.get(&campaign.id).copied().unwrap_or_default(),
        opened_by: seat(campaign.opened_by),
        signed_off_by: seat(campaign.signed_off.map(|signed| signed.1)),
        campaign,
    });
    Ok(shown.collect())
}

async fn items_together(
    tools: &Tools,
    caller: &Caller,
    campaign: Arc<Shown>,
    items: Vec<Item>,
) -> Result<Vec<ShownItem>> {
    let (permission, scope) = reader(caller)?;
    let people: Vec<StaffId> = items.iter().filter_map(|item| Some(item.decided.as_ref()?.by)).collect();
    let seats = tools.ledger.read(&scope, move |tx| staff::seats::queries::find_many(tx, people)).await?;
    let whose = items.iter().map(|item| item.found.tenant).filter(|tenant| *tenant != TenantId::HOUSE);
    let mut whose: Vec<TenantId> = whose.collect();
    whose.sort_unstable();
    whose.dedup();
    let tenants = if whose.is_empty() {
        Vec::new()
    } else {
        let desk = tools.ledger.desk_scope(caller.permit_desk(permission)?, "access review").await?;
        tools.ledger.desk(&desk, move |tx| tenants::tenants(tx, &whose)).await?
    };
    let tenants: HashMap<TenantId, Tenant> = tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect();
    let shown = items.into_iter().map(|item| ShownItem {
        campaign: Arc::clone(&campaign),
        tenant: tenants.get(&item.found.tenant).cloned(),
        decided_by: item.decided.as_ref().and_then(|decided| seats.iter().find(|seat| seat.id == decided.by)).cloned(),
        item,
    });
    Ok(shown.collect())
}
