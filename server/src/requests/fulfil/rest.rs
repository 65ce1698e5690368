//! What a letter says of what was not done: what stays, on which ground and until when, whatever could not be done, and whoever
//! was told and did not do it. In the page's own words for its data and its recipients, and never a value of anybody's.

use crate::floor::platforms;
use crate::floor::policy::{self, Policy};
use crate::requests::letters::{NotDone, Rest};
use crate::requests::model::{Ground, PlanLine, PlannedAction};
use crate::requests::plan::HeldBy;
use crate::requests::playbooks::{Came, Receipt};

/// What things are called for whoever reads.
pub struct Names<'a> {
    pub policy: &'a Policy,
    pub locale: &'a str,
}

impl Names<'_> {
    fn category(&self, code: &str) -> Option<String> {
        let listed = self.policy.categories.iter().find(|category| category.code.get_ref() == code)?;
        let spoken = self.policy.spoken(self.locale);
        Some(listed.title.in_locale(spoken, self.policy.first_locale()).to_owned())
    }

    /// An app's provider goes by the app's id with us, which tells nobody anything.
    fn recipient(&self, line: &PlanLine) -> Option<String> {
        let code = line.recipient.as_deref().filter(|_| line.place != "app")?;
        let listed = self.policy.recipients.iter().find(|recipient| recipient.code.get_ref() == code);
        let platform = || platforms::find(code).map_or(code, |platform| platform.title());
        Some(listed.map_or_else(platform, |recipient| recipient.name.as_str()).to_owned())
    }
}

/// What stays of these lines or came otherwise than it was meant, each said once.
pub fn rest(names: &Names<'_>, lines: &[PlanLine], receipts: &[Receipt]) -> Vec<Rest> {
    let mut all: Vec<Rest> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let came = receipts.iter().find(|receipt| receipt.line == at).map(|receipt| &receipt.came);
        let one = match (line.action, came, line.ground.as_deref()) {
            (PlannedAction::Keep, _, Some(ground)) => kept(names, line, ground),
            (_, Some(Came::NotDone(code)), _) => undone(names, line, code),
            _ => continue,
        };
        match all.iter_mut().find(|known| (&known.what, known.why) == (&one.what, one.why)) {
            // Where the end of a part of it is not known, that of the whole is not.
            Some(known) => known.until = known.until.zip(one.until).map(|(known, one)| known.max(one)),
            None => all.push(one),
        }
    }
    all
}

fn kept(names: &Names<'_>, line: &PlanLine, ground: &str) -> Rest {
    let (kind, code) = ground.split_once(':').unwrap_or((ground, ""));
    let why = match kind {
        _ if HeldBy::of(ground).is_some() => NotDone::Ground(Ground::LegalClaims),
        "open_order" => NotDone::Ground(Ground::ContractActive),
        "chargeback_window" => NotDone::Ground(Ground::ChargebackWindow),
        "retention" => NotDone::OwnTime,
        "law" => by_law(policy::Ground::from_code(code)),
        _ => by_law(names.policy.keeps.iter().find(|keep| keep.code.get_ref() == code).map(|keep| keep.ground)),
    };
    // A hold has a day on which somebody looks at it, and no end that is known.
    let until = line.until_on.filter(|_| HeldBy::of(ground).is_none());
    Rest { what: names.category(&line.category), why, until }
}

const fn by_law(ground: Option<policy::Ground>) -> NotDone {
    match ground {
        Some(policy::Ground::LegalClaims) => NotDone::Ground(Ground::LegalClaims),
        Some(policy::Ground::Contract) => NotDone::Ground(Ground::ContractActive),
        Some(policy::Ground::Consent | policy::Ground::LegitimateInterest) => NotDone::OwnTime,
        Some(policy::Ground::LegalObligation) | None => NotDone::Ground(Ground::LegalObligation),
    }
}

