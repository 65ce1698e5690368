//! What a newcomer gets from the first command: the console on a desk of its own, with a Postgres nobody installed.

use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::Signal;
use rightsdesk::cli::exit::Code;

use crate::tty::{Terminal, screen, title};

/// A data folder that the unprivileged user of a private Postgres may pass through.
fn folder() -> tempfile::TempDir {
    let open = std::fs::Permissions::from_mode(0o755);
    tempfile::Builder::new().prefix("rightsdesk-own-desk").permissions(open).tempdir().unwrap()
}

fn desk(folder: &tempfile::TempDir) -> Terminal {
    let data = folder.path().to_string_lossy().into_owned();
    Terminal::start(env!("CARGO_BIN_EXE_rightsdesk"), &["--data", &data])
}

fn nobody_is_left(folder: &tempfile::TempDir) {
    let left = rightsdesk_server::cluster::at_work_in(&folder.path().join("postgres"));
    assert!(left.is_empty(), "Postgres is still at work: {left:?}");
}

#[test]
fn the_console_opens_on_a_desk_of_its_own_and_takes_it_along() {
    let folder = folder();
    for _ in 0..2 {
        let mut terminal = desk(&folder);
        terminal.until(|seen| screen(seen).contains("● live") && screen(seen).contains("local, inside this program"));
        terminal.until(|seen| screen(seen).contains("signed in as admin"));
        terminal.until(|seen| title(seen).contains("busy 0"));
        terminal.type_in("q");
        assert_eq!(terminal.ended(), Code::Done as u32);
        terminal.assert_restored();
        nobody_is_left(&folder);
    }
}

#[test]
fn a_console_that_is_killed_leaves_a_desk_that_opens_again() {
    let folder = folder();
    let mut terminal = desk(&folder);
    terminal.until(|seen| screen(seen).contains("● live"));
    terminal.signal(Signal::SIGKILL);
    terminal.ended();

    let mut terminal = desk(&folder);
    terminal.until(|seen| screen(seen).contains("● live"));
    terminal.signal(Signal::SIGTERM);
    terminal.ended();
    nobody_is_left(&folder);
}

#[test]
fn a_command_of_the_desk_refuses_the_address_of_another() {
    let keys = ["--server", "http://127.0.0.1:1", "keys", "status"];
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_rightsdesk")).args(keys).output().unwrap();
    assert_eq!(ended.status.code(), Some(Code::Usage as i32));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("--server"), "it says what to leave out");
}
