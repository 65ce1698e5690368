//! Figures and logs of servers under test.

use rightsdesk_server::roof::telemetry::{Settings, Telemetry, install};
use std::sync::OnceLock;

/// The process has one recorder and one subscriber, however many servers a test starts.
pub fn telemetry() -> Telemetry {
    static INSTALLED: OnceLock<Telemetry> = OnceLock::new();
    INSTALLED
        .get_or_init(|| {
            // A test that fails tells its values; the server's own hook would keep them.
            let telling = std::panic::take_hook();
            let telemetry = install(&Settings { filter: "off".into(), ..Settings::default() }).expect("telemetry");
            std::panic::set_hook(telling);
            telemetry
        })
        .clone()
}
