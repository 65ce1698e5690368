//! Access: the person gets a copy of everything that is held, and of the books about them.

use super::{Playbook, is_disclosed};
use crate::floor::regulations::Right;
use crate::requests::model::{PlanLine, PlannedAction};
use crate::requests::plan::Estate;

pub struct Access;

impl Playbook for Access {
    fn right(&self) -> Right {
        Right::Access
    }

    fn wants_second_person(&self) -> bool {
        true
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        let mut lines = estate.lines(|piece| is_disclosed(piece).then_some((PlannedAction::Disclose, None)));
        lines.extend(estate.tell_merchant());
        lines
    }
}
