//! Objection: a use that stands on somebody's interest ends, and so does the passing on of events; of direct marketing,
//! every use of that kind. Who got something for such a use gets no more.

use super::Playbook;
use crate::floor::regulations::Right;
use crate::requests::model::{PlanLine, PlannedAction};
use crate::requests::plan::{Estate, Use, answer, line};

pub struct Objection;

/// The special case that law lets nobody weigh.
const MARKETING: &str = "direct_marketing";

impl Playbook for Objection {
    fn right(&self) -> Right {
        Right::Objection
    }

    fn plan(&self, estate: &Estate) -> Vec<PlanLine> {
        let ends = ended(estate);
        let mut lines: Vec<PlanLine> = Vec::new();
        for category in &estate.categories {
            let of = ends.iter().filter(|purpose| purpose.categories.contains(category));
            let before = lines.len();
            lines.extend(of.map(|purpose| {
                let recipient = Some(purpose.code.clone());
                PlanLine { recipient, ..line(category, "purpose", 0, PlannedAction::Stop) }
            }));
            if lines.len() == before {
                lines.push(line(category, "desk", 0, PlannedAction::Nothing));
            }
        }
        let is_for = |given: &[String]| ends.iter().any(|purpose| given.contains(&purpose.code));
        let others = estate.given.iter().filter(|given| is_for(&given.purposes));
        lines.extend(others.map(|given| {
            let recipient = Some(given.recipient.clone());
            PlanLine { recipient, ..line(&given.category, "recipient", 0, PlannedAction::Suppress) }
        }));
        lines.extend(estate.tell_merchant());
        lines.push(answer());
        lines
    }
}

fn ended(estate: &Estate) -> Vec<&Use> {
    let of_marketing = estate.case.as_deref() == Some(MARKETING);
    let ends = |purpose: &&Use| {
        let is_weighed = purpose.ground == Some(crate::floor::policy::Ground::LegitimateInterest);
        purpose.is_relay || purpose.is_marketing || (is_weighed && !of_marketing)
    };
    estate.purposes.iter().filter(ends).collect()
}
