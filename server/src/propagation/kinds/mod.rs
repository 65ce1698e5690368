//! Ways of telling a recipient, each behind the same trait and a line in the registry. Each makes what is wished true: it
//! may be run again at any moment, asks before it sends a second time, and never takes silence for an answer.

mod by_hand;
mod mail;
mod opendsr;
mod platform;
mod template;

pub use opendsr::{Heard, read_callback};
pub use template::{hosts_of, is_known, lacking_of, needs_of, unknown_of};

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::model::{AttemptKind, Matches, RecipientWay, Task, TaskKind};
use crate::floor::access::{One, Scope};
use crate::floor::egress::{Call, Carried, Host, Sent, Shared};
use crate::floor::jobs::Run;
use crate::floor::kernel::{Error, Result, Secret};
use crate::floor::policy::{About, Policy};
use crate::floor::tools::Tools;

/// Every way there is.
const REGISTRY: &[&dyn Kind] =
    &[&platform::ByPlatform, &template::ByTemplate, &opendsr::ByOpenDsr, &mail::ByMail, &by_hand::ByHand];

/// The way of this kind.
pub fn find(kind: TaskKind) -> Result<&'static dyn Kind> {
    let found = REGISTRY.iter().copied().find(|known| known.kind() == kind);
    found.ok_or_else(|| Error::internal("a kind of telling that nobody knows"))
}

/// One way of telling a recipient.
pub trait Kind: Send + Sync {
    fn kind(&self) -> TaskKind;

    /// Does one more thing for the task, and says what came of it. Nothing of ours is held meanwhile.
    fn tell<'a>(&'a self, telling: &'a Telling<'a>) -> BoxFuture<'a, Result<Came>>;
}

/// What one try has at hand.
pub struct Telling<'a> {
    pub run: &'a Run,
    pub tools: &'a Tools,
    pub lane: &'a Scope<One>,
    pub policy: &'a Policy,
    pub task: &'a Task,
    pub matches: &'a Matches,
    pub way: Option<&'a RecipientWay>,
    pub credential: Option<&'a Secret>,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    pub how: How,
    /// A status or a word of ours.
    pub answer: String,
    pub did: AttemptKind,
    /// What left, field by field.
    pub left: Vec<Carried>,
    /// Digest of what was answered.
    pub proof: Option<[u8; 32]>,
    /// What the recipient calls it from now on.
    pub reference: Option<String>,
}

/// How a task stands after a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It did all of it.
    Done,
    /// It has nothing of the person.
    AlreadyGone,
    /// It does not do it.
    Refused,
    /// One of several calls was answered; the next one is due now: of the next thing the person is known by, or of the same.
    OneMore { is_next: bool },
    /// There was nothing to do.
    Nothing,
    /// It has it and did not answer yet; it is asked again after this, where it can be asked.
    Sent(Option<Duration>),
    /// It works on it; it is asked again after this.
    Acknowledged(Option<Duration>),
    /// Nothing came of it: it is tried again. Where it is not sure that nothing left, it is asked before that.
    Again { after: Duration, is_unsure: bool },
    /// The other side says when it may be tried again.
    SlowDown(Duration),
    /// A program may not do it: what a person does.
    ByHand(String),
}

impl Came {
    pub fn of(how: How, did: AttemptKind, answer: impl Into<String>) -> Self {
        Self { how, answer: answer.into(), did, left: Vec::new(), proof: None, reference: None }
    }

    /// A person has to do it.
    pub fn by_hand(answer: &str, advice: impl Into<String>) -> Self {
        Self::of(How::ByHand(advice.into()), AttemptKind::Waited, answer)
    }

    #[must_use]
    fn with(self, left: Vec<Carried>) -> Self {
        Self { left, ..self }
    }

    #[must_use]
    fn proved(self, proof: [u8; 32]) -> Self {
        Self { proof: Some(proof), ..self }
    }
}

/// Before somebody is tried again who did not answer.
const AGAIN: Duration = Duration::from_secs(2);

/// Nobody who asks us to slow down makes us wait for longer.
const LONGEST: Duration = Duration::from_hours(1);

const NOT_LET_IN: &str = "This recipient does not accept our key: set up anew what lets us in there, and try again.";

/// Where nothing came back: whether anything may have left says whether it is asked about first.
fn unanswered(did: AttemptKind, has_left: bool, why: &str) -> Came {
    Came::of(How::Again { after: AGAIN, is_unsure: has_left }, did, why)
}

