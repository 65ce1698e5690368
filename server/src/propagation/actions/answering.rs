//! What a recipient tells by itself: under the link of a letter, or by the callback of OpenDSR.

use http::HeaderMap;
use sha2::{Digest, Sha256};

use super::super::kinds::{self, Heard};
use super::super::model::{AttemptKind, TaskKind, TaskState};
use super::super::queries::{attempts, tasks, ways};
use super::settling::{ended, settle, witness};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Day, Error, Personal, RecipientTaskId, Ref, Result};
use crate::floor::ledger::{KeyholeKind, Witnessed};
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::staff::digest;

/// Longest words under a link.
const LONGEST: usize = 2_000;

/// What a recipient says under its link.
pub struct Answered {
    /// That it is done, that it had nothing, that it works on it, or that it does not do it.
    pub state: TaskState,
    pub words: Option<Personal>,
}

/// What the page behind a link tells: what is asked, and by when. Nobody is named there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub reference: String,
    pub right: Right,
    pub until: Day,
    pub state: TaskState,
}

async fn behind(tools: &Tools, token: &str) -> Result<Option<Ref<RecipientTaskId>>> {
    let found = tools.ledger.knock(digest(token)).await?;
    let found = found.filter(|found| found.kind == KeyholeKind::RecipientReply);
    Ok(found.map(|found| Ref::new(found.tenant, RecipientTaskId::from_uuid(found.target))))
}

/// What a link leads to, if it leads anywhere.
pub async fn behind_link(tools: &Tools, token: &str) -> Result<Option<Asked>> {
    let Some(at) = behind(tools, token).await? else { return Ok(None) };
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let task = tools.ledger.read(&scope, move |tx| tasks::one(tx, at.id)).await?;
    Ok(task.map(|task| Asked {
        until: task.last_day(),
        reference: task.reference,
        right: task.right,
        state: task.state,
    }))
}

/// Takes down what a recipient says under its link. `false` where the link leads nowhere any more.
pub async fn answer_by_link(tools: &Tools, token: &str, answered: Answered) -> Result<bool> {
    let Answered { state, words } = answered;
    if !matches!(state, TaskState::Done | TaskState::AlreadyGone | TaskState::Refused | TaskState::Acknowledged) {
        return Err(Error::invalid("state", "say what became of it"));
    }
    let words = words.filter(|words| !words.disclose().trim().is_empty());
    if words.as_ref().is_some_and(|words| words.disclose().len() > LONGEST) {
        return Err(Error::invalid("words", format!("say it in up to {LONGEST} bytes")));
    }
    let Some(at) = behind(tools, token).await? else { return Ok(false) };
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let vault = tools.vault.clone();
    let written = tools.ledger.write(scope, move |tx| {
        let mut task = tasks::held(tx, at.id)?;
        task.require_open()?;
        let now = tx.now()?;
        task.state = state;
        task.ended_at = state.has_ended().then_some(now);
        task.is_unsure = false;
        task.answer = Some("by_link".to_owned());
        if let Some(words) = &words {
            task.proof = Some(Sha256::digest(words.disclose()).into());
            tasks::attach(tx, &vault, &task, Some(words), None)?;
        }
        attempts::add(tx, &mut task, AttemptKind::Heard, "by_link")?;
        tasks::save(tx, &task)?;
        if task.state.has_ended() {
            ended(tx, &task)?;
        }
        Ok(Witnessed::new((), witness(&task)))
    });
    match written.await {
        Ok(()) => Ok(true),
        Err(Error::Refused(_) | Error::NotFound(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Takes down what a processor told by OpenDSR. `false` where it is not signed as it should be, or about nothing that is
/// open: whoever sent it learns no more than that.
pub async fn called_back(tools: &Tools, named: &str, headers: HeaderMap, body: Vec<u8>) -> Result<bool> {
    let Ok(at) = named.parse::<Ref<RecipientTaskId>>() else { return Ok(false) };
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx| {
        let task = tasks::one(tx, at.id)?.filter(|task| task.kind == TaskKind::OpenDsr);
        let way = task.as_ref().map(|task| ways::of(tx, &task.recipient)).transpose()?.flatten();
        let way = way.filter(|way| way.kind == TaskKind::OpenDsr);
        Ok(task.zip(way))
    });
    let Some((task, way)) = found.await? else { return Ok(false) };
    let came = match kinds::read_callback(&task, &way, &headers, &body)? {
        Heard::Came(came) => came,
        Heard::NotTheirs => return Ok(false),
    };
    // Told again after the end it changes nothing.
    if task.state.has_ended() {
        return Ok(true);
    }
    tools.ledger.write(scope, move |tx| settle(tx, at.id, false, &came)).await?;
    Ok(true)
}
