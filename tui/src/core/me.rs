//! Who this console is to the server, as the server last said.
//!
//! It holds no token: those stay with the api layer. What it allows is a courtesy to the person; the server decides.

use super::due::Moment;

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
