//! What a mutation answers: the thing it changed, and what the caller can mend. What he cannot mend is an error of the
//! call.

use async_graphql::{Context, Enum, SimpleObject};
use sha2::{Digest, Sha256};

use super::UNAUTHENTICATED;
use crate::floor::access::STEP_UP;
use crate::floor::kernel::{Error, Result};
use crate::floor::ledger::Once;

/// What kind of complaint it is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserErrorCode {
    /// The input is flawed in this field.
    Invalid,
    /// Someone changed it first: read it again.
    Conflict,
    /// The mail address, password or code is wrong; which of them is not said.
    WrongCredentials,
    /// Too many tries: wait, or come from where you signed in before.
    Throttled,
    /// The invitation, code or sign-in has ended or was used.
    Expired,
    /// A second person must do this.
    SamePerson,
    /// No grant is live that covers this.
    NoGrant,
    /// The tenant is closed or closing.
    NotActive,
    /// It exists already.
    Taken,
    /// The last seat that keeps seats stays.
    LastAdmin,
    /// Every slot for apps is taken: disconnect one first.
    SlotsFull,
    /// The idempotency key stood for another input.
    IdempotencyKeyReused,
    /// The identity provider is not set up, or says no.
    Provider,
    /// This desk is not set up for the platform.
    Platform,
    /// The person has not answered the identity provider yet: ask again after the interval.
    Pending,
    /// Asked too quickly: five seconds more between two tries.
    SlowDown,
    /// It cannot be done from where it stands.
    IllegalStep,
    /// What the plan was drawn from has changed: read the one that stands now.
    PlanChanged,
    /// The reference that was typed is another's.
    WrongReference,
    /// The law gives no pause here, or no more.
    CannotPause,
    /// The law gives no more time, or no more.
    CannotExtend,
    /// The time in which that could be done is over.
    TooLate,
    /// Lawfully no, for the reason in the message.
    Refused,
}

impl UserErrorCode {
    fn of(code: &str) -> Self {
        match code {
            "INVALID" => Self::Invalid,
            "CONFLICT" => Self::Conflict,
            "WRONG_CREDENTIALS" => Self::WrongCredentials,
            "THROTTLED" => Self::Throttled,
            "EXPIRED" => Self::Expired,
            "SAME_PERSON" | "SECOND_PERSON" => Self::SamePerson,
            "NO_GRANT" => Self::NoGrant,
            "NOT_ACTIVE" => Self::NotActive,
            "TAKEN" => Self::Taken,
            "LAST_ADMIN" => Self::LastAdmin,
            "SLOTS_FULL" => Self::SlotsFull,
            "IDEMPOTENCY_KEY_REUSED" => Self::IdempotencyKeyReused,
            "PROVIDER" => Self::Provider,
            "PLATFORM" => Self::Platform,
            "PENDING" => Self::Pending,
            "SLOW_DOWN" => Self::SlowDown,
            "ILLEGAL_STEP" => Self::IllegalStep,
            "PLAN_CHANGED" => Self::PlanChanged,
            "WRONG_REFERENCE" => Self::WrongReference,
            "NO_PAUSE" | "NO_SUCH_PAUSE" | "PAUSED" => Self::CannotPause,
            "NO_EXTENSION" | "EXTENDED" | "NO_DAY" => Self::CannotExtend,
            "OVERDUE" => Self::TooLate,
            _ => Self::Refused,
        }
    }
}

/// One thing that the caller can mend.
#[derive(SimpleObject, Debug, Clone)]
pub struct UserError {
    /// What to do about it, for people.
    message: String,
    /// Which part of the input it is about.
    field: Option<Vec<String>>,
    /// For programs.
    code: UserErrorCode,
}

/// What came of an action: the value, or what the caller can mend; the rest stays an error of the call.
pub fn mendable<T>(outcome: Result<T>) -> Result<(Option<T>, Vec<UserError>)> {
    let errors = match outcome {
        Ok(value) => return Ok((Some(value), Vec::new())),
        Err(Error::Invalid(flaws)) => flaws
            .iter()
            .map(|flaw| UserError {
                message: flaw.advice.clone(),
                field: Some(flaw.field.split('.').map(str::to_owned).collect()),
                code: UserErrorCode::Invalid,
            })
            .collect(),
        Err(Error::Refused(refusal)) if ![UNAUTHENTICATED, STEP_UP].contains(&refusal.code) => {
            vec![UserError { message: refusal.why.clone(), field: None, code: UserErrorCode::of(refusal.code) }]
        }
        Err(conflict @ Error::Conflict) => {
            vec![UserError { message: conflict.to_string(), field: None, code: UserErrorCode::Conflict }]
        }
        Err(other) => return Err(other),
    };
    Ok((None, errors))
}

/// Declares a payload: the thing under its noun, and the user errors.
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $noun:ident: $thing:ty }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$field_doc])*
            $noun: Option<$thing>,
            /// What stands in the way, for the caller to mend; empty where it was done.
            user_errors: Vec<$crate::floor::graphql::UserError>,
        }

        impl $name {
            pub(crate) fn of(outcome: $crate::floor::kernel::Result<$thing>) -> $crate::floor::kernel::Result<Self> {
                let ($noun, user_errors) = $crate::floor::graphql::mendable(outcome)?;
                Ok(Self { $noun, user_errors })
            }
        }
    };
}
pub(crate) use payload;

/// A client's idempotency key, and the arguments of this field as they came, both as digests.
pub fn once(ctx: &Context<'_>, key: Option<&str>) -> Result<Option<Once>> {
    let Some(key) = key else { return Ok(None) };
    let field = ctx.field();
    let wish = field.arguments().map_err(|_| Error::internal("arguments that were read cannot be read again"))?;
    let digest = |text: String| Sha256::digest(format!("{}\0{text}", field.name())).into();
    let wish = wish.into_iter().fold(String::new(), |wish, (name, value)| wish + &format!("{name}={value}\0"));
    // With the client's key in it, which is kept nowhere, so that nobody can try out what a wish held.
    Ok(Some(Once { key: digest(key.to_owned()), input: digest(format!("{key}\0{wish}")) }))
}
