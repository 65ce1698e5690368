//! How often something may be tried in a quarter of an hour: an exact window, moved by one statement, so that calls at
//! once count as if they came in a row. It keeps digests and moments, no name and no address.

use sha2::{Digest, Sha256};

use super::queries;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Error, Result};
use crate::floor::ledger::WriteTx;

vocabulary! {
    /// Whose tries of what are counted together.
    pub enum Budget {
        /// Passwords for one mail address, whether or not it has a seat.
        PasswordOfAccount = "password_account",
        /// Passwords from one console that was signed in before.
        PasswordOfDevice = "password_device",
        /// Passwords from one network.
        PasswordOfSource = "password_source",
        /// Passwords from everywhere.
        PasswordOfAll = "password_all",
        /// The current password, where a new one is to be set.
        PasswordChange = "password_change",
        /// One-time and recovery codes of one seat.
        FactorOfAccount = "factor_account",
        /// Sign-ins begun at the identity provider, from one network.
        DeviceOfSource = "device_source",
        /// Sign-ins begun at the identity provider, from everywhere.
        DeviceOfAll = "device_all",
        /// Codes of such sign-ins looked at on our page, from one network.
        CodeOfSource = "code_source",
        /// Addresses that are to be told of changes, from one network or caller.
        SubscribeOfSource = "subscribe_source",
        /// Addresses that are to be told of changes, from everywhere.
        SubscribeOfAll = "subscribe_all",
        /// What people ask on the public page, from one network.
        AskOfSource = "ask_source",
        /// What people ask on the public page, from everywhere.
        AskOfAll = "ask_all",
        /// What is done behind the links of letters, from one network.
        ProveOfSource = "prove_source",
    }
}

impl Budget {
    /// In a quarter of an hour.
    pub const fn most(self) -> i32 {
        match self {
            Self::PasswordOfAccount | Self::PasswordOfDevice | Self::PasswordChange => 5,
            Self::FactorOfAccount | Self::SubscribeOfSource | Self::AskOfSource => 10,
            Self::PasswordOfSource | Self::DeviceOfSource => 30,
            Self::CodeOfSource | Self::ProveOfSource => 60,
            Self::PasswordOfAll | Self::DeviceOfAll | Self::SubscribeOfAll | Self::AskOfAll => 300,
        }
    }
}

/// Counts one try, or refuses it and counts nothing. Where several budgets are asked in one transaction, the first
/// refusal undoes them all. The answer is how many were counted by now.
pub fn spend(tx: &mut WriteTx, budget: Budget, of: &[u8]) -> Result<i32> {
    let counted = queries::count_try(tx, budget, of, budget.most())?;
    counted.ok_or_else(|| {
        metrics::counter!("rightsdesk_throttled_total", "budget" => budget.code()).increment(1);
        Error::refused("THROTTLED", "too many tries: wait a quarter of an hour, or sign in where you signed in before")
    })
}

/// What is counted of a network.
pub(in crate::staff) fn source_digest(source: Option<&String>) -> [u8; 32] {
    Sha256::digest(source.map_or("", String::as_str)).into()
}
