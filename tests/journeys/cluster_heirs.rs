//! What a start finds after a life that ended badly, set up by hand, one case each: on systems where the kernel does
//! not stop the postmaster with its owner, after a power cut, in containers where pids come again and nobody reaps.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use harness::desk;
use harness::scratch;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rightsdesk_server::roof::cluster::{Cluster, SUPERUSER, Setup, at_work_in};

/// A data folder that was used once, and the file of the Postgres that used it.
fn used(name: &str) -> anyhow::Result<(PathBuf, PathBuf)> {
    let data = scratch::folder(name)?;
    let cluster = Cluster::open(Setup::new(&data, desk::program()))?;
    let postmaster = cluster.postmaster().context("a postmaster")?;
    let binary = std::fs::read_link(format!("/proc/{postmaster}/exe"))?;
    let mut connection = PgConnection::establish(&cluster.url("postgres", SUPERUSER))?;
    connection.batch_execute("create table kept (n bigint); insert into kept values (7)")?;
    Ok((data, binary))
}

/// A command as the user that the data belongs to.
fn as_owner(data: &Path, program: &Path) -> anyhow::Result<Command> {
    let owner = std::fs::metadata(data.join("postgres"))?;
    let mut command = Command::new(program);
    command.uid(owner.uid()).gid(owner.gid()).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}

/// A postmaster that no kernel ties to anyone.
fn orphan(data: &Path, binary: &Path) -> anyhow::Result<Child> {
    let mut command = as_owner(data, binary)?;
    command.arg("-D").arg(data.join("postgres")).arg("-k").arg(data.join("run")).args(["-c", "listen_addresses="]);
    let child = command.spawn()?;
    let until = Instant::now() + Duration::from_secs(10);
    while !std::fs::read_to_string(data.join("postgres/postmaster.pid")).unwrap_or_default().contains("ready") {
        ensure!(Instant::now() < until, "the orphan does not start");
        thread::sleep(Duration::from_millis(5));
    }
    Ok(child)
}

fn opens_with_its_data(data: &Path) -> anyhow::Result<Cluster> {
    let cluster = Cluster::open(Setup::new(data, desk::program()))?;
    let mut connection = PgConnection::establish(&cluster.url("postgres", SUPERUSER))?;
    connection.batch_execute("do $$ begin assert (select sum(n) = 7 from kept); end $$")?;
    Ok(cluster)
}

#[test]
fn an_orphaned_postmaster_is_stopped_and_its_data_taken_over() -> anyhow::Result<()> {
    let (data, binary) = used("orphan")?;
    let mut orphan = orphan(&data, &binary)?;

    let cluster = opens_with_its_data(&data)?;

    ensure!(orphan.try_wait()?.is_some(), "two postmasters");
    ensure!(cluster.postmaster() != Some(orphan.id().cast_signed()));
    Ok(())
}

#[test]
fn a_paused_orphan_is_stopped_too() -> anyhow::Result<()> {
    let (data, binary) = used("paused")?;
    let mut orphan = orphan(&data, &binary)?;
    kill(Pid::from_raw(orphan.id().cast_signed()), Signal::SIGSTOP)?;

    opens_with_its_data(&data)?;

    ensure!(orphan.try_wait()?.is_some(), "two postmasters");
    Ok(())
}

#[test]
fn busy_backends_without_a_postmaster_are_stopped() -> anyhow::Result<()> {
    let (data, binary) = used("busy")?;
    let mut orphan = orphan(&data, &binary)?;
    let url = format!("postgresql://{SUPERUSER}@/postgres?host={}", data.join("run").display());
    let busy = thread::spawn(move || {
        let mut connection = PgConnection::establish(&url)?;
        connection.batch_execute("do $$ begin loop perform 1; end loop; end $$")?;
        anyhow::Ok(())
    });
    thread::sleep(Duration::from_millis(300));
    orphan.kill()?;
    orphan.wait()?;
    thread::sleep(Duration::from_millis(500));
    ensure!(!at_work_in(&data.join("postgres")).is_empty(), "no backend outlived its postmaster: this proves nothing");

    let cluster = opens_with_its_data(&data)?;

    ensure!(busy.join().is_ok_and(|ended| ended.is_err()), "the busy session went on");
    cluster.stop();
    ensure!(at_work_in(&data.join("postgres")).is_empty());
    Ok(())
}

#[test]
fn a_pid_file_that_names_a_stranger_does_not_hold_up_the_start() -> anyhow::Result<()> {
    let (data, _) = used("stranger")?;
    let mut stranger = as_owner(&data, Path::new("/bin/sleep"))?.arg("60").spawn()?;
    leave_pid_file(&data, stranger.id())?;

    let opened = opens_with_its_data(&data);

    let is_alive = stranger.try_wait()?.is_none();
    stranger.kill()?;
    stranger.wait()?;
    opened?;
    ensure!(is_alive, "a process that is none of ours was stopped");
    Ok(())
}

#[test]
fn a_pid_file_that_names_a_zombie_does_not_hold_up_the_start() -> anyhow::Result<()> {
    let (data, _) = used("zombie")?;
    let mut zombie = as_owner(&data, Path::new("/bin/true"))?.spawn()?;
    thread::sleep(Duration::from_millis(200));
    kill(Pid::from_raw(zombie.id().cast_signed()), None).context("a zombie answers signal 0")?;
    leave_pid_file(&data, zombie.id())?;

    opens_with_its_data(&data)?;

    zombie.wait()?;
    Ok(())
}

/// The file a killed postmaster leaves, had it had this pid.
fn leave_pid_file(data: &Path, pid: u32) -> anyhow::Result<()> {
    let postgres = data.join("postgres");
    let (folder, run) = (postgres.display(), data.join("run"));
    let text = format!("{pid}\n{folder}\n1700000000\n5432\n{}\n\n  1234567         0\nready   \n", run.display());
    std::fs::write(postgres.join("postmaster.pid"), text)?;
    let owner = std::fs::metadata(&postgres)?;
    std::os::unix::fs::chown(postgres.join("postmaster.pid"), Some(owner.uid()), Some(owner.gid()))?;
    Ok(())
}
