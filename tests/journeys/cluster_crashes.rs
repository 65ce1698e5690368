//! SIGKILL at random moments under write load: every acknowledged row is there afterwards, nobody is left at work,
//! and no start ever needs a hand.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use harness::desk::{self, Desk};
use harness::scratch;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rightsdesk_server::roof::cluster::{Cluster, SUPERUSER, Setup, at_work_in};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Two writers, what they were promised, and what they tried.
#[derive(Default)]
struct Load {
    next: AtomicI64,
    promised: Mutex<Vec<i64>>,
}

impl Load {
    fn promised(&self) -> usize {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Writes row after row, and connects again whenever the connection dies, until told to end.
    fn write(&self, url: &str, is_over: &AtomicBool) {
        while !is_over.load(Ordering::SeqCst) {
            let Ok(mut connection) = PgConnection::establish(url) else {
                thread::sleep(Duration::from_millis(2));
                continue;
            };
            while !is_over.load(Ordering::SeqCst) {
                let n = self.next.fetch_add(1, Ordering::SeqCst);
                let asked = sql_query("insert into kept (n) values ($1)").bind::<BigInt, _>(n);
                if asked.execute(&mut connection).is_err() {
                    break;
                }
                self.promised.lock().unwrap_or_else(PoisonError::into_inner).push(n);
            }
        }
    }

    /// Under load from two writers, does what `meanwhile` does.
    fn during<T>(&self, url: &str, meanwhile: impl FnOnce() -> T) -> T {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| self.write(url, &is_over));
            }
            let result = meanwhile();
            is_over.store(true, Ordering::SeqCst);
            result
        })
    }

    fn await_more(&self, patience: Duration) -> anyhow::Result<()> {
        let (before, until) = (self.promised(), Instant::now() + patience);
        while self.promised() <= before {
            ensure!(Instant::now() < until, "no row was accepted for {patience:?}");
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }
}

/// A moment that nobody chose.
fn a_while(longest: u64) {
    thread::sleep(Duration::from_millis(rand::random_range(0..=longest)));
}

fn await_nobody(postgres: &Path, patience: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + patience;
    while !at_work_in(postgres).is_empty() {
        ensure!(Instant::now() < until, "still at work after {patience:?}: {:?}", at_work_in(postgres));
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// How many rows that was about.
fn every_promise_was_kept(url: &str, load: &Load) -> anyhow::Result<usize> {
    let mut connection = PgConnection::establish(url)?;
    let rows: Vec<Row> = sql_query("select n from kept order by n").load(&mut connection)?;
    let kept: BTreeSet<i64> = rows.iter().map(|row| row.n).collect();
    let promised = load.promised.lock().unwrap_or_else(PoisonError::into_inner);
    let lost: Vec<i64> = promised.iter().copied().filter(|n| !kept.contains(n)).collect();
    let some = lost.get(..lost.len().min(10)).unwrap_or_default();
    ensure!(lost.is_empty(), "{} of {} acknowledged rows are lost: {some:?} …", lost.len(), promised.len());
    ensure!(kept.len() == rows.len(), "a row is there twice");
    ensure!(promised.len() >= 50, "only {} rows: not one for each kill", promised.len());
    Ok(promised.len())
}

#[test]
fn fifty_kills_under_load_lose_no_acknowledged_row() -> anyhow::Result<()> {
    let data = scratch::folder("kills")?;
    let postgres = data.join("postgres");
    let load = Load::default();
    {
        let cluster = Cluster::open(Setup::new(&data, desk::program()))?;
        let mut connection = PgConnection::establish(&cluster.url("postgres", SUPERUSER))?;
        sql_query("create table kept (n bigint not null)").execute(&mut connection)?;
    }
    let mut starts = Vec::new();
    for round in 0..50 {
        let (mut desk, ready) = Desk::open(&data).with_context(|| format!("start before kill {round}"))?;
        starts.push(ready.took);
        load.during(&ready.url, || -> anyhow::Result<()> {
            load.await_more(Duration::from_secs(10))?;
            a_while(120);
            match round % 5 {
                // The postmaster dies first, its owner brings it back, and is killed while it works again.
                0 => {
                    kill(Pid::from_raw(ready.postmaster), Signal::SIGKILL)?;
                    load.await_more(Duration::from_secs(15)).context("after the postmaster was killed")?;
                    a_while(50);
                    desk.kill()
                }
                // Both at once, in either order.
                1 => {
                    kill(Pid::from_raw(ready.postmaster), Signal::SIGKILL)?;
                    desk.kill()
                }
                2 => {
                    desk.kill()?;
                    let _ = kill(Pid::from_raw(ready.postmaster), Signal::SIGKILL);
                    Ok(())
                }
                _ => desk.kill(),
            }
        })?;
        match round % 5 {
            // Left alone, the postmaster goes with its owner. (In the other rounds the next start comes at once.)
            3 => await_nobody(&postgres, Duration::from_secs(10)).context("an orphaned postmaster stays")?,
            // One that is killed on its way up, before anyone could use it.
            4 => {
                let mut early = Desk::start(&data)?;
                a_while(80);
                early.kill()?;
            }
            _ => {}
        }
    }

    let (desk, ready) = Desk::open(&data)?;
    let promised = every_promise_was_kept(&ready.url, &load)?;
    desk.stop()?;
    starts.sort();
    println!("{promised} rows acknowledged, none lost; starts: median {:?}, slowest {:?}", starts[25], starts[49]);
    await_nobody(&postgres, Duration::ZERO)
}

#[test]
fn a_first_start_that_is_killed_is_simply_done_again() -> anyhow::Result<()> {
    let data = scratch::folder("first")?;
    for _ in 0..6 {
        let mut desk = Desk::start(&data)?;
        a_while(700);
        desk.kill()?;
    }

    let (desk, _) = Desk::open(&data)?;
    desk.stop()?;

    let left: Vec<_> = std::fs::read_dir(&data)?.flatten().map(|entry| entry.file_name()).collect();
    ensure!(left.len() == 3, "only the lock, the socket's folder and the data may be there: {left:?}");
    await_nobody(&data.join("postgres"), Duration::ZERO)
}
