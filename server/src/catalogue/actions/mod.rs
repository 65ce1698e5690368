//! What is done with versions of the policy: taken up at the first start, proposed, published by another, put in force
//! on their day, withdrawn.

mod changing;
mod reading;
mod settling;

pub use changing::{alarm, propose, publish, turn, withdraw};
pub use reading::{compare, find, judge, list};
pub use settling::{refresh, settle};
