//! How far a call out may go in the clear: the one answer that mail, objects and spans share.
//! It never looks at the mode itself; whoever reads the settings hands it down.

/// Which endpoints a setting may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Encrypted, and never this very machine: production.
    World,
    /// Also in the clear, and to this very machine: the modes demo and development.
    House,
}

/// Whether the host of an endpoint is this very machine. Names are judged as written, not resolved.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    if bare == "localhost" || bare.ends_with(".localhost") {
        return true;
    }
    match bare.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => address.is_loopback() || address.is_unspecified(),
        Ok(std::net::IpAddr::V6(address)) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.to_ipv4_mapped().is_some_and(|mapped| mapped.is_loopback() || mapped.is_unspecified())
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_many_names() {
        for host in
            ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::ffff:127.0.0.1", "0.0.0.0"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["mail.example", "localhost.example", "10.0.0.1", "[2001:db8::1]"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
