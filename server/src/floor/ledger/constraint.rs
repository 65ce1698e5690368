//! What Postgres says, as one of the seven outcomes. Its messages stay out: they quote rows.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

use crate::floor::kernel::Error;

/// A statement's failure, as the caller should meet it.
pub fn mended(error: Diesel) -> Error {
    match error {
        Diesel::NotFound => Error::NotFound("row"),
        Diesel::DatabaseError(kind, info) => match kind {
            DatabaseErrorKind::SerializationFailure => Error::Conflict,
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Error::unavailable("the database")
            }
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::NotNullViolation
            | DatabaseErrorKind::ExclusionViolation => {
                let constraint = info.constraint_name().or(info.column_name()).unwrap_or("unnamed");
                Error::internal(format!("{kind:?} of {constraint}"))
            }
            _ => by_message(kind, info.message()),
        },
        Diesel::BrokenTransactionManager | Diesel::RollbackErrorOnCommit { .. } => Error::unavailable("the database"),
        Diesel::DeserializationError(_) => Error::internal("a row does not fit the model"),
        Diesel::SerializationError(_) => Error::internal("a value does not fit its column"),
        _ => Error::internal("the ledger was used against its rules"),
    }
}

/// diesel has no kind for these; `lc_messages` is C on every login of ours, so the words are fixed.
fn by_message(kind: DatabaseErrorKind, message: &str) -> Error {
    const PASSING: [&str; 7] = [
        "canceling statement due to",
        "terminating connection",
        "server closed the connection",
        "no space left",
        "could not extend file",
        "the database system is",
        "connection to server",
    ];
    if message.contains("deadlock detected") {
        Error::Conflict
    } else if PASSING.iter().any(|passing| message.contains(passing)) {
        Error::unavailable("the database")
    } else if message.contains("permission denied") || message.contains("row-level security") {
        Error::internal("the role may not do this")
    } else {
        Error::internal(format!("Postgres refused a statement: {kind:?}"))
    }
}

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        mended(error)
    }
}
