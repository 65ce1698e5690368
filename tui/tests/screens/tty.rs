//! A real terminal for the real binary, read byte by byte: what was drawn, what was sent, which modes are left.

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::double::Double;

/// Far beyond what a busy machine needs; reached only when something is wrong.
const PATIENCE: Duration = Duration::from_mins(2);

#[derive(Default)]
pub struct Title(String);

impl vt100::Callbacks for Title {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.0 = String::from_utf8_lossy(title).into_owned();
    }
}

pub struct Seen {
    pub raw: Vec<u8>,
    pub parser: vt100::Parser<Title>,
    /// Nobody writes any more.
    is_over: bool,
}

pub struct Terminal {
    pub master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    pub seen: Arc<(Mutex<Seen>, Condvar)>,
    pub cooked: u64,
}

pub fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    /// Somebody already, by a token that nothing but a double takes.
    pub fn start(program: &str, args: &[&str]) -> Self {
        Self::with(program, args, &[("RIGHTSDESK_TOKEN", "rds_of_a_double"), ("XDG_STATE_HOME", "/nonexistent")])
    }

    pub fn with(program: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(size(30, 100)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("RIGHTSDESK_E2E", "1");
        command.env("TERM", "xterm-256color");
        command.env("XDG_CONFIG_HOME", "/nonexistent");
        for (name, value) in env {
            command.env(name, value);
        }
        let cooked = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new_with_callbacks(30, 100, 0, Title::default());
        let seen = Arc::new((Mutex::new(Seen { raw: Vec::new(), parser, is_over: false }), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let sink = seen.clone();
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65_536];
            while let Ok(took @ 1..) = reader.read(&mut chunk) {
                let mut seen = sink.0.lock().unwrap();
                seen.raw.extend_from_slice(&chunk[..took]);
                seen.parser.process(&chunk[..took]);
                sink.1.notify_all();
            }
            sink.0.lock().unwrap().is_over = true;
            sink.1.notify_all();
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { master: pair.master, keyboard, child, seen, cooked }
    }

    /// The console on a desk that answers, idle.
    pub fn console(desk: &Double) -> Self {
        let terminal = Self::start(env!("CARGO_BIN_EXE_rightsdesk"), &["--server", &desk.url]);
        terminal.until(|seen| title(seen).contains("busy 0 · keys 0") && screen(seen).contains("● live"));
        terminal
    }

    pub fn until(&self, is_so: impl Fn(&Seen) -> bool) {
        let begun = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !is_so(&seen) {
            let waited = begun.elapsed();
            assert!(waited < PATIENCE, "title: {}\n{}", title(&seen), screen(&seen));
            seen = self.seen.1.wait_timeout(seen, PATIENCE.saturating_sub(waited)).unwrap().0;
        }
    }

    pub fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap().try_into().unwrap())
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Waits for the end, and for the last byte; the code it ended with.
    pub fn ended(&mut self) -> u32 {
        let begun = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::yield_now();
        };
        self.until(|seen| seen.is_over);
        code
    }

    /// Modes of the terminal and of its line, as they were before.
    pub fn assert_restored(&self) {
        let seen = self.seen.0.lock().unwrap();
        let after = seen.parser.screen();
        assert!(!after.alternate_screen() && !after.hide_cursor() && !after.bracketed_paste());
        assert_eq!(after.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let raw = String::from_utf8_lossy(&seen.raw);
        for (on, off) in [
            ("\x1b[?1049h", "\x1b[?1049l"),
            ("\x1b[?25l", "\x1b[?25h"),
            ("\x1b[?2004h", "\x1b[?2004l"),
            ("\x1b[?1004h", "\x1b[?1004l"),
            ("\x1b[>1u", "\x1b[<1u"),
            ("\x1b[?1000h", "\x1b[?1000l"),
            ("\x1b[?1006h", "\x1b[?1006l"),
            ("\x1b[22;2t", "\x1b[23;2t"),
            ("\x1b[?2026h", "\x1b[?2026l"),
        ] {
            let last_off = raw.rfind(off).unwrap_or_else(|| panic!("{off:?} was never sent"));
            assert!(raw.rfind(on).is_some_and(|last_on| last_on < last_off), "{on:?} outlived {off:?}");
        }
        assert_eq!(modes(self.master.as_ref()), self.cooked, "the line is cooked again");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Ended already, unless the test failed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

pub fn modes(master: &(dyn MasterPty + Send)) -> u64 {
    u64::from(master.get_termios().unwrap().local_flags.bits())
}

pub fn title(seen: &Seen) -> &str {
    &seen.parser.callbacks().0
}

pub fn screen(seen: &Seen) -> String {
    seen.parser.screen().contents()
}
