//! What the lists and mutations of this slice are given, and how it is read.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

use super::super::actions::{Draught, NewView, these};
use super::super::asking::{Asking, Stated, Wanted as WantedRightOf};
use super::super::filter::{self, Bound, Sieve, Wanted, Whose};
use super::super::model::{self, NewHold, Source, not_their_order};
use super::words::{
    DataRole, GoesBy, HoldKind, LateReason, Mandate, MessageKind, PauseGround, Proof, RefusalGround, RequestOrderField,
    RequestOutcome, RequestSource, RequestStage, RightWord, SubjectKind,
};
use crate::floor::graphql::{Date, Direction, place, tenant_place, words};
use crate::floor::kernel::{
    Error, Flaws, Instant, MessageId, Personal, Ref, RequestId, Result, SavedViewId, SelectionId, StaffId, StoreId,
    TenantId,
};
use crate::requests::actions::Deed;

/// Which requests a list holds; all that is said must fit. Where nothing is said of a stage, those that are proved and not
/// closed; tests are in no list unless they are asked for.
#[derive(InputObject, Default)]
pub struct RequestFilter {
    /// In the words that the console and the commands use: `stage:open right:deletion due:<7d -owner:me late`.
    text: Option<String>,
    /// Of this tenant.
    tenant: Option<ID>,
    /// About this store.
    store: Option<ID>,
    /// At one of these stages.
    stages: Option<Vec<RequestStage>>,
    /// That ask for one of these.
    rights: Option<Vec<RightWord>>,
    /// Worked by the clock of one of these, by their codes.
    regimes: Option<Vec<String>>,
    /// That came in one of these ways.
    sources: Option<Vec<RequestSource>>,
    /// Where the operator is this to the data.
    role: Option<DataRole>,
    /// Given to this seat.
    owner: Option<ID>,
    /// Given to nobody, or to somebody.
    is_unowned: Option<bool>,
    /// Given to this team.
    team: Option<String>,
    /// That ended in one of these ways.
    outcomes: Option<Vec<RequestOutcome>>,
    /// Whose answer is or was late, or is or was not.
    is_late: Option<bool>,
    /// Due until this moment.
    due_until: Option<DateTime<Utc>>,
    /// Received from this moment on.
    received_from: Option<DateTime<Utc>>,
    /// Received before this moment.
    received_until: Option<DateTime<Utc>>,
    /// Tests alone.
    is_test: Option<bool>,
}

impl RequestFilter {
    pub fn read(self) -> Result<Wanted> {
        let text = self.text.as_deref().map_or_else(|| Ok(Wanted::default()), read_text)?;
        let tenants = self.tenant.as_ref().map(|id| tenant_place(id).ok());
        let stores = self.store.as_ref().map(|id| place::<StoreId>(id, "store").ok());
        let owners = self.owner.as_ref().map(|id| seat(id).ok().map(Whose::Theirs));
        let nobodys = Sieve {
            one_of: (self.is_unowned == Some(true)).then(|| vec![Whose::Nobodys]).into_iter().collect(),
            none_of: if self.is_unowned == Some(false) { vec![Whose::Nobodys] } else { Vec::new() },
        };
        let own = Wanted {
            stages: self.stages.map(|stages| words(&stages)),
            rights: Sieve::of(words(&self.rights.unwrap_or_default())),
            regimes: Sieve::of(self.regimes.unwrap_or_default()),
            sources: Sieve::of(words(&self.sources.unwrap_or_default())),
            roles: Sieve::of(self.role.map(model::DataRole::from).into_iter().collect()),
            outcomes: Sieve::of(words(&self.outcomes.unwrap_or_default())),
            owners: named(owners),
            teams: Sieve::of(self.team.into_iter().collect()),
            tenants: named(tenants),
            stores: named(stores),
            is_late: self.is_late,
            due_until: self.due_until.map(moment),
            received_from: self.received_from.map(moment),
            received_until: self.received_until.map(moment),
            is_test: self.is_test == Some(true),
            ..Wanted::default()
        };
        Ok(text.and(own).and(Wanted { owners: nobodys, ..Wanted::default() }))
    }
}

/// A text of the queue's words, or all that is wrong with it.
pub fn read_text(text: &str) -> Result<Wanted> {
    filter::read(text).map(|read| read.wanted).map_err(|faults| {
        let mut flaws = Flaws::default();
        for fault in faults {
            flaws.add("filter.text", format!("at column {}: {}", fault.from + 1, fault.advice));
        }
        Error::Invalid(flaws)
    })
}

