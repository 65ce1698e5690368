//! What a permit opened. Only a scope opens the ledger; a span and the desk open it only after their trace is written,
//! which is why their permits are types of their own. No scope can be made from outside this floor.

use super::{Actor, Lease};
use crate::floor::kernel::TenantId;

/// One tenant, to read and write.
#[derive(Debug, Clone)]
pub struct One {
    tenant: TenantId,
    lease: Option<Lease>,
}

/// The tenants a grant names, to read.
#[derive(Debug, Clone)]
pub struct Span {
    tenants: Vec<TenantId>,
}

/// Every tenant, but only keys and facts.
#[derive(Debug, Clone)]
pub struct Desk(());

/// What a caller was permitted to open.
#[derive(Debug, Clone)]
pub struct Scope<K> {
    actor: Actor,
    kind: K,
}

/// What tenants a reading scope reaches.
pub trait Readable {
    fn actor(&self) -> Actor;
    fn tenants(&self) -> &[TenantId];
}

impl<K> Scope<K> {
    pub fn actor(&self) -> Actor {
        self.actor
    }
}

impl Scope<One> {
    pub(super) fn one(actor: Actor, tenant: TenantId, lease: Option<Lease>) -> Self {
        Self { actor, kind: One { tenant, lease } }
    }

    pub fn tenant(&self) -> TenantId {
        self.kind.tenant
    }

    pub fn lease(&self) -> Option<Lease> {
        self.kind.lease
    }
}

impl Readable for Scope<One> {
    fn actor(&self) -> Actor {
        self.actor
    }

    fn tenants(&self) -> &[TenantId] {
        std::slice::from_ref(&self.kind.tenant)
    }
}

impl Readable for Scope<Span> {
    fn actor(&self) -> Actor {
        self.actor
    }

    fn tenants(&self) -> &[TenantId] {
        &self.kind.tenants
    }
}

/// A span that is allowed and not yet traced.
#[derive(Debug)]
pub struct SpanPermit {
    actor: Actor,
    tenants: Vec<TenantId>,
}

impl SpanPermit {
    pub(super) fn new(actor: Actor, tenants: Vec<TenantId>) -> Self {
        Self { actor, tenants }
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    pub fn tenants(&self) -> &[TenantId] {
        &self.tenants
    }

    /// The ledger calls this, when the access row stands.
    pub(in crate::floor) fn traced(self) -> Scope<Span> {
        Scope { actor: self.actor, kind: Span { tenants: self.tenants } }
    }
}

/// A look at the desk that is allowed and not yet traced.
#[derive(Debug)]
pub struct DeskPermit {
    actor: Actor,
}

impl DeskPermit {
    pub(super) fn new(actor: Actor) -> Self {
        Self { actor }
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The ledger calls this, when the access row stands.
    pub(in crate::floor) fn traced(self) -> Scope<Desk> {
        Scope { actor: self.actor, kind: Desk(()) }
    }
}
