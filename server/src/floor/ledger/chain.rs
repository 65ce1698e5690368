//! The arithmetic of the chain: what a link's hash covers, byte for byte as `docs/formats.md` publishes it. Pure.

use sha2::{Digest, Sha256};

use crate::floor::kernel::{Instant, TenantId};

/// A hash of the chain.
pub type Hash = [u8; 32];

/// What precedes the first link.
pub const GENESIS: Hash = [0; 32];

/// One link, as its hash sees it.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    pub tenant: TenantId,
    pub seq: u64,
    pub at: Instant,
    pub actor: &'a str,
    pub action: &'a str,
    pub object: &'a str,
    pub payload: Option<&'a Hash>,
    pub prev: &'a Hash,
}

impl Link<'_> {
    pub fn hash(&self) -> Hash {
        self.hash_in(&mut Vec::with_capacity(320))
    }

    /// The same with a buffer of the caller's, for whoever reckons many.
    pub fn hash_in(&self, text: &mut Vec<u8>) -> Hash {
        text.clear();
        write_head(text, self.tenant);
        lp(text, &self.seq.to_be_bytes());
        lp(text, &self.at.micros().to_be_bytes());
        write_tail(text, self.actor, self.action, self.object, self.payload);
        lp(text, self.prev);
        Sha256::digest(text).into()
    }
}

/// What stands before the sequence and the time, which Postgres fills in under the head row's lock.
pub(super) fn head(tenant: TenantId) -> Vec<u8> {
    let mut text = Vec::with_capacity(64);
    write_head(&mut text, tenant);
    text
}

fn write_head(text: &mut Vec<u8>, tenant: TenantId) {
    lp(text, b"rightsdesk/audit/1");
    lp(text, tenant.uuid().as_bytes());
}

/// What stands between the time and the former hash.
pub(super) fn tail(actor: &str, action: &str, object: &str, payload: Option<&Hash>) -> Vec<u8> {
    let mut text = Vec::with_capacity(192);
    write_tail(&mut text, actor, action, object, payload);
    text
}

fn write_tail(text: &mut Vec<u8>, actor: &str, action: &str, object: &str, payload: Option<&Hash>) {
    lp(text, actor.as_bytes());
    lp(text, action.as_bytes());
    lp(text, object.as_bytes());
    lp(text, payload.map_or(&[][..], |hash| &hash[..]));
}

fn lp(text: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    text.extend(length.to_be_bytes());
    text.extend(part);
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::uuid;

    #[test]
    fn the_first_link_has_its_published_hash() {
        let link = Link {
            tenant: TenantId::from_uuid(uuid!("11111111-1111-4111-8111-111111111111")),
            seq: 1,
            at: Instant::from_micros(1_767_225_600_000_000),
            actor: "staff:55555555-5555-4555-8555-555555555555",
            action: "request.open",
            object: "request:44444444-4444-4444-8444-444444444444",
            payload: None,
            prev: &GENESIS,
        };
        let hex = link.hash().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(hex, "eb7e268860647b56a84d46515b0c7eddb087a7b13dedd884e104e3d67c513c40");
    }
}
