//! The closed list of what a caller may be allowed.

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
        /// See the data of the tenants a grant names.
        SeeData = "see_data",
    }
}
