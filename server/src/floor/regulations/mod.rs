//! Regimes and their clocks: what the laws, the platforms' terms and the operator's own page give a person, and by when.
//! Files a lawyer can read are the truth; this turns them into dates that carry their basis. It is pure: it keeps no row,
//! reads no time of its own, and never recomputes a date that was stored.
//!
//! Three rules hold everywhere. A date is computed from the day of receipt and the whole list of what happened since,
//! never by adding to an earlier date. Where two readings differ, the earlier is worked by and the later is shown as the
//! legal limit. What a calendar does not know is flagged, not guessed.

mod applies;
mod book;
mod calendar;
mod check;
mod clock;
mod fault;
mod history;
mod matter;
mod period;
mod reckon;
mod refused;
mod regime;
mod stored;
mod terms;
#[cfg(test)]
mod tests;
mod words;

pub use applies::{Applies, Asked, Why};
pub use book::{Book, CALENDARS, REGIMES, shipped};
pub use calendar::{Calendar, Outside};
pub use chrono_tz::Tz;
pub use clock::{Basis, CalendarUsed, Clock, Standing, driving, last_fifth};
pub use fault::Fault;
pub use history::{Event, What};
pub use matter::{Matter, Moved, hours_before, zone};
pub use period::Period;
pub use reckon::{Received, ends_at};
pub use refused::{CannotExtend, CannotPause, NoSuchRight};
pub use regime::{OPERATOR_PROMISE, Offer, Regime, Rule, Withheld};
pub use terms::{Acknowledge, Answer, Appeal, Extension, ExtensionFrom, Longer, Pause, Refusal, Term, Within};
pub use words::{Flag, Kind, MustName, PauseGround, Right, Roll, RollReading, Starts, Whose};
