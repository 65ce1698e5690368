//! Closed lists of the floor as the API says them.

use async_graphql::Enum;

use crate::floor::access::{Permission, Role};

/// What a caller may be allowed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Permission", remote = "Permission")]
pub enum PermissionWord {
    /// The house's own upkeep; nobody is given it.
    KeepHouse,
    /// The work of jobs; nobody is given it.
    RunJobs,
    /// See figures and facts of every tenant, never personal data.
    SeeQueue,
    /// Open personal values of a tenant, under a live grant.
    SeeData,
    /// See a tenant within reach, its members masked.
    SeeTenants,
    /// Open, change and close tenants, and look after their members.
    KeepTenants,
    /// Look after the members of one's own organisation.
    KeepMembers,
    /// See seats, grants and everyone's sessions.
    SeeStaff,
    /// Invite, change and disable seats, and end others' sessions.
    KeepStaff,
    /// Give others leave to open data, and review broken glass.
    GiveGrants,
    /// Open data without leave in an emergency; it alarms.
    BreakGlass,
    /// Make, rotate and revoke API keys.
    KeepApiKeys,
    /// Read the books: events and accesses.
    ReadBooks,
    /// Look after stores: their records, what they granted, disconnecting them.
    KeepStores,
    /// Connect and disconnect apps, and look after their credentials.
    KeepApps,
    /// Review who and what may do what, and decide about it.
    ReviewAccess,
    /// Propose a change of the policy, and answer objections to it.
    KeepPolicy,
    /// Publish a change of the policy that somebody else proposed.
    PublishPolicy,
    /// Take down what people ask.
    TakeRequests,
    /// Work what people ask: prove, plan, pause, extend, refuse, write.
    WorkRequests,
    /// Approve what somebody else planned, or send it back.
    ApprovePlans,
}

/// Which way a list is sorted.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the first to the last.
    Asc,
    /// From the last to the first.
    Desc,
}

/// A personal field that can be revealed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalField {
    /// The civil name.
    Name,
    /// The mail address.
    Mail,
}

/// What a seat at the desk is for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Role", remote = "Role")]
pub enum RoleWord {
    /// Works requests.
    Support,
    /// The second person.
    Approver,
    /// Looks after tenants, apps and keys.
    Ops,
    /// Proves who saw what, and changes nothing.
    Auditor,
    /// Looks after the seats themselves.
    Admin,
}

/// A list as the API says it, or as the desk means it.
pub fn words<A: Copy, B: From<A>>(list: &[A]) -> Vec<B> {
    list.iter().copied().map(B::from).collect()
}
