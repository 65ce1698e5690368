//! Stands in for the spans of a build without the feature `otlp`: the setting is refused, nothing is sent.

use super::{Listener, Otlp};
use crate::floor::kernel::Flaw;

/// Nothing of this kind exists in this build.
pub(super) enum Spans {}

pub(super) fn are_possible() -> bool {
    false
}

pub(super) fn begin(_: &Otlp) -> Result<(Listener, Spans), Flaw> {
    Err(Flaw::new("telemetry.otlp_endpoint", "this program was built without span export"))
}
