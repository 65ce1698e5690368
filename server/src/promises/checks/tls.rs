//! On the wire.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Mode;

pub const CHECK: Check = Check::hourly(
    "tls",
    "a desk in production answers with a certificate of its own, or behind a proxy of the operator's; it calls others and sends \
     letters over TLS alone, or does not start",
    "the settings http.tls_certificate and http.proxies",
    |asked| async move { Ok(look(&asked)) }.boxed(),
);

fn look(asked: &Asked) -> Look {
    let facts = asked.tools.facts;
    if facts.mode != Mode::Production {
        return Look::nothing_yet(format!(
            "this is a desk of mode {}: it may speak in clear to its machine",
            facts.mode
        ));
    }
    match (facts.has_certificate, facts.has_proxy) {
        (true, _) => Look::holds("a certificate of our own"),
        (false, true) => Look::at_risk("a proxy", "TLS ends at a proxy, where this desk cannot see it"),
        (false, false) => Look::broken("no certificate", "the desk answers in clear"),
    }
}
