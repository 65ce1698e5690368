//! Hosts that a tenant named: a shop of its own. They are looked up, judged, and connected to at the very address that
//! was judged. Nothing is looked up twice: a second answer could be another one.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address;
use crate::floor::kernel::Reach;

/// Looks names up for calls to tenants' hosts, and knows no address that only our side of the world reaches.
pub(super) struct Judged;

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 443)).await?.collect();
            // One bad address among good ones is no slip: whoever answers so tries which one we take.
            if found.iter().all(|found| is_public(found.ip())) {
                Ok(Box::new(found.into_iter()) as Addrs)
            } else {
                Err("an address that is not public".into())
            }
        })
    }
}

/// What is wrong with calling it on a tenant's word, as far as it shows before a name is looked up.
pub(super) fn flaw(url: &Url) -> Option<&'static str> {
    if let Some(advice) = address::flaw(url, Reach::World) {
        return Some(advice);
    }
    if url.port_or_known_default() != Some(443) {
        return Some("a store is called on port 443 alone");
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        _ => None,
    };
    literal.filter(|literal| !is_public(*literal)).map(|_| "a store is called at a public address")
}

/// Whether it is anybody's address on the open network. What is not surely public is not.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let benchmarks = a == 198 && (b == 18 || b == 19);
            let protocols = a == 192 && b == 0 && c == 0;
            let is_reserved = a == 0 || a >= 224 || shared || benchmarks || protocols;
            !(is_reserved || v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_documentation())
        }
        // Only 2000::/3 is given out; without what stands there for a v4 address, for protocols and for books.
        IpAddr::V6(v6) => {
            let [a, b, ..] = v6.segments();
            (0x2000..0x4000).contains(&a) && !(a == 0x2001 && (b < 0x200 || b == 0xdb8)) && a != 0x2002
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_our_side_reaches_is_not_public() {
        for address in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "203.0.113.9",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:10.0.0.1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::",
        ] {
            assert!(!is_public(address.parse().expect("an address")), "{address}");
        }
        for address in ["8.8.8.8", "100.63.0.1", "100.128.0.1", "172.32.0.1", "2a00:1450::1", "2606:4700::1111"] {
            assert!(is_public(address.parse().expect("an address")), "{address}");
        }
    }

    #[test]
    fn a_tenant_names_hosts_and_never_an_address_of_ours() {
        let flaw = |text: &str| flaw(&Url::parse(text).expect("an address"));
        assert_eq!(flaw("https://store.example/wp-json"), None);
        for text in [
            "http://store.example",
            "https://store.example:8443",
            "https://a:b@store.example",
            "https://localhost",
            "https://10.0.0.1",
            "https://0x7f.1",
            "https://2130706433",
            "https://[::ffff:10.0.0.1]",
            "https://[fd00::1]",
        ] {
            assert!(flaw(text).is_some(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_us_is_not_looked_up_to_the_end() {
        let named = |name: &str| Judged.resolve(name.parse().expect("a name"));
        assert!(named("localhost").await.is_err());
    }
}
