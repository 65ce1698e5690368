//! A consignment with people's data in it: who gets it, at which host, what for, and every field of it with its form.

use url::Url;

use super::address::Host;
use super::call::Answer;

/// A field of the policy, as `category.field`, and the form it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub field: String,
    pub form: &'static str,
}

/// What one recipient is given.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Its code in the policy.
    pub recipient: String,
    /// The one host it goes to.
    pub host: Host,
    pub purpose: String,
    pub carries: Vec<Carried>,
    /// All that the recipient may get, by the policy in force.
    pub may: Vec<Carried>,
}

impl Shared {
    /// What is wrong with sending it there, if anything is.
    pub(super) fn flaw(&self, url: &Url) -> Option<&'static str> {
        if Host::of(url).as_ref() != Some(&self.host) {
            return Some("the host is not the recipient's");
        }
        if self.carries.is_empty() || self.purpose.is_empty() {
            return Some("it does not say what it carries and what for");
        }
        let may = |carried: &Carried| self.may.contains(carried);
        (!self.carries.iter().all(may)).then_some("it carries what the recipient does not get, or not so")
    }
}

/// What came of sending: what has left is to be disclosed, whatever was answered.
#[must_use]
pub struct Sent {
    /// Whether any of it may have reached the recipient.
    pub has_left: bool,
    /// What was answered, or why nothing was, in a word.
    pub answer: Result<Answer, &'static str>,
}
