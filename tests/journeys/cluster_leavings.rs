//! A test run leaves nothing behind: no process and no folder, however it ends.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;
use harness::desk::{self, Desk};
use nix::sys::signal::kill;
use nix::unistd::Pid;

/// A test run of its own, with its throwaway Postgres up.
fn run() -> anyhow::Result<(Desk, i32, PathBuf)> {
    let mut command = Command::new(desk::program());
    command.arg("throwaway");
    let mut desk = Desk::run(command)?;
    let ready = desk.ready()?;
    let folder = PathBuf::from(ready.url);
    ensure!(kill(Pid::from_raw(ready.postmaster), None).is_ok() && folder.join("shared-0/postgres").exists());
    Ok((desk, ready.postmaster, folder))
}

fn await_nothing(postmaster: i32, folder: &Path) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(10);
    let is_dead = || {
        let stat = std::fs::read_to_string(format!("/proc/{postmaster}/stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    };
    while !is_dead() || folder.exists() {
        ensure!(Instant::now() < until, "left behind: postmaster {}, folder {}", !is_dead(), folder.exists());
        thread::sleep(Duration::from_millis(10));
    }
    let named_after_it = |name: &str| name.contains(&folder.display().to_string());
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let words = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        let is_janitor = words.contains("__janitor");
        ensure!(is_janitor || !named_after_it(&words), "still running: {}", words.replace('\0', " "));
    }
    Ok(())
}

#[test]
fn a_run_that_ends_leaves_nothing() -> anyhow::Result<()> {
    let (desk, postmaster, folder) = run()?;
    desk.stop()?;
    await_nothing(postmaster, &folder)
}

#[test]
fn a_run_that_is_killed_leaves_nothing() -> anyhow::Result<()> {
    let (mut desk, postmaster, folder) = run()?;
    desk.kill()?;
    await_nothing(postmaster, &folder)
}

#[test]
fn a_run_whose_postmaster_was_killed_as_well_leaves_nothing() -> anyhow::Result<()> {
    let (mut desk, postmaster, folder) = run()?;
    kill(Pid::from_raw(postmaster), nix::sys::signal::Signal::SIGKILL)?;
    desk.kill()?;
    await_nothing(postmaster, &folder)
}

#[test]
fn databases_of_one_run_are_apart_and_alike() -> anyhow::Result<()> {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};

    let migrate = |url: &str| Ok(PgConnection::establish(url)?.batch_execute("create table things (n bigint)")?);
    let shared = harness::cluster::shared()?;
    let first = shared.fresh_database(migrate)?;
    let started = Instant::now();
    let second = shared.fresh_database(migrate)?;
    println!("a further database took {:?}", started.elapsed());

    let mut one = PgConnection::establish(&first.url("postgres"))?;
    let mut two = PgConnection::establish(&second.url("postgres"))?;
    one.batch_execute("insert into things values (1)")?;
    two.batch_execute("do $$ begin assert (select count(*) = 0 from things); end $$")?;
    ensure!(first.name != second.name);
    Ok(())
}
