//! A seat and the rules of what may be given to one. Pure.

use crate::floor::access::{Bounds, Permission, Role, Seat};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Error, Flaws, Instant, Personal, Result, Secret, StaffId, SubjectId, TenantId};

vocabulary! {
    /// Whether a seat can be sat on.
    pub enum StaffState {
        /// Waits for its person to accept.
        Invited = "invited",
        /// In use.
        Active = "active",
        /// Shut by an admin.
        Disabled = "disabled",
    }
}

/// What the holder shows beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    Totp,
    Provider,
}

/// A seat as it stands. The mail stays sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub id: StaffId,
    pub subject: SubjectId,
    pub handle: String,
    pub authority: Authority,
    pub state: StaffState,
    pub invited_until: Option<Instant>,
    pub has_password: bool,
    pub factor: Option<SecondFactor>,
    pub seen_at: Option<Instant>,
    pub version: i32,
}

/// What a seat may, where, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    pub roles: Vec<Role>,
    pub permissions: Vec<Permission>,
    /// None reaches every tenant; a partner's seat names its own.
    pub tenants: Option<Vec<TenantId>>,
    pub ends_at: Option<Instant>,
}

/// What is to be changed of an authority; what is None stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub roles: Option<Vec<Role>>,
    pub permissions: Option<Vec<Permission>>,
    pub tenants: Option<Option<Vec<TenantId>>>,
    pub ends_at: Option<Option<Instant>>,
}

/// A seat that is to be.
#[derive(Clone)]
pub struct Invitation {
    pub handle: String,
    pub mail: Personal,
    pub authority: Authority,
}

/// A seat whose person is awaited, and the token that lets them in; None where the wish was heard before.
pub struct Invited {
    pub staff: StaffMember,
    pub token: Option<Secret>,
}

impl StaffMember {
    /// What it may when someone sits on it.
    pub fn seat(&self) -> Seat {
        let Authority { roles, permissions, tenants, .. } = &self.authority;
        Seat::new(roles, permissions, tenants.clone().map_or(Bounds::Desk, Bounds::Named))
    }

    /// Whether one may sit on it at this moment.
    pub fn is_open(&self, now: Instant) -> bool {
        self.state == StaffState::Active && self.authority.ends_at.is_none_or(|end| end > now)
    }

    /// Whether the person still has to show a second factor for the first time.
    pub fn must_enrol(&self) -> bool {
        self.factor.is_none()
    }
}

impl Change {
    pub fn of(self, old: Authority) -> Authority {
        Authority {
            roles: self.roles.unwrap_or(old.roles),
            permissions: self.permissions.unwrap_or(old.permissions),
            tenants: self.tenants.unwrap_or(old.tenants),
            ends_at: self.ends_at.unwrap_or(old.ends_at),
        }
    }
}

impl Authority {
    /// Each role, permission and tenant once, and nothing that may not go together.
    pub fn checked(mut self, now: Instant) -> Result<Self> {
        let mut flaws = Flaws::default();
        self.roles.sort_unstable();
        self.roles.dedup();
        self.permissions.sort_unstable();
        self.permissions.dedup();
        if self.roles.contains(&Role::Support) && self.roles.contains(&Role::Approver) {
            flaws.add("roles", "whoever approves is not also support: choose one");
        }
        if self.ends_at.is_some_and(|end| end <= now) {
            flaws.add("endsAt", "give a moment that is still to come");
        }
        if let Some(tenants) = &mut self.tenants {
            tenants.sort_unstable();
            tenants.dedup();
            if tenants.is_empty() || tenants.contains(&TenantId::HOUSE) {
                flaws.add("tenants", "name at least one tenant, or none at all for a seat of the desk");
            }
            if !self.roles.is_empty() {
                flaws.add("roles", "a partner's seat holds permissions and no roles");
            }
            if self.permissions.is_empty() || self.permissions.iter().any(|one| !Permission::LENDABLE.contains(one)) {
                let may: Vec<_> = Permission::LENDABLE.iter().map(|one| one.code()).collect();
                flaws.add("permissions", format!("give a partner's seat some of: {}", may.join(", ")));
            }
            if self.ends_at.is_none() {
                flaws.add("endsAt", "a partner's seat has an end");
            }
        } else {
            if self.roles.is_empty() {
                flaws.add("roles", "give at least one role");
            }
            if !self.permissions.is_empty() {
                flaws.add(
                    "permissions",
                    "a seat of the desk has what its roles hold: name tenants for a partner's seat",
                );
            }
        }
        flaws.or(self)
    }

