//! What time does to what a provider is asked: halfway its merchant is told that nothing has ended it, and when its time is
//! over the desk is told too. Who was asked and has not answered is silent by then, and shown so. It settles nothing.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::super::model::{App, ProviderTask, ProviderTaskState};
use super::super::queries::{apps, tasks};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run, Turns};
use crate::floor::kernel::{Error, MemberId, Personal, Result};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::mail::Letter;
use crate::floor::tools::Tools;
use crate::staff;
use crate::tenants::{self, Tenant, TenantState, write_to_owners};

/// Minds what providers are asked: each half and each end of a time is told once. A letter that goes out twice, because the
/// worker died in between, is the same letter.
#[derive(Debug, Serialize, Deserialize)]
pub struct MindProviders {}

impl Job for MindProviders {
    const NAME: &'static str = "mind_providers";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (tools, mut turns) = (run.tools()?, Turns::default());
        for late in untold(&tools).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            run.hold().await?;
            turns.took(late.tell(&tools).await);
        }
        turns.end()
    }
}

/// What is to be told of now: the task as it is by then, of which app, and whose that was.
struct Late {
    task: ProviderTask,
    is_over: bool,
    app: App,
    tenant: Tenant,
}

async fn untold(tools: &Tools) -> Result<Vec<Late>> {
    let now = tools.watch.now();
    let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
    let desk = tools.ledger.desk_scope(permit, "providers that are asked").await?;
    let found = tools.ledger.desk(&desk, move |tx| {
        let due: Vec<_> = tasks::untold(tx)?.into_iter().filter_map(|task| task.minded(now)).collect();
        let at: Vec<_> = due.iter().map(|task| (task.tenant, task.app)).collect();
        let ids: Vec<_> = due.iter().map(|task| task.tenant).collect();
        Ok((due, apps::these(tx, &at)?, tenants::tenants(tx, &ids)?))
    });
    let (due, apps, tenants) = found.await?;
    let apps: HashMap<_, _> = apps.into_iter().map(|app| (app.id, app)).collect();
    let tenants: HashMap<_, _> = tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect();
    let late = due.into_iter().filter_map(|task| {
        let (app, tenant) = (apps.get(&task.app)?.clone(), tenants.get(&task.tenant)?.clone());
        Some(Late { is_over: task.is_over(now), task, app, tenant })
    });
    Ok(late.collect())
}

impl Late {
    async fn tell(&self, tools: &Tools) -> Result<()> {
        let mut letters = 0;
        if self.tenant.state != TenantState::Closed {
            let write = |member: MemberId, to| self.letter(&member.uuid().as_simple().to_string(), to);
            letters += write_to_owners(tools, self.tenant.id, MindProviders::NAME, write).await?;
        }
        if self.is_over {
            for (who, to) in staff::second_persons(tools, MindProviders::NAME).await? {
                match tools.mail.send(&self.letter(&who, to)).await {
                    Ok(()) => letters += 1,
                    Err(Error::Refused(_)) => tracing::warn!(who, "a letter about a provider was not taken"),
                    Err(other) => return Err(other),
                }
            }
        }
        let scope = Caller::house().permit(Permission::KeepHouse, self.tenant.id)?;
        let (id, was_over, vault) = (self.task.id, self.is_over, tools.vault.clone());
        let told = tools.ledger.write(scope, move |tx| {
            let now = tx.now()?;
            // What is over only now is told anew, to all whom that concerns.
            let told = tasks::held(tx, id)?.minded(now).filter(|task| task.is_over(now) == was_over);
            let task = told.ok_or(Error::Conflict)?;
            tasks::save(tx, &vault, &task, None)?;
            let action = match (task.is_over(now), task.state) {
                (false, _) => "provider_task.reminded",
                (true, ProviderTaskState::Silent) => "provider_task.silent",
                (true, _) => "provider_task.late",
            };
            Ok(Witnessed::new((), Event::new(action, "provider_task", id.uuid()).count("letters", letters)))
        });
        match told.await {
            // It was settled meanwhile, or another run told them.
            Ok(()) | Err(Error::Conflict) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// It names the app and its provider, and nobody else.
    fn letter(&self, who: &str, to: Personal) -> Letter {
        let Self { task, is_over, app, tenant } = self;
        let (by, part) = (task.until.day(), if *is_over { "over" } else { "half" });
        let stands = match task.state {
            ProviderTaskState::Open => "nobody has asked it yet",
            ProviderTaskState::Asked => "it was asked, and has not answered",
            _ => "it was asked, and is silent",
        };
        let text = format!(
            "{} is to be asked to erase what it still has of {} since {} was disconnected. Nothing has ended that, and its \
             time {} over on {by}.\n\nIt stands so: {stands}.\n\nAsk it, write down what came back, or let it be with a \
             reason. Until then it is named as open. The app: {}.\n",
            app.provider,
            tenant.legal_name,
            app.name,
            if *is_over { "was" } else { "is" },
            app.id
        );
        let subject = format!("{} has not said that it erased what {} left there", app.provider, app.name);
        Letter::automatic(to, subject, text, format!("provider-{part}-{}-{who}", task.id.uuid().as_simple()))
    }
}
