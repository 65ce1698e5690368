//! The chain of the books, checked here: what a link's hash covers, byte for byte as `docs/formats.md` publishes it, and
//! a walk over links as they come in pages.
//!
//! It believes nothing: neither the order of the pages, nor that the server says where the chain ends. What a person has
//! checked before is remembered, and the next walk ends there.

use sha2::{Digest, Sha256};

use super::due::Moment;

pub type Hash = [u8; 32];

/// What precedes the first link.
const GENESIS: Hash = [0; 32];

/// A head that was checked here before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub seq: u64,
    pub hash: Hash,
    pub at: Moment,
}

/// One link, as the server tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub seq: u64,
    pub micros: i64,
    pub actor: String,
    pub action: String,
    pub object: String,
    pub payload: Option<Hash>,
    pub hash: Hash,
}

impl Link {
    /// The hash this link must have behind that one, in the chain of this tenant.
    pub fn expected(&self, tenant: &[u8; 16], prev: &Hash) -> Hash {
        let mut digest = Sha256::new();
        let mut lp = |part: &[u8]| {
            digest.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            digest.update(part);
        };
        lp(b"rightsdesk/audit/1");
        lp(tenant);
        lp(&self.seq.to_be_bytes());
        lp(&self.micros.to_be_bytes());
        lp(self.actor.as_bytes());
        lp(self.action.as_bytes());
        lp(self.object.as_bytes());
        lp(self.payload.as_ref().map_or(&[][..], |hash| &hash[..]));
        lp(prev);
        digest.finalize().into()
    }
}

/// Where it does not hold, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    pub seq: u64,
    pub how: &'static str,
}

/// A walk along a chain, page by page, towards its beginning or towards its end.
#[derive(Clone, Debug)]
pub struct Walk {
    tenant: [u8; 16],
    /// Where the server says it ends.
    head: (u64, Hash),
    from: Option<Seen>,
    low: Option<Link>,
    high: Option<Link>,
    walked: u64,
    broken: Option<Break>,
}

impl Walk {
    pub fn new(tenant: [u8; 16], head: (u64, Hash), from: Option<Seen>) -> Self {
        Self { tenant, head, from, low: None, high: None, walked: 0, broken: None }
    }

    /// Links looked at so far, and how many there are to look at.
    pub fn progress(&self) -> (u64, u64) {
        let from = self.from.as_ref().map_or(0, |seen| seen.seq);
        (self.walked, self.head.0.saturating_sub(from).max(self.walked))
    }

    /// The first place that does not hold, as far as it has been walked.
    pub fn broken(&self) -> Option<Break> {
        self.broken
    }

    /// Takes a page of links in any order; whether the walk is over.
    pub fn take(&mut self, mut links: Vec<Link>, goes_on: bool) -> bool {
        links.sort_by_key(|link| link.seq);
        self.walked += links.len() as u64;
        for pair in links.windows(2) {
            if let [former, link] = pair {
                self.pair(former, link);
            }
        }
        for link in &links {
            self.meet(link);
        }
        if let (Some(first), Some(last)) = (links.first(), links.last()) {
            match (self.low.clone(), self.high.clone()) {
                (Some(low), _) if last.seq < low.seq => self.pair(last, &low),
                (_, Some(high)) if first.seq > high.seq => self.pair(&high, first),
                (Some(_), _) => self.note(first.seq, "came twice"),
                _ => {}
            }
            if self.low.as_ref().is_none_or(|low| first.seq < low.seq) {
                self.low = Some(first.clone());
            }
            if self.high.as_ref().is_none_or(|high| last.seq > high.seq) {
                self.high = Some(last.clone());
            }
        }
        let reached = self.from.as_ref().zip(self.low.as_ref()).is_some_and(|(seen, low)| low.seq <= seen.seq);
        let is_whole = self.high.as_ref().is_some_and(|high| high.seq >= self.head.0);
        let is_over = !goes_on || links.is_empty() || (reached && is_whole);
        if is_over {
            self.end();
        }
        is_over
    }

    /// What was walked to its end: the head as it was found, where all of it held.
    pub fn head(&self) -> Option<(u64, Hash)> {
        let high = self.high.as_ref().map(|high| (high.seq, high.hash));
        high.or(self.from.as_ref().map(|seen| (seen.seq, seen.hash))).filter(|_| self.broken.is_none())
    }

    fn pair(&mut self, former: &Link, link: &Link) {
        if link.seq == former.seq {
            self.note(link.seq, "came twice");
        } else if link.seq != former.seq + 1 {
            self.note(former.seq + 1, "is missing");
        } else if link.expected(&self.tenant, &former.hash) != link.hash {
            self.note(link.seq, "does not fit the one before it");
        }
    }

    /// A link that was checked before must be what it was.
    fn meet(&mut self, link: &Link) {
        let differs = |seq: u64, hash: &Hash| link.seq == seq && link.hash != *hash;
        if self.from.as_ref().is_some_and(|seen| differs(seen.seq, &seen.hash)) {
            self.note(link.seq, "is not what you saw");
        }
        if differs(self.head.0, &self.head.1) {
            self.note(link.seq, "is not the head the server names");
        }
    }

