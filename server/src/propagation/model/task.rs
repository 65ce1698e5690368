//! What one recipient is told for one request, and how far it has come.

use chrono::Duration;
use uuid::Uuid;

use super::Matches;
use crate::floor::jobs::{Ticket, effect_key};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{AppId, Error, Instant, RecipientTaskId, RequestId, Result, StoreId, SubjectId, TenantId};
use crate::floor::regulations::Right;

vocabulary! {
    /// How a recipient is told.
    pub enum TaskKind {
        /// By the call of the store's own platform.
        Platform = "platform",
        /// By its own interface, as a file describes it.
        Template = "template",
        /// By OpenDSR.
        OpenDsr = "opendsr",
        /// By a letter with a link for the answer.
        Mail = "mail",
        /// By a person.
        Manual = "manual",
    }
}

vocabulary! {
    /// How far a recipient has come.
    pub enum TaskState {
        /// It is to be told, again where that was tried.
        Waiting = "waiting",
        /// It was told and has not answered.
        Sent = "sent",
        /// It said that it works on it.
        Acknowledged = "acknowledged",
        /// It did it.
        Done = "done",
        /// It has nothing of the person any more.
        AlreadyGone = "already_gone",
        /// It does not do it.
        Refused = "refused",
        /// Its time is over, and nothing came back. It stays open.
        Silent = "silent",
        /// A person has ended it, with a reason.
        GivenUp = "given_up",
    }
}

impl TaskState {
    /// Nothing more is waited for.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::AlreadyGone | Self::Refused | Self::GivenUp)
    }
}

vocabulary! {
    /// What was done at one moment.
    pub enum AttemptKind {
        /// Something was sent.
        Sent = "sent",
        /// It was asked how things stand.
        Asked = "asked",
        /// It told by itself.
        Heard = "heard",
        /// It was reminded.
        Reminded = "reminded",
        /// A person wrote down what came back.
        ByHand = "by_hand",
        /// Its time went by.
        Waited = "waited",
    }
}

vocabulary! {
    /// By which law a recipient is asked, in the words of OpenDSR.
    pub enum Regulation {
        Gdpr = "gdpr",
        Ccpa = "ccpa",
    }
}

/// Where a recipient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The platform of this store.
    Store(StoreId),
    /// One that the policy lists.
    Recipient,
    /// The provider of an app that the merchant connected.
    App(AppId),
}

/// What a recipient is to be told.
pub struct Wish {
    pub request: RequestId,
    /// What people call the request.
    pub reference: String,
    /// Whose key the person's words are put under: the request's.
    pub sealed_under: Uuid,
    pub right: Right,
    pub regulation: Regulation,
    pub place: Place,
    /// Its code in the policy, or that of its platform; of an app's provider what the app's id says.
    pub recipient: String,
    pub store: Option<StoreId>,
    pub subject: Option<SubjectId>,
    /// The categories of the person that it got.
    pub categories: Vec<String>,
    /// When the person asked.
    pub submitted_at: Instant,
    /// From when on its silence is told as such.
    pub until: Instant,
    /// An order there is not done: somebody sees to it once it is, and no program.
    pub is_bound: bool,
    pub matches: Matches,
    /// Handed on when it ends, and once when it falls silent.
    pub ticket: Option<Ticket>,
}

/// A task that is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    pub id: RecipientTaskId,
    pub kind: TaskKind,
    /// It was not there before.
    pub is_new: bool,
}

/// What a recipient is told, as its row has it. What it knows the person by is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub tenant: TenantId,
    pub id: RecipientTaskId,
    pub request: RequestId,
    pub reference: String,
    pub right: Right,
    pub regulation: Regulation,
    pub recipient: String,
    pub store: Option<StoreId>,
    pub subject: Option<SubjectId>,
    pub categories: Vec<String>,
    pub kind: TaskKind,
    pub state: TaskState,
    /// Something was sent and not answered.
    pub is_unsure: bool,
    /// How many of its calls have been answered.
    pub step: i16,
    /// What the recipient calls what it was told.
    pub refs: Vec<String>,
    pub sealed_under: Uuid,
    pub submitted_at: Instant,
    pub opened_at: Instant,
    pub until: Instant,
    pub tried_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    pub attempts: i32,
    pub answer: Option<String>,
    /// What a person does where no program may.
    pub advice: Option<String>,
    pub proof: Option<[u8; 32]>,
    /// Whether a file is attached.
    pub has_file: bool,
    pub reminded_at: Option<Instant>,
    pub version: i32,
}

impl Task {
    pub fn place(&self) -> Place {
        match (self.store, self.app()) {
            (Some(store), _) => Place::Store(store),
            (None, Some(app)) => Place::App(app),
            (None, None) => Place::Recipient,
        }
    }

    /// The app whose provider it is.
    pub fn app(&self) -> Option<AppId> {
        self.recipient.parse().ok()
    }

    /// Whether a person has to do it.
    pub fn is_by_hand(&self) -> bool {
        self.kind == TaskKind::Manual || self.advice.is_some()
    }

