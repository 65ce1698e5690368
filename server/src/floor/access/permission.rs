//! The closed list of what a caller may be allowed. Which role holds what is in `role`.

use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// What may be permitted, in the words of the desk.
    pub enum Permission {
        /// Carry out the house's own upkeep: schedules, keys, books.
        KeepHouse = "keep_house",
        /// Do the work of a job in its lane.
        RunJobs = "run_jobs",
        /// See figures and facts of every tenant, never personal data.
        SeeQueue = "see_queue",
        /// Open personal values of a tenant, under a live grant.
        SeeData = "see_data",
        /// See a tenant within reach, its members masked.
        SeeTenants = "see_tenants",
        /// Open, change and close tenants, and look after their members.
        KeepTenants = "keep_tenants",
        /// Look after the members of one's own organisation.
        KeepMembers = "keep_members",
        /// See seats, grants and everyone's sessions.
        SeeStaff = "see_staff",
        /// Invite, change and disable seats, and end others' sessions.
        KeepStaff = "keep_staff",
        /// Give others leave to open data, and review broken glass.
        GiveGrants = "give_grants",
        /// Open data without leave in an emergency; it alarms.
        BreakGlass = "break_glass",
        /// Make, rotate and revoke API keys.
        KeepApiKeys = "keep_api_keys",
        /// Read the books: events and accesses.
        ReadBooks = "read_books",
        /// Look after stores: their records, what they granted, disconnecting them.
        KeepStores = "keep_stores",
        /// Connect and disconnect apps, and look after their credentials.
        KeepApps = "keep_apps",
        /// Review who and what may do what, and decide about it.
        ReviewAccess = "review_access",
        /// Propose a change of the policy, and answer objections to it.
        KeepPolicy = "keep_policy",
        /// Publish a change of the policy that somebody else proposed.
        PublishPolicy = "publish_policy",
        /// Take down what people ask.
        TakeRequests = "take_requests",
        /// Work what people ask: prove, plan, pause, extend, refuse, write.
        WorkRequests = "work_requests",
        /// Approve what somebody else planned, or send it back.
        ApprovePlans = "approve_plans",
    }
}

impl Permission {
    /// What an API key or a partner's seat may be given: work inside the tenants it names, and nothing of the house.
    pub const LENDABLE: &'static [Self] = &[
        Self::SeeTenants,
        Self::KeepMembers,
        Self::SeeData,
        Self::ReadBooks,
        Self::KeepStores,
        Self::KeepApps,
        Self::TakeRequests,
    ];
}
