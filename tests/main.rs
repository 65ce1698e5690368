//! Journeys and laws in one binary: one throwaway Postgres serves the whole run, and one link is paid for.

mod journeys;
mod laws;
