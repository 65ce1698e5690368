//! The local way in: password, then a one-time code; and the ways around a lost code or a fresh machine.
//!
//! What a stranger can learn or take away:
//!
//! - Whether a mail address has a seat is told neither by words nor by time: an unknown one costs the same hash.
//! - At most five passwords an account are looked at in a quarter of an hour, whoever asks, from wherever; unknown
//!   accounts are counted alike. Beside that stand budgets by network and for all together, so that a storm over many
//!   accounts spends neither the memory nor the processor of the desk. What is counted is the verification, never the
//!   call, and what was refused is not counted again: nobody is shut out for longer because somebody keeps knocking.
//! - A storm on an account would still take all five looks of every quarter of an hour away from its holder. Therefore
//!   a console that was once signed in wholly is given a token of its own; with it, a sign-in draws on a budget that
//!   strangers cannot reach. The token is signed over the seat and its password and needs no row; by itself it opens
//!   nothing, and whoever stole one has gained five more guesses in a quarter of an hour.
//! - The second factor is tried only behind the right password, so its ten tries are no stranger's to spend.
//!
//! It never compares a password outside the `Hasher`, never takes a code twice, and asks the database and
//! not the host for the time of a code.

mod accept;
mod change_password;
mod device;
mod enrol;
mod factor;
mod file;
mod hasher;
mod local;
mod password;
mod queries;
mod recover;
mod throttle;
mod totp;

use std::time::Duration;

pub use accept::accept;
pub use change_password::change_password;
pub(crate) use enrol::forget_factor;
pub use enrol::{Enrolled, Enrolment, begin_enrolment, confirm_enrolment};
pub use factor::{confirm, step_up};
pub use file::sign_in_with_file;
pub use local::sign_in;
pub use queries::password_hashes;
pub use recover::recover;
pub(in crate::staff) use throttle::source_digest;
pub use throttle::{Budget, spend};

use crate::floor::access::{Caller, One, Scope};
use crate::floor::graphql::sign_in_needed;
use crate::floor::kernel::{Error, Result, SessionId, StaffId};
use hasher::Hasher;

/// How long sessions live.
#[derive(Debug, Clone, Copy)]
pub struct Lives {
    /// Unused.
    pub idle: chrono::Duration,
    /// In all.
    pub whole: chrono::Duration,
}

impl Lives {
    pub fn new(idle: Duration, whole: Duration) -> Self {
        let span = |given| chrono::Duration::from_std(given).unwrap_or(chrono::Duration::hours(8));
        Self { idle: span(idle), whole: span(whole) }
    }
}

impl Default for Lives {
    fn default() -> Self {
        Self { idle: chrono::Duration::minutes(30), whole: chrono::Duration::hours(8) }
    }
}

/// What signing in needs of this process: made once, every clone shares it.
#[derive(Clone, Default)]
pub struct SignIn {
    pub lives: Lives,
    hasher: Hasher,
    /// Digest of the local desk's token file, where there is one.
    file: Option<[u8; 32]>,
}

impl SignIn {
    pub fn new(lives: Lives) -> Self {
        Self { lives, ..Self::default() }
    }

    /// The same at a desk whose token file holds what this is the digest of.
    #[must_use]
    pub fn with_file(self, digest: Option<[u8; 32]>) -> Self {
        Self { file: digest, ..self }
    }

    /// How many passwords were compared since the start.
    pub fn checks(&self) -> u64 {
        self.hasher.checks()
    }
}

/// A session that showed the password and nothing more, and its holder's own rows.
struct Halfway {
    scope: Scope<One>,
    staff: StaffId,
    session: SessionId,
}

fn halfway(caller: Option<&Caller>) -> Result<Halfway> {
    let caller = caller.ok_or_else(sign_in_needed)?;
    let (Some(staff), Some(session)) = (caller.staff_id(), caller.session()) else { return Err(sign_in_needed()) };
    if session.fresh_at.is_some() {
        return Err(Error::refused("REFUSED", "you are signed in already: to show the second factor again, step up"));
    }
    Ok(Halfway { scope: caller.permit_own()?, staff, session: session.id })
}

/// The one answer to whatever was wrong.
fn wrong() -> Error {
    Error::refused("WRONG_CREDENTIALS", "the mail address, password or code is wrong")
}
