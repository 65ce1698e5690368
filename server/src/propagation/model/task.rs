//! What one recipient is told for one request, and how far it has come.

use chrono::Duration;
use uuid::Uuid;

use super::Matches;
use crate::floor::jobs::{Ticket, effect_key};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{
    AppId, Day, Error, Instant, RecipientTaskId, RequestId, Result, StoreId, SubjectId, TenantId,
};
use crate::floor::regulations::{Right, zone};

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

/// What is said where a hold stands.
const HELD: &str = "A hold stands for whom this is about: nothing is sent, and no time runs, until it is let go.";

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

/// Why a store needs to know somebody for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundBy {
    /// An order there is not done.
    OpenOrder,
    /// Somebody holds an order there.
    HeldOrder,
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
    /// Whose midnight ends a day of the request's clocks.
    pub zone: String,
    /// When the person asked.
    pub submitted_at: Instant,
    /// From when on its silence is told as such.
    pub until: Instant,
    /// What is to be over there first: somebody sees to it then, and no program.
    pub bound_by: Option<BoundBy>,
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
    /// How many of its calls have been answered; of letters, how often somebody had one written anew.
    pub step: i16,
    /// What the recipient calls what it was told.
    pub refs: Vec<String>,
    pub sealed_under: Uuid,
    /// Whose midnight ends a day of the request's clocks.
    pub zone: String,
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
    /// Since when a hold keeps us from telling it.
    pub held_at: Option<Instant>,
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

    /// The day on which the person asked.
    pub fn asked_on(&self) -> Day {
        self.day_of(self.submitted_at)
    }

    /// The last day of which anything is left before its time is over, which may be at the midnight that ends it.
    pub fn last_day(&self) -> Day {
        self.day_of(self.until.plus(-Duration::seconds(1)))
    }

    /// The day that a moment falls on where the request's days end.
    fn day_of(&self, at: Instant) -> Day {
        zone(&self.zone).map_or_else(|| at.day(), |zone| Day(at.utc().with_timezone(&zone).date_naive()))
    }

    /// Whether a person has to do it.
    pub fn is_by_hand(&self) -> bool {
        self.kind == TaskKind::Manual || self.advice.is_some()
    }

    /// Whether nothing leaves to it for now.
    pub const fn is_held(&self) -> bool {
        self.held_at.is_some() && !self.state.has_ended()
    }

    /// What is to be done about it, or why nothing is.
    pub fn counsel(&self) -> Option<&str> {
        if self.is_held() { Some(HELD) } else { self.advice.as_deref() }
    }

    /// Whether it was told or tried for, and nothing came back. Whom a person was to ask and did not has not been silent, and
    /// nobody is while a hold keeps us from asking.
    pub fn has_been_silent(&self) -> bool {
        let was_asked = match self.state {
            TaskState::Sent => true,
            TaskState::Waiting => !self.is_by_hand(),
            _ => false,
        };
        was_asked && !self.is_held()
    }

    /// Whether it was told already that its time is over.
    pub fn has_been_late(&self) -> bool {
        self.reminded_at.is_some_and(|at| at >= self.until)
    }

    /// A hold that kept us from telling it is let go: the time that it stood does not count against the recipient, unless that
    /// was over before.
    #[must_use]
    pub fn let_on(self, now: Instant) -> Self {
        let stood = self.held_at.filter(|_| !self.has_been_late()).map(|since| now.since(since).max(Duration::zero()));
        let until = stood.map_or(self.until, |stood| self.until.plus(stood));
        Self { held_at: None, until, ..self }
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
            zone: "UTC".to_owned(),
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
            held_at: None,
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
    fn its_last_day_is_told_where_the_requests_days_end() {
        let until = |hour| Instant::EPOCH.plus(Duration::days(30) + Duration::hours(hour));
        let last = |zone: &str, until| Task { zone: zone.to_owned(), until, ..task() }.last_day().to_string();
        assert_eq!(last("UTC", until(0)), "1970-01-30", "it ends with that midnight");
        assert_eq!(last("UTC", until(1)), "1970-01-31", "an hour of it is left");
        assert_eq!(last("America/New_York", until(5)), "1970-01-30");
        assert_eq!(last("Asia/Karachi", until(-5)), "1970-01-30");
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
    fn who_was_asked_by_anybody_and_says_nothing_is_silent() {
        let asked = |kind, state| Task { kind, state, ..task() };
        assert!(asked(TaskKind::Manual, TaskState::Sent).has_been_silent());
        assert!(asked(TaskKind::Template, TaskState::Waiting).has_been_silent());
        assert!(!asked(TaskKind::Manual, TaskState::Waiting).has_been_silent(), "nobody asked it");
        assert!(!asked(TaskKind::Template, TaskState::Acknowledged).has_been_silent());
        let held = Task { held_at: Some(Instant::EPOCH), ..asked(TaskKind::Template, TaskState::Sent) };
        assert!(!held.has_been_silent() && held.counsel().is_some_and(|words| words.contains("hold")));
    }

    #[test]
    fn the_time_that_a_hold_stood_counts_against_nobody() {
        let day = |days| Instant::EPOCH.plus(Duration::days(days));
        let held = Task { held_at: Some(day(10)), ..task() };
        let freed = held.let_on(day(50));
        assert_eq!((freed.held_at, freed.until), (None, day(70)));
        let late = Task { reminded_at: Some(day(30)), held_at: Some(day(40)), ..task() };
        assert_eq!(late.let_on(day(50)).until, day(30), "it was silent before");
    }

    #[test]
    fn a_reminder_comes_halfway() {
        let task = task();
        assert_eq!(midway(task.opened_at, task.until), task.opened_at.plus(Duration::days(15)));
        assert_eq!(midway(task.until, task.opened_at), task.until);
    }
}
