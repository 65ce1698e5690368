//! Two plans of one request beside each other.

use std::collections::BTreeMap;

use crate::requests::model::PlanLine;

/// One line that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub was: Option<PlanLine>,
    pub is: Option<PlanLine>,
}

/// What tells a line from others of its plan: all but its count and its day.
pub(super) fn identity(line: &PlanLine) -> PlanLine {
    PlanLine { rows: 0, until_on: None, ..line.clone() }
}

/// What differs between two plans: lines that came, went, or have another count or day. In the order of the later one, what
/// went after it.
pub fn compare(before: &[PlanLine], after: &[PlanLine]) -> Vec<Difference> {
    let mut was: BTreeMap<_, Vec<&PlanLine>> = BTreeMap::new();
    for line in before.iter().rev() {
        was.entry(identity(line)).or_default().push(line);
    }
    let mut all = Vec::new();
    for line in after {
        let known = was.get_mut(&identity(line)).and_then(Vec::pop);
        if known != Some(line) {
            all.push(Difference { was: known.cloned(), is: Some(line.clone()) });
        }
    }
    let left = |line: &&PlanLine| was.get(&identity(line)).is_some_and(|rest| rest.contains(line));
    all.extend(before.iter().filter(left).map(|line| Difference { was: Some(line.clone()), is: None }));
    all
}

/// Whether two plans say the same but for counts and days: what a second person read is still what would be done.
pub fn is_alike(before: &[PlanLine], after: &[PlanLine]) -> bool {
    compare(before, after).iter().all(|difference| difference.was.is_some() && difference.is.is_some())
}
