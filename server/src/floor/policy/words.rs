//! The closed lists a policy is held against: the checks that may stand behind a promise, the rights that may be offered,
//! and the keys of the fideslang taxonomy.

/// What may be asked of a desk.
pub const RIGHTS: &[&str] = &[
    "access",
    "portability",
    "deletion",
    "correction",
    "restriction",
    "objection",
    "opt_out",
    "complaint",
    "disconnection",
];

/// Every check that may stand behind a promise.
pub const CHECKS: &[&str] = &[
    "access_logged",
    "account_closure",
    "answers",
    "apps_listed",
    "backups",
    "caches_end",
    "chain_whole",
    "children",
    "cookies_essential",
    "credentials_rotated",
    "deletion_everywhere",
    "disconnect_stops",
    "drift",
    "early_deletion",
    "encryption",
    "grounds_stated",
    "holdings",
    "incident",
    "letters_listed",
    "logs_redact",
    "mail_intake",
    "modes_apart",
    "need_to_know",
    "never_held",
    "oauth_only",
    "partners_bounded",
    "passwords_strong",
    "permissions_needed",
    "policy_announced",
    "processors_announced",
    "processors_listed",
    "provider_policies",
    "purposes_listed",
    "receipts_left",
    "recipients_allowed",
    "region_pinned",
    "relay_forms",
    "relay_store",
    "reports_end",
    "retention",
    "reviews_on_time",
    "rights_offered",
    "roles_stated",
    "scopes_listed",
    "second_factor",
    "slots_freed",
    "sync_history",
    "sync_only_while_on",
    "tls",
    "tokens_deleted",
    "tokens_sealed",
    "unused_flagged",
    "write_on_action",
];

const CATEGORIES: &str = include_str!("../../../policies/taxonomy/fideslang_categories.txt");
const USES: &str = include_str!("../../../policies/taxonomy/fideslang_uses.txt");

/// Whether the taxonomy has this key for a kind of data.
pub(super) fn is_category(key: &str) -> bool {
    is_listed(CATEGORIES, key)
}

/// Whether the taxonomy has this key for a use of data.
pub(super) fn is_use(key: &str) -> bool {
    is_listed(USES, key)
}

fn is_listed(list: &str, key: &str) -> bool {
    list.lines().any(|line| !line.starts_with('#') && line == key)
}
