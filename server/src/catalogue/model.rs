//! A version of the policy, how far it has come, and when it may hold.

use chrono::Duration;
use sha2::{Digest, Sha256};

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Error, Flaws, Instant, PolicyId, Result};
use crate::floor::policy::{self, Adopted, CHECKS, Fault, Policy, Written, diff, new_processors};

vocabulary! {
    /// How far a version of the policy has come.
    pub enum PolicyState {
        /// Written down; somebody else has yet to publish it.
        Proposed = "proposed",
        /// Published, and told to those who follow; it holds from its day on.
        Announced = "announced",
        /// What holds.
        InForce = "in_force",
        /// What held before.
        Past = "past",
        /// What never came to hold.
        Withdrawn = "withdrawn",
    }
}

/// A version of the policy on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub id: PolicyId,
    pub name: String,
    pub version: i32,
    pub effective_on: Day,
    pub text: String,
    pub state: PolicyState,
    pub proposed_at: Instant,
    pub proposed_by: String,
    pub published_at: Option<Instant>,
    pub published_by: Option<String>,
    pub in_force_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    /// The last day on which it was due and a follower said no.
    pub held_back_on: Option<Day>,
}

impl Version {
    /// What it says. A version on record was sound when it came there.
    pub fn read(&self) -> Result<Adopted> {
        let read = policy::parse(&self.text);
        let policy = read.map_err(|fault| Error::internal(format!("policy {}: {fault}", self.id)))?;
        Ok(Adopted { id: self.id, policy })
    }
}

/// What tells two texts apart.
pub fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Longest text of a policy.
const LONGEST: usize = 1 << 20;

/// A policy file as somebody gave it, or all that is wrong with it.
pub fn sound(text: &str) -> Result<Policy, Vec<Fault>> {
    if text.len() > LONGEST {
        return Err(vec![Fault { line: 1, reason: "a policy is a megabyte at most".to_owned() }]);
    }
    let policy = policy::parse(text).map_err(|fault| vec![fault])?;
    let faults = policy::check(text, &policy, CHECKS);
    if faults.is_empty() { Ok(policy) } else { Err(faults) }
}

/// The same, as the successor of another: of the same name, and of a later version.
pub fn successor(text: &str, of: &Policy) -> Result<Policy, Vec<Fault>> {
    let policy = sound(text)?;
    let mut faults = Vec::new();
    if policy.name != of.name {
        let reason = format!("this desk keeps the policy `{}`, not `{}`", of.name, policy.name);
        faults.push(Fault::at(text, policy.name.span().start, reason));
    }
    if policy.version <= of.version {
        let reason = format!("a change is a later version than {}, which is in force", of.version);
        faults.push(Fault::at(text, policy.version.span().start, reason));
    }
    if faults.is_empty() { Ok(policy) } else { Err(faults) }
}

/// Faults as what is wrong with an input.
pub fn flawed(field: &str, faults: &[Fault]) -> Error {
    let mut flaws = Flaws::default();
    for fault in faults {
        flaws.add(field, fault.to_string());
    }
    Error::Invalid(flaws)
}

/// The first day on which a change that is announced today may hold. What is in force says how long people are told
/// before they lose anything by it; what they lose nothing by may hold at once.
pub fn earliest(today: Day, in_force: Written<'_>, next: Written<'_>) -> Day {
    let announces = in_force.1.announces;
    let told = if diff(in_force, next).iter().any(|change| change.worsens) { announces.days } else { 0 };
    let objected = if new_processors(in_force.1, next.1).is_empty() { 0 } else { announces.objection_days };
    Day(today.0 + Duration::days(i64::from(told.max(objected))))
}

/// Refuses a day that comes too early, and names the first that does not.
pub fn in_time(today: Day, in_force: Written<'_>, next: Written<'_>) -> Result<()> {
    let earliest = earliest(today, in_force, next);
    if next.1.effective.get_ref().0 >= earliest.0 {
        return Ok(());
    }
    let announces = in_force.1.announces;
    let mut why = if earliest == today {
        "a policy begins to hold on no day that is past".to_owned()
    } else {
        format!("what people may lose by is announced {} days before", announces.days)
    };
    let new = new_processors(in_force.1, next.1);
    if !new.is_empty() {
        let objections = format!(", and {} may be objected to for {} days", new.join(", "), announces.objection_days);
        why.push_str(&objections);
    }
    Err(Error::refused("REFUSED", format!("it can hold from {earliest} on at the earliest: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::policy::shipped;

    fn read(text: &str) -> Policy {
        sound(text).expect("sound")
    }

    #[test]
    fn a_successor_has_the_name_and_a_later_version() {
        let text = shipped("sooperseller").expect("it comes along");
        let policy = read(text);
        let faults = successor(text, &policy).expect_err("the same version");
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [4]);
        assert!(successor(&text.replacen("version = 1", "version = 2", 1), &policy).is_ok());
        let other = shipped("shopiq").expect("it comes along");
        assert_eq!(successor(other, &policy).expect_err("another's").len(), 2);
    }

    #[test]
    fn what_people_lose_by_waits_and_what_they_gain_by_may_hold_at_once() {
        let text = shipped("sooperseller").expect("it comes along").replacen("\ndays = 30", "\ndays = 7", 1);
        let (old, today) = (read(&text), Day("2026-02-01".parse().expect("a day")));
        let first = |next: &str| earliest(today, (&text, &old), (next, &read(next))).to_string();
        assert_eq!(first(&text), "2026-02-01");
        assert_eq!(first(&text.replacen("days = 90", "days = 60", 1)), "2026-02-01");
        assert_eq!(first(&text.replacen("days = 90", "days = 120", 1)), "2026-02-08");
        let courier = text.replacen("code = \"mnp\"", "code = \"mp\"", 1).replace("\"mnp\"", "\"mp\"");
        assert_eq!(first(&courier), "2026-03-03");
        let told = in_time(today, (&text, &old), (&courier, &read(&courier))).expect_err("too early").to_string();
        assert!(told.contains("2026-03-03") && told.contains("mp may be objected to for 30 days"), "{told}");
    }
}
