//! Appeal: a refusal is looked at again, by two people, and answered in words. Where it was wrong, what was refused is asked
//! for anew and planned by its own right.

use super::Playbook;
use crate::floor::regulations::Right;
use crate::requests::model::PlanLine;
use crate::requests::plan::{Estate, answer};

pub struct Appeal;

impl Playbook for Appeal {
    fn right(&self) -> Right {
        Right::Appeal
    }

    fn wants_second_person(&self) -> bool {
        true
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        estate.tell_merchant().into_iter().chain([answer()]).collect()
    }
}
