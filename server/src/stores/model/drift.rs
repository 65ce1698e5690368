//! What the policy lists against what a store grants, scope by scope. The lists of the desk ask the same of Postgres; a
//! journey holds the two together.

use chrono::Duration;

use super::Store;
use crate::floor::kernel::Instant;
use crate::floor::policy::{Policy, Scope, Sensitivity};

/// A scope that nothing used for so long is not needed.
pub const UNUSED_AFTER: Duration = Duration::days(90);

/// How a store differs from the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DriftKind {
    /// It grants what the policy does not list.
    NotListed,
    /// It does not grant what the policy lists.
    Missing,
    /// It grants what nothing used for 90 days.
    Unused,
    /// It lets us write while its sync is off.
    WritesWhileSyncIsOff,
}

impl DriftKind {
    pub const ALL: [Self; 4] = [Self::NotListed, Self::Missing, Self::Unused, Self::WritesWhileSyncIsOff];
}

/// How one scope stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Needed,
    Missing,
    NotListed,
    Unused,
    WritesWhileSyncIsOff,
    Revoked,
}

/// A scope as the policy lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub reason: String,
    pub sensitivity: Sensitivity,
    pub feature: String,
    pub writes: bool,
}

/// A scope as a store grants it, or once did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub name: String,
    pub granted_at: Instant,
    pub last_used_at: Option<Instant>,
    pub gone_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}

/// A scope, as both have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub name: String,
    pub listed: Option<Listed>,
    pub held: Option<Held>,
    pub verdict: Verdict,
    /// What is to be mended; nothing for a store that is not connected.
    pub drift: Vec<DriftKind>,
}

impl Held {
    pub fn is_granted(&self) -> bool {
        self.gone_at.is_none()
    }

    fn is_unused(&self, now: Instant) -> bool {
        now.since(self.last_used_at.unwrap_or(self.granted_at)) >= UNUSED_AFTER
    }
}

/// The scopes of a store: first those that the policy lists, in its order, then the others that are granted or were
/// revoked here. Of a store that is over nothing is asked any more.
pub fn judge(policy: &Policy, store: &Store, held: &[Held], now: Instant) -> Vec<Judged> {
    if store.require_open().is_err() {
        return Vec::new();
    }
    let listed: Vec<(&str, &Scope)> =
        policy.scopes_of(&store.platform).map(|scope| (scope.name.get_ref().as_str(), scope)).collect();
    let row = |name: &str| {
        held.iter().find(|held| held.name == name && (held.is_granted() || held.revoked_at.is_some())).cloned()
    };
    let mut judged: Vec<Judged> =
        listed.iter().map(|(name, scope)| judged(store, name, Some(told(policy, scope)), row(name), now)).collect();
    for held in held.iter().filter(|held| !listed.iter().any(|(name, _)| *name == held.name)) {
        if let Some(row) = row(&held.name) {
            judged.push(self::judged(store, &held.name, None, Some(row), now));
        }
    }
    judged
}

fn told(policy: &Policy, scope: &Scope) -> Listed {
    let first = policy.locales.get_ref().first().map_or("", String::as_str);
    Listed {
        reason: scope.reason.in_locale(first, first).to_owned(),
        sensitivity: scope.sensitivity,
        feature: scope.feature.clone(),
        writes: scope.writes,
    }
}

fn judged(store: &Store, name: &str, listed: Option<Listed>, held: Option<Held>, now: Instant) -> Judged {
    let (verdict, drift) = match (&listed, &held) {
        (_, Some(Held { revoked_at: Some(_), .. })) => (Verdict::Revoked, Vec::new()),
        (None, _) => (Verdict::NotListed, vec![DriftKind::NotListed]),
        (Some(_), None) => (Verdict::Missing, vec![DriftKind::Missing]),
        (Some(listed), Some(held)) => {
            let (writes, unused) = (listed.writes && !store.sync_is_on, held.is_unused(now));
            let verdict = if writes {
                Verdict::WritesWhileSyncIsOff
            } else if unused {
                Verdict::Unused
            } else {
                Verdict::Needed
            };
            let kinds = [(unused, DriftKind::Unused), (writes, DriftKind::WritesWhileSyncIsOff)];
            (verdict, kinds.into_iter().filter_map(|(is, kind)| is.then_some(kind)).collect())
        }
    };
    let drift = if store.is_held() { drift } else { Vec::new() };
    Judged { name: name.to_owned(), listed, held, verdict, drift }
}
