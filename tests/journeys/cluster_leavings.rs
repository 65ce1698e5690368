//! A test run leaves nothing behind: no process, no folder and no shared memory, however it ends.

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
    let until = Instant::now() + Duration::from_secs(30);
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
    // The desk dies first, or it would bring its postmaster back.
    kill(Pid::from_raw(desk.pid()), nix::sys::signal::Signal::SIGSTOP)?;
    kill(Pid::from_raw(postmaster), nix::sys::signal::Signal::SIGKILL)?;
    desk.kill()?;
    await_nothing(postmaster, &folder)?;
    let memory = std::fs::read_to_string("/proc/sysvipc/shm")?;
    let creator = |line: &&str| line.split_whitespace().nth(4) == Some(postmaster.to_string().as_str());
    ensure!(memory.lines().find(creator).is_none(), "shared memory is left: {memory}");
    Ok(())
}

#[test]
fn databases_of_one_run_are_apart_and_alike() {
    let (first, second) = (harness::base::fresh(), harness::base::fresh());

    first.tamper("update audit_heads set seq = 7");

    let seq = "select seq::text as line from audit_heads";
    assert_eq!((first.lines(seq), second.lines(seq)), (vec!["7".to_owned()], vec!["0".to_owned()]));
}
