//! Figures and logs of servers under test.

use rightsdesk_server::roof::telemetry::{Settings, Telemetry, install};
use std::sync::OnceLock;

/// The process has one recorder and one subscriber, however many servers a test starts.
pub fn telemetry() -> Telemetry {
    static INSTALLED: OnceLock<Telemetry> = OnceLock::new();
    INSTALLED
        .get_or_init(|| install(&Settings { filter: "off".into(), ..Settings::default() }).expect("telemetry"))
        .clone()
}
