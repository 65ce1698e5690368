//! A merchant's own user, as far as anyone sees without opening what is personal.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::tenant::is_line;
use crate::floor::access::{Bounds, Permission, Seat};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Flaws, Instant, MemberId, Personal, SubjectId, TenantId};

vocabulary! {
    /// What a member may do in his own organisation.
    pub enum MemberRole {
        /// Looks after its members too.
        Owner = "owner",
        /// Sees it.
        Member = "member",
    }
}

vocabulary! {
    /// Whether a member still belongs to the organisation.
    pub enum MemberState {
        /// Comes and goes.
        Active = "active",
        /// Came once.
        Removed = "removed",
    }
}

/// A merchant's own user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub tenant: TenantId,
    pub id: MemberId,
    pub subject: SubjectId,
    pub role: MemberRole,
    pub has_login: bool,
    pub state: MemberState,
    pub added_at: Instant,
    pub removed_at: Option<Instant>,
    pub version: i32,
}

impl MemberRole {
    /// What one of this role may, in his own organisation and nowhere else.
    pub fn seat(self, tenant: TenantId) -> Seat {
        let added: &[Permission] = match self {
            Self::Owner => {
                &[Permission::SeeTenants, Permission::KeepMembers, Permission::KeepStores, Permission::KeepApps]
            }
            Self::Member => &[Permission::SeeTenants],
        };
        Seat::new(&[], added, Bounds::Named(vec![tenant]))
    }
}

/// Who a member is at the tenant's own identity provider.
#[derive(Clone)]
pub struct Login {
    pub issuer: String,
    pub subject: Personal,
}

impl Login {
    /// What the blind index is made of. Issuer and subject mean what they are to the letter, so a digest of both goes
    /// in, which the normaliser leaves as it is.
    pub fn key(&self) -> Personal {
        let mut digest = Sha256::new();
        for part in [self.issuer.as_bytes(), self.subject.disclose().as_bytes()] {
            digest.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            digest.update(part);
        }
        Personal::new(HEXLOWER.encode(&digest.finalize()))
    }

    pub fn check(&self, flaws: &mut Flaws) {
        if !is_line(&self.issuer, 500) || !is_line(self.subject.disclose(), 500) {
            flaws.add("login", "give issuer and subject as the identity provider's tokens have them");
        }
    }
}

/// Notes what is wrong with a name.
pub fn check_name(name: &Personal, flaws: &mut Flaws) {
    if !is_line(name.disclose(), 400) {
        flaws.add("name", "give a name on one line, up to 400 bytes");
    }
}

/// Notes what is wrong with a mail address.
pub fn check_mail(mail: &Personal, flaws: &mut Flaws) {
    let text = mail.disclose();
    let is_address = text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
    });
    if !is_address || !is_line(text, 254) {
        flaws.add("mail", "give one mail address");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(issuer: &str, subject: &str) -> String {
        let login = Login { issuer: issuer.to_owned(), subject: Personal::new(subject) };
        login.key().disclose().to_owned()
    }

    #[test]
    fn a_login_is_one_issuer_and_one_subject_to_the_letter() {
        assert_eq!(login("https://id.example", "42a"), login("https://id.example", "42a"));
        assert_ne!(login("https://id.example", "42a"), login("https://id.example", "42A"));
        assert_ne!(login("https://id.example/", "42a"), login("https://id.example", "/42a"));
    }

    #[test]
    fn an_address_has_two_sides_and_no_gap() {
        let flawed = |text: &str| {
            let mut flaws = Flaws::default();
            check_mail(&Personal::new(text), &mut flaws);
            !flaws.is_empty()
        };
        assert!(!flawed("imke@example.com"));
        for bad in ["", "imke", "@example.com", "imke@", "imke@a@b", "imke @example.com", "imke@example.com\nx"] {
            assert!(flawed(bad), "{bad:?}");
        }
    }

    #[test]
    fn an_owner_keeps_members_of_his_own_house_only() {
        let tenant = TenantId::fresh();
        assert!(MemberRole::Owner.seat(tenant).permissions().contains(&Permission::KeepMembers));
        assert!(!MemberRole::Member.seat(tenant).permissions().contains(&Permission::KeepMembers));
        assert!(!MemberRole::Owner.seat(tenant).bounds().holds(TenantId::HOUSE));
    }
}
