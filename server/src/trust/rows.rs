//! What a page tells beyond the policy: the rows that follow it, as far as they are everybody's.

use super::pages::Place;
use crate::floor::kernel::Result;
use crate::floor::tools::Tools;
use crate::processors::{self, Notice, Processor};
use crate::promises::{self, Filter, Promise};

/// Rows for one page; empty for a page that needs none.
#[derive(Debug, Default)]
pub struct Rows {
    pub processors: Vec<Processor>,
    /// Newest first.
    pub notices: Vec<Notice>,
    /// None where the operator does not publish how they stand.
    pub promises: Vec<Promise>,
}

impl Rows {
    pub async fn of(tools: &Tools, place: Place) -> Result<Self> {
        let none = Self::default();
        match place {
            Place::Processors => {
                let (processors, notices) = (processors::list(tools).await?, processors::history(tools).await?);
                Ok(Self { processors, notices, ..none })
            }
            Place::Promises if tools.policy.in_force()?.policy.announces.standing => {
                let scope = promises::may_see(tools, None)?;
                Ok(Self { promises: promises::list_promises(tools, &scope, Filter::default()).await?, ..none })
            }
            _ => Ok(none),
        }
    }
}
