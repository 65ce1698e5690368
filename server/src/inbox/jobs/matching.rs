//! Whom a platform means that has closed an account: it names somebody and no store, so every tenant that has one there is
//! looked at. Most are known nowhere, and then the notice alone says that it came.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::actions::open_for_buyers;
use super::super::queries::notices::{self, Opened};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, PrivacyNoticeId, Result, StoreId, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::tools::Tools;
use crate::requests::Desk;
use crate::stores;
use crate::subjects::{self, Named};

/// Looks for the buyers behind an account that a platform closed, and notes in each tenant which of its own they are.
#[derive(Debug, Serialize, Deserialize)]
pub struct MatchClosedAccount {
    pub notice: PrivacyNoticeId,
}

impl Job for MatchClosedAccount {
    const NAME: &'static str = "match_closed_account";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, id) = (run.scope()?, run.tools()?, self.notice);
        let vault = tools.vault.clone();
        let opened = run.ledger.reveal(lane.clone(), Self::NAME, move |tx| notices::open(tx, &vault, id)).await?;
        // They were looked for before the worker died.
        let Some(opened) = opened else { return Ok(()) };
        let mut tenants: BTreeMap<TenantId, Vec<StoreId>> = BTreeMap::new();
        for (tenant, store) in stores::ever_at(&tools, &opened.notice.platform).await? {
            tenants.entry(tenant).or_default().push(store);
        }
        let (looked_at, opened) = (tenants.len() as u64, Arc::new(opened));
        for (tenant, stores) in tenants {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            matched(&tools, tenant, stores, Arc::clone(&opened)).await?;
        }
        let done = run.ledger.write(lane, move |tx| {
            if !notices::looked_for(tx, id)? {
                return Err(Error::Conflict);
            }
            let told = Event::new("privacy_notice.looked_for", "privacy_notice", id.uuid());
            Ok(Witnessed::new((), told.count("tenants", looked_at)))
        });
        Ok(done.await?)
    }
}

/// One tenant. Whatever a platform calls an account, a shop may know its buyer by it.
async fn matched(tools: &Tools, tenant: TenantId, stores: Vec<StoreId>, of: Arc<Opened>) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let (vault, whom) = (tools.vault.clone(), Arc::clone(&of));
    let found = tools.ledger.read(&scope, move |tx| {
        let called = stores.iter().flat_map(|store| whom.named.iter().map(|name| (*store, name)));
        let named = called.map(|(store, name)| Named {
            store,
            customer: Some(name.disclose()),
            handle: Some(name),
            mail: None,
            phones: Vec::new(),
            order: None,
        });
        subjects::known(tx, &vault, &named.collect::<Vec<_>>())
    });
    let found = found.await?;
    if found.is_empty() {
        return Ok(());
    }
    let (vault, adopted) = (tools.vault.clone(), tools.policy.in_force()?);
    let written = tools.ledger.write(scope, move |tx| {
        let id = notices::concern(tx, &of, &found)?.ok_or(Error::Conflict)?;
        let desk = Desk { vault: &vault, policy: &adopted.policy };
        let opened = open_for_buyers(tx, &desk, (id, &of, of.delivery), &found)?;
        let told = Event::new("privacy_notice.matched", "privacy_notice", id.uuid());
        let told = Witnessed::new((), told.count("subjects", found.len() as u64));
        Ok(opened.into_iter().fold(told, Witnessed::and))
    });
    match written.await {
        // It was noted before the worker died.
        Ok(()) | Err(Error::Conflict) => Ok(()),
        Err(other) => Err(other),
    }
}
