//! The work of reading: one page at a time, and each minute a look at what is due.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::actions;
use super::flowing;
use super::model::{RunOutcome, Sync, SyncState};
use super::queries::{listings, shops, syncs, writes};
use super::running::{self, Goes, Turned};
use crate::calls;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs::{self as queue, Halt, Job, Run};
use crate::floor::kernel::{Error, MemberId, Personal, Ref, Result, StoreId, SyncRunId};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::mail::Letter;
use crate::floor::platforms::{Ask, Fate, Page, Shelf};
use crate::floor::tools::Tools;
use crate::records::Again;
use crate::stores::{self, Store};
use crate::subjects::{Ahead, Before, Turn};
use crate::tenants;

/// Rows of a page, where the platform gives as many.
const MOST: u32 = 250;

/// Before a platform that lets nobody in with a fresh token is asked again.
const SOON: std::time::Duration = std::time::Duration::from_secs(30);

/// A turn at a shelf. Then others of the lane have theirs.
const TURN: std::time::Duration = std::time::Duration::from_secs(20);

/// Reads a shelf on from where it is, a page at a time: rows, cursor and counts in one commit. While a page is taken in,
/// the next one is on its way, for as long as the platform wants no rest; and what is about people is taken in while the
/// page before it still is, and committed after it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PullPage {
    pub store: StoreId,
    pub shelf: String,
    pub run: SyncRunId,
}

/// The page that is to be asked for.
struct Due {
    sync: Sync,
    scope: &'static str,
}

impl Job for PullPage {
    const NAME: &'static str = "pull_page";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools) = (run.scope()?, run.tools()?);
        let Some(Due { mut sync, scope }) = self.due(&tools, &lane).await? else { return Ok(()) };
        let (store, access) = match stores::open_access(&tools, &lane, self.store).await {
            Ok(opened) => opened,
            Err(Error::Unavailable { after, .. }) => return Err(Halt::SlowDown { after }),
            // It lets us in no more: the run waits until somebody connects it anew.
            Err(Error::Refused(_)) => return Ok(()),
            Err(other) => return Err(other.into()),
        };
        run.hold().await?;
        let begun = std::time::Instant::now();
        let mut read = page(&tools, &store, &access, &sync).await;
        let mut before: Option<UnderWay> = None;
        loop {
            let came = match read {
                Ok(came) => came,
                Err(fate) => {
                    if let Some(before) = before
                        && !self.end(&tools, &lane, before).await?
                    {
                        return Ok(());
                    }
                    return self.did_not_come(&tools, lane, (&store, sync.step), fate).await;
                }
            };
            let is_last = came.next.is_none() || !came.rest.is_zero() || begun.elapsed() > TURN || run.is_stopping();
            let next = Sync { cursor: came.next.clone(), step: sync.step + 1, ..sync.clone() };
            let goes = if is_last { Goes::Back } else { Goes::On };
            let came = Came { step: sync.step, again: sync.again(), scope, page: Arc::new(came), goes };
            let following = self.follow(&tools, &lane, before, came);
            if is_last {
                if let Some(last) = following.await? {
                    self.end(&tools, &lane, last).await?;
                }
                return Ok(());
            }
            let (under_way, ahead) = tokio::join!(following, page(&tools, &store, &access, &next));
            let Some(under_way) = under_way? else { return Ok(()) };
            (sync, read, before) = (next, ahead, Some(under_way));
        }
    }
}

/// A page that came, and how it is taken in.
#[derive(Clone)]
struct Came {
    step: i32,
    again: Again,
    scope: &'static str,
    page: Arc<Page>,
    goes: Goes,
}

/// A page that is being taken in.
struct UnderWay {
    came: Came,
    /// Whether the page before had not ended when this one was begun.
    is_behind: bool,
    taking: JoinHandle<Result<Option<Sync>>>,
    ahead: Ahead,
}

impl PullPage {
    fn shelf(&self) -> Result<Shelf> {
        Shelf::from_code(&self.shelf).ok_or_else(|| Error::internal("a page of a shelf that there is not"))
    }

