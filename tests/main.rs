//! Journeys and laws in one binary: one throwaway Postgres serves the whole run, and one link is paid for.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_wrap,
    reason = "these are tests: what does not hold fails them"
)]

mod journeys;
mod laws;
