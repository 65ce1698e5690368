//! Several things that one run does one after another: what fails with one of them is told once all of them have had their
//! turn, and holds up none of those behind it.

use super::Halt;
use crate::floor::kernel::{Error, Result};

/// What became of those that had their turn.
#[derive(Default)]
pub struct Turns {
    first: Option<Error>,
}

impl Turns {
    /// One has had its turn. Its fault is in the log at once: the run ends with one of them only.
    pub fn took(&mut self, ended: Result<()>) {
        let Err(fault) = ended else { return };
        if let Error::Internal(report) = &fault {
            let reference = report.reference.as_simple().to_string();
            tracing::error!(%reference, story = report.story(), "one of several was not done; the others go on");
        } else {
            tracing::warn!(code = fault.code(), "one of several was not done; the others go on");
        }
        self.first.get_or_insert(fault);
    }

    /// Ends the run: what was not done is tried again with the run.
    pub fn end(self) -> Result<(), Halt> {
        self.first.map_or(Ok(()), |fault| Err(fault.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fault_is_told_once_all_have_had_their_turn() {
        let mut turns = Turns::default();
        for ended in [Ok(()), Err(Error::Conflict), Ok(()), Err(Error::NotFound("row"))] {
            turns.took(ended);
        }
        assert!(matches!(turns.end(), Err(Halt::Failed(Error::Conflict))));
        assert!(Turns::default().end().is_ok());
    }
}
