//! Whether a policy can be kept. Everything that is wrong is told at once, each with its line; nothing is mended.

mod given;
mod head;
mod held;
mod people;
mod promises;
mod texts;

use std::collections::BTreeSet;

use super::places::{Places, Step};
use super::{Fault, Name, Policy};

/// All that is wrong with a policy that was read from `text`. `checks` are the names of checks that exist.
pub fn check(text: &str, policy: &Policy, checks: &[&str]) -> Vec<Fault> {
    let mut page = Page { text, policy, places: Places::of(text), faults: Vec::new() };
    head::look(&mut page);
    held::look(&mut page);
    given::look(&mut page);
    people::look(&mut page);
    promises::look(&mut page, checks);
    texts::look(&mut page);
    page.faults.sort();
    page.faults.dedup();
    page.faults
}

/// A policy under the lamp, and what was found.
struct Page<'a> {
    text: &'a str,
    policy: &'a Policy,
    places: Places<'a>,
    faults: Vec<Fault>,
}

impl Page<'_> {
    fn fault(&mut self, at: usize, reason: impl Into<String>) {
        let fault = Fault::at(self.text, at, reason);
        self.faults.push(fault);
    }

    /// A fault of a value whose place the model does not remember.
    fn fault_of(&mut self, steps: &[Step<'_>], reason: impl Into<String>) {
        self.fault(self.places.at(steps), reason);
    }

    /// Names that stand for something: each one word, none twice.
    fn codes<'n>(&mut self, noun: &str, names: impl IntoIterator<Item = &'n Name>) {
        let mut seen = BTreeSet::new();
        for name in names {
            let code = name.get_ref();
            if !is_code(code) {
                self.fault(at(name), format!("`{code}` is no code: small letters, digits and _, a letter first"));
            }
            if !seen.insert(code) {
                self.fault(at(name), format!("the {noun} `{code}` stands here twice"));
            }
        }
    }

    /// A name that must lead to categories or fields; whether it does.
    fn leads(&mut self, name: &Name) -> bool {
        let known = self.policy.fields_of(name.get_ref()).is_some();
        if !known {
            let noun = if name.get_ref().contains('.') { "field" } else { "category" };
            self.fault(at(name), format!("there is no {noun} `{name}`"));
        }
        known
    }

    /// A name that must be a category's.
    fn leads_to_category(&mut self, name: &Name) {
        if self.policy.category(name.get_ref()).is_none() {
            self.fault(at(name), format!("there is no category `{name}`"));
        }
    }
}

fn at(name: &Name) -> usize {
    name.span().start
}

fn is_code(code: &str) -> bool {
    let is_inner = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    code.starts_with(|letter: char| letter.is_ascii_lowercase()) && code.len() <= 40 && code.chars().all(is_inner)
}

/// Whether a place lies within one of these: the same, a part of it as `US-CA` is of `US`, or a country of a union.
pub fn is_within(place: &str, bounds: &[&str]) -> bool {
    let place = place.to_ascii_uppercase();
    let holds = |bound: &str| {
        let bound = bound.to_ascii_uppercase();
        let part = place.strip_prefix(&bound).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        part || (bound == "EU" && EU.contains(&place.as_str()))
            || (bound == "EEA" && (place == "EU" || EU.contains(&place.as_str()) || EFTA.contains(&place.as_str())))
    };
    bounds.iter().any(|bound| holds(bound))
}

const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Of the European Economic Area, and not of the Union.
const EFTA: [&str; 3] = ["IS", "LI", "NO"];

/// A country or region of the world, or a region of a host's: `US`, `US-CA`, `EEA`, `us-east-1`.
fn is_place(place: &str) -> bool {
    let mut parts = place.split('-');
    let is_first = parts
        .next()
        .is_some_and(|first| matches!(first.len(), 2..=3) && first.bytes().all(|b| b.is_ascii_alphabetic()));
    is_first && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_lies_within_itself_and_within_what_holds_it() {
        for (place, bounds) in
            [("US", "US"), ("us-east-1", "US"), ("US-CA", "US"), ("DE", "EU"), ("NO", "EEA"), ("EU", "EEA")]
        {
            assert!(is_within(place, &[bounds]), "{place} in {bounds}");
        }
        for (place, bounds) in [("US", "US-CA"), ("USA", "US"), ("NO", "EU"), ("GB", "EEA")] {
            assert!(!is_within(place, &[bounds]), "{place} in {bounds}");
        }
    }
}
