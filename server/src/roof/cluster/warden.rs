//! The one thread that starts Postgres and stays with it: the kernel ties the postmaster's life to this thread's.
//! When the postmaster dies while it is still wanted, the warden clears up and starts it again; it gives up only
//! on the very first start, where a person is there to read why.

use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::farewell::Farewell;
use super::find::Binaries;
use super::folder::Home;
use super::processes::signal_all;
use super::{Setup, Trouble, initdb, launch, takeover, tuning};

/// How long crash recovery may take. The size of the log bounds it to a fraction of this.
const PATIENCE: Duration = Duration::from_mins(3);

/// What a postmaster says that finds another one's name written down.
const TAKEN: &str = "\"postmaster.pid\" already exists";

/// The longest pause before another try to bring a dead postmaster back.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What the warden looks after.
pub(super) struct Charge {
    pub(super) home: Home,
    pub(super) binaries: Binaries,
    pub(super) setup: Setup,
}

enum Life {
    /// No postmaster: before the first, or between two.
    Between,
    Starting(i32),
    Ready(i32),
    /// For good, and why if that was not asked for.
    Over(Option<Trouble>),
}

struct State {
    life: Life,
    is_unwanted: bool,
}

struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

impl Board {
    fn look(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, life: Life) {
        self.look().life = life;
        self.changed.notify_all();
    }

    fn is_unwanted(&self) -> bool {
        self.look().is_unwanted
    }

    /// Waits while `holds`, at most for `patience`; true when it no longer holds.
    fn wait_while(&self, patience: Duration, holds: impl Fn(&State) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.look(), patience, |state| holds(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !holds(&state)
    }
}

pub(super) struct Warden {
    board: Arc<Board>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Warden {
    /// Comes back when Postgres takes connections, or with the reason why it never will.
    pub(super) fn start(charge: Charge) -> Result<Self, Trouble> {
        let state = Mutex::new(State { life: Life::Between, is_unwanted: false });
        let board = Arc::new(Board { state, changed: Condvar::new() });
        let kept = Arc::clone(&board);
        let thread = thread::Builder::new()
            .name("postgres-warden".into())
            .spawn(move || keep(&charge, &kept))
            .map_err(|why| Trouble::NoLaunch { program: "a thread".into(), why })?;
        let warden = Self { board, thread: Mutex::new(Some(thread)) };
        let waiting = |state: &State| !matches!(state.life, Life::Ready(_) | Life::Over(_));
        while !warden.board.wait_while(PATIENCE, waiting) {}
        match &mut warden.board.look().life {
            Life::Over(trouble) => return Err(trouble.take().unwrap_or(Trouble::Stopped)),
            Life::Between | Life::Starting(_) | Life::Ready(_) => {}
        }
        Ok(warden)
    }

    pub(super) fn postmaster(&self) -> Option<i32> {
        match self.board.look().life {
            Life::Ready(pid) | Life::Starting(pid) => Some(pid),
            Life::Between | Life::Over(_) => None,
        }
    }

    pub(super) fn stop(&self) {
        self.board.look().is_unwanted = true;
        self.board.changed.notify_all();
        let goes_on = |state: &State| !matches!(state.life, Life::Over(_));
        let fast = (Signal::SIGINT, takeover::FAST);
        for (signal, patience) in [fast, (Signal::SIGQUIT, takeover::HARD), (Signal::SIGKILL, takeover::HARD)] {
            signal_all(self.postmaster().as_slice(), signal);
            if self.board.wait_while(patience, goes_on) {
                break;
            }
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Warden {
    fn drop(&mut self) {
        self.stop();
    }
}

fn keep(charge: &Charge, board: &Board) {
    let mut has_lived = false;
    let mut pause = Duration::ZERO;
    let mut overtaken = 0;
    while !board.is_unwanted() {
        let born = Instant::now();
        match live(charge, board) {
            // One that was killed on its way up wrote its name down after it was looked for: the next look clears it away.
            Err(Trouble::DidNotStart { words, .. }) if !has_lived && overtaken < 3 && words.contains(TAKEN) => {
                overtaken += 1;
                tracing::info!("an earlier postmaster was on its way up: looking again");
                board.wait_while(Duration::from_millis(100), |state| !state.is_unwanted);
                continue;
            }
            Err(trouble) if !has_lived => return board.turn(Life::Over(Some(trouble))),
            Err(trouble) if !board.is_unwanted() => {
                tracing::error!("the private Postgres does not come back: {trouble}");
            }
            Ok(words) if !board.is_unwanted() => {
                tracing::warn!("the private Postgres ended, starting it again: {words}");
            }
            Ok(_) | Err(_) => {}
        }
        has_lived = true;
        board.turn(Life::Between);
        let is_steady = born.elapsed() > LONGEST_PAUSE;
        pause = if is_steady { Duration::ZERO } else { (pause * 2).clamp(Duration::from_millis(50), LONGEST_PAUSE) };
        board.wait_while(pause, |state| !state.is_unwanted);
    }
    // A postmaster that was stopped the hard way may have left backends behind.
    if let Err(trouble) = takeover::clear(charge.home.path()) {
        tracing::error!("{trouble}");
    }
    board.turn(Life::Over(None));
}

/// One life of a postmaster, from clearing up after the last one to its end. Gives back its last words.
fn live(charge: &Charge, board: &Board) -> Result<String, Trouble> {
    let Charge { home, binaries, setup } = charge;
    initdb::lay_out(home, binaries, setup)?;
    let stale = takeover::clear(home.path())?;
    home.sweep_socket();
    let words = tuning::words(home, setup.throwaway);
    let mut child = launch::spawn(&setup.launcher, &home.identity, stale, &binaries.postgres(), &words)?;
    let farewell = Farewell::listen(child.stderr.take());
    let pid = child.id().cast_signed();
    board.turn(Life::Starting(pid));
    if board.is_unwanted() {
        signal_all(&[pid], Signal::SIGINT);
    }
    await_readiness(charge, &mut child, &farewell)?;
    board.turn(Life::Ready(pid));
    let _ = child.wait();
    Ok(farewell.words())
}

fn await_readiness(charge: &Charge, child: &mut Child, farewell: &Farewell) -> Result<(), Trouble> {
    let folder = charge.home.path();
    let until = Instant::now() + PATIENCE;
    while !takeover::is_ready(folder, child.id().cast_signed()) {
        if !matches!(child.try_wait(), Ok(None)) {
            return Err(farewell.trouble(folder));
        }
        if Instant::now() > until {
            signal_all(&[child.id().cast_signed()], Signal::SIGQUIT);
            let _ = child.wait();
            return Err(Trouble::Slow { folder: folder.into(), after: PATIENCE, words: farewell.words() });
        }
        thread::sleep(Duration::from_millis(3));
    }
    Ok(())
}
