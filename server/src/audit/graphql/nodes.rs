//! Rows of the books as they are answered: ids and codes, and never a personal value.

use async_graphql::{ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions::Standing;
use super::super::model::{Access, Told};
use crate::floor::graphql::{handle, node_id};
use crate::floor::journal::hex;
use crate::floor::kernel::Ref;
use crate::tenants::{Tenant, TenantNode};

/// A link of a chain, and whose.
pub struct EventNode {
    pub told: Told,
    pub tenant: Option<Tenant>,
}

/// Something that was done, as a link of its tenant's chain.
#[Object(name = "Event")]
impl EventNode {
    /// Whose chain it is a link of; nobody's where it is the house's.
    async fn tenant(&self) -> Option<TenantNode> {
        self.tenant.clone().map(TenantNode)
    }

    /// Its number in the chain.
    async fn seq(&self) -> i64 {
        self.told.seq
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.told.at.utc()
    }

    /// When, in microseconds since 1970, as the hash covers it.
    async fn at_micros(&self) -> String {
        self.told.at.micros().to_string()
    }

    /// By whom.
    async fn actor(&self) -> &str {
        &self.told.actor
    }

    /// What was done.
    async fn action(&self) -> &str {
        &self.told.action
    }

    /// To what.
    async fn object(&self) -> &str {
        &self.told.object
    }

    /// Counts and codes that belong to it; null where there are none, or where they are sealed.
    async fn facts(&self) -> Option<&str> {
        self.told.facts.as_deref()
    }

    /// SHA-256 of what stands beside it, in hexadecimal.
    async fn payload_hash(&self) -> Option<String> {
        self.told.payload_hash.as_deref().map(hex)
    }

    /// SHA-256 of the link, in hexadecimal.
    async fn hash(&self) -> String {
        hex(&self.told.hash)
    }
}

/// A row of the access book, and whose book it is.
pub struct AccessNode {
    pub access: Access,
    pub tenant: Option<Tenant>,
}

/// A look at somebody's data, or at several tenants at once.
#[Object(name = "Access")]
impl AccessNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.access.tenant, self.access.id))
    }

    /// Whose data it was; nobody's where it stands in the house's book.
    async fn tenant(&self) -> Option<TenantNode> {
        self.tenant.clone().map(TenantNode)
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.access.at.utc()
    }

    /// Who looked.
    async fn actor(&self) -> &str {
        &self.access.actor
    }

    /// A handle of the person whose data was opened; null where several tenants or the desk were looked at.
    async fn subject(&self) -> Option<String> {
        self.access.subject.map(handle)
    }

    /// What was looked at: a field, a span of tenants, a view of the desk.
    async fn view(&self) -> &str {
        &self.access.view
    }

    /// What for.
    async fn purpose(&self) -> &str {
        &self.access.purpose
    }

    /// The ticket it served.
    async fn ticket(&self) -> Option<&str> {
        self.access.ticket.as_deref()
    }

    /// The grant it was under.
    async fn grant(&self) -> Option<ID> {
        self.access.grant.map(|grant| node_id(Ref::new(self.access.tenant, grant)))
    }

    /// Whether a reason in words is kept with it, sealed.
    async fn has_reason(&self) -> bool {
        self.access.has_reason
    }
}

/// Where a chain ends, and how far the checkpoints vouch for it.
#[derive(SimpleObject)]
pub struct AuditStanding {
    /// Whose chain it is; nobody's where it is the house's.
    tenant: Option<TenantNode>,
    /// The number of its last link.
    seq: i64,
    /// The hash of its last link, in hexadecimal.
    hash: String,
    /// The last checkpoint; null where this server has seen none.
    checkpoint: Option<Checkpoint>,
    /// The last link that a checkpoint vouches for; a cut before it is found.
    covered: Option<u64>,
}

/// Where the chains ended at a moment, signed and kept outside the database.
#[derive(SimpleObject)]
pub struct Checkpoint {
    /// When.
    at: DateTime<Utc>,
    /// How many chains the checkpoints vouch for.
    chains: usize,
    /// SHA-256 of its line, in hexadecimal: what to remember of it.
    digest: String,
    /// The version of the key that signed it.
    key: u32,
}

impl AuditStanding {
    pub fn of(standing: Standing) -> Self {
        let checkpoint = standing.checkpoint.map(|(last, chains)| Checkpoint {
            at: last.at.utc(),
            chains,
            digest: hex(&last.digest),
            key: last.key,
        });
        Self {
            tenant: standing.tenant.map(TenantNode),
            seq: standing.head.seq,
            hash: hex(&standing.head.hash),
            checkpoint,
            covered: standing.covered,
        }
    }
}
