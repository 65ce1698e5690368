//! What the store's errors mean to a caller. Their text (paths, addresses, answers of a server) stays behind.

use std::time::Duration;

use crate::floor::kernel::Error;

pub(super) const PLACE: &str = "the place of objects";

/// A full disk or a store that is away: someone has to make room, or it comes back by itself.
const AGAIN: Duration = Duration::from_secs(15);

pub(super) fn away() -> Error {
    Error::Unavailable { whom: PLACE, after: AGAIN }
}

pub(super) fn of(error: &object_store::Error) -> Error {
    use object_store::Error as Store;
    match error {
        Store::PermissionDenied { .. } | Store::Unauthenticated { .. } => {
            Error::internal("the place of objects does not let us in")
        }
        Store::NotFound { .. } => Error::internal("the place of objects is not there"),
        Store::InvalidPath { .. } | Store::NotSupported { .. } | Store::NotImplemented { .. } => {
            Error::internal("the place of objects cannot do what is asked of it")
        }
        _ => away(),
    }
}

/// As [`of`], where an object was asked for: then *not there* is an answer.
pub(super) fn of_one(error: &object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => Error::NotFound("object"),
        error => of(error),
    }
}
