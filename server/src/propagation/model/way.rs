//! How a recipient is reached: what was set up for it, and what is wrong with a setting up.

use std::collections::BTreeMap;

use url::Url;

use super::TaskKind;
use crate::floor::egress::Host;
use crate::floor::kernel::{Error, Flaws, Instant, Personal, RecipientWayId, Result, Secret, TenantId};
use crate::floor::mail;
use crate::floor::vault::SecretId;

/// How a recipient is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientWay {
    pub tenant: TenantId,
    pub id: RecipientWayId,
    pub recipient: String,
    pub kind: TaskKind,
    /// Where it is called, or written to.
    pub address: Option<String>,
    /// What its interface wants to know of the account.
    pub parts: BTreeMap<String, String>,
    pub secret: Option<SecretId>,
    /// What shows the key that it signs with, in PEM, and since when that is known.
    pub certificate: Option<(String, Instant)>,
    pub since: Instant,
    pub version: i32,
}

impl RecipientWay {
    /// Where it is called; what was set up is one.
    pub fn url(&self) -> Result<Url> {
        let url = self.address.as_deref().and_then(|address| Url::parse(address).ok());
        url.ok_or_else(|| Error::internal("a recipient's way without an address that can be called"))
    }
}

/// How a recipient is wished to be reached.
pub struct Wanted {
    pub recipient: String,
    pub kind: TaskKind,
    pub address: Option<String>,
    pub parts: BTreeMap<String, String>,
    /// None keeps the one that is there.
    pub credential: Option<Secret>,
}

/// Longest name or value of a part.
const LONGEST: usize = 200;

impl Wanted {
    /// All that is wrong with it. `hosts` are those of the recipient's own interface, `needs` what it wants to know of the
    /// account; `is_listed` says which others the operator lets be called.
    pub fn flaws(&self, hosts: &[&str], needs: &[&str], is_listed: impl Fn(&Url) -> bool) -> Flaws {
        let mut flaws = Flaws::default();
        if self.recipient.trim().is_empty() || self.recipient.len() > 60 {
            flaws.add("recipient", "name one, as the policy does");
        }
        let url = || self.address.as_deref().and_then(|address| Url::parse(address).ok());
        let is_bare = |url: &Url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        match self.kind {
            TaskKind::Platform => flaws.add("kind", "a store is told by its platform without being set up"),
            TaskKind::Template => {
                let is_own = |url: &Url| {
                    let host = Host::of(url);
                    let named = |own: &&&str| Host::parse("host", own).is_ok_and(|own| Some(&own) == host.as_ref());
                    // What leads elsewhere there is answered as if nobody were there.
                    let is_whole = is_bare(url) && url.path() == "/";
                    url.scheme() == "https" && is_whole && hosts.iter().any(|own| named(&own))
                };
                if hosts.is_empty() {
                    flaws.add("recipient", "this one has no interface that is known: choose another kind");
                } else if self.address.is_some() && !url().is_some_and(|url| is_own(&url) || is_listed(&url)) {
                    flaws.add(
                        "address",
                        "give one of the recipient's own, with nothing behind its host, or leave it out",
                    );
                }
                for need in needs.iter().filter(|need| !self.parts.contains_key(**need)) {
                    flaws.add("parts", format!("say {need}, as the recipient calls it"));
                }
            }
            TaskKind::OpenDsr => {
                if !url().is_some_and(|url| is_bare(&url) && (url.scheme() == "https" || is_listed(&url))) {
                    flaws.add("address", "give where it takes requests, such as https://dsr.example/v2");
                }
            }
            TaskKind::Mail => {
                if !self.address.as_deref().is_some_and(|to| mail::is_address(&Personal::new(to))) {
                    flaws.add("address", "give the mail address that it takes requests at");
                }
            }
            TaskKind::Manual => {}
        }
        let is_short = |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_control);
        let known = |name: &str| self.kind == TaskKind::Template && needs.contains(&name);
        if !self.parts.iter().all(|(name, value)| known(name) && is_short(value)) {
            flaws.add("parts", "say what its interface asks for, in up to 200 bytes each, and nothing else");
        }
        if self.address.as_ref().is_some_and(|address| address.len() > 500) {
            flaws.add("address", "keep it under 500 bytes");
        }
        flaws
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(kind: TaskKind, address: Option<&str>) -> Wanted {
        Wanted {
            recipient: "segment".to_owned(),
            kind,
            address: address.map(str::to_owned),
            parts: BTreeMap::new(),
            credential: None,
        }
    }

    fn is_sound(kind: TaskKind, address: Option<&str>) -> bool {
        wanted(kind, address).flaws(&["api.segmentapis.com"], &[], |_| false).or(()).is_ok()
    }

    #[test]
    fn a_recipient_is_called_at_its_own_host_and_never_in_the_clear() {
        assert!(is_sound(TaskKind::Template, None));
        assert!(is_sound(TaskKind::Template, Some("https://api.segmentapis.com")));
        assert!(is_sound(TaskKind::OpenDsr, Some("https://dsr.example/v2")));
        assert!(is_sound(TaskKind::Mail, Some("privacy@recipient.example")));
        for (kind, address) in [
            (TaskKind::Template, Some("https://api.segmentapis.com.evil.example")),
            (TaskKind::Template, Some("http://api.segmentapis.com")),
            (TaskKind::Template, Some("https://api.segmentapis.com/v2")),
            (TaskKind::Template, Some("https://api.segmentapis.com/?v=2")),
            (TaskKind::OpenDsr, Some("http://dsr.example")),
            (TaskKind::OpenDsr, Some("https://user@dsr.example")),
            (TaskKind::OpenDsr, None),
            (TaskKind::Mail, Some("nobody")),
            (TaskKind::Platform, None),
        ] {
            assert!(!is_sound(kind, address), "{kind} {address:?}");
        }
    }

    #[test]
    fn an_interface_is_told_of_the_account_what_it_asks_for_and_nothing_else() {
        let with = |name: &str| {
            let parts = BTreeMap::from([(name.to_owned(), "1".to_owned())]);
            Wanted { parts, ..wanted(TaskKind::Template, None) }.flaws(&["api.segmentapis.com"], &["list"], |_| false)
        };
        assert!(with("list").or(()).is_ok());
        assert!(with("other").or(()).is_err());
    }
}
