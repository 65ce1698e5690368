//! How each right is carried out: what would happen to each piece of an estate, and what it came to in the end. Pure. A
//! playbook plans and judges; it changes nothing, and what no line of its plan says is not done.

mod access;
mod appeal;
mod complaint;
mod correction;
mod deletion;
mod objection;
mod opt_out;
mod portability;
mod restriction;

use super::model::{PlanLine, PlannedAction};
use super::plan::{Estate, Piece};
use crate::floor::kernel::{Error, Result};
use crate::floor::regulations::Right;

/// One right.
pub trait Playbook: Sync {
    fn right(&self) -> Right;

    /// Whether somebody else than planned it approves it first.
    fn wants_second_person(&self) -> bool {
        false
    }

    /// Whether it waits after that, so that it may still be withdrawn.
    fn cools_off(&self) -> bool {
        false
    }

    /// What would be done, in an order that is the same for the same estate.
    fn plan(&self, estate: &Estate) -> Vec<PlanLine>;

    /// What it came to, by what was sworn of each line.
    fn settle(&self, lines: &[PlanLine], receipts: &[Receipt]) -> Settlement {
        settled(lines, receipts)
    }
}

/// Every right there is.
pub const REGISTRY: &[&dyn Playbook] = &[
    &access::Access,
    &portability::Portability,
    &deletion::Deletion,
    &correction::Correction,
    &restriction::Restriction,
    &objection::Objection,
    &opt_out::OptOut,
    &complaint::Complaint,
    &appeal::Appeal,
];

/// How this right is carried out.
pub fn of(right: Right) -> Result<&'static dyn Playbook> {
    let found = REGISTRY.iter().copied().find(|playbook| playbook.right() == right);
    found.ok_or_else(|| Error::internal(format!("no playbook carries out {right}")))
}

/// What is sworn of one line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Which line, counted from nought.
    pub line: usize,
    pub came: Came,
}

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    Done,
    /// There is nothing there any more.
    AlreadyGone,
    /// Whoever was to do it says no, or somebody gave it up with a reason: its code.
    NotDone(String),
}

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// So many lines have no word of anybody. Silence is never done.
    NotYet(usize),
    Whole,
    /// Some of it was done, and the rest has these grounds.
    InPart(Vec<String>),
}

fn settled(lines: &[PlanLine], receipts: &[Receipt]) -> Settlement {
    let (mut silent, mut grounds) = (0, Vec::new());
    for (at, line) in lines.iter().enumerate() {
        let came = receipts.iter().rev().find(|receipt| receipt.line == at).map(|receipt| &receipt.came);
        match (line.action, came) {
            (PlannedAction::Nothing, _) => {}
            (PlannedAction::Keep, _) => grounds.extend(line.ground.clone()),
            (_, None) => silent += 1,
            (_, Some(Came::NotDone(code))) => grounds.push(code.clone()),
            (_, Some(Came::Done | Came::AlreadyGone)) => {}
        }
    }
    grounds.sort();
    grounds.dedup();
    match (silent, grounds.is_empty()) {
        (0, true) => Settlement::Whole,
        (0, false) => Settlement::InPart(grounds),
        (silent, _) => Settlement::NotYet(silent),
    }
}

/// Whether a person is given anything of it.
fn is_disclosed(piece: &Piece) -> bool {
    piece.rows > 0 && piece.table.disclosed().next().is_some()
}

/// Whether it holds values about the person, which may be wrong, and not only what was reckoned or found.
fn has_values(piece: &Piece) -> bool {
    piece.rows > 0 && piece.table.disclosed().any(|column| column.mask().is_some())
}

#[cfg(test)]
mod tests;
