//! What a provider is asked to do with what it still has, and what came back. Silence settles nothing.

use super::super::model::{ProviderTask, ProviderTaskState};
use super::super::queries::{apps, tasks};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::{AppId, Error, Personal, ProviderTaskId, Ref, Result};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::floor::vault::Shut;
use crate::grants::Revealed;

/// What the access book says such a look was for.
const PURPOSE: &str = "reveal";
const VIEW: &str = "provider_tasks.note";
const LONGEST_NOTE: usize = 2_000;

/// Opens the task of asking the provider of an app to erase what it still has; inside another's write.
pub(super) fn open(tx: &mut WriteTx, at: Ref<AppId>) -> Result<(ProviderTask, Event)> {
    let task = ProviderTask::to_erase((at.tenant, at.id), tx.actor().to_string(), tx.now()?);
    tasks::add(tx, &task)?;
    let opened = Event::new("provider_task.opened", "provider_task", task.id.uuid());
    Ok((task, opened))
}

/// Opens that task anew for a disconnected app, where nobody is asked any more and nobody has confirmed.
pub async fn ask_provider_to_erase(
    tools: &Tools,
    caller: &Caller,
    at: Ref<AppId>,
    once: Option<Once>,
) -> Result<ProviderTask> {
    let scope = caller.permit(Permission::KeepApps, at.tenant)?;
    let written = tools.ledger.write_once(scope.clone(), once, "provider_task", move |tx| {
        let app = apps::held(tx, at.id)?;
        let receipt = apps::receipts(tx, std::slice::from_ref(&app))?.pop();
        let receipt =
            receipt.ok_or_else(|| no("disconnect the app first: what goes there still would be there again"))?;
        if !receipt.offers_erasure {
            return Err(no("what this app had tells of no person"));
        }
        let former = tasks::of(tx, std::slice::from_ref(&app))?;
        if former.iter().any(|task| !task.state.is_settled() || task.state == ProviderTaskState::Confirmed) {
            return Err(Error::refused("TAKEN", "this provider is being asked already, or has confirmed"));
        }
        let (task, opened) = open(tx, at)?;
        Ok(Witnessed::new(task.id.uuid(), opened))
    });
    found(tools, &scope, ProviderTaskId::from_uuid(written.await?.id)).await
}

/// Says that the provider was asked, or what came back.
pub async fn settle_provider_task(
    tools: &Tools,
    caller: &Caller,
    at: Ref<ProviderTaskId>,
    (state, note): (ProviderTaskState, Option<Personal>),
    once: Option<Once>,
) -> Result<ProviderTask> {
    let scope = caller.permit(Permission::KeepApps, at.tenant)?;
    check(state, note.as_ref())?;
    let vault = tools.vault.clone();
    let written = tools.ledger.write_once(scope.clone(), once, "provider_task", move |tx| {
        let task = tasks::held(tx, at.id)?;
        let (by, now) = (tx.actor().to_string(), tx.now()?);
        let task = task.moved(state, by, now)?;
        tasks::save(tx, &vault, &task, note.as_ref())?;
        let moved = Event::new("provider_task.moved", "provider_task", at.id.uuid()).code("state", state.code());
        Ok(Witnessed::new(at.id.uuid(), moved))
    });
    written.await?;
    found(tools, &scope, at.id).await
}

/// Opens the words in which somebody wrote what came back. They may name people: the look is on record.
pub async fn reveal_note(tools: &Tools, caller: &Caller, at: Ref<ProviderTaskId>) -> Result<Revealed> {
    let scope = caller.permit(Permission::KeepApps, at.tenant)?;
    caller.require_fresh()?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, PURPOSE, move |tx| {
        let sealed = tasks::note(tx, at.id)?.ok_or(Error::NotFound("note"))?;
        let access = tx.note(None, VIEW);
        let key = vault.request_key(tx, at.id.uuid(), VIEW)?.map_err(shut)?;
        let value = key.open_blob(&tasks::place_of_note(at.tenant, at.id), &sealed).map_err(shut)?;
        let value = value.into_personal().map_err(shut)?;
        Ok(Revealed { value, access: Ref::new(at.tenant, access) })
    });
    opened.await
}

/// What came back is told in words; that somebody asked needs none.
fn check(state: ProviderTaskState, note: Option<&Personal>) -> Result<()> {
    match note.map(Personal::disclose) {
        Some(_) if !state.is_settled() => Err(Error::invalid("note", "say what came back when something has")),
        None if state.is_settled() => Err(Error::invalid("note", "say what came back, or why it is let be")),
        Some(note) if note.trim().is_empty() || note.len() > LONGEST_NOTE => {
            Err(Error::invalid("note", format!("say it in up to {LONGEST_NOTE} bytes")))
        }
        _ => Ok(()),
    }
}

fn no(why: &str) -> Error {
    Error::refused("REFUSED", why)
}

fn shut(shut: Shut) -> Error {
    match shut {
        Shut::Forgotten => Error::refused("REFUSED", "these words were erased"),
        other => Error::internal(format!("a provider's answer stays shut: {}", other.code())),
    }
}

async fn found(tools: &Tools, scope: &Scope<One>, id: ProviderTaskId) -> Result<ProviderTask> {
    tools.ledger.read(scope, move |tx| tasks::one(tx, id)).await?.ok_or(Error::NotFound("provider task"))
}
