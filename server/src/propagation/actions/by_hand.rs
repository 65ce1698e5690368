//! What people do about a task: write down what came back, try again, or give it up with a reason.

use bytes::Bytes;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};

use super::super::jobs::TellRecipient;
use super::super::model::{AttemptKind, Task, TaskKind, TaskState};
use super::super::queries::{attempts, tasks};
use super::opening::{ORDER_IS_HELD, ORDER_IS_OPEN, chosen};
use super::reading::found;
use super::settling::{ended, witness};
use super::told;
use crate::floor::access::{Caller, Permission};
use crate::floor::blobs::{Blob, Kind};
use crate::floor::jobs;
use crate::floor::kernel::{BlobId, Error, Personal, RecipientTaskId, Ref, RequestId, Result, Sealed, TenantId};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::floor::vault::{RequestKey, Shut, Vault};
use crate::grants::Revealed;

/// Longest words that go along with an end.
const LONGEST_WORDS: usize = 2_000;

/// Largest file that is attached.
const LARGEST_FILE: usize = 40 * 1024;

const VIEW: &str = "recipient_tasks.words";
const PURPOSE: &str = "reveal";

/// A file that proves what came back.
#[derive(Clone)]
pub struct Proof {
    pub bytes: Vec<u8>,
}

/// What came back, as a person writes it down.
#[derive(Clone)]
pub struct Settling {
    /// The version of the task that was seen.
    pub version: i32,
    pub state: TaskState,
    pub words: Option<Personal>,
    pub proof: Option<Proof>,
}

/// Writes down what came back from a recipient: that it was asked, that it works on it, or how it ended.
pub async fn settle_by_hand(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RecipientTaskId>,
    settling: Settling,
    once: Option<Once>,
) -> Result<Task> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    check(&settling)?;
    let task = found(tools, caller, at).await?;
    // The same call may have been answered before: whether it still fits is judged where that is known.
    let fits = task.version == settling.version && !task.state.has_ended();
    let file = match settling.proof.as_ref().filter(|_| fits) {
        Some(proof) => Some((attached(tools, caller, &task, &proof.bytes).await?, Sha256::digest(&proof.bytes).into())),
        None => None,
    };
    let vault = tools.vault.clone();
    let written = tools.ledger.write_once(scope, once, "recipient_task", move |tx| {
        let mut task = tasks::held(tx, at.id)?;
        require_version(&task, settling.version)?;
        task.require_open()?;
        if settling.proof.is_some() && file.is_none() {
            return Err(Error::Conflict);
        }
        let now = tx.now()?;
        task.state = settling.state;
        task.tried_at = Some(now);
        task.ended_at = settling.state.has_ended().then_some(now);
        if settling.state.has_ended() {
            task.advice = None;
            task.is_unsure = false;
        }
        task.answer = Some("by_hand".to_owned());
        if let Some((blob, digest)) = file {
            task.proof = Some(digest);
            tasks::attach(tx, &vault, &task, settling.words.as_ref(), Some(blob))?;
        } else {
            tasks::attach(tx, &vault, &task, settling.words.as_ref(), None)?;
        }
        attempts::add(tx, &mut task, AttemptKind::ByHand, "by_hand")?;
        tasks::save(tx, &task)?;
        if task.state.has_ended() {
            jobs::cancel(tx, at.id.uuid())?;
            ended(tx, &task)?;
        }
        Ok(Witnessed::new(at.id.uuid(), witness(&task)))
    });
    written.await?;
    found(tools, caller, at).await
}

/// Ends a task that nothing more is expected of, with a reason.
pub async fn give_up(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RecipientTaskId>,
    (version, reason): (i32, Personal),
    once: Option<Once>,
) -> Result<Task> {
    let settling = Settling { version, state: TaskState::GivenUp, words: Some(reason), proof: None };
    settle_by_hand(tools, caller, at, settling, once).await
}

