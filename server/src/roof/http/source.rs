//! Where a call comes from: the other end of the line, or what our own proxies say of it. Anyone can write a
//! forwarding header, so nobody else's is read.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};

use crate::roof::config::Network;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The right-most address that is no proxy of ours; what stands to its left was written by that caller himself.
pub fn source(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let is_ours = |address: IpAddr| proxies.iter().any(|network| network.holds(address));
    let mut nearest = peer.to_canonical();
    let lines: Vec<_> = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok()).collect();
    let mut said = lines.iter().rev().flat_map(|line| line.rsplit(','));
    while is_ours(nearest) {
        match said.next().and_then(|one| one.trim().parse::<IpAddr>().ok()) {
            Some(further) => nearest = further.to_canonical(),
            None => break,
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn from(peer: &str, said: &[&'static str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append(FORWARDED, HeaderValue::from_static(line));
        }
        let proxies: Vec<Network> = proxies.iter().map(|one| one.parse().expect("a network")).collect();
        source(peer.parse().expect("an address"), &headers, &proxies).to_string()
    }

    #[test]
    fn a_strangers_word_is_not_taken() {
        assert_eq!(from("198.51.100.7", &["203.0.113.1"], &[]), "198.51.100.7");
        assert_eq!(from("198.51.100.7", &["203.0.113.1"], &["10.0.0.0/8"]), "198.51.100.7");
    }

    #[test]
    fn a_proxy_of_ours_says_who_came_and_not_what_he_said() {
        let ours = ["10.0.0.0/8"];
        assert_eq!(from("10.0.0.1", &["203.0.113.1"], &ours), "203.0.113.1");
        assert_eq!(from("10.0.0.1", &["192.0.2.66, 203.0.113.1, 10.0.0.2"], &ours), "203.0.113.1");
        assert_eq!(from("10.0.0.1", &["192.0.2.66", "203.0.113.1"], &ours), "203.0.113.1");
        assert_eq!(from("::ffff:10.0.0.1", &["203.0.113.1"], &ours), "203.0.113.1");
        assert_eq!(from("10.0.0.1", &["203.0.113.1, nonsense"], &ours), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[], &ours), "10.0.0.1");
    }
}
