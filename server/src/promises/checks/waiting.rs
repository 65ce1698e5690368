//! Checks whose matter is not built yet, and whom they wait for.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check::waits("account_closure", "fulfilment", "account data is gone within its window of closing"),
    Check::waits("backups", "backup", "backups are sealed, kept apart, and were restored for a trial"),
    Check::waits("caches_end", "sweeps", "nothing cached outlives its rule"),
    Check::waits("children", "fulfilment", "data of a child was deleted promptly once known"),
    Check::waits(
        "deletion_everywhere",
        "fulfilment",
        "a deletion reached every store, recipient and copy, or says why not",
    ),
    Check::waits("early_deletion", "fulfilment", "deletion asked for before its window was carried out"),
    Check::waits("incident", "incidents", "every incident has its clock, its decisions and its notices on record"),
    Check::waits("letters_listed", "letters", "every kind of letter sent is one that the policy lists"),
    Check::waits("purposes_listed", "disclosures", "every disclosure names a listed purpose"),
    Check::waits("retention", "sweeps", "nothing is older than its rule allows"),
];
