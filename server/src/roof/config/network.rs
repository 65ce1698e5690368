//! A network of addresses, as settings name them: `10.0.0.0/8`, `2001:db8::/32`, or one address.

use std::net::IpAddr;
use std::str::FromStr;

/// The addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    pub fn holds(&self, address: IpAddr) -> bool {
        let (ours, theirs) = (aligned(self.address), aligned(address.to_canonical()));
        let room = ours.1 - self.bits;
        ours.1 == theirs.1 && (room == 128 || ours.0 >> room == theirs.0 >> room)
    }
}

/// The address as a number, and how many bits of it count.
fn aligned(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address = address.trim().parse::<IpAddr>().map_err(|_| ())?;
        let most = aligned(address).1;
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse()).map_err(|_| ())?;
        if bits <= most { Ok(Self { address, bits }) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_own() {
        let holds = |network: &str, address: &str| {
            network.parse::<Network>().expect("a network").holds(address.parse().expect("an address"))
        };
        assert!(holds("10.0.0.0/8", "10.9.8.7") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1") && !holds("10.0.0.0/8", "::1"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && holds("::/0", "2001:db8::1") && !holds("::/0", "8.8.8.8"));
        for bad in ["", "ten", "10.0.0.0/33", "10.0.0.0/x", "::/129", "10.0.0.0/8/8"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
