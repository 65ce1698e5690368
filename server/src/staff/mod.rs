//! The operator's people: seats at the desk, how they sign in, and the sessions they hold. Their rows are the house's.
//!
//! It never stores a token, a code or a password, only digests; it never answers a stranger in a way that tells whether
//! a seat exists; and it opens no personal value but the holder's own mail, for the password rule, and leaves a record
//! of it.

pub mod graphql;
pub mod jobs;
pub mod map;
pub mod provider;
pub mod seats;
pub mod sessions;
pub mod sign_in;
mod token;

pub use seats::{Authority, Invitation, StaffMember, StaffState, second_persons};
pub use sessions::{Origin, Session, SessionEnd, SessionStage, SignInMethod, SignedIn, recognise, still};
pub use sign_in::{Lives, SignIn};
pub use token::{Token, digest};

use crate::floor::access::{Bounds, Caller, One, Scope, Seat, Session as Shown};
use crate::floor::kernel::{Result, SessionId, StaffId};

/// What one who has just proved who he is does in his own name, before there is a session to do it under.
pub(crate) fn himself(id: StaffId) -> Result<Scope<One>> {
    let nothing = Seat::new(&[], &[], Bounds::Named(Vec::new()));
    Caller::staff(id, nothing, Shown { id: SessionId::fresh(), fresh_at: None, is_fresh: false }).permit_own()
}
