//! Correction: what is wrong is put right here, at the shops, and with everybody who got it. What was sold for how much is
//! a fact of the books and is not the person's to change.

use super::{Playbook, has_values};
use crate::floor::regulations::Right;
use crate::requests::model::{PlanLine, PlannedAction};
use crate::requests::plan::{Estate, Piece};

pub struct Correction;

impl Playbook for Correction {
    fn right(&self) -> Right {
        Right::Correction
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        let is_ours = |category: &str| estate.categories.iter().any(|listed| listed == category);
        // Before anybody said what is wrong it may be anything.
        let is_meant = |table: &str| estate.put_right.is_empty() || estate.put_right.iter().any(|named| named == table);
        let is_wrong = |piece: &Piece| has_values(piece) && is_ours(&piece.category) && is_meant(piece.table.name);
        let mut lines = estate.lines(|piece| is_wrong(piece).then_some((PlannedAction::Correct, None)));
        lines.extend(estate.tell_stores().chain(estate.tell_recipients()).chain(estate.ask_providers()));
        lines.extend(estate.tell_merchant());
        lines
    }
}
