//! What would be done about a request, line by line, as it was found. It names counts and codes, never a value.

use sha2::{Digest, Sha256};

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Day, Instant, PlanId, RequestId, StaffId, StoreId};

vocabulary! {
    /// How far a plan has come.
    pub enum PlanState {
        Drawn = "drawn",
        /// A second person reads it.
        Submitted = "submitted",
        Approved = "approved",
        /// The second person sent it back.
        Returned = "returned",
        /// What it was drawn from has changed, or the request ended.
        Superseded = "superseded",
    }
}

vocabulary! {
    /// What would happen to what a line is about.
    pub enum PlannedAction {
        /// The person gets it.
        Disclose = "disclose",
        Delete = "delete",
        /// What tells of the person goes, the rest stays.
        Anonymise = "anonymise",
        Correct = "correct",
        /// It is kept and not used.
        Restrict = "restrict",
        /// A use of it ends.
        Stop = "stop",
        /// A recipient gets no more of it.
        Suppress = "suppress",
        /// It stays, for a ground and until a day.
        Keep = "keep",
        /// A recipient is told.
        Tell = "tell",
        /// No interface there: somebody does it by hand.
        ByHand = "by_hand",
        /// The person gets an answer in words.
        Answer = "answer",
        /// There is nothing there; it was looked for.
        Nothing = "nothing",
    }
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanLine {
    /// The policy's category.
    pub category: String,
    /// The table of ours, or `store`, or `recipient`.
    pub place: String,
    pub store: Option<StoreId>,
    /// The code of the recipient that is told.
    pub recipient: Option<String>,
    pub rows: i64,
    pub action: PlannedAction,
    /// Of a keep: `keep:<code>`, `hold:<reference>` of a hold on the person and `order_hold:<reference>` of one on an order,
    /// `open_order`, `chargeback_window`, `law:<ground>`; `retention:<code>` where an account ends and the page keeps it by a
    /// time of its own. Of a shop that is told by hand once an order there is done or held no more, that ground too.
    pub ground: Option<String>,
    pub until_on: Option<Day>,
}

impl PlanLine {
    /// The line as its plan's digest has it.
    pub fn canonical(&self) -> String {
        let until = self.until_on.map(|day| day.0.to_string()).unwrap_or_default();
        let store = self.store.map(|store| store.to_string()).unwrap_or_default();
        [
            self.category.as_str(),
            &self.place,
            &store,
            self.recipient.as_deref().unwrap_or_default(),
            &self.rows.to_string(),
            self.action.code(),
            self.ground.as_deref().unwrap_or_default(),
            &until,
        ]
        .join("\t")
    }
}

/// What is approved is this: the digest of the lines, each on a line of its own with tabs between its fields.
pub fn digest(lines: &[PlanLine]) -> [u8; 32] {
    let text: String = lines.iter().map(|line| line.canonical() + "\n").collect();
    Sha256::digest(text).into()
}

/// A plan, as it was drawn and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub id: PlanId,
    pub request: RequestId,
    pub number: i16,
    pub digest: [u8; 32],
    pub drawn_at: Instant,
    pub drawn_by: Option<StaffId>,
    pub state: PlanState,
    pub submitted: Option<(Instant, StaffId)>,
    pub decided: Option<(Instant, StaffId)>,
    /// After the cooling-off: nothing that cannot be undone runs before.
    pub starts_at: Option<Instant>,
    pub lines: Vec<PlanLine>,
}
