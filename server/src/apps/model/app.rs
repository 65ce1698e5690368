//! An app, its credential, and what is wrong with what people wrote about them.

use chrono::{Duration, NaiveDate};
use url::Url;

use super::kind::named;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{AppId, Day, Error, Flaws, Instant, Result, Secret, TenantId};
use crate::floor::policy::{AppKind, Policy};
use crate::floor::vault::SecretId;
use crate::tenants::is_line;

vocabulary! {
    /// Whether an app is connected.
    pub enum AppState {
        /// It holds a slot, and gets what its kind touches.
        Connected = "connected",
        /// It was once; nothing goes there any more.
        Disconnected = "disconnected",
    }
}

/// An app that nobody used for so long is looked at.
pub const UNUSED_AFTER: Duration = Duration::days(90);

/// What a credential may take.
const LONGEST_SECRET: usize = 8_192;

/// Of shorter secrets nothing is shown: a part of them would be too much of them.
const SHORTEST_HINTED: usize = 12;
const HINT: usize = 4;

const AHEAD: i64 = 14;
const AGAIN: i64 = 7;

/// A third party that a tenant connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    pub tenant: TenantId,
    pub id: AppId,
    /// A kind of the policy, by its code.
    pub kind: String,
    pub name: String,
    pub provider: String,
    pub policy_url: Option<String>,
    pub region: Option<String>,
    pub state: AppState,
    /// Which slot it holds while it is connected.
    pub slot: Option<i32>,
    /// The permissions it was given.
    pub granted: Vec<String>,
    pub credential: Option<Credential>,
    pub last_used_at: Option<Instant>,
    pub connected_at: Instant,
    /// As the books name him.
    pub connected_by: String,
    pub disconnected_at: Option<Instant>,
    /// The day for which its owners were last told that the credential is to be replaced.
    pub reminded_for: Option<Day>,
    pub version: i32,
}

/// What an app is called with. The secret itself is the vault's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub secret: SecretId,
    /// Its last characters, where it is long enough to show any.
    pub hint: Option<String>,
    pub set_at: Instant,
}

/// An app that is to be connected.
#[derive(Clone)]
pub struct NewApp {
    pub tenant: TenantId,
    pub kind: String,
    pub name: String,
    pub provider: String,
    pub policy_url: Option<String>,
    pub region: Option<String>,
    pub permissions: Vec<String>,
    pub credential: Option<Secret>,
}

impl App {
    pub fn is_connected(&self) -> bool {
        self.state == AppState::Connected
    }

    /// Since when it has lain idle: since its last use, or since it was connected where it never was used.
    pub fn idle_since(&self) -> Instant {
        self.last_used_at.unwrap_or(self.connected_at)
    }

    /// Whether it is connected and lay idle for long.
    pub fn is_unused(&self, now: Instant) -> bool {
        self.is_connected() && now.since(self.idle_since()) >= UNUSED_AFTER
    }

    /// The permissions it has and its work does not need.
    pub fn excess(&self, kind: &AppKind) -> Vec<String> {
        self.granted.iter().filter(|held| !kind.needs.contains(held)).cloned().collect()
    }

    /// The permissions its work needs and it does not have, while it works.
    pub fn missing(&self, kind: &AppKind) -> Vec<String> {
        let needed = kind.needs.iter().filter(|_| self.is_connected());
        needed.filter(|needed| !self.granted.contains(needed)).cloned().collect()
    }
}

impl Credential {
    /// What is kept of a secret beside the vault.
    pub fn of(secret: &Secret, id: SecretId, now: Instant) -> Self {
        Self { secret: id, hint: hint(secret), set_at: now }
    }

    /// The day by which another is to take its place.
    pub fn rotate_by(&self, kind: &AppKind) -> Day {
        after(self.set_at.day(), kind.rotate_days.into())
    }

    /// Whether that day has come.
    pub fn is_due(&self, kind: &AppKind, today: Day) -> bool {
        self.rotate_by(kind) <= today
    }

    /// The day for which its owners are to be told by today: 14 days before it is due, on the day, then every week.
    pub fn reminder(&self, kind: &AppKind, today: Day) -> Option<Day> {
        let due = self.rotate_by(kind);
        if due <= today {
            let weeks = (today.0 - due.0).num_days() / AGAIN;
            return Some(after(due, weeks * AGAIN));
        }
        let ahead = after(due, -AHEAD);
        (ahead <= today).then_some(ahead)
    }

    /// Secrets set before this moment have a reminder by today.
    pub fn reminded_before(kind: &AppKind, today: Day) -> Instant {
        midnight(after(today, 1 + AHEAD - i64::from(kind.rotate_days)))
    }

    /// Secrets set before this moment are due today.
    pub fn due_before(kind: &AppKind, today: Day) -> Instant {
        midnight(after(today, 1 - i64::from(kind.rotate_days)))
    }
}

