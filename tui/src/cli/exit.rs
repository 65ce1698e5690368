//! How a command ends: its exit code, its result on stdout, its words on stderr.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::core::ask::Trouble;
use crate::core::scrub::scrub;

/// The exit codes, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Refused = 3,
    NotFound = 4,
    Changed = 5,
    SecondPerson = 6,
    NotReached = 7,
    SignIn = 8,
    Some = 9,
    Interrupted = 130,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

impl From<&Trouble> for Code {
    fn from(trouble: &Trouble) -> Self {
        match trouble {
            Trouble::Unreached(_) => Self::NotReached,
            Trouble::SignIn => Self::SignIn,
            Trouble::Refused(_) if trouble.code() == Some("NOT_FOUND") => Self::NotFound,
            Trouble::Refused(_) if matches!(trouble.code(), Some("CONFLICT" | "PLAN_CHANGED")) => Self::Changed,
            Trouble::Refused(_) if trouble.code() == Some("SAME_PERSON") => Self::SecondPerson,
            Trouble::Refused(_) | Trouble::StepUp => Self::Refused,
            Trouble::Strange(_) => Self::Failed,
        }
    }
}

/// Words for the person, scrubbed like everything that is not a cell.
pub fn say(words: &str) {
    let lines: Vec<String> = words.lines().map(scrub).collect();
    // When stderr is gone there is nobody to tell.
    _ = writeln!(io::stderr(), "rightsdesk: {}", lines.join("\n"));
}

/// A result; a reader that has heard enough is no failure.
pub fn print(result: &str) -> Code {
    match io::stdout().write_all(result.as_bytes()).and_then(|()| io::stdout().flush()) {
        Ok(()) => Code::Done,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Code::Done,
        Err(error) => {
            say(&error.to_string());
            Code::Failed
        }
    }
}
