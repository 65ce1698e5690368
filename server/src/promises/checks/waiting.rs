//! Checks whose matter is not built yet, and whom they wait for.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check::waits("backups", "backup", "backups are sealed, kept apart, and were restored for a trial"),
    Check::waits("caches_end", "sweeps", "nothing cached outlives its rule"),
    Check::waits("incident", "incidents", "every incident has its clock, its decisions and its notices on record"),
    Check::waits("letters_listed", "letters", "every kind of letter sent is one that the policy lists"),
    Check::waits("purposes_listed", "disclosures", "every disclosure names a listed purpose"),
    Check::waits("retention", "sweeps", "nothing is older than its rule allows"),
];
