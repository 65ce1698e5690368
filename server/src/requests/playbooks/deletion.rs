//! Deletion: what nothing stands against goes, here and wherever it went. A hold on the person stops all that cannot be
//! undone; an order that is held or open, a payment that may be disputed and the policy's keeps stop what they name; a shop
//! with an order that is held or open is told by hand.

use super::Playbook;
use crate::floor::regulations::Right;
use crate::requests::model::{PlanLine, PlannedAction};
use crate::requests::plan::{Estate, Fate, Kept, Piece, keep};

pub struct Deletion;

impl Playbook for Deletion {
    fn right(&self) -> Right {
        Right::Deletion
    }

    fn wants_second_person(&self) -> bool {
        true
    }

    fn cools_off(&self) -> bool {
        true
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        let hold = estate.hold();
        let mut lines = estate.lines(|piece| (piece.rows > 0).then(|| fate(piece, hold.as_ref())));
        let elsewhere = estate.have_stores_forget().chain(estate.tell_recipients()).chain(estate.ask_providers());
        // What others have may be what the hold is about.
        lines.extend(elsewhere.map(|line| match &hold {
            Some(hold) => keep(line, hold.clone()),
            None => line,
        }));
        lines.extend(estate.tell_merchant());
        lines
    }
}

fn fate(piece: &Piece, hold: Option<&Kept>) -> (PlannedAction, Option<Kept>) {
    if let Fate::Kept(ground) = piece.fate {
        return (PlannedAction::Keep, Some(Kept { ground: format!("law:{ground}"), until: None }));
    }
    match (hold.or(piece.kept.as_ref()), piece.fate) {
        (Some(kept), _) => (PlannedAction::Keep, Some(kept.clone())),
        (None, Fate::Anonymised) => (PlannedAction::Anonymise, None),
        (None, _) => (PlannedAction::Delete, None),
    }
}
