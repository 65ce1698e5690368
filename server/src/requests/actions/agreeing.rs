//! Things that somebody goes by may each be proved and yet belong to different records: two addresses of one person, or an
//! address that two people write from. No program knows which. Until one of the staff has judged it, nothing is planned
//! for good: neither is the wrong person's record taken along, nor is one left out without a word.

use std::collections::BTreeMap;

use crate::floor::kernel::{Error, IntakeId, Result, SubjectId};
use crate::floor::ledger::Tx;
use crate::requests::model::{Identifier, Proof, Request};
use crate::requests::plan::is_instructed;
use crate::requests::queries::{estate, identifiers};

/// Refuses what would be done to records of which nobody judged that they are one person's.
pub(super) fn require_one_person(tx: &mut Tx, request: &Request) -> Result<()> {
    if is_instructed(request.source) {
        return Ok(());
    }
    let records = apart(tx, request.intake)?;
    if records.is_empty() {
        return Ok(());
    }
    let all = identifiers::of(tx, request.intake)?;
    let name = |one: &Identifier| {
        let at = all.iter().filter(|other| other.kind == one.kind).position(|other| other.id == one.id);
        format!("{} {}", one.kind.code(), at.map_or(1, |at| at + 1))
    };
    let named: Vec<String> =
        records.iter().map(|record| record.iter().map(name).collect::<Vec<_>>().join(" and ")).collect();
    let why = format!(
        "what was proved belongs to different records ({}): judge of each thing whether it is this person's",
        named.join("; ")
    );
    Err(Error::refused("RECORDS_DIFFER", why))
}

/// What was proved of a contact, record by record, where it belongs to several and nobody judged that since.
pub(super) fn apart(tx: &mut Tx, intake: IntakeId) -> Result<Vec<Vec<Identifier>>> {
    if identifiers::subjects(tx, intake)?.len() < 2 {
        return Ok(Vec::new());
    }
    let mut records: BTreeMap<SubjectId, Vec<Identifier>> = BTreeMap::new();
    for (one, subject) in identifiers::with_subjects(tx, intake)? {
        // Who was taken for several, and proved to be one, is one.
        let person = estate::persons(tx, subject)?.first().copied().unwrap_or(subject);
        records.entry(person).or_default().push(one);
    }
    let records: Vec<Vec<Identifier>> = records.into_values().collect();
    Ok(if records.len() < 2 || is_judged(&records) { Vec::new() } else { records })
}

/// Whether somebody of the staff answers for it that these are one person's: of all records but one, and after the last
/// thing was proved.
fn is_judged(records: &[Vec<Identifier>]) -> bool {
    let is_by_staff = |one: &Identifier| one.proof == Proof::Judged;
    let unjudged = records.iter().filter(|record| !record.iter().any(is_by_staff)).count();
    let latest = records.iter().flatten().map(|one| one.proved_at).max();
    unjudged <= 1 && records.iter().flatten().any(|one| is_by_staff(one) && Some(one.proved_at) == latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::kernel::{Instant, IntakeIdentifierId, StaffId};
    use crate::requests::model::GoesBy;

    fn proved(proof: Proof, minute: i64) -> Identifier {
        Identifier {
            id: IntakeIdentifierId::fresh(),
            kind: GoesBy::Mail,
            store: None,
            proof,
            proved_at: Some(Instant::EPOCH.plus(chrono::Duration::minutes(minute))),
            proved_by: (proof == Proof::Judged).then(StaffId::fresh),
            code_until: None,
            tries: 0,
        }
    }

    #[test]
    fn only_who_knew_of_all_that_was_proved_answers_for_it() {
        let code = |minute| vec![proved(Proof::Code, minute)];
        let judged = |minute| vec![proved(Proof::Judged, minute)];
        assert!(!is_judged(&[code(1), code(2)]));
        assert!(is_judged(&[code(1), judged(3)]));
        assert!(!is_judged(&[judged(1), code(2)]), "that was judged before the other was proved");
        assert!(!is_judged(&[code(1), code(2), judged(3)]), "one of the others was not judged");
        assert!(is_judged(&[code(1), judged(2), judged(3)]));
    }
}