/// What a status means that says nothing of the wish; none where it is an answer. Nothing was done where it says that it is
/// too much or too early, or that we are not let in; after any other it is not known.
fn passing(status: u16, after: Option<Duration>, did: AttemptKind) -> Option<Came> {
    match status {
        425 | 429 => {
            let after = after.unwrap_or(AGAIN).clamp(Duration::from_secs(1), LONGEST);
            Some(Came::of(How::SlowDown(after), did, status.to_string()))
        }
        // It says no to us and not to the person: coming back changes nothing before somebody has looked after the key.
        401 | 403 => Some(Came { did, ..Came::by_hand(&status.to_string(), NOT_LET_IN) }),
        // What is in the way of a call may be the same call, still under way: how it stands says itself.
        408 | 409 | 500.. => Some(unanswered(did, true, &status.to_string())),
        _ => None,
    }
}

/// The seconds that an answer asks us to wait.
fn retry_after(answer: &crate::floor::egress::Answer) -> Option<Duration> {
    let said = answer.headers("retry-after").next()?;
    said.trim().parse().ok().map(Duration::from_secs)
}

impl Telling<'_> {
    /// Sends a call with what one person is known by, to its recipient's own host.
    async fn share(&self, call: Call, host: Option<Host>, left: &[Carried]) -> Result<Sent> {
        let host = host.ok_or_else(|| Error::internal("a recipient's address without a host"))?;
        self.run.hold().await?;
        let shared = Shared {
            recipient: self.task.recipient.clone(),
            host,
            purpose: PURPOSE.to_owned(),
            carries: left.to_vec(),
            may: left.to_vec(),
        };
        self.tools.egress.share(&shared, call.theirs()).await
    }

    /// The policy's field of this key in the taxonomy, for the book of what left.
    fn carried(&self, key: &str, form: &'static str) -> Carried {
        carried(self.policy, key, form)
    }
}

/// What the book of disclosures says that it left for.
pub const PURPOSE: &str = "privacy_request";

/// Keys in the taxonomy of what a person is known by.
const MAIL: &str = "user.contact.email";
const PHONE: &str = "user.contact.phone_number";
const CUSTOMER: &str = "user.unique_id";
const NAME: &str = "user.name";
const ADDRESS: &str = "user.contact.address";

/// The field of a shopper that the policy lists under this key, or our own name of it where the policy lists none.
fn carried(policy: &Policy, key: &str, form: &'static str) -> Carried {
    let of_people = policy.categories.iter().filter(|category| category.about != About::Nobody);
    let mut fields = of_people.flat_map(|category| category.fields.iter().map(move |field| (category, field)));
    let listed = fields.find(|(_, field)| field.key.as_ref().is_some_and(|known| known.get_ref() == key));
    let own =
        BTreeMap::from([(MAIL, "email"), (PHONE, "phone"), (CUSTOMER, "number"), (NAME, "name"), (ADDRESS, "address")]);
    let field = listed.map_or_else(
        || ["customer.", own.get(key).copied().unwrap_or("other")].concat(),
        |(category, field)| format!("{}.{}", category.code.get_ref(), field.code.get_ref()),
    );
    Carried { field, form }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::policy::{parse, shipped};

    #[test]
    fn every_kind_has_its_line() {
        for kind in TaskKind::ALL {
            assert_eq!(find(*kind).map(Kind::kind).ok(), Some(*kind));
        }
        assert_eq!(REGISTRY.len(), TaskKind::ALL.len());
    }

    #[test]
    fn what_left_is_named_as_the_policy_names_it() {
        let policy = parse(shipped("littledata").expect("it comes along")).expect("sound");
        assert_eq!(carried(&policy, MAIL, "raw").field, "customer.email");
        assert_eq!(carried(&policy, CUSTOMER, "raw").field, "customer.number");
    }

    #[test]
    fn only_what_surely_did_nothing_is_sent_again_unasked() {
        let how = |status| passing(status, None, AttemptKind::Sent).map(|came| came.how);
        for status in [500, 502, 504, 408, 409] {
            assert!(matches!(how(status), Some(How::Again { is_unsure: true, .. })), "{status}");
        }
        for status in [425, 429] {
            assert!(matches!(how(status), Some(How::SlowDown(_))), "{status}");
        }
        for status in [200, 202, 204, 400, 404, 410, 422] {
            assert_eq!(how(status), None, "{status}");
        }
    }

    #[test]
    fn a_key_that_is_not_accepted_is_told_to_a_person_and_is_no_refusal() {
        for status in [401, 403] {
            let came = passing(status, None, AttemptKind::Sent).expect("it says nothing of the wish");
            assert_eq!((came.how, came.did), (How::ByHand(NOT_LET_IN.to_owned()), AttemptKind::Sent), "{status}");
            assert_eq!(came.answer, status.to_string());
        }
    }
}
