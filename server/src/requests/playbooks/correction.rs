//! Correction: what is wrong is put right here, at the shops, and with everybody who got it. What was sold for how much is
//! a fact of the books and is not the person's to change.

use super::{Playbook, has_values};
use crate::floor::regulations::Right;
use crate::requests::model::{PlanLine, PlannedAction};
use crate::requests::plan::Estate;

pub struct Correction;

impl Playbook for Correction {
    fn right(&self) -> Right {
        Right::Correction
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        let is_ours = |category: &str| estate.categories.iter().any(|listed| listed == category);
        let mut lines = estate
            .lines(|piece| (has_values(piece) && is_ours(&piece.category)).then_some((PlannedAction::Correct, None)));
        lines.extend(estate.tell_stores().chain(estate.tell_recipients()).chain(estate.ask_providers()));
        lines.extend(estate.tell_merchant());
        lines
    }
}
