//! Complaint: it is answered in words, and the merchant hears of it where we carry out for one.

use super::Playbook;
use crate::floor::regulations::Right;
use crate::requests::model::PlanLine;
use crate::requests::plan::{Estate, answer};

pub struct Complaint;

impl Playbook for Complaint {
    fn right(&self) -> Right {
        Right::Complaint
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        estate.tell_merchant().into_iter().chain([answer()]).collect()
    }
}