    fn end(&mut self) {
        let low = self.low.clone();
        match (&low, &self.from) {
            (Some(low), _) if low.seq == 1 && low.expected(&self.tenant, &GENESIS) != low.hash => {
                self.note(1, "does not fit the beginning");
            }
            (Some(low), None) if low.seq > 1 => self.note(1, "is missing"),
            (Some(low), Some(seen)) if low.seq > seen.seq => {
                let seq = seen.seq;
                self.note(seq, "was seen by you and is gone");
            }
            _ => {}
        }
        let end = self.high.as_ref().map_or(0, |high| high.seq);
        let seen = self.from.as_ref().map_or(0, |seen| seen.seq);
        if end < seen.max(self.head.0) {
            self.note(end + 1, "is missing: the end was cut off");
        }
    }

    /// The smallest place is the one that is told.
    fn note(&mut self, seq: u64, how: &'static str) {
        if self.broken.is_none_or(|broken| seq < broken.seq) {
            self.broken = Some(Break { seq, how });
        }
    }
}

/// Sixty-four hex digits.
pub fn hash_of(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(hash)
}

pub fn hex(hash: &[u8]) -> String {
    hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: [u8; 16] =
        [0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x41, 0x11, 0x81, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11];

    type Tamper = fn(&mut Vec<Link>);

    /// A chain of so many links.
    fn chain(many: u64) -> Vec<Link> {
        let mut prev = GENESIS;
        let links = (1..=many).map(|seq| {
            let mut link = Link {
                seq,
                micros: 1_767_225_600_000_000 + i64::try_from(seq).unwrap(),
                actor: "house".to_owned(),
                action: "tenant.opened".to_owned(),
                object: format!("tenant:{seq}"),
                payload: seq.is_multiple_of(2).then_some([7; 32]),
                hash: GENESIS,
            };
            link.hash = link.expected(&TENANT, &prev);
            prev = link.hash;
            link
        });
        links.collect()
    }

    fn walk(links: &[Link], head: &Link, from: Option<Seen>, newest_first: bool) -> Walk {
        let mut links = links.to_vec();
        if newest_first {
            links.reverse();
        }
        let mut walk = Walk::new(TENANT, (head.seq, head.hash), from);
        let many = links.len().div_ceil(100);
        for (n, page) in links.chunks(100).enumerate() {
            if walk.take(page.to_vec(), n + 1 < many) {
                break;
            }
        }
        walk
    }

    #[test]
    fn a_link_has_its_published_hash() {
        let link = Link {
            seq: 1,
            micros: 1_767_225_600_000_000,
            actor: "staff:55555555-5555-4555-8555-555555555555".to_owned(),
            action: "request.open".to_owned(),
            object: "request:44444444-4444-4444-8444-444444444444".to_owned(),
            payload: None,
            hash: GENESIS,
        };
        let hash = hex(&link.expected(&TENANT, &GENESIS));
        assert_eq!(hash, "eb7e268860647b56a84d46515b0c7eddb087a7b13dedd884e104e3d67c513c40");
        assert_eq!(hash_of(&hash).map(|hash| hex(&hash)), Some(hash));
        assert_eq!(hash_of("no"), None);
    }

    #[test]
    fn a_whole_chain_holds_in_either_order() {
        let links = chain(350);
        for newest_first in [true, false] {
            let walk = walk(&links, &links[349], None, newest_first);
            assert_eq!((walk.broken(), walk.head()), (None, Some((350, links[349].hash))));
            assert_eq!(walk.progress(), (350, 350));
        }
    }

    #[test]
    fn each_kind_of_tampering_is_found_at_its_place() {
        let whole = chain(350);
        let head = &whole[349];
        let kinds: [(&str, Tamper, u64); 7] = [
            ("an edit", |links| links[199].actor = "nobody".to_owned(), 200),
            ("another time", |links| links[0].micros += 1, 1),
            ("a payload", |links| links[101].payload = None, 102),
            ("a deletion", |links| _ = links.remove(99), 100),
            ("a cut tail", |links| links.truncate(300), 301),
            ("a cut beginning", |links| _ = links.drain(..5), 1),
            (
                "an edit with its own hash made anew",
                |links| {
                    links[49].object = "tenant:x".to_owned();
                    let prev = links[48].hash;
                    links[49].hash = links[49].expected(&TENANT, &prev);
                },
                51,
            ),
        ];
        for (name, tamper, seq) in kinds {
            for newest_first in [true, false] {
                let mut links = whole.clone();
                tamper(&mut links);
                let found = walk(&links, head, None, newest_first).broken().map(|broken| broken.seq);
                assert_eq!(found, Some(seq), "{name}, newest first: {newest_first}");
            }
        }
    }

    #[test]
    fn the_next_walk_begins_where_the_last_one_ended() {
        let links = chain(350);
        let seen = |n: usize| Seen { seq: links[n].seq, hash: links[n].hash, at: Moment::UNIX_EPOCH };
        let short = walk(&links, &links[349], Some(seen(299)), true);
        assert_eq!((short.broken(), short.progress().0), (None, 100), "one page of four was enough");

        let mut other = chain(350);
        other[299].object = "tenant:x".to_owned();
        let mut prev = other[298].hash;
        for link in &mut other[299..] {
            link.hash = link.expected(&TENANT, &prev);
            prev = link.hash;
        }
        let head = other[349].clone();
        assert_eq!(walk(&other, &head, None, true).broken(), None, "whole in itself");
        let caught = walk(&other, &head, Some(seen(299)), true).broken();
        assert_eq!(caught, Some(Break { seq: 300, how: "is not what you saw" }));
        let cut = walk(&links[..200], &links[199], Some(seen(299)), true).broken();
        assert_eq!(cut.map(|broken| broken.seq), Some(201));
    }
}
