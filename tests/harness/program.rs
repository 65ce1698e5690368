//! The whole program as a person runs it: `serve` on a data folder of its own, with its private Postgres, and the
//! product's commands beside it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rightsdesk_server::roof::cluster::{Cluster, Setup};

use crate::base::Base;
use crate::desk;

/// `serve` on a data folder of its own.
pub struct Program {
    pub child: Child,
    pub url: String,
    pub took: Duration,
    /// What it said until it answered.
    pub heard: Vec<String>,
}

impl Program {
    pub fn start(data: &Path) -> Self {
        Self::run(command(data, &["serve", "--http-listen", "127.0.0.1:0"]))
    }

    pub fn run(mut command: Command) -> Self {
        let born = Instant::now();
        let mut child = command.spawn().expect("it starts");
        let said = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut lines = said.lines().map_while(Result::ok);
        let mut heard = Vec::new();
        let url = lines.by_ref().find_map(|line| {
            let url = line.strip_prefix("the desk answers at ").map(str::to_owned);
            heard.push(line);
            url
        });
        let url = url.unwrap_or_else(|| panic!("it needed a hand: {heard:?}"));
        // What it says from now on is read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url, took: born.elapsed(), heard }
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("it is ours");
    }
}

/// A command of the product on the same data folder.
pub fn command(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(desk::program());
    command.args(words).arg("--data").arg(data).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The private Postgres of a program that runs.
pub fn base_of(data: &Path) -> Base {
    let address = Cluster::visit(&Setup::new(data, desk::program())).expect("an address");
    Base::at(|login| address.url("rightsdesk", login))
}
