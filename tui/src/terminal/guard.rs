//! The modes of the terminal: taken on entering, given back on every way out.
//!
//! A `Seat` is what the loop sits at: the real terminal, or a test's. Frames are gathered and leave in one write inside
//! synchronized output. It never decides *when* to leave; dropping it leaves too.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::process::{Command, ExitStatus};
use std::rc::Rc;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use crossterm::style::force_color_output;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use futures_util::Stream;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ratatui::backend::{Backend, CrosstermBackend};

/// Room for a whole frame of a large terminal.
const FRAME: usize = 128 * 1024;

/// Title kept, other screen, cursor hidden, pastes bracketed, focus told, keys disambiguated (no more of that protocol).
const ENTER: &str = "\x1b[22;2t\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[>1u";
/// The same backwards, for terminals of any state.
const LEAVE: &str = "\x1b[<1u\x1b[?1004l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l\x1b[23;2t\x1b[?2026l";
/// Presses and the wheel; movement is not asked for.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";
const FRAME_BEGINS: &str = "\x1b[?2026h";
const FRAME_ENDS: &str = "\x1b[?2026l";

pub trait Seat {
    type Backend: Backend;
    type Input: Stream<Item = io::Result<Event>> + Unpin;

    /// Takes the modes; twice is once.
    fn enter(&mut self) -> io::Result<()>;
    /// Gives them back, whatever has happened.
    fn leave(&mut self);
    /// Lets another program have the terminal until it ends.
    fn lend(&mut self, command: &mut Command) -> io::Result<ExitStatus>;
    /// Stops this program until the shell continues it.
    fn stop(&mut self) -> io::Result<()>;
    fn backend(&self) -> Self::Backend;
    fn input(&mut self) -> Self::Input;
    fn catch_mouse(&mut self, on: bool);
    fn begin_frame(&mut self);
    fn end_frame(&mut self) -> io::Result<()>;
    fn title(&mut self, title: &str);
    fn copy(&mut self, text: &str);
}

/// Bytes on their way to the terminal.
#[derive(Clone)]
pub struct Gathered(Rc<RefCell<Vec<u8>>>);

impl Write for Gathered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Nothing leaves before the frame is whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal this program was started in.
pub struct Tty {
    out: File,
    gathered: Gathered,
    is_entered: bool,
    has_mouse: bool,
}

impl Tty {
    pub fn open() -> io::Result<Self> {
        // The theme alone honours NO_COLOR; the drawing library would drop bold and underline with the colours.
        force_color_output(true);
        // What is in memory may be personal: it stays out of core files.
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let gathered = Gathered(Rc::new(RefCell::new(Vec::with_capacity(FRAME))));
        Ok(Self { out, gathered, is_entered: false, has_mouse: true })
    }

    fn gather(&mut self, sequence: &str) {
        self.gathered.0.borrow_mut().extend_from_slice(sequence.as_bytes());
    }

    fn commit(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.gathered.0.borrow_mut());
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            match self.out.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(took) => rest = rest.get(took..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Another program left the terminal non-blocking.
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(1)),
                Err(error) => return Err(error),
            }
        }
        *self.gathered.0.borrow_mut() = bytes;
        self.gathered.0.borrow_mut().clear();
        Ok(())
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Seat for Tty {
    type Backend = CrosstermBackend<Gathered>;
    type Input = EventStream;

    fn enter(&mut self) -> io::Result<()> {
        if self.is_entered {
            return Ok(());
        }
        enable_raw_mode()?;
        self.is_entered = true;
        self.gather(ENTER);
        if self.has_mouse {
            self.gather(MOUSE_ON);
        }
        self.commit()
    }

    fn leave(&mut self) {
        if !std::mem::take(&mut self.is_entered) {
            return;
        }
        self.gathered.0.borrow_mut().clear();
        self.gather(MOUSE_OFF);
        self.gather(LEAVE);
        // The terminal may be gone already; then there is nobody to restore it for.
        _ = self.commit();
        _ = disable_raw_mode();
    }

    fn lend(&mut self, command: &mut Command) -> io::Result<ExitStatus> {
        command.status()
    }

    fn stop(&mut self) -> io::Result<()> {
        // The whole group: whoever started us (cargo, a script) must stop too, or the shell never hears of it.
        Ok(kill(Pid::from_raw(0), Signal::SIGSTOP)?)
    }

    fn backend(&self) -> Self::Backend {
        CrosstermBackend::new(self.gathered.clone())
    }

    fn input(&mut self) -> Self::Input {
        EventStream::new()
    }

    fn catch_mouse(&mut self, on: bool) {
        self.has_mouse = on;
        self.gather(if on { MOUSE_ON } else { MOUSE_OFF });
    }

    fn begin_frame(&mut self) {
        self.gather(FRAME_BEGINS);
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.gather(FRAME_ENDS);
        self.commit()
    }

    fn title(&mut self, title: &str) {
        self.gather(&format!("\x1b]2;{title}\x07"));
    }

    fn copy(&mut self, text: &str) {
        self.gather(&format!("\x1b]52;c;{}\x07", base64(text.as_bytes())));
    }
}

/// The alphabet terminals expect in OSC 52.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for n in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * n) & 63) as usize];
            text.push(if n > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clipboard_gets_what_terminals_expect() {
        let told = |text: &str| base64(text.as_bytes());
        assert_eq!(
            [told(""), told("f"), told("fo"), told("foo"), told("नी")],
            ["", "Zg==", "Zm8=", "Zm9v", "4KSo4KWA"]
        );
    }
}
