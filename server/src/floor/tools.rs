//! The doors an action or a job may hold, together. It opens none of them.

use url::Url;

use super::blobs::Blobs;
use super::datamap;
use super::egress::Egress;
use super::issuers::Issuers;
use super::journal::Journal;
use super::kernel::{Mode, Watch};
use super::ledger::Ledger;
use super::mail::Mail;
use super::platforms::Platforms;
use super::policy;
use super::vault::Vault;

/// Cheap to clone; every clone holds the same doors.
#[derive(Clone)]
pub struct Tools {
    pub ledger: Ledger,
    pub vault: Vault,
    pub egress: Egress,
    pub issuers: Issuers,
    pub platforms: Platforms,
    pub mail: Mail,
    pub blobs: Blobs,
    pub journal: Journal,
    pub policy: policy::Book,
    pub map: datamap::Map,
    pub keeping: Keeping,
    /// Where people reach this desk, without a slash at its end: what links in letters begin with.
    pub public_url: String,
    pub facts: Facts,
    pub watch: Watch,
}

impl Tools {
    /// The name under which people and machines reach this desk.
    pub fn domain(&self) -> String {
        let url = Url::parse(&self.public_url).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// What only the program that runs knows of itself.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    pub mode: Mode,
    /// It answers with a certificate of its own.
    pub has_certificate: bool,
    /// A proxy of the operator's stands before it.
    pub has_proxy: bool,
    /// What its log makes of a text.
    pub redacts: fn(&str) -> String,
}

/// How long is kept what ages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    /// Months that a row of the access book stays.
    pub access_months: u32,
    /// Months that a contact keeps what the person goes by and wrote, once all it asked is closed.
    pub request_months: u32,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { access_months: 24, request_months: 24 }
    }
}
