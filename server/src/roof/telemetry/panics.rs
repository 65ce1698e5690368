//! What is said about a panic: where, and nothing else. Its payload may be a value (`unwrap` on an `Err`), so the
//! payload is never read.

use std::panic::PanicHookInfo;

/// Replaces the standing hook, which would print the payload.
pub(super) fn watch() {
    std::panic::set_hook(Box::new(report));
}

fn report(panic: &PanicHookInfo<'_>) {
    let at = panic
        .location()
        .map_or_else(|| "unknown".to_owned(), |place| format!("{}:{}", tail(place.file()), place.line()));
    metrics::counter!("rightsdesk_panics_total").increment(1);
    tracing::error!(at, "panic");
}

/// The path within its crate: where the crate lies on the machine that built it is nobody's business.
fn tail(file: &str) -> &str {
    let start = file
        .rfind("/src/")
        .and_then(|src| file.get(..src))
        .map_or(0, |crates| crates.rfind('/').map_or(0, |at| at + 1));
    file.get(start..).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_place_names_its_crate_and_not_the_machine() {
        assert_eq!(super::tail("/build/registry/src/index/serde-1.0.0/src/de.rs"), "serde-1.0.0/src/de.rs");
        assert_eq!(super::tail("server/src/lib.rs"), "server/src/lib.rs");
    }
}