    fn is_of(&self, sync: &Sync) -> bool {
        sync.state == SyncState::Running && sync.run == Some(self.run)
    }

    /// The page, if one is still to be asked for. A scope that is granted no more ends the run.
    async fn due(&self, tools: &Tools, lane: &Scope<One>) -> Result<Option<Due>> {
        let (page, of) = (self.clone(), self.shelf()?);
        let (policy, platforms) = (tools.policy.in_force()?, tools.platforms.clone());
        let read = tools.ledger.read(lane, move |tx| {
            let sync = syncs::one(tx, page.store, of)?.filter(|sync| page.is_of(sync));
            let Some((sync, code)) = sync.zip(running::platform(tx, page.store)?) else { return Ok(None) };
            let Some((platform, _)) = platforms.find(&code) else { return Ok(None) };
            let scope = running::scope(tx, &policy.policy, platform, (page.store, of))?;
            Ok(Some((sync, scope)))
        });
        match read.await? {
            Some((sync, Some(scope))) => Ok(Some(Due { sync, scope })),
            Some((sync, None)) => self.stop(tools, lane.clone(), sync.step).await.map(|()| None),
            None => Ok(None),
        }
    }

    /// No page came: again a little later, or never.
    async fn did_not_come(
        &self,
        tools: &Tools,
        lane: Scope<One>,
        (store, step): (&Store, i32),
        fate: Fate,
    ) -> Result<(), Halt> {
        match fate {
            Fate::Again { after } => {
                self.held_up(tools, lane, "platform").await?;
                Err(Halt::SlowDown { after })
            }
            Fate::Stale => {
                let fresh = freshened(tools, &lane, self.store).await;
                if matches!(fresh, Err(Halt::SlowDown { after }) if after == SOON) {
                    self.held_up(tools, lane, "token").await?;
                }
                fresh
            }
            Fate::NOT_GRANTED => Ok(self.stop(tools, lane, step).await?),
            Fate::Over(why) => {
                stores::lost(tools, &lane, store, why).await?;
                Ok(())
            }
        }
    }

    /// Begins to take a page in, once the one before it has passed the gate or ended, and sees that one to its end. None
    /// where that one was somebody else's by then: so is this.
    async fn follow(
        &self,
        tools: &Tools,
        lane: &Scope<One>,
        before: Option<UnderWay>,
        came: Came,
    ) -> Result<Option<UnderWay>> {
        let Some(UnderWay { came: former, is_behind, taking, ahead }) = before else {
            return Ok(Some(self.begin(tools, lane, came, None)));
        };
        // Of goods, what flows on from a page is reckoned from what the page before it left.
        let goes_along = matches!(self.shelf()?, Shelf::Customers | Shelf::Orders);
        let passed = if goes_along { ahead.passed().await } else { None };
        let next = passed.map(|(before, end)| (self.begin(tools, lane, came.clone(), Some(before)), end));
        let ended = ended(taking).await;
        match (ended, next) {
            (Ok(true), Some((next, end))) => {
                end.tell();
                Ok(Some(next))
            }
            (Ok(true), None) => Ok(Some(self.begin(tools, lane, came, None))),
            (Err(Error::Conflict), next) if is_behind => {
                if let Some((next, end)) = next {
                    drop(end);
                    // It was behind what is no more, and ends in vain.
                    let _ = next.taking.await;
                }
                let is_ours = self.take_in(tools, lane.clone(), former, Turn::alone()).await?.is_some();
                Ok(is_ours.then(|| self.begin(tools, lane, came, None)))
            }
            (Ok(false), _) => Ok(None),
            (Err(other), _) => Err(other),
        }
    }

    /// Sees a page to its end that no other is behind. Says whether it was still ours to take in.
    async fn end(&self, tools: &Tools, lane: &Scope<One>, last: UnderWay) -> Result<bool> {
        match ended(last.taking).await {
            Err(Error::Conflict) if last.is_behind => {
                Ok(self.take_in(tools, lane.clone(), last.came, Turn::alone()).await?.is_some())
            }
            ended => ended,
        }
    }

