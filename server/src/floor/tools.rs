//! The doors an action or a job may hold, together. It opens none of them.

use super::blobs::Blobs;
use super::egress::Egress;
use super::issuers::Issuers;
use super::kernel::Watch;
use super::ledger::Ledger;
use super::mail::Mail;
use super::vault::Vault;

/// Cheap to clone; every clone holds the same doors.
#[derive(Clone)]
pub struct Tools {
    pub ledger: Ledger,
    pub vault: Vault,
    pub egress: Egress,
    pub issuers: Issuers,
    pub mail: Mail,
    pub blobs: Blobs,
    pub watch: Watch,
}
