//! What a person gets, and what was left out of it. Pure.

use crate::floor::blobs::{Blob, Kind};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{BlobId, Instant, PackageId, PackageLinkId, RedactionId, RequestId, StaffId, TenantId};
use uuid::Uuid;

vocabulary! {
    /// How far a package has come.
    pub enum PackageState {
        /// It is being made.
        Ordered = "ordered",
        /// It lies there whole, and a second person reads what it holds.
        Made = "made",
        /// The person may fetch it.
        Released = "released",
        /// Another took its place.
        Replaced = "replaced",
        /// Its time is over, or the person was erased.
        Gone = "gone",
    }
}

vocabulary! {
    /// Why something was left out of a package.
    pub enum LeftOut {
        /// It tells of somebody else.
        OthersRights = "others_rights",
        /// It would give away a secret of trade.
        TradeSecret = "trade_secret",
        /// It serves to bring or answer a claim.
        LegalClaims = "legal_claims",
        /// A law forbids to hand it out.
        LawForbids = "law_forbids",
        /// It is needed against an attack.
        SecurityIncident = "security_incident",
        /// It is somebody else's altogether.
        NotTheirs = "not_theirs",
    }
}

/// A copy of what is held of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub tenant: TenantId,
    pub id: PackageId,
    pub request: RequestId,
    /// The first of a request is 1.
    pub number: i16,
    pub state: PackageState,
    /// It holds only what came from the person.
    pub is_given: bool,
    pub locale: String,
    pub ordered_at: Instant,
    /// Who submitted the plan.
    pub ordered_by: Option<StaffId>,
    /// Where the file lies, while it does.
    pub file: Option<BlobId>,
    pub made: Option<Made>,
    pub released: Option<Release>,
    pub ended_at: Option<Instant>,
    pub version: i32,
}

impl Package {
    pub fn blob(&self) -> Option<Blob> {
        self.file.map(|id| Blob { tenant: self.tenant, id, kind: Kind::Package })
    }

    /// Whether it stands: no other takes its place.
    pub const fn stands(&self) -> bool {
        matches!(self.state, PackageState::Ordered | PackageState::Made | PackageState::Released)
    }
}

/// What making it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub at: Instant,
    pub rows: i64,
    /// Rows and cells that staff or a law left out.
    pub left_out: i64,
    pub bytes: i64,
    /// Of the file as it lies there.
    pub digest: [u8; 32],
    /// Of the list of what it holds.
    pub manifest: [u8; 32],
}

/// Who let it go, and until when it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    pub at: Instant,
    pub by: StaffId,
    pub until: Instant,
}

/// One file of a package, in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    pub name: String,
    /// How many rows stand in it, where it holds rows.
    pub rows: Option<u64>,
    pub bytes: u64,
    pub digest: [u8; 32],
}

/// A row or cell that staff left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    pub id: RedactionId,
    /// The table it stands in.
    pub place: String,
    pub row: Uuid,
    /// The one column; the whole row where there is none.
    pub field: Option<String>,
    pub code: LeftOut,
    pub made_at: Instant,
    pub made_by: StaffId,
    pub lifted: Option<(Instant, StaffId)>,
}

/// The link by which a package is fetched, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub id: PackageLinkId,
    pub package: PackageId,
    pub expires_at: Instant,
    pub used: Option<Used>,
    pub is_ended: bool,
}

/// Who fetched it, and until when the same browser may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    pub session: Vec<u8>,
    pub until: Instant,
}
