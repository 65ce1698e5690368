//! How far the reading of a shelf is, and what becomes of it. Pure.

use std::time::Duration as Span;

use chrono::Duration;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, StoreId, SyncRunId, TenantId};
use crate::floor::platforms::{Keeps, Shelf};
use crate::records::Again;

vocabulary! {
    /// How the reading of a shelf stands.
    pub enum SyncState {
        /// It waits for its time.
        Idle = "idle",
        /// A run is under way.
        Running = "running",
        /// Somebody holds it.
        Paused = "paused",
        /// The store does not let us, or is over.
        Off = "off",
    }
}

vocabulary! {
    /// What a run reads.
    pub enum RunKind {
        /// All of a shelf, for the first time.
        Initial = "initial",
        /// What changed.
        Incremental = "incremental",
        /// All of it again: the platform cannot tell what changed.
        Whole = "whole",
    }
}

vocabulary! {
    /// How a run ended.
    pub enum RunOutcome {
        Running = "running",
        Done = "done",
        /// The store does not grant it.
        Scope = "scope",
        /// The store's connection ended.
        Disconnected = "disconnected",
    }
}

/// Between two readings of what changed, and of a shelf that has to be read whole.
const CHANGES: Duration = Duration::minutes(15);
const WHOLE: Duration = Duration::days(1);

/// What two clocks may differ by, and what is in flight at a platform, is read once more.
const OVERLAP: Duration = Duration::minutes(5);
/// By how much a platform's clock and ours may differ.
const MOMENTS: Duration = Duration::minutes(1);

/// For how long a run may bring nothing before somebody looks after its job.
const WATCHED: Duration = Duration::minutes(10);
/// Between two looks at a store that did not grant a shelf.
const ASKED_AGAIN: Duration = Duration::days(1);

/// A store is behind when nothing good came for so many of its rhythms.
pub const RHYTHMS: i32 = 3;

/// How far one shelf of a store is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    pub tenant: TenantId,
    pub store: StoreId,
    pub shelf: Shelf,
    pub state: SyncState,
    pub every_s: i32,
    pub watermark: Option<Instant>,
    pub run: Option<SyncRunId>,
    pub cursor: Option<String>,
    pub step: i32,
    pub done: i64,
    pub estimated: Option<i64>,
    pub started_at: Option<Instant>,
    pub page_at: Option<Instant>,
    pub due_at: Instant,
    pub paused_at: Option<Instant>,
    pub failures: i32,
    pub failure: Option<String>,
    pub told_at: Option<Instant>,
    pub letter_at: Option<Instant>,
}

/// One reading of a shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub tenant: TenantId,
    pub id: SyncRunId,
    pub store: StoreId,
    pub shelf: Shelf,
    pub kind: RunKind,
    pub since: Option<Instant>,
    pub started_at: Instant,
    pub ended_at: Option<Instant>,
    pub pages: i32,
    pub calls: i32,
    pub new: i64,
    pub changed: i64,
    pub older: i64,
    pub refused: i64,
    pub unread: i64,
    pub outcome: RunOutcome,
}

impl Sync {
    /// A shelf that was never read, if the platform has it.
    pub fn fresh(tenant: TenantId, store: StoreId, shelf: Shelf, keeps: Keeps, now: Instant) -> Option<Self> {
        let every = match keeps {
            Keeps::Nothing => return None,
            Keeps::Whole => WHOLE,
            Keeps::Changes => CHANGES,
        };
        Some(Self {
            tenant,
            store,
            shelf,
            state: SyncState::Idle,
            every_s: i32::try_from(every.num_seconds()).unwrap_or(i32::MAX),
            watermark: None,
            run: None,
            cursor: None,
            step: 0,
            done: 0,
            estimated: None,
            started_at: None,
            page_at: None,
            due_at: now,
            paused_at: None,
            failures: 0,
            failure: None,
            told_at: None,
            letter_at: None,
        })
    }

    /// What a run that begins now reads.
    pub fn kind(&self) -> RunKind {
        match self.watermark {
            None => RunKind::Initial,
            Some(_) if Duration::seconds(self.every_s.into()) >= WHOLE => RunKind::Whole,
            Some(_) => RunKind::Incremental,
        }
    }

    /// From when on changes are asked for.
    pub fn since(&self) -> Option<Instant> {
        self.watermark.map(|watermark| watermark.plus(-OVERLAP))
    }

    /// What changed in the last moments before the last run began was read while it may still have changed in the same
    /// second.
    pub fn again(&self) -> Again {
        self.watermark.map_or(Again::NEVER, |watermark| Again::since(watermark.plus(-MOMENTS)))
    }

    #[must_use]
    pub fn begun(self, run: SyncRunId, now: Instant) -> Self {
        Self {
            state: SyncState::Running,
            run: Some(run),
            cursor: None,
            step: 0,
            done: 0,
            estimated: None,
            started_at: Some(now),
            due_at: now.plus(WATCHED),
            ..self
        }
    }

    /// After a page that goes on, or the last one. What stood there when the run began is read then.
    #[must_use]
    pub fn turned(self, next: Option<String>, done: i64, total: Option<i64>, rest: Span, now: Instant) -> Self {
        // A page may tell of some again, so what was read may be more than there is.
        let estimated = self.estimated.or(total);
        let done = (self.done + done).min(estimated.unwrap_or(i64::MAX));
        let sync = Self {
            done,
            estimated,
            page_at: Some(now),
            failures: 0,
            failure: None,
            told_at: None,
            letter_at: None,
            ..self
        };
        if next.is_some() {
            let rest = Duration::from_std(rest).unwrap_or(WATCHED);
            return Self { cursor: next, step: sync.step + 1, due_at: now.plus(rest + WATCHED), ..sync };
        }
        let every = Duration::seconds(sync.every_s.into());
        Self { watermark: sync.started_at, estimated: Some(done), ..sync }.stopped(SyncState::Idle, now.plus(every))
    }

