//! Who this console is to the server, as the server last said.
//!
//! It holds no token: those stay with the api layer. What it allows is a courtesy to the person; the server decides.

use chrono::TimeDelta;

use super::due::Moment;
use super::secret::Secret;

/// The places of the door, as the registry names them. `update` opens them when the server or the clock asks for it.
pub const SIGN_IN: &str = "sign-in";
pub const ENROLMENT: &str = "enrolment";
pub const STEP_UP: &str = "step-up";
pub const LOCK: &str = "lock";

/// Without a key for so long, the console locks; a person's settings may only shorten it.
pub const LOCKS_AFTER: TimeDelta = TimeDelta::minutes(5);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Me {
    /// Nothing has been heard yet.
    #[default]
    Unknown,
    /// Nobody: a guest.
    Nobody,
    /// The password was right and the second factor is still to come.
    Halfway {
        must_enrol: bool,
    },
    Someone(Person),
}

/// What a caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Staff,
    Member,
    Key,
}

/// How a second factor is shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A code from the authenticator.
    Code,
    /// The identity provider.
    Provider,
    /// The file of the local desk.
    File,
    /// A key has none.
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub kind: Kind,
    /// The id of a seat.
    pub id: Option<String>,
    /// The handle of a seat, the name of a key.
    pub name: String,
    /// `support`; none for keys and members.
    pub roles: Vec<String>,
    /// As the desk writes them: `keep_staff`.
    pub permissions: Vec<String>,
    pub factor: Factor,
    /// Until when no second factor is asked for again.
    pub fresh_until: Option<Moment>,
    /// When the session ends whatever happens.
    pub ends_at: Option<Moment>,
}

/// What a sign-in, or a part of one, hands out. It is returned once and kept by the api layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    pub token: Secret,
    /// Keeps this console known, so that it is throttled by itself.
    pub device: Option<Secret>,
    /// Both factors were shown; without, it opens the second step and nothing else.
    pub is_whole: bool,
    pub must_enrol: bool,
}

impl Person {
    /// Whether a locked console could be opened again.
    pub fn can_unlock(&self) -> bool {
        self.factor != Factor::None
    }

    /// As the header shows it: `mira support`.
    pub fn title(&self) -> String {
        match self.roles.as_slice() {
            [] => self.name.clone(),
            // `admin admin` says it twice.
            [role] if *role == self.name => self.name.clone(),
            roles => format!("{} {}", self.name, roles.join("+")),
        }
    }
}

impl Me {
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Someone(person) => Some(person),
            _ => None,
        }
    }

    /// Whether the server said that I hold this permission.
    pub fn may(&self, permission: &str) -> bool {
        self.person().is_some_and(|person| person.permissions.iter().any(|held| held == permission))
    }

    /// Why a verb that needs it is off.
    pub fn lacks(&self, permission: &str) -> String {
        match self {
            Self::Someone(_) => format!("needs {permission}"),
            _ => "sign in first".to_owned(),
        }
    }
}
