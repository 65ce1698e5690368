//! Addresses that may be called, judged as they are written. Names are not resolved here: these hosts are the
//! operator's own word. It never repeats an address in a flaw: one may hold a password.

use std::fmt;

use url::Url;

use crate::floor::kernel::{Flaw, Reach, reach};

/// A host and its port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Host {
    name: String,
    port: u16,
}

impl Host {
    pub fn of(url: &Url) -> Option<Self> {
        let name = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
        Some(Self { name, port: url.port_or_known_default()? })
    }

    /// Reads `keys.example` or `keys.example:8443`.
    pub fn parse(field: &str, text: &str) -> Result<Self, Flaw> {
        let flaw = || Flaw::new(field, "name hosts and nothing else, such as keys.example or keys.example:8443");
        let url = Url::parse(&format!("https://{text}")).map_err(|_| flaw())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && !text.ends_with('/');
        let nobody = url.username().is_empty() && url.password().is_none();
        Self::of(&url).filter(|_| bare && nobody).ok_or_else(flaw)
    }
}

impl Host {
    /// Whether it is one label below `parent`, on the port of https.
    pub fn is_below(&self, parent: &str) -> bool {
        let label = self.name.strip_suffix(parent).and_then(|rest| rest.strip_suffix('.'));
        self.port == 443 && label.is_some_and(|label| !label.is_empty() && !label.contains('.'))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.port == 443 { f.write_str(&self.name) } else { write!(f, "{}:{}", self.name, self.port) }
    }
}

/// Reads an address that a setting or a provider's own description names.
pub fn address(field: &str, text: &str, reach: Reach) -> Result<Url, Flaw> {
    let url = Url::parse(text).map_err(|_| Flaw::new(field, "give a whole address, such as https://login.example"))?;
    match flaw(&url, reach) {
        Some(advice) => Err(Flaw::new(field, advice)),
        None => Ok(url),
    }
}

/// What is wrong with calling it, if anything is.
pub(super) fn flaw(url: &Url, reach: Reach) -> Option<&'static str> {
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return Some("name its host") };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("leave name and password out of the address");
    }
    if url.fragment().is_some() {
        return Some("leave out what follows #");
    }
    match (url.scheme(), reach) {
        ("https", Reach::World) if reach::is_loopback(host) => Some("production calls other machines, never its own"),
        ("https", _) | ("http", Reach::House) => None,
        _ => Some("only https:// is called"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_calls_others_and_only_over_tls() {
        for text in ["https://login.example", "https://login.example:8443/realm?x=1", "https://10.0.0.7/realm"] {
            assert!(address("oidc.issuer", text, Reach::World).is_ok(), "{text}");
        }
        for text in [
            "http://login.example",
            "https://localhost/",
            "https://127.0.0.1:9000",
            "https://[::1]/",
            "https://desk:swordfish@login.example",
            "https://login.example/#swordfish",
            "ftp://login.example",
            "file:///etc/passwd",
            "data:,swordfish",
            "login.example",
            "",
        ] {
            let flaw = address("oidc.issuer", text, Reach::World).err().unwrap_or_else(|| panic!("a flaw: {text}"));
            assert!(flaw.field == "oidc.issuer" && !flaw.advice.contains("swordfish"), "{text}");
        }
        assert!(address("oidc.issuer", "http://127.0.0.1:9000/", Reach::House).is_ok());
    }

    #[test]
    fn a_family_is_one_label_below_its_parent() {
        let is_below = |text: &str| Host::parse("a", text).expect("a host").is_below("shops.example");
        assert!(is_below("a-1.shops.example") && is_below("A.SHOPS.example"));
        for text in [
            "shops.example",
            "a.b.shops.example",
            "a.shops.example:8443",
            "ashops.example",
            "a.shops.example.evil.example",
        ] {
            assert!(!is_below(text), "{text}");
        }
    }

    #[test]
    fn a_host_is_a_name_and_a_port_in_one_form() {
        let of = |text: &str| Host::of(&Url::parse(text).expect("an address")).expect("a host");
        let parse = |text: &str| Host::parse("egress.hosts", text);
        assert_eq!(of("https://Keys.Example./x"), parse("keys.example").expect("a host"));
        assert_eq!(of("https://keys.example:8443"), parse("KEYS.example:8443").expect("a host"));
        assert_ne!(of("http://keys.example"), parse("keys.example").expect("a host"));
        for text in
            ["", "keys.example/x", "keys.example/", "a@keys.example", "https://keys.example", "keys.example?x", "a b"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
