//! Rows of the books as the audit meets them, and when a checkpoint is due. Pure.

use std::collections::BTreeSet;

use chrono::{Duration, Months};
use uuid::Uuid;

use crate::floor::journal::{Checkpoint, Hash, Mark, Standing};
use crate::floor::kernel::ids::AccessId;
use crate::floor::kernel::{GrantId, Instant, SubjectId, TenantId};

/// One link as it stands in Postgres or in an export, believed in nothing: what somebody put there by hand is read too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    pub seq: i64,
    pub micros: i64,
    pub actor: String,
    pub action: String,
    pub object: String,
    pub payload_hash: Option<Vec<u8>>,
    pub payload: Option<Vec<u8>>,
    /// The payload is sealed and did not come along.
    pub is_kept_back: bool,
    pub hash: Vec<u8>,
}

impl Entry {
    /// The tenant whose books began with it.
    pub fn birth(&self) -> Option<TenantId> {
        let id = self.object.strip_prefix("tenant:").filter(|_| self.action == "books.begun")?;
        Uuid::try_parse(id).ok().map(TenantId::from_uuid)
    }
}

/// Where the database says that a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: Vec<u8>,
}

/// A chain's links from one on, and its head as it stood at that moment.
#[derive(Debug, Default)]
pub struct Sheaf {
    pub entries: Vec<Entry>,
    pub head: Option<Head>,
    /// There are no further ones.
    pub is_last: bool,
}

/// An event as it is read.
#[derive(Debug, Clone)]
pub struct Told {
    pub seq: i64,
    pub at: Instant,
    pub actor: String,
    pub action: String,
    pub object: String,
    /// Counts and codes; none where they are sealed.
    pub facts: Option<String>,
    pub payload_hash: Option<Vec<u8>>,
    pub hash: Vec<u8>,
}

/// Somebody's look at data, as it is read: that there are words to it, and not the words.
#[derive(Debug, Clone)]
pub struct Access {
    pub tenant: TenantId,
    pub id: AccessId,
    pub at: Instant,
    pub actor: String,
    pub subject: Option<SubjectId>,
    pub view: String,
    pub purpose: String,
    pub ticket: Option<String>,
    pub grant: Option<GrantId>,
    pub has_reason: bool,
}

/// A payload is facts of ours in the clear, or an envelope. Every envelope begins so.
pub fn is_envelope(payload: &[u8]) -> bool {
    payload.starts_with(&[0x52, 0x44, 0x01])
}

/// How often the heads are looked at. Shorter than what a checkpoint waits for, so that a busy minute gets several.
pub const LOOK: std::time::Duration = std::time::Duration::from_secs(10);

/// A checkpoint is written when the last is so old that the next look would find it older than a minute…
const OLD: Duration = Duration::seconds(50);

/// …or when so many links stand beyond it.
const MANY: u64 = 1_000;

/// What the heads tell beside the next checkpoint.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Astray {
    /// Chains that end before a checkpoint, or otherwise than it says, or not at all.
    pub chains: usize,
}

/// The next line, where one is due: every head that is not where the lines put it.
pub fn due(standing: &Standing, heads: &[Mark], now: Instant) -> Option<(Checkpoint, Astray)> {
    let stood = |tenant: &TenantId| standing.heads.get(tenant).copied();
    let moved: Vec<Mark> = heads
        .iter()
        .filter(|head| head.seq > 0 && stood(&head.tenant) != Some((head.seq, head.hash)))
        .copied()
        .collect();
    if moved.is_empty() {
        return None;
    }
    let before = |head: &Mark| stood(&head.tenant).map_or(0, |(seq, _): (u64, Hash)| seq);
    let links: u64 = moved.iter().map(|head| head.seq.saturating_sub(before(head))).sum();
    let back = moved.iter().filter(|head| before(head) >= head.seq).count();
    let is_old = standing.last.is_none_or(|last| now < last.at || now.since(last.at) >= OLD);
    if !is_old && links < MANY && back == 0 {
        return None;
    }
    let present: BTreeSet<TenantId> = heads.iter().map(|head| head.tenant).collect();
    let gone = standing.heads.keys().filter(|tenant| !present.contains(tenant)).count();
    Some((Checkpoint { at: now, heads: moved, lost: Vec::new() }, Astray { chains: back + gone }))
}

/// What the access book keeps no longer. Postgres itself lets nobody delete what is younger than 90 days.
pub fn too_old(now: Instant, months: u32) -> Instant {
    let back = now.utc().checked_sub_months(Months::new(months)).map_or(Instant::EPOCH, Instant::from_utc);
    back.min(now.plus(-Duration::days(90)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::journal::Last;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn head(tenant: u128, seq: u64) -> Mark {
        let hash = [u8::try_from(seq % 251).unwrap_or(0); 32];
        Mark { tenant: TenantId::from_uuid(Uuid::from_u128(tenant)), seq, hash }
    }

    fn at(seconds: i64) -> Instant {
        Instant::EPOCH.plus(Duration::days(20_000) + Duration::seconds(seconds))
    }

    fn standing(heads: &[Mark]) -> Standing {
        let heads = heads.iter().map(|mark| (mark.tenant, (mark.seq, mark.hash))).collect();
        Standing { heads, last: Some(Last { at: at(0), digest: [0; 32], key: 1 }) }
    }

    fn named(due: Option<(Checkpoint, Astray)>) -> Option<(Vec<Mark>, usize)> {
        due.map(|(checkpoint, astray)| (checkpoint.heads, astray.chains))
    }

    #[test]
    fn a_checkpoint_is_due_by_age_or_by_number_and_names_what_moved() {
        let stood = standing(&[head(1, 10), head(2, 20)]);
        let moved = [head(1, 11), head(2, 20), head(3, 1), head(4, 0)];
        assert_eq!(named(due(&stood, &moved, at(49))), None);
        assert_eq!(named(due(&stood, &moved, at(50))), Some((vec![head(1, 11), head(3, 1)], 0)));
        assert_eq!(named(due(&stood, &[head(1, 10), head(2, 1_020)], at(1))), Some((vec![head(2, 1_020)], 0)));
        assert_eq!(named(due(&stood, &[head(1, 10), head(2, 20)], at(5_000))), None, "nothing moved");
        assert_eq!(named(due(&Standing::default(), &moved[..1], at(0))), Some((vec![head(1, 11)], 0)), "the first");
    }

    #[test]
    fn a_head_that_went_back_is_told_at_once_and_one_that_is_gone_with_the_next() {
        let stood = standing(&[head(1, 10), head(2, 20)]);
        assert_eq!(named(due(&stood, &[head(1, 9), head(2, 20)], at(1))), Some((vec![head(1, 9)], 1)));
        let other = Mark { hash: [255; 32], ..head(1, 10) };
        assert_eq!(named(due(&stood, &[other, head(2, 20)], at(1))), Some((vec![other], 1)));
        assert_eq!(named(due(&stood, &[head(1, 11)], at(1))), None);
        assert_eq!(named(due(&stood, &[head(1, 11)], at(50))), Some((vec![head(1, 11)], 1)), "a tenant is gone");
    }

    proptest! {
        #[test]
        fn nothing_younger_than_ninety_days_is_ever_too_old(days in 0i64..40_000, months in 0u32..1_300) {
            let now = Instant::EPOCH.plus(Duration::days(days));
            prop_assert!(too_old(now, months) <= now.plus(-Duration::days(90)));
        }
    }
}
