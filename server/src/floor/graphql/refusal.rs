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
    let mut plain = match error.source::<Error>() {
        Some(ours) => {
            if let Error::Internal(report) = ours {
                tracing::error!(reference = %report.reference.as_simple(), story = report.story(), "a call failed");
            }
            let mut plain = ServerError::new(ours.to_string(), None);
            let extensions = plain.extensions.get_or_insert_default();
            extensions.set("code", ours.code());
            if let Error::Unavailable { after, .. } = ours {
                extensions.set("retryAfterMs", u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
            }
            plain
        }
        // The library's own: its words quote the document.
        None => {
            let mut plain = ServerError::new("the document does not fit the schema or its variables", None);
            plain.extensions.get_or_insert_default().set("code", "BAD_DOCUMENT");
            plain
        }
    };
    plain.extensions.get_or_insert_default().set("requestId", call);
    plain.locations.clone_from(&error.locations);
    plain.path.clone_from(&error.path);
    plain
}
