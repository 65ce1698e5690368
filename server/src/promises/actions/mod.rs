//! Verbs of this slice.

mod following;
mod looking;
mod reading;
mod record;

pub use following::follow;
pub use looking::{check_promise, look_at_due};
pub use reading::{Filter, find_promise, history_of, list_promises, may_see, see_map};
pub use record::record_of_processing;