fn moment(at: DateTime<Utc>) -> Bound {
    Bound::At(Instant::from_utc(at))
}

/// What is named and cannot be read leads to nothing.
#[expect(clippy::option_option, reason = "not named, named and not there, named and there")]
fn named<T>(named: Option<Option<T>>) -> Sieve<T> {
    Sieve { one_of: named.map(|named| named.into_iter().collect()).into_iter().collect(), none_of: Vec::new() }
}

/// A seat at the desk.
pub fn seat(id: &ID) -> Result<StaffId> {
    let at = place::<StaffId>(id, "staff member")?;
    if at.tenant == TenantId::HOUSE { Ok(at.id) } else { Err(Error::NotFound("staff member")) }
}

/// How a list of requests is sorted.
#[derive(InputObject)]
pub struct RequestOrder {
    /// By what.
    pub field: RequestOrderField,
    /// Which way.
    pub direction: Direction,
}

/// One right that is asked for.
#[derive(InputObject)]
pub struct WantedRight {
    /// Which.
    right: RightWord,
    /// The special case of it, such as `direct_marketing`.
    special_case: Option<String>,
}

/// One thing that somebody goes by.
#[derive(InputObject)]
pub struct StatedIdentifier {
    /// What it is.
    kind: GoesBy,
    /// The value; sealed at once.
    value: String,
    /// The store that it counts at.
    store: Option<ID>,
    /// By what it is proved already.
    proof: Option<Proof>,
}

/// What somebody asks.
#[derive(InputObject)]
pub struct TakeRequestInput {
    /// Whose person it is; the operator's own where nobody is named.
    tenant: Option<ID>,
    /// Who they are to the shop.
    subject_kind: SubjectKind,
    /// The store they speak of.
    store: Option<ID>,
    /// What is asked for, each right once.
    rights: Vec<WantedRight>,
    /// What they go by.
    identifiers: Vec<StatedIdentifier>,
    /// What they wrote; sealed at once.
    words: Option<String>,
    /// Their language, such as en or pt-BR.
    locale: Option<String>,
    /// Where they are, as far as it is known, such as DE or US-CA.
    place: Option<String>,
    /// When it came, where that was before now.
    received_at: Option<DateTime<Utc>>,
    /// Whether somebody speaks for them.
    mandate: Option<Mandate>,
    /// A try that counts nowhere and writes to nobody.
    is_test: Option<bool>,
    /// The refused request that is to be looked at again.
    appeal_of: Option<ID>,
    /// The same key is taken once.
    pub idempotency_key: Option<String>,
}

impl TakeRequestInput {
    pub fn tenant(&self) -> Result<TenantId> {
        self.tenant.as_ref().map_or(Ok(TenantId::HOUSE), tenant_place)
    }

    pub fn read(self, source: Source, delivery: Option<String>) -> Result<Asking> {
        let tenant = self.tenant()?;
        let store = |id: Option<&ID>| match id.map(|id| place::<StoreId>(id, "store")) {
            Some(Ok(at)) if at.tenant == tenant => Ok(Some(at.id)),
            Some(_) => Err(Error::NotFound("store")),
            None => Ok(None),
        };
        let identifiers = self.identifiers.iter().map(|stated| {
            Ok(Stated {
                kind: stated.kind.into(),
                store: store(stated.store.as_ref())?,
                value: Personal::new(stated.value.clone()),
                proof: stated.proof.map_or(model::Proof::None, Into::into),
            })
        });
        let identifiers = identifiers.collect::<Result<Vec<_>>>()?;
        let appeal_of = match self.appeal_of.as_ref().map(|id| place::<RequestId>(id, "request")).transpose()? {
            Some(at) if at.tenant != tenant => return Err(Error::NotFound("request")),
            at => at.map(|at| at.id),
        };
        let right = |wanted: WantedRight| WantedRightOf { right: wanted.right.into(), case: wanted.special_case };
        Ok(Asking {
            source,
            tenant,
            subject_kind: self.subject_kind.into(),
            store: store(self.store.as_ref())?,
            delivery,
            rights: self.rights.into_iter().map(right).collect(),
            identifiers,
            words: self.words.map(Personal::new),
            original: None,
            locale: self.locale,
            place: self.place,
            received_at: self.received_at.map(Instant::from_utc),
            notice: None,
            mandate: self.mandate.map_or(model::Mandate::None, Into::into),
            is_test: self.is_test.unwrap_or_default(),
            appeal_of,
        })
    }
}