impl NewApp {
    /// What is wrong with what people wrote, all of it at once, and with its kind first: a policy without kinds connects
    /// nothing.
    pub fn checked(self, policy: &Policy) -> Result<Self> {
        if policy.app_kinds.is_empty() {
            let why =
                format!("the policy in force, {}, knows no kind of app: nothing is connected", policy.name.get_ref());
            return Err(Error::refused("REFUSED", why));
        }
        let mut flaws = Flaws::default();
        if named(policy, &self.kind).is_none() {
            let known: Vec<_> = policy.app_kinds.iter().map(|kind| kind.code.get_ref().as_str()).collect();
            flaws.add("kind", format!("choose among {}", known.join(", ")));
        }
        for (field, text) in [("name", &self.name), ("provider", &self.provider)] {
            if !is_line(text, 200) {
                flaws.add(field, "give it on one line, up to 200 bytes");
            }
        }
        if self.policy_url.as_deref().is_some_and(|url| !is_page(url)) {
            flaws.add("policyUrl", "give the address of its privacy policy, such as https://provider.example/privacy");
        }
        if self.region.as_deref().is_some_and(|region| !is_line(region, 35)) {
            flaws.add("region", "give a country or region, up to 35 bytes, or nothing");
        }
        let permissions = checked_permissions(self.permissions, &mut flaws);
        if let Some(secret) = &self.credential {
            checked_secret(secret, &mut flaws);
        }
        flaws.or(Self { permissions, ..self })
    }
}

/// Each permission once, in order; notes what cannot be one.
pub fn checked_permissions(mut permissions: Vec<String>, flaws: &mut Flaws) -> Vec<String> {
    permissions.sort_unstable();
    permissions.dedup();
    let is_word = |word: &String| is_line(word, 100) && !word.contains(char::is_whitespace);
    if permissions.len() > 200 || !permissions.iter().all(is_word) {
        flaws.add("permissions", "give up to 200 of them, each in one word of up to 100 bytes");
    }
    permissions
}

/// Notes what cannot be a credential.
pub fn checked_secret(secret: &Secret, flaws: &mut Flaws) {
    let text = secret.expose();
    if text.trim().is_empty() || text.len() > LONGEST_SECRET {
        flaws.add("credential", format!("give it as the provider shows it, up to {LONGEST_SECRET} bytes"));
    }
}

fn hint(secret: &Secret) -> Option<String> {
    let letters: Vec<char> = secret.expose().chars().collect();
    let tail = letters.len().checked_sub(HINT).filter(|_| letters.len() >= SHORTEST_HINTED)?;
    Some(letters.get(tail..)?.iter().filter(|letter| !letter.is_control()).collect())
}

fn is_page(text: &str) -> bool {
    is_line(text, 500) && Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host())
}

fn after(day: Day, days: i64) -> Day {
    Day(day.0.checked_add_signed(Duration::days(days)).unwrap_or(NaiveDate::MAX))
}

fn midnight(day: Day) -> Instant {
    Instant::from_utc(day.0.and_time(chrono::NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::super::kind::tests::messaging;
    use super::*;
    use proptest::prelude::*;

    fn at(days: i64) -> Instant {
        Instant::EPOCH.plus(Duration::days(days))
    }

    fn credential(set: i64) -> Credential {
        Credential { secret: SecretId::fresh(), hint: None, set_at: at(set) }
    }

    #[test]
    fn owners_are_told_two_weeks_before_on_the_day_and_every_week_after() {
        let (kind, credential) = (messaging(90), credential(0));
        let told = |day: i64| credential.reminder(&kind, at(day).day()).map(|day| (day.0 - at(0).day().0).num_days());
        assert_eq!(credential.rotate_by(&kind), at(90).day());
        assert_eq!((told(75), told(76), told(89)), (None, Some(76), Some(76)));
        assert_eq!((told(90), told(96), told(97), told(111)), (Some(90), Some(90), Some(97), Some(111)));
        assert!(!credential.is_due(&kind, at(89).day()) && credential.is_due(&kind, at(90).day()));
    }

    proptest! {
        #[test]
        fn what_is_asked_of_the_database_is_what_is_told(set in 0i64..400, hours in 0i64..24, day in 0i64..400, days in 0u32..200) {
            let (kind, today) = (messaging(days), at(day).day());
            let credential = Credential { set_at: at(set).plus(Duration::hours(hours)), ..credential(0) };
            prop_assert_eq!(credential.is_due(&kind, today), credential.set_at < Credential::due_before(&kind, today));
            let told = credential.reminder(&kind, today).is_some();
            prop_assert_eq!(told, credential.set_at < Credential::reminded_before(&kind, today));
        }
    }

    #[test]
    fn a_hint_is_the_end_of_a_long_secret_and_of_no_short_one() {
        let hint = |text: &str| hint(&Secret::new(text));
        assert_eq!(hint("key_live_9Zq4").as_deref(), Some("9Zq4"));
        assert_eq!(hint("twelve_chars").as_deref(), Some("hars"));
        assert_eq!((hint("eleven_char"), hint("")), (None, None));
        assert_eq!(hint("ключ-от-магазина").as_deref(), Some("зина"));
    }

    #[test]
    fn an_address_is_a_page_over_https() {
        assert!(is_page("https://provider.example/privacy"));
        for bad in
            ["http://provider.example", "provider.example", "https://", "javascript:alert(1)", " https://a.example"]
        {
            assert!(!is_page(bad), "{bad}");
        }
    }
}
