//! Opt-out: whoever a merchant has events sent to gets no more of this person, whether anything went there before or not.

use super::Playbook;
use crate::floor::regulations::Right;
use crate::requests::model::{PlanLine, PlannedAction};
use crate::requests::plan::{Estate, answer, line};

pub struct OptOut;

impl Playbook for OptOut {
    fn right(&self) -> Right {
        Right::OptOut
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        let mut lines = Vec::new();
        for category in &estate.categories {
            let of = estate.given.iter().filter(|given| given.is_destination && &given.category == category);
            let before = lines.len();
            lines.extend(of.map(|given| {
                let recipient = Some(given.recipient.clone());
                PlanLine { recipient, ..line(category, "recipient", 0, PlannedAction::Suppress) }
            }));
            if lines.len() == before {
                lines.push(line(category, "desk", 0, PlannedAction::Nothing));
            }
        }
        lines.extend(estate.ask_providers());
        lines.extend(estate.tell_merchant());
        lines.push(answer());
        lines
    }
}
