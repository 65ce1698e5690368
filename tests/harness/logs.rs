//! Figures and logs of servers under test.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rightsdesk_server::roof::telemetry::{Settings, Telemetry, Writer, install};

static LINES: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();

/// A process under whose environment this stands keeps all that it logs, in the finest words it has. Others log nothing:
/// every test of theirs would pay for it.
pub const KEPT: &str = "E2E_LOG_IS_KEPT";

#[expect(
    clippy::disallowed_methods,
    reason = "said by a test to the process that it starts, and no setting of the desk"
)]
pub fn are_kept() -> bool {
    std::env::var_os(KEPT).is_some()
}

/// Everything that the process logged since it first served.
pub fn heard() -> Vec<u8> {
    LINES.get_or_init(Arc::default).lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The process has one recorder and one subscriber, however many servers a test starts.
pub fn telemetry() -> Telemetry {
    static INSTALLED: OnceLock<Telemetry> = OnceLock::new();
    INSTALLED
        .get_or_init(|| {
            // A test that fails tells its values; the server's own hook would keep them.
            let telling = std::panic::take_hook();
            let filter = if are_kept() { "trace" } else { "off" }.to_owned();
            let writer = Writer::Memory(Arc::clone(LINES.get_or_init(Arc::default)));
            let telemetry = install(&Settings { filter, writer, ..Settings::default() }).expect("telemetry");
            std::panic::set_hook(telling);
            telemetry
        })
        .clone()
}
