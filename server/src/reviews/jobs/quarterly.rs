//! A review for each quarter.

use serde::{Deserialize, Serialize};

use super::super::actions::open_for_quarter;
use crate::floor::jobs::{Halt, Job, Run};

/// Opens the review of the quarter, where none covers everything yet.
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenQuarterlyReview {}

impl Job for OpenQuarterlyReview {
    const NAME: &'static str = "open_quarterly_review";

    async fn run(self, run: Run) -> Result<(), Halt> {
        Ok(open_for_quarter(&run.tools()?).await?)
    }
}
