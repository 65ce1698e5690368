//! Which role holds which permission: the one table, published as `tests/golden/authority.txt` and held there by a law.
//! To see the queue and to see the data are different permissions; nobody who keeps seats or keys opens data.

use super::Permission::{
    self, ApprovePlans, BreakGlass, GiveGrants, KeepApiKeys, KeepApps, KeepPolicy, KeepStaff, KeepStores, KeepTenants,
    PublishPolicy, ReadBooks, ReviewAccess, SeeData, SeeQueue, SeeStaff, SeeTenants, TakeRequests, WorkRequests,
};
use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// What a seat at the desk is for.
    pub enum Role {
        /// Works requests.
        Support = "support",
        /// The second person.
        Approver = "approver",
        /// Looks after tenants, apps and keys.
        Ops = "ops",
        /// Proves who saw what, and changes nothing.
        Auditor = "auditor",
        /// Looks after the seats themselves.
        Admin = "admin",
    }
}

impl Role {
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Support => &[SeeQueue, SeeTenants, SeeData, BreakGlass, TakeRequests, WorkRequests],
            Self::Approver => &[SeeQueue, SeeTenants, SeeData, GiveGrants, ReviewAccess, PublishPolicy, ApprovePlans],
            Self::Ops => &[
                SeeQueue,
                SeeTenants,
                KeepTenants,
                SeeStaff,
                KeepApiKeys,
                KeepStores,
                KeepApps,
                ReviewAccess,
                KeepPolicy,
                TakeRequests,
            ],
            Self::Auditor => &[SeeQueue, SeeTenants, SeeStaff, ReadBooks],
            Self::Admin => &[
                SeeQueue,
                SeeTenants,
                KeepTenants,
                SeeStaff,
                KeepStaff,
                GiveGrants,
                KeepApiKeys,
                ReadBooks,
                ReviewAccess,
                PublishPolicy,
            ],
        }
    }
}