    fn begin(&self, tools: &Tools, lane: &Scope<One>, came: Came, before: Option<Before>) -> UnderWay {
        let is_behind = before.is_some();
        let (turn, ahead) = Turn::in_row(before);
        let (page, tools, lane, own) = (self.clone(), tools.clone(), lane.clone(), came.clone());
        let taking = tokio::spawn(async move { page.take_in(&tools, lane, own, turn).await });
        UnderWay { came, is_behind, taking, ahead }
    }

    /// The sync after the page; none where the page was somebody else's by then.
    async fn take_in(
        &self,
        tools: &Tools,
        lane: Scope<One>,
        Came { step, again, scope, page, goes }: Came,
        mut turn: Turn,
    ) -> Result<Option<Sync>> {
        let (vault, policy, platforms) = (tools.vault.clone(), tools.policy.in_force()?, tools.platforms.clone());
        let (due, of) = (self.clone(), self.shelf()?);
        let written = tools.ledger.write(lane.clone(), move |tx| {
            // Behind another page the sync is held once that one has ended: only then is it at this step.
            let first = if turn.is_behind() { None } else { Some(due.held(tx, of, step)?) };
            let turned = Turned::of(&page);
            let by = (&policy.policy, &platforms);
            let (taken, flowed) = flowing::take_in_turn(tx, &vault, by, due.store, &page.goods, again, &mut turn)?;
            let sync = first.map_or_else(|| due.held(tx, of, step), Ok)?;
            stores::scopes::used(tx, due.store, scope)?;
            let (sync, event) = running::turn(tx, sync, turned, &taken, goes)?;
            Ok(flowed.into_iter().fold(Witnessed::new(sync, event), Witnessed::and))
        });
        self.settled(tools, &lane, step, written.await).await
    }

    /// The store does not grant it any more.
    async fn stop(&self, tools: &Tools, lane: Scope<One>, step: i32) -> Result<()> {
        let (due, of) = (self.clone(), self.shelf()?);
        let written = tools.ledger.write(lane.clone(), move |tx| {
            let sync = due.held(tx, of, step)?;
            Ok(Witnessed::new((), running::stop(tx, sync, RunOutcome::Scope)?))
        });
        self.settled(tools, &lane, step, written.await).await?;
        Ok(())
    }

    /// The sync, held, as long as it is at this step.
    fn held(&self, tx: &mut WriteTx, of: Shelf, step: i32) -> Result<Sync> {
        let sync = syncs::held(tx, self.store, of)?;
        if self.is_of(&sync) && sync.step == step { Ok(sync) } else { Err(Error::Conflict) }
    }

    /// Where two met, this page may be somebody else's by now; if not, it is asked again.
    async fn settled<T>(&self, tools: &Tools, lane: &Scope<One>, step: i32, written: Result<T>) -> Result<Option<T>> {
        if !matches!(written, Err(Error::Conflict)) {
            return written.map(Some);
        }
        let (due, of) = (self.clone(), self.shelf()?);
        let read = tools.ledger.read(lane, move |tx| Ok(syncs::one(tx, due.store, of)?.filter(|sync| due.is_of(sync))));
        let is_ours = read.await?.is_some_and(|sync| sync.step == step);
        if is_ours { written.map(Some) } else { Ok(None) }
    }

