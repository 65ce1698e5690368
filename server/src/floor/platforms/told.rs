//! What a delivery tells, once it is proved. It is read tolerantly: an id is a text or a number, what is null or not there
//! is not told, and what nobody knows is passed over. A body that is no document is refused.

use serde_json::Value;

use super::Refusal;
use super::goods::{Good, Shelf};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, Personal};

vocabulary! {
    /// What a platform asks for a person's sake.
    pub enum PrivacyNoticeKind {
        /// What is held of a customer is to be given to the merchant.
        DataRequest = "data_request",
        /// What is held of a customer is to go.
        RedactCustomer = "redact_customer",
        /// What is held of a shop is to go.
        RedactShop = "redact_shop",
        /// A person's account at the platform is closed.
        AccountClosed = "account_closed",
    }
}

/// What a delivery tells.
pub enum Told {
    /// These are as they stand at the platform.
    Goods(Vec<Good>),
    /// The platform has this no more.
    Gone(Shelf, String),
    /// Something on this shelf is not as it was: it is to be read.
    Look(Shelf),
    /// The merchant threw the app out: what it was given opens nothing any more.
    Uninstalled,
    /// What the app was given opens nothing any more, and the merchant did not say that it is over.
    Lapsed,
    /// All that is granted, and since when by the platform's clock, where it says so.
    Scopes(Vec<String>, Option<Instant>),
    Notice(Notice),
    /// There is nothing in it for us.
    Nothing,
}

/// What a platform asks for a person's sake.
pub struct Notice {
    pub kind: PrivacyNoticeKind,
    /// What the platform calls its request.
    pub reference: Option<String>,
    /// Whom or what it is about: what kind of name, and the name. A kind may come several times.
    pub named: Vec<(&'static str, Personal)>,
}

/// The document in a body.
pub(super) fn document(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).ok().filter(Value::is_object).ok_or(Refusal("body"))
}
