//! The real binary in a real terminal, read byte by byte: every way out gives the terminal back as it was.
//!
//! Waits are on what the console tells in its title (calls on their way, keys handled), never on time.

use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use rightsdesk::cli::exit::Code;
use rightsdesk::console;
use rightsdesk::core::action::{Action, Effects};
use rightsdesk::core::page::Page;
use rightsdesk::core::screen::{Ctx, Desk, Entry, Screen, Shape};
use rightsdesk::screens::REGISTRY;
use rightsdesk::terminal::editor::Editor;
use rightsdesk::terminal::keys;
use rightsdesk::terminal::pump::Looks;
use rightsdesk::terminal::theme::{Name, Theme};

use crate::double::Double;
use crate::tty::{Terminal, modes, screen, size, title};

#[test]
fn q_leaves_and_gives_the_terminal_back() {
    let mut terminal = Terminal::console(&Double::of_version("0.1.0"));
    terminal.type_in("q");
    assert_eq!(terminal.ended(), Code::Done as u32);
    terminal.assert_restored();
}

#[test]
fn a_signal_to_end_is_obeyed_and_gives_the_terminal_back() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let mut terminal = Terminal::console(&Double::of_version("0.1.0"));
        terminal.signal(signal);
        assert_eq!(terminal.ended(), Code::Interrupted as u32, "{signal}");
        terminal.assert_restored();
    }
}

#[test]
fn stopped_by_key_or_by_signal_it_comes_back_whole() {
    let mut terminal = Terminal::console(&Double::of_version("0.1.0"));
    for round in 0..4 {
        match round {
            0 | 2 => terminal.type_in("\x1a"),
            _ => terminal.signal(Signal::SIGTSTP),
        }
        let stopped = waitpid(terminal.pid(), Some(WaitPidFlag::WUNTRACED)).unwrap();
        assert_eq!(stopped, WaitStatus::Stopped(terminal.pid(), Signal::SIGSTOP));
        terminal.until(|seen| seen.raw.ends_with(b"\x1b[23;2t\x1b[?2026l"));
        terminal.assert_restored();

        terminal.signal(Signal::SIGCONT);
        terminal.until(|seen| seen.parser.screen().alternate_screen() && screen(seen).contains("Rightsdesk 0.1.0"));
        assert_ne!(modes(terminal.master.as_ref()), terminal.cooked);
    }
    terminal.type_in("?");
    terminal.until(|seen| screen(seen).contains("What it does"));
    terminal.type_in("\x1b");
    terminal.until(|seen| !screen(seen).contains("What it does"));
    terminal.type_in("q");
    assert_eq!(terminal.ended(), Code::Done as u32);
    terminal.assert_restored();
}

#[test]
fn a_stop_that_nobody_can_catch_is_survived_too() {
    let mut terminal = Terminal::console(&Double::of_version("0.1.0"));
    terminal.signal(Signal::SIGSTOP);
    waitpid(terminal.pid(), Some(WaitPidFlag::WUNTRACED)).unwrap();
    terminal.type_in("ttt");
    terminal.signal(Signal::SIGCONT);
    terminal.until(|seen| title(seen).contains("keys 3"));
    terminal.type_in("q");
    assert_eq!(terminal.ended(), Code::Done as u32);
    terminal.assert_restored();
}

#[test]
fn two_thousand_keys_at_once_are_all_handled() {
    let mut terminal = Terminal::console(&Double::of_version("0.1.0"));
    terminal.type_in(&"t".repeat(2_000));
    terminal.until(|seen| title(seen).contains("keys 2000"));
    terminal.type_in("q");
    assert_eq!(terminal.ended(), Code::Done as u32);
}

#[test]
fn a_storm_of_sizes_ends_in_the_last_one() {
    let mut terminal = Terminal::console(&Double::of_version("0.1.0"));
    for n in 0..200u16 {
        terminal.master.resize(size(5 + n * 7 % 60, 20 + n * 13 % 200)).unwrap();
        terminal.type_in("t");
    }
    terminal.seen.0.lock().unwrap().parser.screen_mut().set_size(24, 80);
    terminal.master.resize(size(24, 80)).unwrap();
    terminal.until(|seen| title(seen).contains("keys 200"));
    terminal.type_in("\x0c");
    terminal.until(|seen| {
        let rows: Vec<_> = seen.parser.screen().rows(0, 80).collect();
        title(seen).contains("keys 201") && rows[0].starts_with(" Rightsdesk") && rows[23].contains("? help")
    });
    terminal.type_in("q");
    assert_eq!(terminal.ended(), Code::Done as u32);
    terminal.assert_restored();
}

#[test]
fn pastes_clicks_and_focus_are_understood() {
    let mut terminal = Terminal::console(&Double::of_version("0.1.0"));
    terminal.type_in("\x1b[200~quit\nq\x1b[201~");
    terminal.until(|seen| screen(seen).contains("6 characters pasted: nothing here takes text"));
    let at = {
        let seen = terminal.seen.0.lock().unwrap();
        let footer = seen.parser.screen().rows(0, 100).last().unwrap();
        footer.find("? help").unwrap() + 1
    };
    terminal.type_in(&format!("\x1b[<0;{at};30M\x1b[<0;{at};30m"));
    terminal.until(|seen| screen(seen).contains("What it does"));
    terminal.type_in("\x1b[O\x1b[I\x03\x03\x03");
    assert_eq!(terminal.ended(), Code::Done as u32);
    terminal.assert_restored();
}