    /// Notes why no page comes, once for the same reason.
    async fn held_up(&self, tools: &Tools, lane: Scope<One>, why: &'static str) -> Result<()> {
        let (store, of) = (self.store, self.shelf()?);
        let written = tools.ledger.write(lane, move |tx| {
            let sync = syncs::held(tx, store, of)?;
            if sync.failure.as_deref() == Some(why) {
                return Err(Error::Conflict);
            }
            let event = running::told("sync.held_up", &sync).code("why", why);
            syncs::save(tx, &sync.held_up(why))?;
            Ok(Witnessed::new((), event))
        });
        match written.await {
            Ok(()) | Err(Error::Conflict) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// Whether the page was still ours to take in.
async fn ended(taking: JoinHandle<Result<Option<Sync>>>) -> Result<bool> {
    let taken = taking.await.map_err(|_| Error::internal("a page was broken off"))?;
    Ok(taken?.is_some())
}

/// The platform did not take the token: it is renewed, and the call made again a little later.
pub async fn freshened(tools: &Tools, lane: &Scope<One>, store: StoreId) -> Result<(), Halt> {
    match stores::keep_alive(tools, lane, store).await {
        Ok(()) => Err(Halt::SlowDown { after: SOON }),
        Err(Error::Unavailable { after, .. }) => Err(Halt::SlowDown { after }),
        Err(Error::Refused(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// Asks the platform. Nothing is held meanwhile but the token.
async fn page(tools: &Tools, store: &Store, access: &crate::floor::kernel::Secret, sync: &Sync) -> Result<Page, Fate> {
    let (platform, setup) = tools.platforms.find(&store.platform).ok_or(Fate::Over("not_set_up"))?;
    let shop = platform.shop(setup, &store.domain).ok_or(Fate::Over("shop"))?;
    let visit = tools.platforms.visit(setup, &shop, tools.watch.now());
    let since = sync.since().filter(|_| sync.kind() == super::model::RunKind::Incremental);
    let ask = Ask { of: sync.shelf, since, after: sync.cursor.as_deref(), most: MOST };
    let asked = std::time::Instant::now();
    let at = Ref::new(store.tenant, store.id);
    let read = match calls::under_way(&tools.ledger, at, platform.read(visit, access, ask)).await {
        Ok(Ok(read)) => read,
        // Whoever ended the connection has ended the run.
        Ok(Err(_)) => Err(Fate::Over("disconnected")),
        Err(_) => Err(Fate::Again { after: SOON }),
    };
    metrics::histogram!("rightsdesk_sync_page_seconds", "platform" => store.platform.clone(), "shelf" => sync.shelf.code())
        .record(asked.elapsed().as_secs_f64());
    read
}

/// Once a minute: opens the syncs of stores that were connected, ends those of stores that are over, begins what is due and
/// looks after runs whose job nobody holds any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct LookAfterSyncs {}

impl Job for LookAfterSyncs {
    const NAME: &'static str = "look_after_syncs";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
        let desk = tools.ledger.desk_scope(permit, "syncs that are due").await?;
        let now = tools.watch.now();
        let found = tools.ledger.desk(&desk, move |tx| shops::found(tx, now)).await?;
        let due = found.new.into_iter().chain(found.due).map(|at| (at, Look::Due));
        let others = found.over.into_iter().map(|at| (at, Look::Over));
        let behind = found.behind.into_iter().map(|at| (at, Look::Behind));
        for ((tenant, store), look) in due.chain(others).chain(behind) {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            match look_after(&tools, Ref::new(tenant, store), look).await {
                // Another run was first, or there is nothing to be done.
                Ok(()) | Err(Error::Conflict) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Look {
    Due,
    Over,
    Behind,
}

async fn look_after(tools: &Tools, at: Ref<StoreId>, look: Look) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let (policy, platforms) = (tools.policy.in_force()?, tools.platforms.clone());
    let written = tools.ledger.write(scope, move |tx| {
        let shop = shops::one(tx, at.id)?.ok_or(Error::Conflict)?;
        let (now, mut events) = (tx.now()?, Vec::new());
        match look {
            Look::Over => {
                for sync in syncs::all_held(tx, at.id)? {
                    if sync.state != SyncState::Off || sync.run.is_some() {
                        events.push(running::stop(tx, sync, RunOutcome::Disconnected)?);
                    }
                }
                writes::drop_all(tx, at.id)?;
                listings::drop_all(tx, at.id)?;
            }
            Look::Due if shop.is_connected => {
                let (platform, _) = platforms.find(&shop.platform).ok_or(Error::Conflict)?;
                if actions::open(tx, at, platform)? > 0 {
                    events.push(Event::new("sync.opened", "store", at.id.uuid()));
                }
                for sync in syncs::all_held(tx, at.id)?.into_iter().filter(|sync| sync.due_at <= now) {
                    match sync.state {
                        SyncState::Idle | SyncState::Off => {
                            events.push(running::begin(tx, &policy.policy, platform, sync)?);
                        }
                        SyncState::Running => {
                            let run = sync.run.ok_or(Error::Conflict)?;
                            let is_held = queue::naming(tx, &[run.uuid()])? > 0;
                            let sync = sync.looked_after(now);
                            syncs::save(tx, &sync)?;
                            if !is_held {
                                running::enqueue(tx, &sync, now)?;
                            }
                            events.push(running::told("sync.looked_after", &sync));
                        }
                        SyncState::Paused => {}
                    }
                }
            }
            Look::Behind if shop.is_connected => {
                let behind: Vec<Sync> =
                    syncs::all_held(tx, at.id)?.into_iter().filter(|sync| sync.is_behind(now)).collect();
                // One letter for a store, however many of its shelves fall behind one after another.
                let is_told = behind.iter().any(|sync| sync.told_at.is_some());
                for sync in behind.into_iter().filter(|sync| sync.told_at.is_none()) {
                    events.push(running::told("sync.fell_behind", &sync));
                    syncs::save(tx, &Sync { told_at: Some(now), ..sync })?;
                }
                if !events.is_empty() && !is_told {
                    queue::enqueue(tx, &TellOfBehind { store: at.id })?;
                }
            }
            Look::Due | Look::Behind => {}
        }
        let mut events = events.into_iter();
        let first = events.next().ok_or(Error::Conflict)?;
        Ok(events.fold(Witnessed::new((), first), Witnessed::and))
    });
    written.await
}

/// Writes to the owners of a tenant that a store of theirs fell behind.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOfBehind {
    pub store: StoreId,
}

impl Job for TellOfBehind {
    const NAME: &'static str = "tell_of_behind";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (tools, tenant) = (run.tools()?, run.job.tenant);
        let house = Caller::house();
        let Some(shown) = stores::find_store(&tools, &house, Ref::new(tenant, self.store)).await? else {
            return Ok(());
        };
        run.hold().await?;
        let write = |member, mail| letter(&shown.store, &run, member, mail);
        let letters = tenants::write_to_owners(&tools, tenant, Self::NAME, write).await?;
        let id = self.store;
        let told = run.ledger.write(run.scope()?, move |tx| {
            let (now, mut is_new) = (tx.now()?, false);
            for sync in syncs::all_held(tx, id)? {
                if sync.told_at.is_some() && sync.letter_at.is_none() {
                    is_new = true;
                    syncs::save(tx, &Sync { letter_at: Some(now), ..sync })?;
                }
            }
            if !is_new {
                return Err(Error::Conflict);
            }
            Ok(Witnessed::new((), Event::new("sync.told_of", "store", id.uuid()).count("letters", letters)))
        });
        match told.await {
            Ok(()) => Ok(()),
            // They were told, or it came good meanwhile; unless it was the lease, which the queue tells by itself.
            Err(Error::Conflict) => Ok(run.hold().await?),
            Err(other) => Err(other.into()),
        }
    }
}

fn letter(store: &Store, run: &Run, member: MemberId, to: Personal) -> Letter {
    let text = format!(
        "Nothing new came from {} ({}) for longer than it should: what you see of it here is out of date.\n\n\
         We go on asking. If the shop was moved, closed or protected, connect it anew. The store: {}.\n",
        store.name, store.domain, store.id
    );
    Letter::automatic(
        to,
        format!("{} fell behind", store.name),
        text,
        format!("behind-{}-{}", run.job.id.uuid().as_simple(), member.uuid().as_simple()),
    )
}
