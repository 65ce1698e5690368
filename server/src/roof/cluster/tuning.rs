//! The words Postgres is started with. They stand on the command line, where neither a file in the data folder nor
//! a statement can overrule them. Logs never carry a statement, a parameter or a value: what is said on standard
//! error is about the server itself.

use std::ffi::OsString;
use std::path::Path;

use super::folder::{Home, PORT};

/// For one small machine, and for keeping what was acknowledged.
const ALWAYS: [(&str, &str); 41] = [
    ("listen_addresses", ""),
    ("cluster_name", "rightsdesk"),
    ("shared_buffers", "64MB"),
    ("max_wal_size", "256MB"),
    ("min_wal_size", "32MB"),
    ("jit", "off"),
    ("TimeZone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("restart_after_crash", "on"),
    ("shared_preload_libraries", ""),
    ("session_preload_libraries", ""),
    ("bonjour", "off"),
    ("ssl", "off"),
    ("archive_mode", "off"),
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("log_line_prefix", ""),
    ("log_min_messages", "log"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_statement", "none"),
    ("log_min_duration_statement", "-1"),
    ("log_min_duration_sample", "-1"),
    ("log_transaction_sample_rate", "0"),
    ("log_duration", "off"),
    ("log_connections", "off"),
    ("log_disconnections", "off"),
    ("log_checkpoints", "off"),
    ("log_lock_waits", "off"),
    ("log_temp_files", "-1"),
    ("log_autovacuum_min_duration", "-1"),
    ("log_replication_commands", "off"),
    ("log_parser_stats", "off"),
    ("log_planner_stats", "off"),
    ("log_executor_stats", "off"),
    ("log_statement_stats", "off"),
    ("debug_print_parse", "off"),
    ("track_activity_query_size", "100"),
];

const DURABLE: [(&str, &str); 4] =
    [("max_connections", "60"), ("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")];

/// Quick, for many desks side by side, and in the data folder alone: shared memory as files there, so that a killed one
/// leaves none elsewhere.
const THROWAWAY: [(&str, &str); 9] = [
    ("max_connections", "400"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("synchronous_commit", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("checkpoint_timeout", "1h"),
    ("autovacuum_naptime", "1h"),
    ("dynamic_shared_memory_type", "mmap"),
];

/// The arguments of the postmaster.
pub(super) fn words(home: &Home, throwaway: bool) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["-D".into(), home.path().into(), "-p".into(), PORT.to_string().into()];
    let mut set = |name: &str, value: OsString| {
        let mut word = OsString::from(format!("{name}="));
        word.push(value);
        words.extend(["-c".into(), word]);
    };
    set("unix_socket_directories", listed(home.socket_folder()));
    set("unix_socket_permissions", "0700".into());
    let kind: &[(&str, &str)] = if throwaway { &THROWAWAY } else { &DURABLE };
    for (name, value) in ALWAYS.iter().chain(kind) {
        set(name, value.into());
    }
    words
}

/// One folder in a setting that is a list: quoted, so that a comma in its name does not part it.
fn listed(folder: &Path) -> OsString {
    format!("\"{}\"", folder.to_string_lossy().replace('"', "\"\"")).into()
}
