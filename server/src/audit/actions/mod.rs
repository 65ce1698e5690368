//! What can be asked of the audit.

mod export;
mod reading;
mod restoring;

pub use export::{Exported, export};
pub use reading::{Books, Standing, find_access, list_accesses, list_events, standing};
pub use restoring::note_restore;
