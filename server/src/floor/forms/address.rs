//! Addresses of the network, cut so short that they name no line.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first 24 bits of a v4 address, the first 48 of a v6 one; a v4 address in a v6 one's clothes is a v4 address.
/// Nothing where it is no bare address: a port or a zone beside it is none of ours.
pub fn truncated(address: &str) -> Option<String> {
    let cut = match address.trim().parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => IpAddr::V4(cut(v4)),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(cut(v4)),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 80 << 80)),
        },
    };
    Some(cut.to_string())
}

fn cut(v4: Ipv4Addr) -> Ipv4Addr {
    Ipv4Addr::from_bits(v4.to_bits() >> 8 << 8)
}
