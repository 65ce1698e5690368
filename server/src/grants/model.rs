//! A grant, and the ground it stands on. Pure.

use chrono::Duration;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Error, Flaws, GrantId, Instant, Personal, Result, StaffId, TenantId};

vocabulary! {
    /// How somebody came by his leave.
    pub enum GrantKind {
        /// A colleague gave it.
        Given = "given",
        /// He took it in an emergency, and it alarmed.
        BreakGlass = "break_glass",
    }
}

/// The longest that leave is given for.
pub const LONGEST: Duration = Duration::days(30);

/// How long broken glass stays open.
pub const GLASS: Duration = Duration::hours(1);

/// Leave to open the personal data of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub tenant: TenantId,
    pub id: GrantId,
    pub kind: GrantKind,
    pub staff: StaffId,
    pub ticket: Option<String>,
    pub given_by: Option<StaffId>,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub ended_at: Option<Instant>,
    /// When, and by whom.
    pub reviewed: Option<(Instant, StaffId)>,
}

impl Grant {
    pub fn is_live(&self, now: Instant) -> bool {
        self.ended_at.is_none() && self.starts_at <= now && now < self.ends_at
    }

    /// Refuses a review that would prove nothing.
    pub fn reviewable_by(&self, staff: StaffId) -> Result<()> {
        match self {
            Self { kind: GrantKind::Given, .. } => Err(Error::refused("REFUSED", "only broken glass is reviewed")),
            Self { staff: broke, .. } if *broke == staff => {
                Err(Error::refused("SAME_PERSON", "another person reviews the glass that you broke"))
            }
            Self { reviewed: Some(_), .. } => Err(Error::refused("REFUSED", "this was reviewed already")),
            _ => Ok(()),
        }
    }
}

/// What somebody needs to look for: a ticket, or in words.
#[derive(Clone, Default)]
pub struct Ground {
    pub ticket: Option<String>,
    /// Free text may hold anything, so it is kept like a person's data.
    pub reason: Option<Personal>,
}

impl Ground {
    /// All that is wrong with it at once; one of the two must be there.
    pub fn checked(self) -> Result<Self> {
        let mut flaws = Flaws::default();
        if self.ticket.as_deref().is_some_and(|ticket| !is_ticket(ticket)) {
            flaws.add("ticket", "give its reference, such as DESK-1042");
        }
        match &self.reason {
            Some(reason) if reason.disclose().trim().is_empty() || reason.disclose().len() > 2_000 => {
                flaws.add("reason", "say why, in up to 2000 bytes");
            }
            None if self.ticket.is_none() => flaws.add("ticket", "name the ticket, or the reason in words"),
            _ => {}
        }
        flaws.or(self)
    }

    /// The same, where words are obligatory.
    pub fn in_words(self) -> Result<Self> {
        if self.reason.is_none() {
            return Err(Error::invalid("reason", "say why, in up to 2000 bytes"));
        }
        self.checked()
    }
}

/// Letters and digits, a dash, letters and digits: a reference, never a sentence.
fn is_ticket(text: &str) -> bool {
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    text.split_once('-').is_some_and(|(desk, number)| {
        (1..=10).contains(&desk.len())
            && desk.starts_with(|first: char| first.is_ascii_uppercase())
            && desk.bytes().all(is_upper)
            && (1..=20).contains(&number.len())
            && number.bytes().all(is_upper)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant {
            tenant: TenantId::fresh(),
            id: GrantId::fresh(),
            kind: GrantKind::BreakGlass,
            staff: StaffId::fresh(),
            ticket: None,
            given_by: None,
            starts_at: Instant::EPOCH,
            ends_at: Instant::EPOCH.plus(GLASS),
            ended_at: None,
            reviewed: None,
        }
    }

    #[test]
    fn a_grant_ends_by_itself_to_the_second() {
        let at = |seconds| Instant::EPOCH.plus(Duration::seconds(seconds));
        assert!(grant().is_live(at(0)) && grant().is_live(at(3_599)));
        assert!(!grant().is_live(at(3_600)) && !grant().is_live(at(-1)));
        let ended = Grant { ended_at: Some(at(5)), ..grant() };
        assert!(!ended.is_live(at(6)));
    }

    #[test]
    fn broken_glass_is_reviewed_once_and_by_another() {
        let (glass, other) = (grant(), StaffId::fresh());
        assert!(glass.reviewable_by(other).is_ok());
        assert!(matches!(glass.reviewable_by(glass.staff), Err(Error::Refused(no)) if no.code == "SAME_PERSON"));
        let given = Grant { kind: GrantKind::Given, ..glass.clone() };
        let reviewed = Grant { reviewed: Some((Instant::EPOCH, other)), ..glass };
        assert!(given.reviewable_by(other).is_err() && reviewed.reviewable_by(other).is_err());
    }

    #[test]
    fn a_ground_is_a_ticket_or_words() {
        let ground = |ticket: Option<&str>, reason: Option<&str>| Ground {
            ticket: ticket.map(str::to_owned),
            reason: reason.map(Personal::new),
        };
        assert!(ground(Some("DESK-1042"), None).checked().is_ok());
        assert!(ground(None, Some("She called and wants to know")).checked().is_ok());
        assert!(ground(Some("DESK-1042"), None).in_words().is_err());
        let long = "x".repeat(2_001);
        for (ticket, reason) in [
            (None, None),
            (None, Some(" ")),
            (None, Some(long.as_str())),
            (Some("desk-1"), None),
            (Some("DESK"), None),
            (Some("1DESK-1"), None),
            (Some("DESK-"), None),
            (Some("DESK-1-2"), None),
            (Some("Imke Harms"), Some("because")),
        ] {
            assert!(ground(ticket, reason).checked().is_err(), "{ticket:?} {reason:?}");
        }
    }
}