    pub fn is_admin(&self) -> bool {
        self.roles.contains(&Role::Admin)
    }
}

impl Invitation {
    /// The same, once it is sound.
    pub fn checked(self, now: Instant) -> Result<Self> {
        let Self { handle, mail, authority } = self;
        let mail = Personal::new(mail.disclose().trim());
        let mut flaws = Flaws::default();
        if !is_handle(&handle) {
            flaws.add("handle", "begin with a letter; then small letters, digits, dots, dashes; 2 to 32 in all");
        }
        if !is_mail(mail.disclose()) {
            flaws.add("mail", "give a mail address");
        }
        match authority.checked(now) {
            Ok(authority) => flaws.or(Self { handle, mail, authority }),
            Err(Error::Invalid(others)) => {
                flaws.extend(others);
                Err(flaws.into())
            }
            Err(other) => Err(other),
        }
    }
}

fn is_handle(text: &str) -> bool {
    let follows = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter);
    (2..=32).contains(&text.len())
        && text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.chars().all(follows)
}

/// Whether it can be one; that letters arrive there is shown by the invitation.
fn is_mail(text: &str) -> bool {
    let text = text.trim();
    let sound =
        |part: &str| !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    text.len() <= 254
        && text.rsplit_once('@').is_some_and(|(local, domain)| sound(local) && sound(domain) && !local.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(roles: &[Role]) -> Authority {
        Authority { roles: roles.to_vec(), permissions: Vec::new(), tenants: None, ends_at: None }
    }

    fn partner() -> Authority {
        Authority {
            roles: Vec::new(),
            permissions: vec![Permission::SeeTenants],
            tenants: Some(vec![TenantId::from_uuid(uuid::Uuid::from_u128(7))]),
            ends_at: Some(Instant::EPOCH.plus(chrono::Duration::days(1))),
        }
    }

    #[test]
    fn a_seat_of_the_desk_has_roles_and_an_approver_is_not_also_support() {
        assert!(of(&[Role::Support, Role::Ops]).checked(Instant::EPOCH).is_ok());
        assert!(of(&[]).checked(Instant::EPOCH).is_err());
        assert!(of(&[Role::Support, Role::Approver]).checked(Instant::EPOCH).is_err());
        let added = Authority { permissions: vec![Permission::SeeTenants], ..of(&[Role::Ops]) };
        assert!(added.checked(Instant::EPOCH).is_err());
    }

    #[test]
    fn a_partner_has_tenants_an_end_and_nothing_of_the_house() {
        assert!(partner().checked(Instant::EPOCH).is_ok());
        let flawed = [
            Authority { ends_at: None, ..partner() },
            Authority { ends_at: Some(Instant::EPOCH), ..partner() },
            Authority { roles: vec![Role::Support], ..partner() },
            Authority { permissions: vec![Permission::SeeStaff], ..partner() },
            Authority { permissions: Vec::new(), ..partner() },
            Authority { tenants: Some(Vec::new()), ..partner() },
            Authority { tenants: Some(vec![TenantId::HOUSE]), ..partner() },
        ];
        for authority in flawed {
            assert!(authority.clone().checked(Instant::EPOCH).is_err(), "{authority:?}");
        }
    }

    #[test]
    fn a_handle_is_a_word_and_a_mail_can_be_one() {
        for (handle, holds) in [("mira", true), ("m", false), ("Mira", false), ("9mira", false), ("mira.k-2", true)] {
            assert_eq!(is_handle(handle), holds, "{handle}");
        }
        for (mail, holds) in
            [("mira@desk.example", true), ("mira", false), ("@x", false), ("a b@x", false), ("a@b@c", false)]
        {
            assert_eq!(is_mail(mail), holds, "{mail}");
        }
    }
}