/// Has a recipient told once more, by what is set up for it now.
pub async fn retry(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RecipientTaskId>,
    version: i32,
    once: Option<Once>,
) -> Result<Task> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let written = tools.ledger.write_once(scope, once, "recipient_task", move |tx| {
        let before = tasks::held(tx, at.id)?;
        before.require_open()?;
        require_version(&before, version)?;
        if before.is_held() {
            let why = "a hold stands for whom this is about: it is told again when the hold is let go";
            return Err(Error::refused("HELD", why));
        }
        if before.advice.as_deref() == Some(ORDER_IS_OPEN) {
            return Err(Error::refused(
                "REFUSED",
                "an order there was open: once it is done, have the merchant do it there",
            ));
        }
        if before.advice.as_deref() == Some(ORDER_IS_HELD) {
            return Err(Error::refused(
                "REFUSED",
                "an order there was held: once the hold is released, have the merchant do it there",
            ));
        }
        let (kind, advice) = chosen(tx, (before.place(), &before.recipient), before.right)?;
        if kind == TaskKind::Manual {
            return Err(Error::refused("REFUSED", "nothing is set up by which this recipient could be told"));
        }
        // What was sent by another way is not counted by this one.
        let is_same = kind == before.kind;
        let step = if is_same { before.step } else { 0 };
        // A letter that has left is written anew, and is another one; one that may still leave stays the one that it was.
        let is_anew = is_same && kind == TaskKind::Mail && before.state != TaskState::Waiting;
        let step = if is_anew { step.saturating_add(1) } else { step };
        let answer = if is_anew { None } else { before.answer.clone() };
        let refs = if is_same { before.refs.clone() } else { Vec::new() };
        let state = if is_same { before.state } else { TaskState::Waiting };
        let is_unsure = is_same && before.is_unsure;
        let advice = advice.map(str::to_owned);
        if before.kind == TaskKind::Mail && !is_same {
            keyhole::close(tx, KeyholeKind::RecipientReply, at.id.uuid())?;
        }
        let task = Task { kind, state, is_unsure, step, refs, answer, advice, ..before };
        tasks::save(tx, &task)?;
        jobs::stop::<TellRecipient>(tx, at.id.uuid())?;
        jobs::enqueue(tx, &TellRecipient { task: at.id })?;
        Ok(Witnessed::new(at.id.uuid(), told("recipient.retried", &task)))
    });
    written.await?;
    found(tools, caller, at).await
}

/// Opens the words of whoever ended a task by hand. They may name people: the look is on record.
pub async fn reveal_words(tools: &Tools, caller: &Caller, at: Ref<RecipientTaskId>) -> Result<Revealed> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    caller.require_fresh()?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, PURPOSE, move |tx| {
        let task = tasks::one(tx, at.id)?.ok_or(Error::NotFound("recipient task"))?;
        let (place, sealed) = tasks::words(tx, &task)?.ok_or(Error::NotFound("words"))?;
        let access = tx.note(None, VIEW);
        let key = vault.request_key(tx, at.id.uuid(), VIEW)?.map_err(shut)?;
        let value = key.open_blob(&place, &sealed).and_then(crate::floor::vault::Clear::into_personal).map_err(shut)?;
        Ok(Revealed { value, access: Ref::new(at.tenant, access) })
    });
    opened.await
}

/// The file that somebody attached, in clear; the look is on record.
pub async fn reveal_file(tools: &Tools, caller: &Caller, at: Ref<RecipientTaskId>) -> Result<Vec<u8>> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    caller.require_fresh()?;
    let blob = tools.ledger.read(&scope, move |tx| tasks::file(tx, at.id)).await?.ok_or(Error::NotFound("file"))?;
    let pieces: Vec<Bytes> = tools.blobs.get(object(at.tenant, blob)).await?.try_collect().await?;
    let (sealed, vault) = (Sealed::from_bytes(pieces.concat()), tools.vault.clone());
    let opened = tools.ledger.reveal(scope, PURPOSE, move |tx| {
        let key = vault.request_key(tx, at.id.uuid(), "recipient_tasks.proof")?.map_err(shut)?;
        let clear = key.open_blob(&tasks::place_of_file(at.tenant, at.id), &sealed).map_err(shut)?;
        Ok(clear.bytes().to_vec())
    });
    opened.await
}

