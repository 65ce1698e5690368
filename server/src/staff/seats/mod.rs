//! Seats: who may sit at the desk, what the seat may, and until when. A change of authority grows the seat's version,
//! and every session made under another is dead. It never says what a session may do without asking the seat.

mod actions;
mod model;
pub mod queries;

pub use actions::{MAIL_INDEX, bootstrap, change, disable, enable, invite, open_mail, renew, second_persons};
pub use model::{Authority, Change, Invitation, Invited, SecondFactor, StaffMember, StaffState};
