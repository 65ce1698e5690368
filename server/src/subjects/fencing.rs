//! What persons forbid: that anything is done with what is held of them, one use of it, one recipient. Pure.

use std::collections::HashMap;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{FenceId, Instant, RequestId, SubjectId};

vocabulary! {
    /// What somebody forbids.
    pub enum FenceKind {
        /// Everything is kept, and nothing is done with it.
        Restriction = "restriction",
        /// One use ends.
        Objection = "objection",
        /// One recipient gets no more.
        OptOut = "opt_out",
    }
}

/// In place of a recipient: wherever a merchant has events sent to, now or later.
pub const EVERYWHERE: &str = "*";

/// What somebody forbade, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    pub id: FenceId,
    pub subject: SubjectId,
    pub kind: FenceKind,
    /// The purpose or recipient; empty of a restriction.
    pub code: String,
    pub request: RequestId,
    pub since: Instant,
    /// When the person was told that it will be lifted, and when it will be.
    pub ending: Option<(Instant, Instant)>,
    /// Since when it stands no more.
    pub until: Option<Instant>,
}

/// What stands of some persons.
#[derive(Debug, Clone, Default)]
pub struct Fences(HashMap<SubjectId, Vec<(FenceKind, String)>>);

impl Fences {
    pub(super) fn add(&mut self, subject: SubjectId, kind: FenceKind, code: String) {
        self.0.entry(subject).or_default().push((kind, code));
    }

    /// What forbids that something of this person goes to a recipient that is given it for these purposes.
    pub fn forbids<'p>(
        &self,
        subject: SubjectId,
        recipient: &str,
        purposes: impl Iterator<Item = &'p str>,
    ) -> Option<FenceKind> {
        let standing = self.0.get(&subject)?;
        let purposes: Vec<&str> = purposes.collect();
        let is_met = |(kind, code): &&(FenceKind, String)| match kind {
            FenceKind::Restriction => true,
            FenceKind::OptOut => code == recipient || code == EVERYWHERE,
            FenceKind::Objection => purposes.contains(&code.as_str()),
        };
        standing.iter().filter(is_met).map(|(kind, _)| *kind).min()
    }

    /// Whether this person forbade that anything is done with what is held of them.
    pub fn restrict(&self, subject: SubjectId) -> bool {
        self.0.get(&subject).is_some_and(|all| all.iter().any(|(kind, _)| *kind == FenceKind::Restriction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forbidden_is_what_was_said_and_no_more() {
        let (one, other) = (SubjectId::fresh(), SubjectId::fresh());
        let said = vec![(FenceKind::Objection, "ads".to_owned()), (FenceKind::OptOut, "meta".to_owned())];
        let fences = Fences(HashMap::from([(one, said)]));
        let forbids = |subject, recipient, purposes: &[&'static str]| {
            fences.forbids(subject, recipient, purposes.iter().copied())
        };
        assert_eq!(forbids(one, "meta", &["measure"]), Some(FenceKind::OptOut));
        assert_eq!(forbids(one, "tiktok", &["measure", "ads"]), Some(FenceKind::Objection));
        assert_eq!(forbids(one, "tiktok", &["measure"]), None);
        assert_eq!(forbids(other, "meta", &["ads"]), None);
    }

    #[test]
    fn whoever_opted_out_everywhere_goes_to_no_new_place_either() {
        let one = SubjectId::fresh();
        let fences = Fences(HashMap::from([(one, vec![(FenceKind::OptOut, EVERYWHERE.to_owned())])]));
        assert_eq!(fences.forbids(one, "somewhere_new", std::iter::empty()), Some(FenceKind::OptOut));
        assert!(!fences.restrict(one));
    }

    #[test]
    fn a_restriction_is_of_everything() {
        let one = SubjectId::fresh();
        let fences = Fences(HashMap::from([(one, vec![(FenceKind::Restriction, String::new())])]));
        assert_eq!(fences.forbids(one, "meta", ["ads"].into_iter()), Some(FenceKind::Restriction));
        assert!(fences.restrict(one));
    }
}
