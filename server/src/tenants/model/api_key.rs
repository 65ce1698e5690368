//! A frontend's key: what its token looks like, and how long it stands. The token itself is nowhere but with its owner.

use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

use crate::floor::access::Permission;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{ApiKeyId, Error, Instant, Result, Secret, TenantId};

/// The longest a key may stand.
pub const LONGEST_LIFE: Duration = Duration::days(730);

vocabulary! {
    /// How a key stands now.
    pub enum ApiKeyState {
        /// In use.
        Live = "live",
        /// Replaced, and good until the end of its overlap.
        Overlapping = "overlapping",
        /// Past its end.
        Expired = "expired",
        /// Taken back.
        Revoked = "revoked",
    }
}

/// A frontend's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub tenant: TenantId,
    pub id: ApiKeyId,
    pub name: String,
    /// Its last letters, to tell keys apart.
    pub hint: String,
    pub permissions: Vec<Permission>,
    /// Who made it, as the books name him.
    pub made_by: String,
    pub made_at: Instant,
    pub expires_at: Instant,
    pub seen_at: Option<Instant>,
    pub replaced_by: Option<ApiKeyId>,
    pub revoked_at: Option<Instant>,
}

impl ApiKey {
    pub fn state(&self, now: Instant) -> ApiKeyState {
        match self {
            Self { revoked_at: Some(_), .. } => ApiKeyState::Revoked,
            Self { expires_at, .. } if *expires_at <= now => ApiKeyState::Expired,
            Self { replaced_by: Some(_), .. } => ApiKeyState::Overlapping,
            _ => ApiKeyState::Live,
        }
    }

    /// Whether a call may come with it.
    pub fn opens(&self, now: Instant) -> bool {
        matches!(self.state(now), ApiKeyState::Live | ApiKeyState::Overlapping)
    }
}

/// What every key begins with, for secret scanners and for the doorman.
pub const MARK: &str = "rdk_";
const BODY: usize = 43;
const LETTERS: usize = 6;

/// A key in clear, for the one time it is shown.
pub struct Token(Secret);

impl Token {
    /// One that nobody had before.
    pub fn fresh() -> Result<Self> {
        let mut bytes = [0; 32];
        SysRng
            .try_fill_bytes(&mut bytes)
            .map_err(|_| Error::internal("the random source of the system does not answer"))?;
        let mut text = MARK.to_owned();
        text.push_str(&BASE64URL_NOPAD.encode(&bytes));
        let letters = checksum(&text);
        text.push_str(&letters);
        Ok(Self(Secret::new(text)))
    }

    /// Whether a text could be a key of ours at all. What was mistyped or cut is found out without a look at the books.
    pub fn is_well_formed(text: &str) -> bool {
        text.len() == MARK.len() + BODY + LETTERS
            && text.starts_with(MARK)
            && text.split_at_checked(MARK.len() + BODY).is_some_and(|(body, letters)| checksum(body) == letters)
    }

    pub fn digest(text: &str) -> [u8; 32] {
        Sha256::digest(text).into()
    }

    pub fn own_digest(&self) -> [u8; 32] {
        Self::digest(self.0.expose())
    }

    /// Its last letters.
    pub fn hint(&self) -> String {
        let text = self.0.expose();
        text.get(text.len() - LETTERS..).unwrap_or_default().to_owned()
    }

    pub fn into_secret(self) -> Secret {
        self.0
    }
}

/// Six letters that depend on all before them.
fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text);
    let mut number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut letters = [b'a'; LETTERS];
    for letter in letters.iter_mut().rev() {
        *letter += u8::try_from(number % 26).unwrap_or_default();
        number /= 26;
    }
    letters.iter().map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_from_a_mistyped_one() {
        let token = Token::fresh().expect("randomness").into_secret();
        let text = token.expose();
        assert_eq!(text.len(), 53);
        assert!(Token::is_well_formed(text));
        for at in [4, 20, 46, 47, 52] {
            let mut wrong = text.to_owned();
            let other = if &text[at..=at] == "q" { "r" } else { "q" };
            wrong.replace_range(at..=at, other);
            assert!(!Token::is_well_formed(&wrong), "{at}");
        }
        for wrong in ["", "rdk_", &text[..52], &format!("{text}a"), &text.replacen("rdk_", "rds_", 1)] {
            assert!(!Token::is_well_formed(wrong));
        }
    }

    #[test]
    fn the_known_checksum_comes_out() {
        let body = format!("rdk_{}", "A".repeat(BODY));
        assert_eq!(checksum(&body), "wsgtfa");
    }

    #[test]
    fn a_key_stands_until_its_end_to_the_second() {
        let at = |seconds| Instant::EPOCH.plus(Duration::seconds(seconds));
        let key = ApiKey {
            tenant: TenantId::fresh(),
            id: ApiKeyId::fresh(),
            name: "shop".to_owned(),
            hint: "abcdef".to_owned(),
            permissions: vec![Permission::SeeTenants],
            made_by: "house".to_owned(),
            made_at: at(0),
            expires_at: at(60),
            seen_at: None,
            replaced_by: None,
            revoked_at: None,
        };
        assert_eq!((key.state(at(59)), key.state(at(60))), (ApiKeyState::Live, ApiKeyState::Expired));
        let replaced = ApiKey { replaced_by: Some(ApiKeyId::fresh()), ..key.clone() };
        assert_eq!((replaced.state(at(59)), replaced.opens(at(59))), (ApiKeyState::Overlapping, true));
        let revoked = ApiKey { revoked_at: Some(at(1)), ..replaced };
        assert_eq!((revoked.state(at(2)), revoked.opens(at(2))), (ApiKeyState::Revoked, false));
    }
}
