//! A merchant's organisation: what it is called, what it pays for, and how long it stays.

use chrono::Duration;
use sha2::{Digest, Sha256};

use crate::floor::kernel::text::normalise;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Error, Flaws, Instant, Result, TenantId};

vocabulary! {
    /// How far a tenant's account has come.
    pub enum TenantState {
        /// Served.
        Active = "active",
        /// On its way out, and may still turn back.
        Closing = "closing",
        /// Over; its people come in no more.
        Closed = "closed",
    }
}

vocabulary! {
    /// What we are to the tenant's shoppers, in the words of the law.
    pub enum OurRole {
        /// The merchant decides, we process for him: the usual case.
        Processor = "processor",
        /// We decide ourselves.
        Controller = "controller",
        /// We decide together.
        Joint = "joint",
    }
}

/// From the wish to close to the day the account's data is gone.
const NOTICE: Duration = Duration::days(30);
const MOST_SLOTS: i32 = 10_000;

/// A merchant's organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub legal_name: String,
    /// What its own identity provider calls it.
    pub reference: Option<String>,
    pub locale: String,
    pub region: String,
    pub plan: String,
    pub app_slots: i32,
    pub our_role: OurRole,
    pub role_note: Option<String>,
    pub state: TenantState,
    pub opened_at: Instant,
    pub closing_at: Option<Instant>,
    pub closes_on: Option<Day>,
    pub closed_at: Option<Instant>,
    pub version: i32,
}

impl Tenant {
    /// Refuses what only a tenant that is served may be given.
    pub fn require_active(&self) -> Result<()> {
        if self.state == TenantState::Active { Ok(()) } else { Err(not_active("this tenant is closed or closing")) }
    }

    /// Refuses what nobody changes once the account is over.
    pub fn require_open(&self) -> Result<()> {
        if self.state == TenantState::Closed { Err(not_active("this tenant is closed")) } else { Ok(()) }
    }

    /// The same tenant on its way out, from now on.
    pub fn closing(self, now: Instant) -> Result<Self> {
        self.require_active()?;
        let closes_on = Some(now.plus(NOTICE).day());
        Ok(Self { state: TenantState::Closing, closing_at: Some(now), closes_on, ..self })
    }

    /// The same tenant, turned back while it still could.
    pub fn reopened(self) -> Result<Self> {
        if self.state != TenantState::Closing {
            return Err(not_active("only a tenant that is closing is reopened"));
        }
        Ok(Self { state: TenantState::Active, closing_at: None, closes_on: None, ..self })
    }

    /// What is wrong with what people wrote, all of it at once.
    pub fn checked(self) -> Result<Self> {
        let mut flaws = Flaws::default();
        if !is_line(&self.legal_name, 400) {
            flaws.add("legalName", "give the name as it is registered, on one line, up to 400 bytes");
        }
        if self.reference.as_deref().is_some_and(|reference| !is_line(reference, 200)) {
            flaws.add("reference", "give what the identity provider calls the tenant, up to 200 bytes, or nothing");
        }
        if !is_tagged(&self.locale, 2..=3, |first| first.is_ascii_lowercase()) {
            flaws.add("locale", "give a language tag, such as en or de-AT");
        }
        if !is_region(&self.region) {
            flaws.add("region", "give a country or region, such as DE, EU or US-CA");
        }
        if !is_line(&self.plan, 80) {
            flaws.add("plan", "name the plan, up to 80 bytes");
        }
        if !(0..=MOST_SLOTS).contains(&self.app_slots) {
            flaws.add("appSlots", "give 0 to 10000");
        }
        if self.role_note.as_deref().is_some_and(|note| note.trim().is_empty() || note.len() > 2_000) {
            flaws.add("roleNote", "say it in up to 2000 bytes, or leave it out");
        }
        flaws.or(self)
    }
}

fn not_active(why: &str) -> Error {
    Error::refused("NOT_ACTIVE", why)
}

/// Something on one line, neither empty nor longer than its column.
pub fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.trim() == text && text.len() <= most && !text.contains(char::is_control)
}

/// A country or region: DE, EU, US-CA.
pub fn is_region(text: &str) -> bool {
    is_tagged(text, 2..=2, |first| first.is_ascii_uppercase())
}

/// Letters of one case, then parts of letters and digits after dashes.
fn is_tagged(text: &str, first: std::ops::RangeInclusive<usize>, is_cased: fn(char) -> bool) -> bool {
    let mut parts = text.split('-');
    let head = parts.next().unwrap_or_default();
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    first.contains(&head.len()) && head.chars().all(is_cased) && parts.all(is_part) && text.len() <= 35
}

/// What a tenant's keyhole is cut for. The identity provider's word for it is compared in one form.
pub fn reference_digest(reference: &str) -> [u8; 32] {
    Sha256::digest(format!("tenant_reference\0{}", normalise(reference))).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zaitoon() -> Tenant {
        Tenant {
            id: TenantId::fresh(),
            legal_name: "Zaitoon Home GmbH".to_owned(),
            reference: None,
            locale: "de-AT".to_owned(),
            region: "EU".to_owned(),
            plan: "growth".to_owned(),
            app_slots: 3,
            our_role: OurRole::Processor,
            role_note: None,
            state: TenantState::Active,
            opened_at: Instant::EPOCH,
            closing_at: None,
            closes_on: None,
            closed_at: None,
            version: 1,
        }
    }

    #[test]
    fn a_tenant_closes_thirty_days_after_the_wish_and_may_turn_back_until_then() {
        let closing = zaitoon().closing(Instant::EPOCH).expect("it was active");
        assert_eq!(closing.closes_on.map(|day| day.to_string()).as_deref(), Some("1970-01-31"));
        assert!(closing.clone().closing(Instant::EPOCH).is_err());
        assert!(closing.require_active().is_err() && closing.require_open().is_ok());
        let active = closing.reopened().expect("in time");
        assert_eq!((active.state, active.closing_at, active.closes_on), (TenantState::Active, None, None));
        assert!(active.reopened().is_err());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert!(zaitoon().checked().is_ok());
        let bad = Tenant {
            legal_name: " \n".to_owned(),
            reference: Some(String::new()),
            locale: "DE".to_owned(),
            region: "Europe".to_owned(),
            plan: String::new(),
            app_slots: -1,
            role_note: Some("x".repeat(2_001)),
            ..zaitoon()
        };
        let Err(Error::Invalid(flaws)) = bad.checked() else { panic!("flaws") };
        assert_eq!(flaws.iter().count(), 7);
    }

    #[test]
    fn a_reference_is_known_however_it_is_written() {
        assert_eq!(reference_digest(" Org-7 "), reference_digest("org-7"));
        assert_ne!(reference_digest("org-7"), reference_digest("org-8"));
    }
}