    /// Without its run.
    fn stopped(self, state: SyncState, due_at: Instant) -> Self {
        Self { state, run: None, cursor: None, started_at: None, paused_at: None, due_at, ..self }
    }

    /// The store does not let us.
    #[must_use]
    pub fn off(self, why: &str, now: Instant) -> Self {
        Self { failure: Some(why.to_owned()), ..self.stopped(SyncState::Off, now.plus(ASKED_AGAIN)) }
    }

    /// A page did not come, for this reason.
    #[must_use]
    pub fn held_up(self, why: &str) -> Self {
        Self { failures: self.failures.saturating_add(1), failure: Some(why.to_owned()), ..self }
    }

    #[must_use]
    pub fn paused(self, now: Instant) -> Self {
        Self { state: SyncState::Paused, paused_at: Some(now), ..self }
    }

    /// Goes on where it was held.
    #[must_use]
    pub fn resumed(self, now: Instant) -> Self {
        let (state, due_at) =
            if self.run.is_some() { (SyncState::Running, now.plus(WATCHED)) } else { (SyncState::Idle, now) };
        Self { state, due_at, paused_at: None, ..self }
    }

    /// A run whose job nobody holds any more is looked after again, later each time.
    #[must_use]
    pub fn looked_after(self, now: Instant) -> Self {
        let due_at = now.plus(WATCHED * (1 << self.failures.clamp(0, 6)));
        Self { failures: self.failures.saturating_add(1), due_at, ..self }
    }

    /// Whether nothing good came for longer than it should.
    pub fn is_behind(&self, now: Instant) -> bool {
        let since = self.page_at.or(self.started_at).unwrap_or(self.due_at);
        matches!(self.state, SyncState::Idle | SyncState::Running)
            && now.since(since) > Duration::seconds(i64::from(self.every_s) * i64::from(RHYTHMS))
    }

    /// Rows a minute of the run under way, and seconds until its end at that rate.
    pub fn pace(&self, now: Instant) -> Option<(f64, Option<i64>)> {
        let seconds = now.since(self.started_at?).num_milliseconds().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let rate = self.done as f64 / seconds as f64 * 1_000.0;
        let left = self.estimated.map(|estimated| (estimated - self.done).max(0));
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a figure for people")]
        let left = left.filter(|_| rate > 0.0).map(|left| (left as f64 / rate).ceil() as i64);
        Some((rate * 60.0, left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Instant {
        Instant::EPOCH.plus(Duration::minutes(minutes))
    }

    fn orders() -> Sync {
        Sync::fresh(TenantId::fresh(), StoreId::fresh(), Shelf::Orders, Keeps::Changes, at(0)).expect("a shelf")
    }

    #[test]
    fn a_run_reads_on_to_its_end_and_the_next_one_begins_before_it() {
        let first = orders();
        assert_eq!((first.kind(), first.since()), (RunKind::Initial, None));
        let running = first.begun(SyncRunId::fresh(), at(10));
        let half = running.turned(Some("c".to_owned()), 100, Some(150), Span::from_secs(5), at(11));
        assert_eq!(
            (half.state, half.step, half.cursor.as_deref(), half.watermark),
            (SyncState::Running, 1, Some("c"), None)
        );
        assert_eq!(half.pace(at(12)), Some((50.0, Some(60))));
        let whole = half.turned(None, 50, None, Span::ZERO, at(12));
        assert_eq!((whole.state, whole.run, whole.done), (SyncState::Idle, None, 150));
        assert_eq!(
            (whole.watermark, whole.since()),
            (Some(at(10)), Some(at(5))),
            "what changed meanwhile is read next time"
        );
        assert_eq!((whole.kind(), whole.due_at), (RunKind::Incremental, at(27)));
    }

    #[test]
    fn a_run_that_is_held_goes_on_where_it_was() {
        let running =
            orders().begun(SyncRunId::fresh(), at(0)).turned(Some("c".to_owned()), 1, None, Span::ZERO, at(1));
        let (run, resumed) = (running.run, running.paused(at(2)).resumed(at(3)));
        assert_eq!((resumed.state, resumed.run, resumed.cursor.as_deref()), (SyncState::Running, run, Some("c")));
        assert_eq!(orders().paused(at(2)).resumed(at(3)).due_at, at(3));
    }

    #[test]
    fn a_store_is_behind_after_three_rhythms_and_not_while_somebody_holds_it() {
        let sync = Sync { page_at: Some(at(0)), ..orders() };
        assert!(!sync.is_behind(at(45)) && sync.is_behind(at(46)));
        assert!(!sync.clone().paused(at(1)).is_behind(at(46)) && !sync.off("scope", at(1)).is_behind(at(46)));
    }

    #[test]
    fn a_shelf_that_there_is_not_is_not_read_and_one_without_changes_is_read_whole() {
        let of = |keeps| Sync::fresh(TenantId::fresh(), StoreId::fresh(), Shelf::Products, keeps, at(0));
        assert!(of(Keeps::Nothing).is_none());
        let whole = Sync { watermark: Some(at(0)), ..of(Keeps::Whole).expect("a shelf") };
        assert_eq!(whole.kind(), RunKind::Whole);
    }
}