/// What people wrote and attached about the recipients of a request opens no more: the keys of it go, and nothing names the
/// files, which are to be taken away after that.
pub fn forget_words(tx: &mut WriteTx, vault: &Vault, request: RequestId) -> Result<Vec<Blob>> {
    let (tenant, mut files) = (tx.tenant()?, Vec::new());
    for (task, file) in tasks::with_words(tx, request)? {
        vault.forget::<RequestKey>(tx, task.uuid())?;
        files.extend(file.map(|file| object(tenant, file)));
    }
    tasks::unname_files(tx, request)?;
    Ok(files)
}

const fn object(tenant: TenantId, id: BlobId) -> Blob {
    Blob { tenant, id, kind: Kind::Attachment }
}

/// Puts a file where objects are, sealed under the task's own key. It lies there before its row says so.
async fn attached(tools: &Tools, caller: &Caller, task: &Task, bytes: &[u8]) -> Result<BlobId> {
    let scope = caller.permit(Permission::WorkRequests, task.tenant)?;
    let (vault, clear, of) = (tools.vault.clone(), bytes.to_vec(), task.clone());
    let sealed = tools.ledger.write(scope, move |tx| {
        let sealer = vault.sealer::<RequestKey>(tx, of.id.uuid())?.map_err(shut)?;
        let envelope = sealer.seal_blob(&tasks::place_of_file(of.tenant, of.id), &clear)?;
        Ok(Witnessed::new(envelope.into_bytes(), attaching(&of)))
    });
    let id = BlobId::fresh();
    tools.blobs.put_bytes(object(task.tenant, id), Bytes::from(sealed.await?)).await?;
    Ok(id)
}

fn attaching(task: &Task) -> Event {
    told("recipient.attaching", task)
}

/// What is said has to fit: an end needs words, and nothing is done by silence.
fn check(settling: &Settling) -> Result<()> {
    let words = settling.words.as_ref().map(Personal::disclose);
    if matches!(settling.state, TaskState::Waiting | TaskState::Silent) {
        return Err(Error::invalid("state", "say what came back, or that the recipient was asked"));
    }
    if settling.proof.as_ref().is_some_and(|proof| proof.bytes.is_empty() || proof.bytes.len() > LARGEST_FILE) {
        return Err(Error::invalid("proof", "attach a file of up to 40 KiB"));
    }
    match words {
        None if settling.state.has_ended() => Err(Error::invalid("words", "say what came back, or why it is given up")),
        Some(words) if words.trim().is_empty() || words.len() > LONGEST_WORDS => {
            Err(Error::invalid("words", format!("say it in up to {LONGEST_WORDS} bytes")))
        }
        _ => Ok(()),
    }
}

fn require_version(task: &Task, seen: i32) -> Result<()> {
    if task.version == seen { Ok(()) } else { Err(Error::Conflict) }
}

fn shut(shut: Shut) -> Error {
    match shut {
        Shut::Forgotten => Error::refused("REFUSED", "this was erased"),
        other => Error::internal(format!("what belongs to a recipient's task stays shut: {}", other.code())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(state: TaskState, words: Option<&str>) -> bool {
        let words = words.map(Personal::new);
        check(&Settling { version: 1, state, words, proof: None }).is_ok()
    }

    #[test]
    fn nothing_ends_by_hand_without_a_word() {
        for state in [TaskState::Done, TaskState::AlreadyGone, TaskState::Refused, TaskState::GivenUp] {
            assert!(is_fine(state, Some("They wrote that it is done.")) && !is_fine(state, None), "{state}");
            assert!(!is_fine(state, Some("  ")), "{state}");
        }
        assert!(is_fine(TaskState::Sent, None) && is_fine(TaskState::Acknowledged, None));
        assert!(!is_fine(TaskState::Silent, Some("x")) && !is_fine(TaskState::Waiting, Some("x")));
    }
}