    /// What the recipient knows one of its calls by, on every try and on every machine.
    pub fn effect_key(&self) -> [u8; 32] {
        let target = [&self.recipient, "/", &self.step.to_string()].concat();
        effect_key(self.id.uuid(), self.right.code(), &target)
    }

    /// What the books know the task by.
    pub fn digest(&self) -> [u8; 32] {
        effect_key(self.id.uuid(), "task", &self.recipient)
    }

    /// Refuses what can be done with an open task alone.
    pub fn require_open(&self) -> Result<()> {
        if self.state.has_ended() {
            return Err(Error::refused("ILLEGAL_STEP", "this recipient's task has ended"));
        }
        Ok(())
    }

    /// The task as others may read it.
    pub fn told(self) -> Told {
        let (place, app) = (self.place(), self.app());
        Told {
            id: self.id,
            recipient: self.recipient,
            place,
            store: self.store,
            app,
            kind: self.kind,
            state: self.state,
            categories: self.categories,
            proof: self.proof,
            reference: self.refs.into_iter().next(),
            tried_at: self.tried_at,
            ended_at: self.ended_at,
            until: self.until,
            answer: self.answer,
        }
    }
}

/// How far a recipient has come, for whoever goes on with the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub id: RecipientTaskId,
    pub recipient: String,
    pub place: Place,
    pub store: Option<StoreId>,
    pub app: Option<AppId>,
    pub kind: TaskKind,
    pub state: TaskState,
    pub categories: Vec<String>,
    /// Digest of what came back.
    pub proof: Option<[u8; 32]>,
    /// What the recipient calls it.
    pub reference: Option<String>,
    pub tried_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    pub until: Instant,
    /// A status or a word of ours.
    pub answer: Option<String>,
}

impl Told {
    /// Nothing more is waited for.
    pub const fn has_ended(&self) -> bool {
        self.state.has_ended()
    }
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub number: i32,
    pub at: Instant,
    pub did: AttemptKind,
    pub state: TaskState,
    pub answer: String,
    pub by: String,
}

/// When a recipient that has not answered is reminded: halfway.
pub fn midway(opened_at: Instant, until: Instant) -> Instant {
    opened_at.plus(until.since(opened_at).max(Duration::zero()) / 2)
}

/// What a controller calls a request by OpenDSR: the same on every try, so that it is taken once.
pub fn subject_request_id(task: &Task) -> Uuid {
    let digest = effect_key(task.id.uuid(), "opendsr", &task.recipient);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn task() -> Task {
        let at = Instant::EPOCH;
        Task {
            tenant: TenantId::from_uuid(Uuid::from_u128(1)),
            id: RecipientTaskId::from_uuid(Uuid::from_u128(2)),
            request: RequestId::from_uuid(Uuid::from_u128(3)),
            reference: "R-0000007".to_owned(),
            right: Right::Deletion,
            regulation: Regulation::Gdpr,
            recipient: "segment".to_owned(),
            store: None,
            subject: None,
            categories: vec!["customer".to_owned()],
            kind: TaskKind::Template,
            state: TaskState::Waiting,
            is_unsure: false,
            step: 0,
            refs: Vec::new(),
            sealed_under: Uuid::from_u128(4),
            submitted_at: at,
            opened_at: at,
            until: at.plus(Duration::days(30)),
            tried_at: None,
            ended_at: None,
            attempts: 0,
            answer: None,
            advice: None,
            proof: None,
            has_file: false,
            reminded_at: None,
            version: 1,
        }
    }

    #[test]
    fn the_id_at_a_processor_is_a_uuid_of_version_four_and_the_same_on_every_try() {
        let id = subject_request_id(&task());
        assert_eq!((id.get_version_num(), id), (4, subject_request_id(&task())));
        let other = Task { recipient: "klaviyo".to_owned(), ..task() };
        assert_ne!(id, subject_request_id(&other));
    }

    #[test]
    fn every_call_of_a_task_has_a_key_of_its_own() {
        assert_eq!(task().effect_key(), task().effect_key());
        assert_ne!(task().effect_key(), Task { step: 1, ..task() }.effect_key());
    }

    #[test]
    fn silence_is_no_end() {
        let open = TaskState::ALL.iter().filter(|state| !state.has_ended()).collect::<Vec<_>>();
        assert_eq!(open, [&TaskState::Waiting, &TaskState::Sent, &TaskState::Acknowledged, &TaskState::Silent]);
        assert!(Task { state: TaskState::Silent, ..task() }.require_open().is_ok());
        assert!(Task { state: TaskState::Done, ..task() }.require_open().is_err());
    }

    #[test]
    fn a_task_says_where_its_recipient_is() {
        let app = AppId::from_uuid(Uuid::from_u128(9));
        assert_eq!(Task { recipient: app.to_string(), ..task() }.place(), Place::App(app));
        assert_eq!(task().place(), Place::Recipient);
    }

    #[test]
    fn a_reminder_comes_halfway() {
        let task = task();
        assert_eq!(midway(task.opened_at, task.until), task.opened_at.plus(Duration::days(15)));
        assert_eq!(midway(task.until, task.opened_at), task.until);
    }
}