fn undone(names: &Names<'_>, line: &PlanLine, code: &str) -> Rest {
    let (what, why) = match code {
        "recipient:refused" => (names.recipient(line), NotDone::Refused),
        "recipient:given_up" => (names.recipient(line), NotDone::GivenUp),
        // What others' rights kept back was taken out of a whole package, here and there.
        "others_rights" => (None, NotDone::Ground(Ground::OthersRights)),
        _ => (names.category(&line.category), NotDone::Impossible),
    };
    Rest { what, why, until: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::kernel::Day;
    use crate::floor::policy::{parse, shipped};
    use crate::requests::plan::line;

    fn day(day: &str) -> Day {
        Day(day.parse().expect("a day of the calendar"))
    }

    fn keeps(category: &str, ground: &str, until: Option<&str>) -> PlanLine {
        let until_on = until.map(day);
        let ground = Some(ground.to_owned());
        PlanLine { ground, until_on, ..line(category, "orders", 1, PlannedAction::Keep) }
    }

    fn tells(place: &str, recipient: &str) -> PlanLine {
        let recipient = Some(recipient.to_owned());
        PlanLine { recipient, ..line("customer", place, 1, PlannedAction::ByHand) }
    }

    fn said(lines: &[PlanLine], codes: &[(usize, &str)]) -> Vec<(String, NotDone, Option<Day>)> {
        let policy = parse(shipped("sooperseller").expect("it comes along")).expect("it is sound");
        let names = Names { policy: &policy, locale: "de" };
        let receipt = |(line, code): &(usize, &str)| Receipt { line: *line, came: Came::NotDone((*code).to_owned()) };
        let receipts: Vec<Receipt> = codes.iter().map(receipt).collect();
        rest(&names, lines, &receipts)
            .into_iter()
            .map(|one| (one.what.unwrap_or_default(), one.why, one.until))
            .collect()
    }

    fn named(what: &str) -> String {
        what.to_owned()
    }

    #[test]
    fn each_ground_is_told_with_what_it_keeps_and_until_when() {
        let lines = [
            keeps("financial", "keep:tax", Some("2028-05-01")),
            keeps("financial", "keep:tax", Some("2029-05-01")),
            keeps("order", "open_order", Some("2026-10-01")),
            keeps("order", "chargeback_window", None),
            keeps("order", "chargeback_window", Some("2026-11-01")),
            keeps("customer", "hold:H-1", Some("2026-12-01")),
            keeps("order", "order_hold:H-2", None),
            keeps("usage", "retention:usage", None),
            keeps("unlisted", "law:legal_claims", None),
        ];
        assert_eq!(
            said(&lines, &[]),
            [
                (named("Financial Data"), NotDone::Ground(Ground::LegalObligation), Some(day("2029-05-01"))),
                (named("Order Data"), NotDone::Ground(Ground::ContractActive), Some(day("2026-10-01"))),
                (named("Order Data"), NotDone::Ground(Ground::ChargebackWindow), None),
                (named("Customer Data"), NotDone::Ground(Ground::LegalClaims), None),
                (named("Order Data"), NotDone::Ground(Ground::LegalClaims), None),
                (named("Usage Data"), NotDone::OwnTime, None),
                (named(""), NotDone::Ground(Ground::LegalClaims), None),
            ]
        );
    }

    #[test]
    fn whoever_refused_is_named_once_and_what_could_not_be_done_is_said() {
        let id = "0198f000-0000-7000-8000-000000000001";
        let lines = [
            tells("recipient", "leopards"),
            tells("recipient", "leopards"),
            tells("store", "woocommerce"),
            tells("app", id),
            line("order", "orders", 1, PlannedAction::Correct),
            line("customer", "customers", 1, PlannedAction::Disclose),
            line("usage", "desk", 0, PlannedAction::Nothing),
        ];
        let codes = [
            (0, "recipient:refused"),
            (1, "recipient:refused"),
            (2, "recipient:given_up"),
            (3, "recipient:refused"),
            (4, "not_done"),
            (5, "others_rights"),
        ];
        assert_eq!(
            said(&lines, &codes),
            [
                (named("Leopards Courier"), NotDone::Refused, None),
                (named("WooCommerce"), NotDone::GivenUp, None),
                (named(""), NotDone::Refused, None),
                (named("Order Data"), NotDone::Impossible, None),
                (named(""), NotDone::Ground(Ground::OthersRights), None),
            ]
        );
    }
}
