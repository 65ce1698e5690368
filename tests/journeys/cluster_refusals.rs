//! When the private Postgres cannot be had, a sentence says why and what to do, and nothing is changed.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use harness::desk::{self, Desk};
use harness::scratch;
use nix::unistd::geteuid;
use rightsdesk_server::roof::cluster::{Cluster, Setup, Trouble};

/// The sentence that an attempt to open ends with.
fn refusal(setup: Setup) -> anyhow::Result<String> {
    match Cluster::open(setup) {
        Ok(_) => bail!("it opened"),
        Err(trouble) => Ok(trouble.to_string()),
    }
}

/// A folder of programs that say they are PostgreSQL of this version, with an `initdb` that does as `script` says.
fn pretend(version: &str, script: &str) -> anyhow::Result<PathBuf> {
    let folder = scratch::folder("bin")?;
    for (program, text) in [("postgres", format!("echo 'postgres (PostgreSQL) {version}'")), ("initdb", script.into())]
    {
        let file = folder.join(program);
        std::fs::write(&file, format!("#!/bin/sh\n{text}\n"))?;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(folder)
}

#[test]
fn a_second_program_is_refused_with_a_sentence() -> anyhow::Result<()> {
    let data = scratch::folder("taken")?;
    let (mut owner, _) = Desk::open(&data)?;

    let sentence = Desk::start(&data)?.trouble()?;
    ensure!(sentence.contains(&format!("process {}", owner.pid())), "it names the owner: {sentence}");
    ensure!(sentence.contains("--server") && sentence.contains("RIGHTSDESK_DATA"), "it says what to do: {sentence}");

    owner.kill()?;
    let (heir, _) = Desk::open(&data).context("the lock died with its owner")?;
    heir.stop()
}

#[test]
fn a_folder_without_binaries_is_named() -> anyhow::Result<()> {
    let (data, empty) = (scratch::folder("missing")?, scratch::folder("empty")?);
    let sentence = refusal(Setup { bin: Some(empty.clone()), ..Setup::new(&data, desk::program()) })?;
    ensure!(
        sentence.contains(&empty.display().to_string()) && sentence.contains("RIGHTSDESK_DATABASE_BINARIES"),
        "{sentence}"
    );
    ensure!(!data.join("postgres").exists() && !data.join("run").exists(), "nothing may be laid out");
    Ok(())
}

#[test]
fn data_of_another_version_is_left_as_it_is() -> anyhow::Result<()> {
    let data = scratch::folder("version")?;
    let setup = || Setup::new(&data, desk::program());
    drop(Cluster::open(setup())?);
    let version = data.join("postgres/PG_VERSION");
    let written = std::fs::read_to_string(&version)?;

    let newest = pretend("18.1", "exit 1")?;
    let older = refusal(Setup { bin: Some(newest), ..setup() });
    if written.trim() != "18" {
        let older = older?;
        ensure!(
            older.contains(&format!("PostgreSQL {}", written.trim())) && older.contains("older than the 18"),
            "{older}"
        );
    }
    std::fs::write(&version, "18\n")?;
    let oldest = pretend("15.9", "exit 1")?;
    let newer = refusal(Setup { bin: Some(oldest), ..setup() })?;
    ensure!(newer.contains("PostgreSQL 18") && newer.contains("newer than the 15"), "{newer}");
    std::fs::write(&version, "42\n")?;
    let unknown = refusal(setup())?;
    ensure!(unknown.contains("PostgreSQL 42") && unknown.contains("nothing was changed"), "{unknown}");

    std::fs::write(&version, &written)?;
    Cluster::open(setup())?;
    Ok(())
}

#[test]
fn words_of_a_failed_layout_reach_the_person_and_nothing_half_made_stays() -> anyhow::Result<()> {
    let data = scratch::folder("failed")?;
    let bin = pretend("15.1", "echo 'initdb: error: the moon is wrong' >&2; exit 1")?;
    let sentence = refusal(Setup { bin: Some(bin), ..Setup::new(&data, desk::program()) })?;
    ensure!(sentence.contains("the moon is wrong"), "{sentence}");
    let left: Vec<_> = std::fs::read_dir(&data)?.flatten().map(|entry| entry.file_name()).collect();
    ensure!(left.iter().all(|name| name == "lock" || name == "run"), "{left:?}");
    Ok(())
}

/// Opens, stops, fills the disk, tries, makes room, opens again: on a disk of its own, in a mount namespace that
/// ends with the script.
const ON_A_SMALL_DISK: &str = r#"
set -e
mount -t tmpfs -o size="$1",mode=755 none "$2"
try() { if "$3" open "$2/desk" </dev/null; then echo opened; else echo refused; fi; }
try "$@"
[ "$1" = 4m ] && exit 0
dd if=/dev/zero of="$2/filler" bs=64k 2>/dev/null || true
dd if=/dev/zero of="$2/filler2" bs=1k 2>/dev/null || true
try "$@"
rm "$2/filler" "$2/filler2"
try "$@"
"#;

#[test]
fn a_full_disk_is_called_one_and_room_is_all_it_needs() -> anyhow::Result<()> {
    let on_a_disk_of = |size: &str| -> anyhow::Result<(Vec<String>, String)> {
        let disk = scratch::folder("disk")?;
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", ON_A_SMALL_DISK, "sh", size]).arg(disk).arg(desk::program());
        let told = command.output()?;
        let said = String::from_utf8_lossy(&told.stdout);
        let verdicts = said.lines().filter(|line| !line.starts_with("ready")).map(str::to_owned).collect();
        Ok((verdicts, String::from_utf8_lossy(&told.stderr).into_owned()))
    };
    let may_mount = Command::new("unshare").args(["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if may_mount.is_ok_and(|tried| tried.status.success()) {
        let (verdicts, said) = on_a_disk_of("4m")?;
        ensure!(verdicts == ["refused"] && said.contains("is full: make room"), "first start: {verdicts:?} {said}");
        let (verdicts, said) = on_a_disk_of("120m")?;
        ensure!(
            verdicts == ["opened", "refused", "opened"] && said.contains("is full: make room"),
            "{verdicts:?} {said}"
        );
    } else {
        // Without the right to mount a small disk, what is left to try is whether the words are understood.
        println!("no right to mount a small disk here: an initdb that says what a full disk says stands in for it");
        let script = "echo 'initdb: error: could not write to file: No space left on device' >&2; exit 1";
        let setup = Setup::new(scratch::folder("disk")?, desk::program());
        let sentence = refusal(Setup { bin: Some(pretend("15.1", script)?), ..setup })?;
        ensure!(sentence.contains("is full: make room"), "{sentence}");
    }
    Ok(())
}

#[test]
fn root_is_told_which_folder_shuts_postgres_out() -> anyhow::Result<()> {
    let home = scratch::folder("home")?;
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700))?;
    let setup = Setup::new(home.join("share/desk"), desk::program());
    if geteuid().is_root() {
        let sentence = refusal(setup)?;
        ensure!(sentence.contains(&format!("cannot enter {}", home.display())), "{sentence}");
        ensure!(sentence.contains("/var/lib/rightsdesk"), "{sentence}");
    } else {
        // Whoever is not root runs Postgres as themselves, and their own home is open to them.
        Cluster::open(setup)?;
    }
    Ok(())
}

