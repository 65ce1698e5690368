//! What time does to a credential: its owners are told that it is to be replaced.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::model::{App, Credential, kind};
use super::super::queries::apps;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Day, Error, MemberId, Personal, Result};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::mail::Letter;
use crate::floor::tools::Tools;
use crate::tenants::{self, Tenant, TenantState, write_to_owners};

/// Writes to the owners of tenants whose credentials are to be replaced: two weeks before, on the day, and every week
/// after, each time once. A letter that goes out twice, because the worker died in between, is the same letter.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindOfRotation {}

impl Job for RemindOfRotation {
    const NAME: &'static str = "remind_of_rotation";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        for reminder in due(&tools).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            run.hold().await?;
            remind(&tools, &reminder).await?;
        }
        Ok(())
    }
}

/// Whose credential it is, which, and the day it is told for.
struct Reminder {
    app: App,
    credential: Credential,
    rotate_by: Day,
    told_for: Day,
    tenant: Tenant,
}

async fn due(tools: &Tools) -> Result<Vec<Reminder>> {
    let (adopted, today) = (tools.policy.in_force()?, tools.watch.now().day());
    let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
    let desk = tools.ledger.desk_scope(permit, "credentials that age").await?;
    let asked = Arc::clone(&adopted);
    let found = tools.ledger.desk(&desk, move |tx| {
        let apps = apps::with_ageing_credentials(tx, &asked.policy, today)?;
        let ids: Vec<_> = apps.iter().map(|app| app.tenant).collect();
        Ok((apps, tenants::tenants(tx, &ids)?))
    });
    let (apps, tenants) = found.await?;
    let tenants: HashMap<_, _> = tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect();
    let due = apps.into_iter().filter_map(|app| {
        let (kind, credential) = (kind(&adopted.policy, &app.kind), app.credential.clone()?);
        let told_for = credential.reminder(&kind, today)?;
        let tenant = tenants.get(&app.tenant).filter(|tenant| tenant.state != TenantState::Closed)?.clone();
        let is_told = app.reminded_for.is_some_and(|told| told >= told_for);
        (!is_told).then(|| Reminder { rotate_by: credential.rotate_by(&kind), credential, told_for, tenant, app })
    });
    Ok(due.collect())
}

async fn remind(tools: &Tools, reminder: &Reminder) -> Result<()> {
    let write = |member, mail| letter(reminder, member, mail);
    let letters = write_to_owners(tools, reminder.tenant.id, RemindOfRotation::NAME, write).await?;
    let scope = Caller::house().permit(Permission::KeepHouse, reminder.tenant.id)?;
    let (id, secret, day) = (reminder.app.id, reminder.credential.secret, reminder.told_for);
    let told = tools.ledger.write(scope, move |tx| {
        if !apps::set_reminded(tx, id, secret, day)? {
            return Err(Error::Conflict);
        }
        Ok(Witnessed::new((), Event::new("app.rotation_reminded", "app", id.uuid()).count("letters", letters)))
    });
    match told.await {
        // It was replaced meanwhile, or another run told them.
        Ok(()) | Err(Error::Conflict) => Ok(()),
        Err(other) => Err(other),
    }
}

fn letter(reminder: &Reminder, member: MemberId, to: Personal) -> Letter {
    let Reminder { app, rotate_by, told_for, tenant, .. } = reminder;
    let when = if told_for <= rotate_by { "is to be replaced by" } else { "was to be replaced by" };
    let text = format!(
        "The credential with which {} is connected to {} {when} {rotate_by}.\n\n\
         Make another one at {}, set it here, and take the old one back there. The app: {}.\n",
        app.name, tenant.legal_name, app.provider, app.id
    );
    Letter::automatic(
        to,
        format!("The credential of {} {when} {rotate_by}", app.name),
        text,
        format!("rotation-{}-{told_for}-{}", app.id.uuid().as_simple(), member.uuid().as_simple()),
    )
}
