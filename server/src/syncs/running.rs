//! What a run is in a transaction: how it begins, what a page adds to it, how it ends. Whoever calls holds the sync.

use super::jobs::PullPage;
use super::model::{Run, RunKind, RunOutcome, Sync, SyncState};
use super::queries::{runs, shops, syncs};
use crate::floor::jobs::{self, Ticket};
use crate::floor::kernel::{Error, Instant, Result, StoreId, SyncRunId};
use crate::floor::ledger::{Event, Tx, WriteTx};
use crate::floor::platforms::{Page, Platform, Shelf};
use crate::floor::policy::Policy;
use crate::records::TakenIn;
use crate::stores::scopes;

/// The scope by which a shelf may be read: one that the policy lists and the store grants.
pub fn scope(
    tx: &mut Tx,
    policy: &Policy,
    platform: &dyn Platform,
    at: (StoreId, Shelf),
) -> Result<Option<&'static str>> {
    usable(tx, policy, (platform, at.0), platform.opens(at.1))
}

/// The first of these scopes that the policy lists and the store grants.
pub fn usable(
    tx: &mut Tx,
    policy: &Policy,
    (platform, store): (&dyn Platform, StoreId),
    names: &[&'static str],
) -> Result<Option<&'static str>> {
    for name in names {
        let is_listed = policy.scopes_of(platform.code()).any(|scope| scope.name.get_ref() == name);
        if !is_listed {
            continue;
        }
        match scopes::may_use(tx, store, name) {
            Ok(()) => return Ok(Some(name)),
            Err(Error::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(None)
}

/// Begins a run, or turns the shelf off where the store does not let us.
pub fn begin(tx: &mut WriteTx, policy: &Policy, platform: &dyn Platform, sync: Sync) -> Result<Event> {
    let now = tx.now()?;
    if scope(tx, policy, platform, (sync.store, sync.shelf))?.is_none() {
        let event = told("sync.not_granted", &sync);
        syncs::save(tx, &sync.off(RunOutcome::Scope.code(), now))?;
        return Ok(event);
    }
    let (kind, id) = (sync.kind(), SyncRunId::fresh());
    let since = sync.since().filter(|_| kind == RunKind::Incremental);
    let run = Run {
        tenant: sync.tenant,
        id,
        store: sync.store,
        shelf: sync.shelf,
        kind,
        since,
        started_at: now,
        ended_at: None,
        pages: 0,
        calls: 0,
        new: 0,
        changed: 0,
        older: 0,
        refused: 0,
        unread: 0,
        outcome: RunOutcome::Running,
    };
    runs::add(tx, &run)?;
    let sync = sync.begun(id, now);
    syncs::save(tx, &sync)?;
    enqueue(tx, &sync, now)?;
    Ok(told("sync.began", &sync).code("kind", kind.code()))
}

/// Enqueues that a running sync is read on.
pub fn enqueue(tx: &mut WriteTx, sync: &Sync, due: Instant) -> Result<()> {
    let run = sync.run.ok_or_else(|| Error::internal("a sync without a run has no page"))?;
    let page = PullPage { store: sync.store, shelf: sync.shelf.code().to_owned(), run };
    jobs::redeem(tx, Ticket::of(&page)?.due(due));
    Ok(())
}

/// What came of one page's goods.
pub struct Turned {
    pub next: Option<String>,
    pub total: Option<i64>,
    pub rest: std::time::Duration,
    pub calls: u32,
    pub unread: u32,
    pub goods: usize,
}

impl Turned {
    /// A page without its goods.
    pub fn of(page: &Page) -> Self {
        Self {
            next: page.next.clone(),
            total: page.total.and_then(|total| i64::try_from(total).ok()),
            rest: page.rest,
            calls: page.calls,
            unread: page.unread,
            goods: page.goods.len(),
        }
    }
}

/// Who reads on after a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Goes {
    /// Whoever read this one.
    On,
    /// Whoever takes it from the queue.
    Back,
}

/// Adds a page to its run, and says how the sync stands then.
pub fn turn(tx: &mut WriteTx, sync: Sync, page: Turned, taken: &TakenIn, goes: Goes) -> Result<(Sync, Event)> {
    let (now, count) = (tx.now()?, |count: usize| i64::try_from(count).unwrap_or(i64::MAX));
    let run = runs::one(tx, sync.run.ok_or(Error::Conflict)?)?;
    let is_last = page.next.is_none();
    let run = Run {
        pages: run.pages + 1,
        calls: run.calls.saturating_add(i32::try_from(page.calls).unwrap_or(i32::MAX)),
        new: run.new + count(taken.new),
        changed: run.changed + count(taken.changed),
        older: run.older + count(taken.older),
        refused: run.refused + count(taken.refused),
        unread: run.unread + i64::from(page.unread),
        ended_at: is_last.then_some(now),
        outcome: if is_last { RunOutcome::Done } else { RunOutcome::Running },
        ..run
    };
    runs::save(tx, &run)?;
    let rest = chrono::Duration::from_std(page.rest).unwrap_or_default();
    let sync = sync.turned(page.next, count(page.goods), page.total, page.rest, now);
    syncs::save(tx, &sync)?;
    if sync.state == SyncState::Running && goes == Goes::Back {
        enqueue(tx, &sync, now.plus(rest))?;
    }
    let event = told(if is_last { "sync.ended" } else { "sync.page" }, &sync);
    let event = event.count("rows", page.goods as u64).count("done", sync.done.unsigned_abs());
    Ok((sync, event))
}

/// Ends what is under way: the store does not let us any more, or is over.
pub fn stop(tx: &mut WriteTx, sync: Sync, outcome: RunOutcome) -> Result<Event> {
    let now = tx.now()?;
    if let Some(id) = sync.run {
        let run = Run { ended_at: Some(now), outcome, ..runs::one(tx, id)? };
        runs::save(tx, &run)?;
    }
    let event = told("sync.stopped", &sync).code("outcome", outcome.code());
    syncs::save(tx, &sync.off(outcome.code(), now))?;
    Ok(event)
}

/// A fact of a sync's, told of its store: whoever follows the store sees it.
pub fn told(action: &'static str, sync: &Sync) -> Event {
    Event::new(action, "store", sync.store.uuid()).code("shelf", sync.shelf.code())
}

/// The platform of a connected store, by its code.
pub fn platform(tx: &mut Tx, store: StoreId) -> Result<Option<String>> {
    Ok(shops::one(tx, store)?.filter(|shop| shop.is_connected).map(|shop| shop.platform))
}
