//! Restriction: everything stays where it is and is used for nothing; whoever got it is told so.

use super::Playbook;
use crate::floor::regulations::Right;
use crate::requests::model::{PlanLine, PlannedAction};
use crate::requests::plan::{Estate, Fate};

pub struct Restriction;

impl Playbook for Restriction {
    fn right(&self) -> Right {
        Right::Restriction
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        // Books of ours are no use of anybody's data.
        let is_used = |fate| !matches!(fate, Fate::Kept(_));
        let mut lines =
            estate.lines(|piece| (piece.rows > 0 && is_used(piece.fate)).then_some((PlannedAction::Restrict, None)));
        lines.extend(estate.tell_recipients().chain(estate.ask_providers()));
        lines.extend(estate.tell_merchant());
        lines
    }
}
