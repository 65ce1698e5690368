//! What a store granted from one moment to the next, and what its disconnection left behind.

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Error, Instant, ReceiptId, Result, StoreGrantId, StoreId, TenantId};

vocabulary! {
    /// By what the scopes of a store came to be what they were from then on.
    pub enum GrantSource {
        /// The store's owner granted them for the first time.
        Connected = "connected",
        /// The platform told something else than before.
        Read = "read",
        /// We stopped using some of them.
        Revoked = "revoked",
        /// The connection ended.
        Disconnected = "disconnected",
    }
}

vocabulary! {
    /// Why we use a scope no more.
    pub enum RevocationReason {
        /// The policy does not list it.
        NotListed = "not_listed",
        /// Nothing used it for long.
        Unused = "unused",
        /// The feature it served is off.
        NotNeeded = "not_needed",
        /// A review decided so.
        Review = "review",
        /// The merchant wished it.
        MerchantAsked = "merchant_asked",
        /// It was used as it should not be.
        Incident = "incident",
    }
}

/// One entry of a store's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub tenant: TenantId,
    pub id: StoreGrantId,
    pub store: StoreId,
    pub at: Instant,
    pub how: GrantSource,
    /// The whole set from then on: as the platform told it, or what of it we still use.
    pub scopes: Vec<String>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// As the books name him.
    pub by: String,
    pub reason: Option<RevocationReason>,
}

/// What ended with a store's connection, and what did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub id: ReceiptId,
    pub store: StoreId,
    pub at: Instant,
    pub by: String,
    pub token_deleted: bool,
    pub jobs_cancelled: i32,
    /// Destinations that got the events of this store alone.
    pub destinations_ended: i32,
    /// Events that waited to be sent.
    pub sendings_dropped: i32,
    pub scopes: Vec<String>,
    pub what_stays: String,
}

const MOST_SCOPES: usize = 100;
const LONGEST_SCOPE: usize = 200;

/// The scopes that somebody named, each once and in order.
pub fn named_scopes(mut scopes: Vec<String>) -> Result<Vec<String>> {
    scopes.sort_unstable();
    scopes.dedup();
    let is_name = |name: &String| {
        (1..=LONGEST_SCOPE).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
    };
    if scopes.len() <= MOST_SCOPES && scopes.iter().all(is_name) {
        Ok(scopes)
    } else {
        Err(Error::invalid("scopes", "give up to 100 scopes as the platform names them, without spaces or commas"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_a_set_of_names() {
        let named = |names: &[&str]| named_scopes(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(named(&["b", "a", "b"]).expect("two"), ["a", "b"]);
        assert!(named(&["https://api.ebay.example/oauth/api_scope/sell.inventory", "listings_r"]).is_ok());
        for bad in ["", "two words", "a,b", "größe"] {
            assert!(named(&[bad]).is_err(), "{bad}");
        }
        assert!(named_scopes((0..101).map(|number| number.to_string()).collect()).is_err());
    }
}
