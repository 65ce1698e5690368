//! What a newcomer gets from the first command: the console on a desk of its own, with a Postgres nobody installed.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use rightsdesk::cli::exit::Code;
use rightsdesk::core::dialog::DEAF_MILLIS;

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

fn nobody_is_left(data: &Path) {
    let left = rightsdesk_server::cluster::at_work_in(&data.join("postgres"));
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
        nobody_is_left(folder.path());
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
    nobody_is_left(folder.path());
}

/// The first word on the screen that begins and ends so, whatever stands around it.
fn word_on(terminal: &Terminal, is_it: impl Fn(&str) -> bool) -> String {
    let seen = terminal.seen.0.lock().unwrap();
    let words = screen(&seen);
    words.split_whitespace().find(|word| is_it(word)).unwrap_or_else(|| panic!("{words}")).to_owned()
}

#[test]
fn a_newcomer_finds_the_over_granted_store_revokes_and_sees_the_proof_in_the_console_alone() {
    let folder = folder();
    let data = folder.path().join("demo");
    let mut terminal =
        Terminal::start(env!("CARGO_BIN_EXE_rightsdesk"), &["--demo", "--data", &data.to_string_lossy()]);
    terminal.until(|seen| screen(seen).contains("signed in as admin"));
    let shows = |terminal: &Terminal, words: &str| terminal.until(|seen| screen(seen).contains(words));
    // A question hears nothing until it could be read.
    let reads = || std::thread::sleep(Duration::from_millis(2 * DEAF_MILLIS.unsigned_abs()));

    terminal.type_in("gr");
    shows(&terminal, "not listed");
    terminal.type_in("jj\r");
    shows(&terminal, "drift:not-listed  1 of");
    let domain = word_on(&terminal, |word| word.ends_with(".myshopify.com"));
    terminal.type_in("\r");
    shows(&terminal, "✗ not listed  read");
    let scope = {
        let seen = terminal.seen.0.lock().unwrap();
        let words = screen(&seen);
        let row = words.lines().find(|line| line.contains("✗ not listed  read")).unwrap_or_else(|| panic!("{words}"));
        row.split_whitespace().find(|word| word.contains("read_")).unwrap().to_owned()
    };

    terminal.type_in("aR");
    shows(&terminal, "whatever the platform still");
    terminal.type_in("\x13");
    shows(&terminal, "to be typed");
    reads();
    terminal.type_in(&format!("{domain}\r"));
    shows(&terminal, "○ revoked, unproven");

    // Taken away on the platform's own page meanwhile; what it shows now is taken down.
    terminal.type_in("ag");
    shows(&terminal, "no more and no less");
    terminal.type_in(&format!("{scope} \x13"));
    shows(&terminal, "y does it");
    reads();
    terminal.type_in("y");
    shows(&terminal, "✓ revoked, gone");

    terminal.signal(Signal::SIGTERM);
    terminal.ended();
    terminal.assert_restored();
    nobody_is_left(&data);
}

#[test]
fn a_command_of_the_desk_refuses_the_address_of_another() {
    let keys = ["--server", "http://127.0.0.1:1", "keys", "status"];
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_rightsdesk")).args(keys).output().unwrap();
    assert_eq!(ended.status.code(), Some(Code::Usage as i32));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("--server"), "it says what to leave out");
}
