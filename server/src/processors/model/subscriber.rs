//! One who is told of changes.

use chrono::Duration;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, SubjectId, SubscriberId, TenantId};

vocabulary! {
    /// Whether somebody is told of changes.
    pub enum SubscriberState {
        /// Asked for it; the owner of the address has not said yes yet.
        Unconfirmed = "unconfirmed",
        /// Is told.
        Live = "live",
        /// Was told; the address is forgotten.
        Ended = "ended",
    }
}

/// How long the link of the first letter is good for, and how long an address waits that never said yes.
pub const CONFIRM_WITHIN: Duration = Duration::hours(48);

/// Between two first letters to one address.
pub const LETTER_EVERY: Duration = Duration::hours(1);

/// One who is told of changes, as far as anyone sees without opening the address.
#[derive(Debug, Clone)]
pub struct Subscriber {
    pub id: SubscriberId,
    /// The merchant that subscribed, where one did.
    pub merchant: Option<TenantId>,
    pub subject: SubjectId,
    pub has_mail: bool,
    pub language: String,
    pub state: SubscriberState,
    pub asked_at: Instant,
    pub live_at: Option<Instant>,
}

/// The language that letters are written in where somebody gives this tag.
pub fn language(tag: &str) -> String {
    let head = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let is_language = (2..=3).contains(&head.len()) && head.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_language { head } else { "en".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_no_tag_is_english() {
        let read = ["hi", "hi-IN", "DE_at", "", "<script>", "english", "日本語"].map(language);
        assert_eq!(read, ["hi", "hi", "de", "en", "en", "en", "en"]);
    }
}