#[test]
fn a_desk_that_goes_away_is_told_and_its_return_too() {
    let gone = Terminal::start(env!("CARGO_BIN_EXE_rightsdesk"), &["--server", "http://127.0.0.1:1"]);
    gone.until(|seen| screen(seen).contains("OFFLINE") && screen(seen).contains("never reached"));
}

#[test]
fn a_hostile_answer_never_reaches_the_terminal() {
    let harm = "9\u{1b}]0;owned\u{7}\u{1b}[31mred\u{202e}back".replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007");
    let desk = Double::saying(200, format!("{{\"data\":{{\"server\":{{\"version\":\"{harm}\"}}}}}}"));
    let mut terminal = Terminal::console(&desk);
    // It knows nobody, so the sign-in is closed first.
    terminal.type_in("\x03\x03\x03");
    terminal.ended();
    let seen = terminal.seen.0.lock().unwrap();
    let raw = String::from_utf8_lossy(&seen.raw);
    assert!(raw.contains("<U+202E>"));
    assert!(!raw.contains("\x1b]0;owned") && !raw.contains("\x1b[31m") && !raw.contains('\u{202e}'));
}

#[test]
fn no_color_keeps_bold_and_sends_no_colour() {
    let desk = Double::of_version("0.1.0");
    let mut terminal = Terminal::start("env", &["NO_COLOR=1", env!("CARGO_BIN_EXE_rightsdesk"), "--server", &desk.url]);
    terminal.until(|seen| screen(seen).contains("● live"));
    terminal.type_in("q");
    terminal.ended();
    let seen = terminal.seen.0.lock().unwrap();
    let raw = String::from_utf8_lossy(&seen.raw);
    assert!(raw.contains("\x1b[1m"), "bold is alive");
    assert!(!raw.contains("38;5;"), "and no colour is sent");
}

#[test]
fn without_a_terminal_it_says_what_does_without() {
    let out =
        std::process::Command::new(env!("CARGO_BIN_EXE_rightsdesk")).args(["--server", "http://127.0.0.1:1"]).output();
    let out = out.unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("needs a terminal"));
}

/// A screen that falls over on a key, in one of three ways.
struct Falling;

static FALLING: &[Entry] = &[Entry {
    name: "falling",
    title: "Falling",
    shape: Shape::Screen,
    opener: REGISTRY[0].opener,
    verbs: REGISTRY[0].verbs,
    open: |_| Box::new(Falling),
}];

impl Screen for Falling {
    fn update(&mut self, action: &Action, _: &Ctx) -> Effects {
        match action {
            Action::Typed('u') => panic!("fell in update"),
            Action::Typed('t') => {
                tokio::spawn(async { panic!("fell in a task") });
            }
            Action::Typed('o') => {
                std::thread::spawn(|| panic!("fell elsewhere"));
            }
            _ => {}
        }
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        assert!(ctx.size.width != 77, "fell in view");
        Page::default()
    }

    fn takes_text(&self) -> bool {
        true
    }
}

/// Not a test of its own: the program that the tests below run in a terminal.
#[test]
#[ignore = "runs inside a terminal of the tests below"]
fn a_console_that_falls() {
    let model = rightsdesk::core::model::Model::new(
        FALLING,
        keys::table(FALLING, false),
        Desk::default(),
        rightsdesk::terminal::pump::clock().to_utc(),
    );
    let editor = Editor { command: "true".to_owned(), folder: std::env::temp_dir() };
    let looks = Looks { theme: Theme::of(Name::Dark), is_ascii: false, tells_busy: true, editor };
    let code = console::open(model, looks, std::future::pending());
    assert_eq!(code, Code::Failed);
}

fn falling() -> Terminal {
    let own = std::env::current_exe().unwrap();
    let args = ["pty::a_console_that_falls", "--exact", "--ignored", "--nocapture", "--test-threads=1"];
    let terminal = Terminal::start(own.to_str().unwrap(), &args);
    terminal.until(|seen| title(seen).contains("keys 0") && screen(seen).contains("Falling"));
    terminal
}

#[test]
fn a_panic_anywhere_on_the_way_restores_first_and_speaks_then() {
    let words = "the console fell over at tui/tests/screens/pty.rs:";
    for keys in ["u", "t", ""] {
        let mut terminal = falling();
        if keys.is_empty() {
            terminal.master.resize(size(30, 77)).unwrap();
        } else {
            terminal.type_in(keys);
        }
        terminal.ended();
        terminal.until(|seen| String::from_utf8_lossy(&seen.raw).contains(words));
        terminal.assert_restored();
        let seen = terminal.seen.0.lock().unwrap();
        let raw = String::from_utf8_lossy(&seen.raw);
        assert!(raw.find(words) > raw.rfind("\x1b[?1049l"), "words before the terminal was given back");
        assert!(!raw.contains("fell in"), "what a panic carries may be a value: it is not told");
    }
}

#[test]
fn a_fall_on_another_thread_is_told_and_the_console_goes_on() {
    let mut terminal = falling();
    terminal.type_in("o");
    terminal.until(|seen| screen(seen).contains("a part of this program fell over at tui/tests/screens/pty.rs"));
    terminal.signal(Signal::SIGTERM);
    terminal.ended();
    terminal.assert_restored();
}
