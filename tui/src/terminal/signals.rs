//! The signals a console heeds: those that ask it to end, and those that stop and continue it. It only tells of them.

use std::io;

use nix::sys::signal::Signal as Known;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy)]
pub enum Heard {
    End,
    Stop,
    Continue,
}

pub struct Signals {
    ends: [Signal; 3],
    stop: Signal,
    go_on: Signal,
}

impl Signals {
    pub fn new() -> io::Result<Self> {
        let of = |known: Known| signal(SignalKind::from_raw(known as i32));
        let ends = [signal(SignalKind::terminate())?, signal(SignalKind::hangup())?, signal(SignalKind::interrupt())?];
        Ok(Self { ends, stop: of(Known::SIGTSTP)?, go_on: of(Known::SIGCONT)? })
    }

    pub async fn next(&mut self) -> Heard {
        let [term, hangup, interrupt] = &mut self.ends;
        tokio::select! {
            _ = term.recv() => Heard::End,
            _ = hangup.recv() => Heard::End,
            _ = interrupt.recv() => Heard::End,
            _ = self.stop.recv() => Heard::Stop,
            _ = self.go_on.recv() => Heard::Continue,
        }
    }
}
