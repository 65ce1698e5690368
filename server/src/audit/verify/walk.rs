//! A walk along one chain, link by link, in memory that does not grow with it. Pure: it is handed rows and what the
//! checkpoints say, and says what is wrong. When a link does not hold it looks on for the row that would, which tells a
//! swap and an insertion from an edit.

use sha2::{Digest, Sha256};

use super::fault::{Fault, Kind};
use crate::audit::model::{Entry, Head};
use crate::floor::kernel::{Instant, TenantId};
use crate::floor::ledger::chain::{GENESIS, Hash, Link};

/// What a line of the checkpoints says of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub seq: u64,
    pub hash: Hash,
    pub line: u64,
}

/// How many deleted rows in a row are recognised where the ones after were given new numbers.
const CLOSED_UP: u64 = 1_024;

/// A chain, as far as it was walked.
pub struct Walk {
    tenant: TenantId,
    /// In the order of their links; those before `next` are met.
    claims: Vec<Claim>,
    next: usize,
    /// The last link that a checkpoint vouches for.
    agreed: u64,
    /// The last link that holds, its hash, and the hash before that.
    seq: u64,
    prev: Hash,
    before: Hash,
    doubt: Option<Doubt>,
    text: Vec<u8>,
}

/// A row that does not hold, while the walk looks for the one that would.
struct Doubt {
    row: Entry,
    /// What the row before the one at hand says its hash is.
    last: Vec<u8>,
}

impl Walk {
    pub fn new(tenant: TenantId, mut claims: Vec<Claim>) -> Self {
        claims.retain(|claim| claim.seq > 0);
        claims.sort_by_key(|claim| (claim.seq, claim.line));
        Self {
            tenant,
            claims,
            next: 0,
            agreed: 0,
            seq: 0,
            prev: GENESIS,
            before: GENESIS,
            doubt: None,
            text: Vec::with_capacity(512),
        }
    }

    /// Links that hold, and how many of them stand beyond the last checkpoint.
    pub fn tally(&self) -> (u64, u64) {
        (self.seq, self.seq - self.agreed)
    }

    /// The next row. After a fault there is nothing more to learn from this chain.
    pub fn step(&mut self, row: &Entry) -> Result<(), Fault> {
        if self.doubt.is_some() {
            return self.look_on(row);
        }
        let expected = self.seq + 1;
        let Ok(seq) = u64::try_from(row.seq) else {
            return Err(self.fault(Kind::Inserted, 0, "a row before the first"));
        };
        if seq > expected {
            return Err(self.fault(Kind::Deleted, expected, "its number is missing").until(seq - 1));
        }
        if seq < expected {
            return Err(self.fault(Kind::Inserted, seq, "its number is there twice"));
        }
        let (prev, before) = (self.prev, self.before);
        let Some(hash) = self.holds(row, seq, &prev) else {
            if seq > 1 && self.holds(row, self.seq, &before).is_some() {
                return Err(self.fault(Kind::Inserted, self.seq, "the row after it was the one that stood there"));
            }
            self.doubt = Some(Doubt { row: row.clone(), last: row.hash.clone() });
            return Ok(());
        };
        let payload_holds = match (&row.payload, &row.payload_hash) {
            (Some(payload), Some(covered)) => Sha256::digest(payload).as_slice() == covered,
            (None, Some(_)) => row.is_kept_back,
            (payload, None) => payload.is_none(),
        };
        if !payload_holds {
            return Err(self.fault(Kind::Edited, seq, "the payload is not what its hash covers"));
        }
        (self.before, self.prev, self.seq) = (self.prev, hash, seq);
        self.meet_claims()
    }

