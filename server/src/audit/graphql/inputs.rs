//! What the lists of the books are asked for.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

use super::super::queries;
use crate::floor::graphql::place;
use crate::floor::kernel::{Error, GrantId, Instant, Result, TenantId};

/// Which events a list holds; all that is said must fit.
#[derive(InputObject, Default)]
pub struct EventFilter {
    /// Of this tenant's chain; of the house's where nobody is named.
    pub tenant: Option<ID>,
    /// Done by this one, as the books name him, such as house or staff:… .
    actor: Option<String>,
    /// This was done, such as grant.given.
    action: Option<String>,
    /// Done to this, as the books name it, such as tenant:… .
    object: Option<String>,
    /// From this moment on.
    since: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
}

impl EventFilter {
    pub fn read(self) -> queries::EventFilter {
        queries::EventFilter {
            actor: self.actor,
            action: self.action,
            object: self.object,
            since: self.since.map(Instant::from_utc),
            until: self.until.map(Instant::from_utc),
        }
    }
}

/// Which accesses a list holds; all that is said must fit.
#[derive(InputObject, Default)]
pub struct AccessFilter {
    /// Of this tenant's book; of the house's where nobody is named.
    pub tenant: Option<ID>,
    /// By this one, as the books name him, such as staff:… .
    actor: Option<String>,
    /// Of this member's data.
    pub subject: Option<ID>,
    /// Under this grant.
    grant: Option<ID>,
    /// For this ticket.
    ticket: Option<String>,
    /// From this moment on.
    since: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
}

impl AccessFilter {
    /// A grant belongs to the tenant whose data it opens.
    pub fn read(self, tenant: TenantId) -> Result<queries::AccessFilter> {
        let grant = self.grant.as_ref().map(|id| place::<GrantId>(id, "grant")).transpose()?;
        if grant.is_some_and(|grant| grant.tenant != tenant) {
            return Err(Error::NotFound("grant"));
        }
        Ok(queries::AccessFilter {
            actor: self.actor,
            subject: None,
            grant: grant.map(|grant| grant.id),
            ticket: self.ticket,
            since: self.since.map(Instant::from_utc),
            until: self.until.map(Instant::from_utc),
        })
    }
}
