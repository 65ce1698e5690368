//! Argon2id, two at a time at most: its memory is what an attacker would spend. It never says how long it took, and an
//! account that is not there costs what one that is there does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization;

use crate::floor::kernel::{Error, Result, Secret};
use crate::staff::token::random;

/// Memory in KiB, passes and lanes of a hash made today.
const MEMORY: u32 = 46 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// The least that may ever stand above, in memory times passes.
const _: () = assert!(MEMORY * PASSES >= 19 * 1024 * 2);

/// What is compared where there is no account: nothing hashes to it.
const NOBODY: &str =
    "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and compares passwords. Every clone takes the same turns.
#[derive(Clone)]
pub struct Hasher {
    turns: Arc<Semaphore>,
    checks: Arc<AtomicU64>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(2)), checks: Arc::default() }
    }
}

/// Whether a password is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right {
        /// It was hashed otherwise than is done today.
        is_outdated: bool,
    },
}

impl Hasher {
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// The hash to keep, with its parameters.
    pub async fn hash(&self, password: Secret) -> Result<String> {
        self.turn(move || {
            let hash = argon()?.hash_password_with_salt(&bytes(&password), &random::<16>()?);
            hash.map(|hash| hash.to_string()).map_err(|_| Error::internal("a password could not be hashed"))
        })
        .await
    }

    /// Compares with the hash of an account, or with nobody's.
    pub async fn check(&self, password: Secret, stored: Option<String>) -> Result<Verdict> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("rightsdesk_password_checks_total").increment(1);
        self.turn(move || {
            let stored = stored.as_deref().unwrap_or(NOBODY);
            let stored = PasswordHash::new(stored).map_err(|_| Error::corrupt("staff", "password_hash", "a seat"))?;
            if argon()?.verify_password(&bytes(&password), &stored).is_err() {
                return Ok(Verdict::Wrong);
            }
            let is_todays = Params::try_from(&stored)
                .is_ok_and(|found| (found.m_cost(), found.t_cost(), found.p_cost()) == (MEMORY, PASSES, LANES));
            Ok(Verdict::Right { is_outdated: !is_todays })
        })
        .await
    }

    async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Error::unavailable("the desk"))?;
        let held = move |_turn: OwnedSemaphorePermit| work();
        // The turn goes with the work: a caller who hangs up does not let another in before the memory is free.
        tokio::task::spawn_blocking(move || held(turn)).await.map_err(|_| Error::internal("a hash broke off"))?
    }
}

/// Whether a hash costs a guesser at least what one of today does.
pub fn is_strong(stored: &str) -> bool {
    let Ok(hash) = PasswordHash::new(stored) else { return false };
    let cost = Params::try_from(&hash).map(|found| u64::from(found.m_cost()) * u64::from(found.t_cost()));
    hash.algorithm == argon2::ARGON2ID_IDENT && cost.is_ok_and(|cost| cost >= u64::from(MEMORY * PASSES))
}

fn argon() -> Result<Argon2<'static>> {
    let params =
        Params::new(MEMORY, PASSES, LANES, None).map_err(|_| Error::internal("argon2 takes no such parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Each keyboard writes an umlaut in its own way; what is hashed is one form. Nothing is cut.
fn bytes(password: &Secret) -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(password.expose().nfc().collect::<String>().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_whole_and_in_either_form() {
        let hasher = Hasher::default();
        let long = format!("{}é", "x".repeat(200));
        let hash = hasher.hash(Secret::new(long.clone())).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{hash}");
        let right = Verdict::Right { is_outdated: false };
        for (tried, verdict) in [
            (long.clone(), right),
            (format!("{}e\u{301}", "x".repeat(200)), right),
            (format!("{}e", "x".repeat(200)), Verdict::Wrong),
            ("x".repeat(72), Verdict::Wrong),
        ] {
            assert_eq!(hasher.check(Secret::new(tried), Some(hash.clone())).await.unwrap(), verdict);
        }
        assert_eq!(hasher.checks(), 4);
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let verdict = Hasher::default().check(Secret::new(""), None).await.unwrap();
        assert_eq!(verdict, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_other_days_is_right_and_outdated() {
        let params = Params::new(19 * 1024, 2, 1, None).unwrap();
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let old = old.hash_password_with_salt(b"correct horse battery", b"0123456789abcdef").unwrap().to_string();
        let verdict = Hasher::default().check(Secret::new("correct horse battery"), Some(old)).await.unwrap();
        assert_eq!(verdict, Verdict::Right { is_outdated: true });
    }
}
