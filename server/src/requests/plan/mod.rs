//! What is known of a person when a plan is drawn, as counts and codes: the estate. It is put together here from what was
//! counted, so that a right's playbook only has to say what becomes of each piece. Pure; it reads no value of anybody's.

mod binding;
mod comparing;
mod held;
mod lines;
mod pieces;
mod uses;

#[cfg(test)]
pub use binding::Bound;
pub use binding::{CHARGEBACK, Recent, is_bound, is_instructed, part_of, reason_of};
pub use comparing::{Difference, compare, is_alike};
pub use held::{HeldBy, HeldOrders, is_held_order};
pub use lines::{answer, keep, line};
pub use pieces::{keep_by_rules, keep_of, kept_since, own_rule, pieces};
pub use uses::{categories, given, uses};

use super::model::{DataRole, Hold, Source};
use crate::floor::datamap::Table;
use crate::floor::kernel::{AppId, Day, StoreId};
use crate::floor::policy::Ground;

/// The category of what is held although the policy in force lists nothing of the kind.
const UNLISTED: &str = "unlisted";

/// All that a plan is drawn from.
#[derive(Debug, Clone)]
pub struct Estate {
    /// Whether it is of everybody at a shop, or under an account.
    pub is_whole: bool,
    /// The special case of the right.
    pub case: Option<String>,
    pub role: DataRole,
    pub source: Source,
    /// Whether anybody in the tenant's records was found to be the person.
    pub is_known: bool,
    /// What the policy in force holds of people, in its own order.
    pub categories: Vec<String>,
    pub pieces: Vec<Piece>,
    pub stores: Vec<KnownAt>,
    pub reached: Vec<Reached>,
    /// What a destination of the tenant's, or whoever got something of the person, may be given of people.
    pub given: Vec<Given>,
    pub apps: Vec<Touching>,
    pub purposes: Vec<Use>,
    /// What holds all of it; a hold on one order stands with the pieces that it keeps.
    pub holds: Vec<Hold>,
    /// Tables of ours in which something was named that is to be put right.
    pub put_right: Vec<String>,
}

/// Rows of one table that share their fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub category: String,
    pub table: &'static Table,
    pub store: Option<StoreId>,
    pub rows: i64,
    /// What forgetting does to them.
    pub fate: Fate,
    /// What stands against it.
    pub kept: Option<Kept>,
}

/// What forgetting does to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Deleted,
    /// They stay and tell of nobody.
    Anonymised,
    /// They are a book of ours that the law wants whole.
    Kept(Ground),
}

/// Why something stays, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub ground: String,
    pub until: Option<Day>,
}

/// A shop that knows the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAt {
    pub store: StoreId,
    pub platform: String,
    pub rows: i64,
    /// It is connected, and its platform lets an app pass wishes on.
    pub hears_wishes: bool,
}

/// Who got something of the person, as the book of disclosures has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub recipient: String,
    pub category: String,
    /// How often.
    pub times: i64,
}

/// A category of which a recipient may be given something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub recipient: String,
    pub category: String,
    /// Whether it gets a merchant's events.
    pub is_destination: bool,
    pub purposes: Vec<String>,
}

/// An app that touches a category of what is held of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touching {
    pub app: AppId,
    pub category: String,
}

/// What data of people are used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub code: String,
    pub categories: Vec<String>,
    pub ground: Option<Ground>,
    pub is_marketing: bool,
    /// Events go to destinations for it.
    pub is_relay: bool,
}
