//! What one who asks may do and how far he reaches: drawn from a seat, a key or a membership when a call begins, never
//! looked up in between.

use super::{Permission, Role};
use crate::floor::kernel::TenantId;

/// Permissions and the tenants they hold for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub(super) permissions: Vec<Permission>,
    pub(super) bounds: Bounds,
}

/// The tenants that exist for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bounds {
    /// Every tenant, and the house itself: the operator's own people.
    Desk,
    /// These and no others: partners, members, keys.
    Named(Vec<TenantId>),
}

impl Seat {
    /// A seat's authority: what its roles hold and what was added to it, each once.
    pub fn new(roles: &[Role], added: &[Permission], bounds: Bounds) -> Self {
        let mut permissions: Vec<_> = roles.iter().flat_map(|role| role.permissions()).chain(added).copied().collect();
        permissions.sort_unstable();
        permissions.dedup();
        // What the house and its jobs may is nobody's to hold.
        permissions.retain(|permission| !matches!(permission, Permission::KeepHouse | Permission::RunJobs));
        Self { permissions, bounds }
    }

    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }
}

impl Bounds {
    pub fn holds(&self, tenant: TenantId) -> bool {
        match self {
            Self::Desk => true,
            Self::Named(tenants) => tenants.contains(&tenant),
        }
    }
}