/// The request behind an id.
pub fn request(id: &ID) -> Result<Ref<RequestId>> {
    place(id, "request")
}

/// Something the person goes by that is to be proved.
#[derive(InputObject)]
pub struct AskForProofInput {
    /// Which request.
    pub id: ID,
    /// Which of the things the person goes by: a mail address.
    pub identifier: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What staff judged of something the person goes by.
#[derive(InputObject)]
pub struct JudgeIdentifierInput {
    /// Which request.
    pub id: ID,
    /// Which of the things the person goes by.
    pub identifier: ID,
    /// Whether it is proved that it is theirs.
    pub is_proved: bool,
    /// Why, in words; sealed at once.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What staff saw of a mandate.
#[derive(InputObject)]
pub struct JudgeMandateInput {
    /// Which request.
    pub id: ID,
    /// Whether it is one.
    pub is_shown: bool,
    /// Why, in words; sealed at once.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Whose a request is to work from now on.
#[derive(InputObject)]
pub struct AssignRequestInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// The seat it is given to; nobody's without it.
    pub owner: Option<ID>,
    /// The team it is given to; none without it.
    pub team: Option<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A pause.
#[derive(InputObject)]
pub struct PauseRequestInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// What the person is asked.
    pub on: PauseGround,
    /// Why, in words that the person is told.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Declares the input of what takes a request as it was read and nothing else.
macro_rules! of_request {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(InputObject)]
        pub struct $name {
            /// Which request.
            pub id: ID,
            /// The version it is changed upon.
            pub version: Option<i32>,
            /// The same key with the same input is done once.
            pub idempotency_key: Option<String>,
        }
    };
}

of_request! {
    /// A pause that is over, because the person answered.
    ResumeRequestInput
}
of_request! {
    /// A pause that should not have been.
    WithdrawPauseInput
}
of_request! {
    /// An extension that is taken back.
    WithdrawExtensionInput
}
of_request! {
    /// What the person does not want any more.
    WithdrawRequestInput
}
of_request! {
    /// What nobody asked.
    MarkSpamInput
}

/// An extension.
#[derive(InputObject)]
pub struct ExtendRequestInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// Under which regime; without it, under the one that is worked by and every other that has it too.
    pub regime: Option<String>,
    /// Until when, where the regime leaves that open.
    pub until: Option<Date>,
    /// Why, in words that the person is told.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A lawful no.
#[derive(InputObject)]
pub struct RefuseRequestInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// On which ground.
    pub ground: RefusalGround,
    /// Why, in words that the person is told.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A request that asks for what another asked already.
#[derive(InputObject)]
pub struct JoinRequestInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// The one that asked first, of the same tenant.
    pub original: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What was done, in words.
#[derive(InputObject)]
pub struct SettleRequestInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// Whether all of it was done.
    pub is_whole: bool,
    /// What was done, in words that the person is told.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Why something is late.
#[derive(InputObject)]
pub struct SetLateReasonInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// Why.
    pub reason: LateReason,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What the merchant is to decide.
#[derive(InputObject)]
pub struct HandRequestOnInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// Why, in words that the person is told.
    pub reason: Option<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A plan that is to be drawn.
#[derive(InputObject)]
pub struct DrawPlanInput {
    /// Of which request.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A plan that is sent on.
#[derive(InputObject)]
pub struct SubmitPlanInput {
    /// Of which request.
    pub id: ID,
    /// The version of the request it is sent on upon.
    pub version: Option<i32>,
    /// The digest of the plan that was read.
    pub digest: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A plan that is approved.
#[derive(InputObject)]
pub struct ApprovePlanInput {
    /// Of which request.
    pub id: ID,
    /// The digest of the plan that was read.
    pub digest: String,
    /// The reference of the request, typed.
    pub confirm: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A plan that is sent back.
#[derive(InputObject)]
pub struct ReturnPlanInput {
    /// Of which request.
    pub id: ID,
    /// Why, in words; sealed at once.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A hold.
#[derive(InputObject)]
pub struct PlaceHoldInput {
    /// On all that is held of whom this request is about.
    pub id: ID,
    /// On this order of the person's alone: it stays whole, with what hangs on it, and the rest is erased.
    order: Option<ID>,
    /// Why it must stay.
    kind: HoldKind,
    /// The same in words; sealed at once.
    reason: String,
    /// When somebody looks whether it is needed still; after half a year where nothing is said.
    review_on: Option<Date>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl PlaceHoldInput {
    pub fn read(self) -> Result<NewHold> {
        // An id that cannot be read leads to no order of anybody's.
        let order = self.order.map(|id| place(&id, "order").map_err(|_| not_their_order())).transpose()?;
        Ok(NewHold {
            kind: self.kind.into(),
            order,
            reason: Personal::new(self.reason),
            review_on: self.review_on.map(|date| date.0),
        })
    }
}

/// A hold that is let go.
#[derive(InputObject)]
pub struct ReleaseHoldInput {
    /// Which hold.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// The words with which a plan was sent back.
#[derive(InputObject)]
pub struct RevealPlanReasonInput {
    /// Of which plan.
    pub id: ID,
}

/// The words of a hold.
#[derive(InputObject)]
pub struct RevealHoldReasonInput {
    /// Of which hold.
    pub id: ID,
}

/// What the person is written.
#[derive(InputObject)]
pub struct WriteToPersonInput {
    /// About which request.
    pub id: ID,
    /// The draft that becomes this letter.
    pub draft: Option<ID>,
    /// The words; sealed at once.
    pub body: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What the person is asked.
#[derive(InputObject)]
pub struct AskPersonInput {
    /// About which request.
    pub id: ID,
    /// The question; sealed at once.
    pub question: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A letter that somebody looks at before it is sent.
#[derive(InputObject)]
pub struct LetterPreviewInput {
    /// About which request.
    pub id: ID,
    /// Which letter.
    kind: MessageKind,
    /// In another language than the person's, such as `de`.
    locale: Option<String>,
    /// Why, in words that the person is told: of a pause, an extension, a refusal.
    reason: Option<String>,
    /// The question, message or answer, in words.
    words: Option<String>,
    /// On which ground it is refused.
    ground: Option<RefusalGround>,
    /// What a pause waits for.
    on: Option<PauseGround>,
    /// Whether all was done that was asked; it was where nothing is said.
    is_whole: Option<bool>,
    /// Under which regime it takes longer; without it, as the extension would choose.
    regime: Option<String>,
    /// Until when it takes longer, where the regime leaves that open.
    until: Option<Date>,
    /// The draft whose words are taken: they are opened, for whoever may see data.
    pub draft: Option<ID>,
    /// Why the draft is opened; sealed into the row that says who looked.
    draft_reason: Option<String>,
}

impl LetterPreviewInput {
    pub fn read(self, draft: Option<MessageId>) -> Draught {
        let why = Personal::new(self.draft_reason.unwrap_or_default());
        Draught {
            kind: self.kind.into(),
            locale: self.locale,
            reason: self.reason.map(Personal::new),
            words: self.words.map(Personal::new),
            ground: self.ground.map(model::Ground::from),
            on: self.on.map(Into::into),
            is_whole: self.is_whole.unwrap_or(true),
            regime: self.regime,
            until: self.until.map(|date| date.0),
            draft: draft.map(|id| (id, why)),
        }
    }
}

/// What colleagues are told.
#[derive(InputObject)]
pub struct NoteOnRequestInput {
    /// On which request.
    pub id: ID,
    /// The words; sealed at once.
    pub body: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What is to be written to the person, and is not finished.
#[derive(InputObject)]
pub struct SaveDraftInput {
    /// About which request.
    pub id: ID,
    /// The draft that is written over.
    pub draft: Option<ID>,
    /// The words; sealed at once.
    pub body: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// The message behind an id, of the tenant of a request.
pub fn draft(of: Ref<RequestId>, id: Option<&ID>) -> Result<Option<MessageId>> {
    match id.map(|id| place::<MessageId>(id, "draft")).transpose()? {
        Some(at) if at.tenant == of.tenant => Ok(Some(at.id)),
        Some(_) => Err(Error::NotFound("draft")),
        None => Ok(None),
    }
}

/// Messages that are to be opened.
#[derive(InputObject)]
pub struct RevealRequestMessagesInput {
    /// Of which request.
    pub id: ID,
    /// Why, in words; sealed into the row that says who looked.
    pub reason: String,
}

/// A view that is kept.
#[derive(InputObject)]
pub struct SaveViewInput {
    /// The view that is written anew.
    id: Option<ID>,
    /// What it is called.
    name: String,
    /// In the words of the queue.
    filter: String,
    /// Its place among one's own; at the end where nothing is said.
    position: Option<i32>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl SaveViewInput {
    pub fn read(self) -> Result<NewView> {
        let id = self.id.as_ref().map(view).transpose()?;
        let position = self.position.map(i16::try_from).transpose();
        let position = position.map_err(|_| Error::invalid("position", "give a small number"))?;
        Ok(NewView { id, name: self.name, filter: self.filter, position })
    }
}

/// The view behind an id.
pub fn view(id: &ID) -> Result<SavedViewId> {
    let at = place::<SavedViewId>(id, "view")?;
    if at.tenant == TenantId::HOUSE { Ok(at.id) } else { Err(Error::NotFound("view")) }
}

/// A view that is let go.
#[derive(InputObject)]
pub struct DeleteViewInput {
    /// Which view.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// The most that is chosen one by one.
const MOST_CHOSEN: usize = 500;

/// Which requests are to be fixed: what fits a filter, or these very ones.
#[derive(InputObject)]
pub struct FreezeSelectionInput {
    /// What fits this.
    filter: Option<RequestFilter>,
    /// These, up to 500.
    ids: Option<Vec<ID>>,
}

impl FreezeSelectionInput {
    pub fn read(self) -> Result<Wanted> {
        match (self.filter, self.ids) {
            (Some(filter), None) => filter.read(),
            (None, Some(ids)) if ids.len() <= MOST_CHOSEN => {
                // What cannot be read as an id is not there.
                Ok(these(ids.iter().filter_map(|id| request(id).ok()).collect()))
            }
            (None, Some(_)) => Err(Error::invalid("ids", "choose up to 500, or by a filter")),
            _ => Err(Error::invalid("filter", "choose by a filter or by ids, one of both")),
        }
    }
}

/// Where in a selection to begin.
type Part = (SelectionId, (usize, Option<usize>));

fn part(selection: &ID, from: Option<i32>, first: Option<i32>) -> Result<Part> {
    let at = place::<SelectionId>(selection, "selection")?;
    if at.tenant != TenantId::HOUSE {
        return Err(Error::NotFound("selection"));
    }
    let number = |name: &'static str, count: Option<i32>| {
        let count = count.map(usize::try_from).transpose();
        count.map_err(|_| Error::invalid(name, "give a number that is not negative"))
    };
    Ok((at.id, (number("from", from)?.unwrap_or_default(), number("first", first)?)))
}

/// Whose all of a selection are to work from now on.
#[derive(InputObject)]
pub struct AssignSelectionInput {
    /// Which selection.
    selection: ID,
    /// Where in it to begin: what the call before gave as `next`.
    from: Option<i32>,
    /// How many in this call: 1 to 500, 200 where nothing is said.
    first: Option<i32>,
    /// The seat they are given to; nobody's without it.
    owner: Option<ID>,
    /// The team they are given to; none without it.
    team: Option<String>,
}

impl AssignSelectionInput {
    pub fn read(self) -> Result<(Part, Deed)> {
        let owner = self.owner.as_ref().map(seat).transpose()?;
        Ok((part(&self.selection, self.from, self.first)?, Deed::Assign { owner, team: self.team }))
    }
}

/// An extension of all of a selection.
#[derive(InputObject)]
pub struct ExtendSelectionInput {
    /// Which selection.
    selection: ID,
    /// Where in it to begin: what the call before gave as `next`.
    from: Option<i32>,
    /// How many in this call: 1 to 500, 200 where nothing is said.
    first: Option<i32>,
    /// Under which regime; without it, under the one that each is worked by and every other that has it too.
    regime: Option<String>,
    /// Until when, where the regime leaves that open.
    until: Option<Date>,
    /// Why, in words that each person is told.
    reason: String,
}

impl ExtendSelectionInput {
    pub fn read(self) -> Result<(Part, Deed)> {
        let (until, reason) = (self.until.map(|date| date.0), Personal::new(self.reason));
        let deed = Deed::Extend { regime: self.regime, until, reason };
        Ok((part(&self.selection, self.from, self.first)?, deed))
    }
}

/// A lawful no to all of a selection.
#[derive(InputObject)]
pub struct RefuseSelectionInput {
    /// Which selection.
    selection: ID,
    /// Where in it to begin: what the call before gave as `next`.
    from: Option<i32>,
    /// How many in this call: 1 to 500, 200 where nothing is said.
    first: Option<i32>,
    /// On which ground.
    ground: RefusalGround,
    /// Why, in words that each person is told.
    reason: String,
}

impl RefuseSelectionInput {
    pub fn read(self) -> Result<(Part, Deed)> {
        let deed = Deed::Refuse { ground: self.ground.into(), reason: Personal::new(self.reason) };
        Ok((part(&self.selection, self.from, self.first)?, deed))
    }
}
