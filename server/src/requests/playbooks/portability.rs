//! Portability: the person takes along what came from them, typed or done; not what others or we wrote about them.

use super::{Playbook, is_disclosed};
use crate::floor::regulations::Right;
use crate::requests::model::{PlanLine, PlannedAction};
use crate::requests::plan::Estate;

pub struct Portability;

impl Playbook for Portability {
    fn right(&self) -> Right {
        Right::Portability
    }

    fn wants_second_person(&self) -> bool {
        true
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        let mut lines = estate
            .lines(|piece| (piece.table.is_given && is_disclosed(piece)).then_some((PlannedAction::Disclose, None)));
        lines.extend(estate.tell_merchant());
        lines
    }
}