    /// There are no more rows, and this is the head.
    pub fn end(&mut self, head: Option<&Head>) -> Result<(), Fault> {
        let claimed = self.claims.last().map_or(0, |claim| claim.seq);
        let headed = head.map_or(0, |head| u64::try_from(head.seq).unwrap_or(0));
        if let Some(doubt) = &self.doubt {
            let seq = u64::try_from(doubt.row.seq).unwrap_or(0);
            return Err(self.fault(Kind::Edited, seq, "the row is not what its hash covers"));
        }
        if self.seq == 0 && head.is_none() {
            return Err(self.fault(Kind::TenantDropped, 1, "there is no row and no head").until(claimed));
        }
        if claimed > self.seq || headed > self.seq {
            let told = if claimed > self.seq { "a checkpoint knows of more" } else { "its head knows of more" };
            return Err(self.fault(Kind::TailCut, self.seq + 1, told).until(claimed.max(headed)));
        }
        match head {
            Some(head) if headed == self.seq && head.hash == self.prev => Ok(()),
            Some(_) => Err(self.fault(Kind::HeadAltered, self.seq, "its head is another than its last row")),
            None => Err(self.fault(Kind::HeadAltered, self.seq, "its head is missing")),
        }
    }

    /// Looks for the row that stood where the doubt is.
    fn look_on(&mut self, row: &Entry) -> Result<(), Fault> {
        let Some(Doubt { row: doubted, last }) = self.doubt.take() else { return Ok(()) };
        let (at, prev) = (self.seq + 1, self.prev);
        let here = u64::try_from(row.seq).unwrap_or(0);
        if self.holds(row, at, &prev).is_some() {
            // Beside each other, the one's hash was covered by the other's.
            let before = if here == at + 1 { &row.hash } else { &last };
            let swapped =
                Hash::try_from(before.as_slice()).is_ok_and(|before| self.holds(&doubted, here, &before).is_some());
            return Err(if swapped {
                self.fault(Kind::Swapped, at, "each stands where the other did").until(here)
            } else {
                self.fault(Kind::Inserted, at, "the row that stood there comes later").until(here.saturating_sub(1))
            });
        }
        if here == at + 1
            && let Ok(before) = Hash::try_from(doubted.hash.as_slice())
        {
            for missing in 1..=CLOSED_UP {
                if self.holds(row, here + missing, &before).is_some() {
                    let told = "the rows after it have moved up";
                    return Err(self.fault(Kind::Deleted, at, told).until(at + missing - 1));
                }
            }
        }
        self.doubt = Some(Doubt { row: doubted, last: row.hash.clone() });
        Ok(())
    }

    /// The hash, if the row is what it says when it stands at `seq` after `prev`.
    fn holds(&mut self, row: &Entry, seq: u64, prev: &Hash) -> Option<Hash> {
        let payload = match row.payload_hash.as_deref().map(Hash::try_from) {
            None => None,
            Some(Ok(hash)) => Some(hash),
            Some(Err(_)) => return None,
        };
        let link = Link {
            tenant: self.tenant,
            seq,
            at: Instant::from_micros(row.micros),
            actor: &row.actor,
            action: &row.action,
            object: &row.object,
            payload: payload.as_ref(),
            prev,
        };
        let hash = link.hash_in(&mut self.text);
        (hash == *row.hash).then_some(hash)
    }

    fn meet_claims(&mut self) -> Result<(), Fault> {
        while let Some(claim) = self.claims.get(self.next).filter(|claim| claim.seq == self.seq) {
            if claim.hash != self.prev {
                let first =
                    self.fault(Kind::Rewritten, self.agreed + 1, "the hashes hold, and a checkpoint knows others");
                return Err(first.until(claim.seq).on_line(claim.line));
            }
            self.next += 1;
        }
        if self.claims.get(self.next.wrapping_sub(1)).is_some_and(|claim| claim.seq == self.seq) {
            self.agreed = self.seq;
        }
        Ok(())
    }

    fn fault(&self, kind: Kind, seq: u64, told: &'static str) -> Fault {
        Fault::new(kind, self.tenant, seq, told)
    }
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
