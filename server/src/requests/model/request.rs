//! A request: one right that somebody asked for.

use uuid::Uuid;

use super::intake::{DataRole, Source};
use super::stage::Stage;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Instant, IntakeId, RequestId, StaffId, StoreId, SubjectId, TenantId};
use crate::floor::regulations::Right;

vocabulary! {
    /// How a request ended.
    pub enum Outcome {
        /// Everything that was asked was done.
        Fulfilled = "fulfilled",
        /// Some of it was done, and the rest has its ground.
        PartlyFulfilled = "partly_fulfilled",
        /// Lawfully not done.
        Refused = "refused",
        /// The person did not want it any more.
        Withdrawn = "withdrawn",
        /// Nobody proved in time that they may ask.
        Expired = "expired",
        /// Nobody asked for anything.
        Spam = "spam",
        /// The same was asked already.
        Duplicate = "duplicate",
    }
}

impl Outcome {
    /// What was tried, where it may not be.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Fulfilled | Self::PartlyFulfilled => "settled",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "let go of",
            Self::Spam => "set aside as spam",
            Self::Duplicate => "joined to another",
        }
    }
}

vocabulary! {
    /// Why something is not done.
    pub enum Ground {
        /// A law asks that it is kept.
        LegalObligation = "legal_obligation",
        /// It serves to bring or answer a claim.
        LegalClaims = "legal_claims",
        /// A contract with the person needs it still.
        ContractActive = "contract_active",
        FreedomOfExpression = "freedom_of_expression",
        PublicInterest = "public_interest",
        /// It would hurt another's rights.
        OthersRights = "others_rights",
        /// Nobody could prove that they may ask.
        Unverified = "unverified",
        /// It is plainly unfounded or excessive.
        UnfoundedExcessive = "unfounded_excessive",
        /// The same was asked already.
        Duplicate = "duplicate",
        /// The law leaves such data out.
        ExemptData = "exempt_data",
        /// It is needed against an attack.
        SecurityIncident = "security_incident",
        /// A payment may still be disputed.
        ChargebackWindow = "chargeback_window",
        /// It stands in a backup alone, and goes with that.
        BackupDeferred = "backup_deferred",
    }
}

vocabulary! {
    /// Why something was answered late.
    pub enum LateReason {
        /// The proof of identity took long.
        Identity = "identity",
        /// Too many came at once.
        Volume = "volume",
        /// The merchant did not answer.
        Merchant = "merchant",
        /// A recipient did not answer.
        Recipient = "recipient",
        Holiday = "holiday",
        /// Our own fault.
        Ours = "ours",
    }
}

/// The clock that is worked by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The code of its regime.
    pub regime: String,
    pub on: Day,
    pub at: Instant,
    /// Ours: the day on which the last fifth of the time begins. None while it stands still until the person answers; a
    /// pause that its regime does not know stops nothing of it.
    pub target_on: Option<Day>,
}

impl Due {
    /// Whether the time of a request that is paused stands still; another's may run on meanwhile.
    pub const fn is_still(&self) -> bool {
        self.target_on.is_none()
    }
}

/// One right that somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub tenant: TenantId,
    pub id: RequestId,
    pub intake: IntakeId,
    /// What people call it, such as `R-7K4QD2`.
    pub reference: String,
    pub right: Right,
    /// The special case of it, such as `direct_marketing`.
    pub case: Option<String>,
    pub source: Source,
    pub role: DataRole,
    pub locale: String,
    pub store: Option<StoreId>,
    pub subject: Option<SubjectId>,
    pub received_at: Instant,
    pub stage: Stage,
    pub ground: Option<Ground>,
    pub original: Option<RequestId>,
    pub appeal_of: Option<RequestId>,
    pub due: Option<Due>,
    pub answered_at: Option<Instant>,
    pub late_reason: Option<LateReason>,
    pub owner: Option<StaffId>,
    pub team: Option<String>,
    pub is_test: bool,
    /// When it last changed.
    pub moved_at: Instant,
    pub version: i32,
}

impl Request {
    /// Whether its answer was or is late. One that was given in time is not, whoever is still awaited.
    pub fn is_late(&self, now: Instant) -> bool {
        let Some(due) = &self.due else { return false };
        let ended = match self.stage {
            Stage::Closed { at, .. } => self.answered_at.unwrap_or(at),
            Stage::Paused { .. } if due.is_still() => return false,
            _ => self.answered_at.unwrap_or(now),
        };
        ended >= due.at
    }
}

/// What people call a request of this id: seven letters and digits that nobody mixes up.
pub fn reference(id: RequestId) -> String {
    ["R-".to_owned(), letters(id.uuid())].concat()
}

/// Seven letters and digits of an id.
pub(super) fn letters(id: Uuid) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bytes = id.into_bytes();
    // The last bytes of a UUIDv7 are random.
    let random = bytes[9..16].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    (0..7).map(|at| char::from(LETTERS[usize::try_from(random >> (at * 5) & 31).unwrap_or_default()])).collect()
}
