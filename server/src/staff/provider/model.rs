//! A sign-in that waits for its person's yes at the provider. Pure.

use chrono::Duration;

use crate::floor::kernel::ids::SecretId;
use crate::floor::kernel::{DeviceSignInId, Instant, Secret, SessionId};

/// The longest a sign-in waits.
pub const LONGEST: Duration = Duration::minutes(10);
/// Between two tries, where the provider does not say.
pub const STEP: i32 = 5;
/// The longest time between two tries.
pub const LONGEST_STEP: i32 = 60;

/// What the person and the client need to go on.
pub struct Begun {
    /// Stands for this sign-in towards us; told once.
    pub attempt: Secret,
    pub user_code: String,
    /// Our page about it.
    pub page: String,
    pub expires_at: Instant,
    pub step: i32,
}

/// A sign-in as it stands in the ledger.
#[derive(Clone)]
pub struct Attempt {
    pub id: DeviceSignInId,
    pub hash: [u8; 32],
    pub device_code: SecretId,
    pub user_code: String,
    /// The provider's page, where the person says yes.
    pub page: String,
    pub nonce: String,
    /// Of the invitation that it redeems, where it does.
    pub invitation: Option<[u8; 32]>,
    /// The session that it makes fresh again, where it is a step up.
    pub session: Option<SessionId>,
    pub source: Option<String>,
    pub client: Option<String>,
    pub step: i32,
    pub begun_at: Instant,
    pub polled_at: Option<Instant>,
    pub expires_at: Instant,
}

impl Attempt {
    /// Whether the provider may be asked again at this moment.
    pub fn is_due(&self, now: Instant) -> bool {
        let step = Duration::seconds(self.step.into());
        self.polled_at.is_none_or(|at| now.since(at) >= step)
    }

    /// The step after a try that came too soon.
    pub fn longer_step(&self) -> i32 {
        (self.step + 5).min(LONGEST_STEP)
    }
}

/// What our page tells the person who came with a code.
pub struct Waiting {
    pub user_code: String,
    pub source: Option<String>,
    pub client: Option<String>,
    pub begun_at: Instant,
    pub expires_at: Instant,
    /// Where it goes on, at the provider.
    pub provider: String,
}

/// A code as people read and type it: letters and digits, perhaps in groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// Reads one; case and the provider's own signs between groups stay, for they are part of it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let sound = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        ((4..=32).contains(&text.len()) && text.chars().all(sound)).then(|| Self(text.to_ascii_uppercase()))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_letters_digits_and_dashes() {
        assert_eq!(UserCode::parse(" abcd-efgh ").expect("a code").text(), "ABCD-EFGH");
        for text in ["", "abc", "ABCD EFGH", "<script>", "ABCD\u{202e}EFGH", &"A".repeat(33)] {
            assert!(UserCode::parse(text).is_none(), "{text}");
        }
    }
}
