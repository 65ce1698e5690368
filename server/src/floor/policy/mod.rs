//! The policy file: what one operator promises, written once and read by everything. It parses, checks and compares;
//! it keeps no row, and never decides what becomes of a policy that is sound.

mod book;
mod check;
mod diff;
mod follow;
mod items;
mod matrix;
mod model;
mod parse;
mod places;
mod shipped;
mod text;
mod words;

pub use book::{Adopted, Book};
pub use check::{check, is_within};
pub use diff::{Change, ChangeKind, Written, diff, new_processors};
pub use follow::{Follower, Moment, Turn};
pub use items::{Fact, Item, Part, Value, items};
pub use matrix::{Place, Row, not_kept};
pub use model::{
    About, Announces, AppKind, Category, Cookie, Dated, Duties, Duty, Ending, Field, Forbidden, Form, Ground, Keep,
    Name, Operator, Our, Policy, Promise, Purpose, Receives, Recipient, RecipientKind, Region, Retention, Right, Scope,
    Sensitivity, Transfer, While, Window,
};
pub use parse::{Fault, parse};
pub use shipped::{Chosen, SHIPPED, shipped};
pub use text::Text;
pub use words::{CHECKS, RIGHTS};
