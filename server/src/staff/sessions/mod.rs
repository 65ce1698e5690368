//! Sessions: who is signed in, from where, since when. A session is worth its seat: it dies with the seat's version, at
//! its own end, or when nobody used it for a while; and each of these is asked of Postgres at every call, so that what
//! is revoked is dead at the next one. The token is nowhere, only its digest.

mod actions;
mod model;
pub mod queries;

pub use actions::{PREFIX, end, find, issue, page, recognise, sign_out, still};

pub use model::{Origin, Session, SessionEnd, SessionStage, SignInMethod, SignedIn};
