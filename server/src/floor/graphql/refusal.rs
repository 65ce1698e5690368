//! Errors as they leave: a code from a closed list, our own words, the call's id, and nothing that was sent. An
//! internal one is logged here, once, and leaves as a reference.

use async_graphql::{Response, ServerError};

use crate::floor::kernel::Error;

/// The code of the refusal that signing in mends.
pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";

/// Nobody is signed in, or not wholly.
pub fn sign_in_needed() -> Error {
    Error::refused(UNAUTHENTICATED, "sign in first")
}

/// Gives every error of an answer its code and our words.
pub fn dress(answer: &mut Response, call: &str) {
    for error in &mut answer.errors {
        *error = dressed(error, call);
    }
}

fn dressed(error: &ServerError, call: &str) -> ServerError {
    // The library's own words quote the document.
    let (words, code) = error.source::<Error>().map_or_else(
        || ("the document does not fit the schema or its variables".to_owned(), "BAD_DOCUMENT"),
        |ours| (ours.to_string(), ours.code()),
    );
    let mut plain = ServerError::new(words, None);
    let extensions = plain.extensions.get_or_insert_default();
    extensions.set("code", code);
    extensions.set("requestId", call);
    match error.source::<Error>() {
        Some(Error::Internal(report)) => {
            tracing::error!(reference = %report.reference.as_simple(), story = report.story(), "a call failed");
        }
        Some(Error::Unavailable { after, .. }) => {
            extensions.set("retryAfterMs", u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
        }
        _ => {}
    }
    plain.locations.clone_from(&error.locations);
    plain.path.clone_from(&error.path);
    plain
}
