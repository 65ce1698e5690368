//! A desk as a process of its own, for journeys that kill one. Killing and asking is all it does; what runs inside
//! is in `desk/main.rs`.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};

/// The executable `e2e-desk`, which stands beside the folder of the test binaries.
pub fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let folder = own.parent().unwrap_or(Path::new("."));
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    folder.join("e2e-desk")
}

/// A running process with a private Postgres, or one on the way to it.
pub struct Desk {
    child: Child,
    born: Instant,
    said: BufReader<ChildStdout>,
    ears: Option<ChildStdin>,
}

/// What a desk says when its Postgres takes connections.
#[derive(Debug, Clone)]
pub struct Ready {
    pub postmaster: i32,
    /// From the start of the process to the first answer, as the one who started it sees it.
    pub took: Duration,
    pub url: String,
}

impl Desk {
    /// Starts one on a data folder and does not wait for it.
    pub fn start(data: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(program());
        command.arg("open").arg(data);
        Self::run(command)
    }

    /// Starts any command that speaks as `e2e-desk` does.
    pub fn run(mut command: Command) -> anyhow::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let born = Instant::now();
        let mut child = command.spawn().context("starting e2e-desk")?;
        let said = child.stdout.take().map(BufReader::new).ok_or_else(|| anyhow!("no standard output"))?;
        let ears = child.stdin.take();
        Ok(Self { child, born, said, ears })
    }

    /// Starts one and waits until it is ready.
    pub fn open(data: &Path) -> anyhow::Result<(Self, Ready)> {
        let mut desk = Self::start(data)?;
        let ready = desk.ready()?;
        Ok((desk, ready))
    }

    pub fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Waits for the line that says so; the desk's own words of trouble are the error.
    pub fn ready(&mut self) -> anyhow::Result<Ready> {
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("ready"), Some(postmaster), Some(url)) => {
                Ok(Ready { postmaster: postmaster.parse()?, took: self.born.elapsed(), url: url.to_owned() })
            }
            _ => bail!("{}", self.trouble()?),
        }
    }

    /// What a desk that ended by itself said about it.
    pub fn trouble(&mut self) -> anyhow::Result<String> {
        let mut text = String::new();
        // One that opened after all would wait for this end, and we for it.
        drop(self.ears.take());
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut text)?;
        }
        self.child.wait()?;
        Ok(text.trim().to_owned())
    }

    /// SIGKILL, without waiting for anything but the process itself.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Asks it to stop in order, and waits until it has.
    pub fn stop(mut self) -> anyhow::Result<()> {
        drop(self.ears.take());
        let ended = self.child.wait()?;
        if ended.success() { Ok(()) } else { bail!("the desk ended with {ended}") }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
