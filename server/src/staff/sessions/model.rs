//! A session and the words for it. Pure.

use chrono::Duration;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, Secret, SessionId, StaffId};

vocabulary! {
    /// How much a session was shown.
    pub enum SessionStage {
        /// The password alone: it enrols a second factor or shows it, and nothing else.
        Password = "password",
        /// Everything.
        Full = "full",
    }
}

vocabulary! {
    /// How a session was begun.
    pub enum SignInMethod {
        /// Password and one-time code.
        Local = "local",
        /// The company's identity provider.
        Provider = "provider",
        /// The token file of the machine itself.
        File = "file",
        /// A recovery code, which asks for a new second factor.
        Recovery = "recovery",
    }
}

vocabulary! {
    /// Why a session ended before its time.
    pub enum SessionEnd {
        /// Its holder signed out.
        SignedOut = "signed_out",
        /// Its holder or an admin ended it.
        Ended = "ended",
        /// Another took its place, when the second factor was shown or the password changed.
        Replaced = "replaced",
        /// What the seat may was changed.
        SeatChanged = "seat_changed",
        /// The seat was shut.
        SeatEnded = "seat_ended",
    }
}

/// A session as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub staff: StaffId,
    pub stage: SessionStage,
    pub method: SignInMethod,
    pub started_at: Instant,
    pub seen_at: Instant,
    pub expires_at: Instant,
    pub idle: Duration,
    pub fresh_at: Option<Instant>,
    pub source: Option<String>,
    pub client: Option<String>,
    pub ended: Option<(Instant, SessionEnd)>,
}

impl Session {
    /// When it ends if nobody uses it from now on.
    pub fn idle_at(&self) -> Instant {
        self.expires_at.min(self.seen_at.plus(self.idle))
    }
}

/// Where a sign-in comes from: a network, never an address, and what the client calls itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub source: Option<String>,
    pub client: Option<String>,
}

/// A session that was just made; its token leaves here and never again.
pub struct SignedIn {
    pub token: Secret,
    pub session: Session,
    pub must_enrol: bool,
    /// What keeps this console known, where it is worth knowing.
    pub device: Option<Secret>,
}