#[test]
fn root_leaves_a_desk_to_the_user_it_belongs_to() -> anyhow::Result<()> {
    if !geteuid().is_root() {
        // The same rule seen from the other side: nobody but root may touch another's desk.
        let foreign = refusal(Setup::new("/proc/1", desk::program()))?;
        ensure!(foreign.contains("cannot be used"), "{foreign}");
        return Ok(());
    }
    let nobody = nix::unistd::User::from_name("nobody")?.context("a user nobody")?;
    let data = scratch::folder("users")?;
    std::fs::create_dir(data.join("postgres"))?;
    chown(data.join("postgres"), Some(nobody.uid.as_raw()), Some(nobody.gid.as_raw()))?;

    let cluster = Cluster::open(Setup::new(&data, desk::program()))?;

    let process = format!("/proc/{}", cluster.postmaster().context("a postmaster")?);
    ensure!(owner(&data.join("postgres/PG_VERSION"))? == nobody.uid.as_raw());
    ensure!(!Path::new("/proc").join("self").exists() || owner(Path::new(&process))? == nobody.uid.as_raw());
    Ok(())
}

fn owner(path: &Path) -> anyhow::Result<u32> {
    Ok(std::fs::metadata(path)?.uid())
}

#[test]
fn a_user_without_a_name_gets_a_desk_or_a_sentence() -> anyhow::Result<()> {
    if !geteuid().is_root() {
        println!("only root can be another user: the sentence alone is looked at");
        ensure!(Trouble::Nameless { uid: 54_321 }.to_string().contains("/etc/passwd"));
        return Ok(());
    }
    let (data, copy) = (scratch::folder("nameless")?, scratch::folder("copy")?.join("e2e-desk"));
    std::fs::copy(desk::program(), &copy)?;
    chown(&data, Some(54_321), Some(54_321))?;
    let mut command = Command::new("setpriv");
    command.args(["--reuid=54321", "--regid=54321", "--clear-groups"]).arg(copy).arg("open").arg(&data);

    let mut desk = Desk::run(command)?;

    match desk.ready() {
        Ok(_) => {
            println!("a namespace lent it a name");
            desk.stop()
        }
        Err(why) => {
            println!("no namespace here: {why}");
            ensure!(why.to_string().contains("has no name on this system"), "{why}");
            Ok(())
        }
    }
}
