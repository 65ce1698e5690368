//! Letters to the person, messages between them and staff, notes, drafts. A letter is composed, sealed and queued in the
//! write that it tells of; a job sends it. Nothing here opens an address, and what is read is read with a record of it.

use chrono::Duration;

use super::closing::seal;
use super::following::follow_link;
use super::is_answered_to_the_person;
use super::proving::CODE_LIVES;
use crate::floor::access::{Actor, Caller, One, Permission, Scope};
use crate::floor::jobs;
use crate::floor::kernel::{Day, Error, Instant, IntakeId, MessageId, Personal, Ref, RequestId, Result, StaffId};
use crate::floor::ledger::{Event, Leave, Once, Tx, Witnessed, WriteTx};
use crate::floor::regulations::zone;
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, RequestKey, Shut};
use crate::requests::asking::Desk;
use crate::requests::jobs::SendLetter;
pub use crate::requests::letters::Slots;
use crate::requests::letters::{Parts, Told, Words, Written, compose};
use crate::requests::model::{GoesBy, Intake, Mandate, Message, MessageKind, MessageState, Proof, Request, Way};
use crate::requests::queries::messages::{Content, New};
use crate::requests::queries::{identifiers, intakes, messages, requests};
use crate::tenants;

/// The most bytes of a message.
const MOST: usize = 20_000;

/// What the access book says of staff who read, and of the person's own page.
const READ: &str = "read_messages";
const VIEW: &str = "request_messages.body";

/// Writes to whoever asked, in their language: the letter is sealed and a job sends it. None where nobody is written to:
/// of a test, where a platform or another controller speaks with the person, and where no address was given.
pub fn queue_letter(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    request: &Request,
    kind: MessageKind,
    slots: Slots,
) -> Result<Option<MessageId>> {
    queue(tx, desk, request, kind, slots, None)
}

fn queue(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    request: &Request,
    kind: MessageKind,
    mut slots: Slots,
    draft: Option<MessageId>,
) -> Result<Option<MessageId>> {
    if !is_answered_to_the_person(request) {
        return Ok(None);
    }
    let intake = intakes::get(tx, request.intake)?;
    let is_addressed = slots.to.is_some() || has_address(tx, &intake)?;
    if !is_addressed || (draft.is_none() && is_flooded(tx, &intake, kind)?) {
        return Ok(None);
    }
    if slots.follow.is_none() && leads_to_page(kind) {
        slots.follow = Some(follow_link(tx, intake.id)?);
    }
    let Written { title, body } = written(tx, desk, (&intake, request), kind, &slots)?;
    let content = Content { title: Some(title), body };
    let id = if let Some(draft) = draft {
        messages::write_over(tx, desk.vault, intake.id, (draft, MessageState::Queued), &content)?;
        draft
    } else {
        let new = New {
            request: request.id,
            way: Way::Out,
            kind,
            locale: &request.locale,
            made_by: author(tx),
            state: MessageState::Queued,
        };
        messages::add(tx, desk.vault, intake.id, &new, &content)?
    };
    jobs::enqueue(tx, &SendLetter { message: id })?;
    Ok(Some(id))
}

/// Whether a letter of this kind brings the link of the person's own page. One that proves an address goes where the page
/// may be nobody's business yet, and what is over needs none.
pub(super) const fn leads_to_page(kind: MessageKind) -> bool {
    !matches!(kind, MessageKind::Code | MessageKind::Withdrawn | MessageKind::Expired | MessageKind::Note)
}

pub(super) fn written(
    tx: &mut Tx,
    desk: &Desk<'_>,
    (intake, request): (&Intake, &Request),
    kind: MessageKind,
    slots: &Slots,
) -> Result<Written> {
    let merchant = tenants::tenant(tx, request.tenant)?.map(|tenant| tenant.legal_name);
    let regimes = messages::regimes(tx, request.id)?;
    let together = requests::of_intake(tx, intake.id)?;
    let told = Told {
        operator: &desk.policy.operator.name,
        contact: &desk.policy.operator.contact,
        first_locale: desk.policy.first_locale(),
        merchant: merchant.as_deref(),
        request,
        together: &together,
        received_on: day_of(intake, request.received_at),
        prove_until: intake.prove_until.filter(|_| !intake.is_proved()).map(|until| last_day(intake, until)),
        code_lives: CODE_LIVES,
        regimes: &regimes,
    };
    compose(&told, kind, slots)
}

/// The day that a moment falls on where the contact's days end.
fn day_of(intake: &Intake, at: Instant) -> Day {
    zone(&intake.zone).map_or_else(|| at.day(), |zone| Day(at.utc().with_timezone(&zone).date_naive()))
}

/// The last whole day before a moment that is too late.
fn last_day(intake: &Intake, until: Instant) -> Day {
    let day = day_of(intake, until);
    Day(day.0.pred_opt().unwrap_or(day.0))
}

pub(super) fn has_address(tx: &mut Tx, intake: &Intake) -> Result<bool> {
    Ok(identifiers::of(tx, intake.id)?.iter().any(|one| nearness(one.kind, one.proof, intake).is_some()))
}

/// How near an address is to whoever is written to; the nearest is taken. What was proved comes before what was said, and
/// whoever speaks for the person before an address that nobody proved. Once it is known who asked, nothing goes where
/// nobody has shown that it is theirs: anybody could have named that address.
pub(in crate::requests) fn nearness(kind: GoesBy, proof: Proof, intake: &Intake) -> Option<u8> {
    let is_known = !matches!(intake.proof, Proof::None | Proof::NotNeeded);
    let may_speak = match intake.mandate {
        Mandate::Shown => true,
        Mandate::Claimed => !is_known || proof != Proof::None,
        _ => false,
    };
    match (kind, proof) {
        (GoesBy::Mail, Proof::None) => (!is_known).then_some(2),
        (GoesBy::Mail, _) => Some(0),
        (GoesBy::Agent, _) if may_speak => Some(1),
        _ => None,
    }
}

/// How many letters a day that nobody of the desk wrote go to an address for what nobody proved: whoever forges a sender
/// has us write to somebody who asked nothing.
const MOST_UNASKED: i64 = 5;

fn is_flooded(tx: &mut WriteTx, intake: &Intake, kind: MessageKind) -> Result<bool> {
    let goes_by_itself = matches!(kind, MessageKind::Acknowledgement | MessageKind::Expired);
    if intake.is_proved() || !goes_by_itself {
        return Ok(false);
    }
    identifiers::hold_addresses(tx, intake.id)?;
    let since = tx.now()?.plus(-Duration::days(1));
    Ok(identifiers::unproved_letters(tx, intake.id, kind, (since, MOST_UNASKED))? >= MOST_UNASKED)
}

fn author(tx: &Tx) -> Option<StaffId> {
    match tx.actor() {
        Actor::Staff(id) => Some(id),
        _ => None,
    }
}

/// Keeps what the person wrote when they asked.
pub fn keep_incoming(tx: &mut WriteTx, desk: &Desk<'_>, request: &Request, words: &Personal) -> Result<MessageId> {
    let new = New {
        request: request.id,
        way: Way::In,
        kind: MessageKind::Message,
        locale: &request.locale,
        made_by: None,
        state: MessageState::Received,
    };
    let content = Content { title: None, body: Parts::in_words(words) };
    messages::add(tx, desk.vault, request.intake, &new, &content)
}

/// Writes to the person in words of one's own; a draft that is named becomes the letter.
pub async fn write_message(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    draft: Option<MessageId>,
    body: Personal,
    once: Option<Once>,
) -> Result<Message> {
    write_by_hand(tools, caller, at, (MessageKind::Message, draft), body, once).await
}

/// Asks the person something, in words of one's own. Their answer stands beside it, and no date moves: where the time stands
/// still meanwhile, that is a pause.
pub async fn ask_person(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    question: Personal,
    once: Option<Once>,
) -> Result<Message> {
    write_by_hand(tools, caller, at, (MessageKind::Ask, None), question, once).await
}

async fn write_by_hand(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    (kind, draft): (MessageKind, Option<MessageId>),
    body: Personal,
    once: Option<Once>,
) -> Result<Message> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let (body, vault, adopted) = (checked(body)?, tools.vault.clone(), tools.policy.in_force()?);
    let written = tools.ledger.write_once(scope.clone(), once, "request_message", move |tx| {
        let request = requests::lock(tx, at.id)?;
        if let Some(draft) = draft {
            own_draft(tx, at.id, draft)?;
        }
        if kind == MessageKind::Ask && request.stage.is_closed() {
            return Err(Error::refused("ILLEGAL_STEP", "nothing is asked any more: it is closed. Write a message"));
        }
        let desk = Desk { vault: &vault, policy: &adopted.policy };
        let slots = Slots { words: Some(body), ..Slots::default() };
        let queued = queue(tx, &desk, &request, kind, slots, draft)?;
        let id = queued.ok_or_else(|| {
            Error::refused("NO_ADDRESS", "there is no address to write to: write to whoever brought the request")
        })?;
        seal(tx, &request)?;
        let told = if kind == MessageKind::Ask { "request.asked" } else { "request.wrote" };
        Ok(Witnessed::new(id.uuid(), Event::new(told, "request", at.id.uuid())))
    });
    shown(tools, &scope, MessageId::from_uuid(written.await?.id)).await
}

/// Notes something for colleagues.
pub async fn write_note(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    body: Personal,
    once: Option<Once>,
) -> Result<Message> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let (body, vault) = (checked(body)?, tools.vault.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "request_message", move |tx| {
        let request = requests::lock(tx, at.id)?;
        let new = New {
            request: request.id,
            way: Way::Note,
            kind: MessageKind::Note,
            locale: &request.locale,
            made_by: author(tx),
            state: MessageState::Kept,
        };
        let content = Content { title: None, body: Parts::in_words(&body) };
        let id = messages::add(tx, &vault, request.intake, &new, &content)?;
        seal(tx, &request)?;
        Ok(Witnessed::new(id.uuid(), Event::new("request.noted", "request", at.id.uuid())))
    });
    shown(tools, &scope, MessageId::from_uuid(written.await?.id)).await
}

/// Keeps what is to be written to the person, or writes over a draft that is named.
pub async fn save_draft(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    draft: Option<MessageId>,
    body: Personal,
    once: Option<Once>,
) -> Result<Message> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let (body, vault) = (checked(body)?, tools.vault.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "request_message", move |tx| {
        let request = requests::get(tx, at.id)?;
        let content = Content { title: None, body: Parts::in_words(&body) };
        let id = if let Some(draft) = draft {
            own_draft(tx, at.id, draft)?;
            messages::write_over(tx, &vault, request.intake, (draft, MessageState::Draft), &content)?;
            draft
        } else {
            let new = New {
                request: request.id,
                way: Way::Out,
                kind: MessageKind::Message,
                locale: &request.locale,
                made_by: author(tx),
                state: MessageState::Draft,
            };
            messages::add(tx, &vault, request.intake, &new, &content)?
        };
        Ok(Witnessed::new(id.uuid(), Event::new("request.drafted", "request", at.id.uuid())))
    });
    shown(tools, &scope, MessageId::from_uuid(written.await?.id)).await
}

/// A draft of this request, held.
fn own_draft(tx: &mut WriteTx, request: RequestId, id: MessageId) -> Result<()> {
    let draft = messages::lock(tx, id)?.filter(|draft| draft.request == request);
    match draft.ok_or(Error::NotFound("draft"))?.state {
        MessageState::Draft => Ok(()),
        _ => Err(Error::refused("NO_DRAFT", "this was sent already: write a new one")),
    }
}

/// The person writes, on their own page or in a letter that answers one of ours. Where they do not say what about, it is
/// about the newest that is open.
pub async fn person_writes(
    tools: &Tools,
    at: Ref<IntakeId>,
    request: Option<RequestId>,
    body: Personal,
    once: Option<Once>,
) -> Result<Message> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let (body, vault) = (checked(body)?, tools.vault.clone());
    let adopted = tools.policy.in_force()?;
    let written = tools.ledger.write_once(scope.clone(), once, "request_message", move |tx| {
        let asked = requests::of_intake(tx, at.id)?;
        let meant = match request {
            Some(id) => asked.iter().find(|one| one.id == id),
            None => asked.iter().rev().find(|one| !one.stage.is_closed()).or(asked.last()),
        };
        let meant = requests::lock(tx, meant.ok_or(Error::NotFound("request"))?.id)?;
        let desk = Desk { vault: &vault, policy: &adopted.policy };
        let id = keep_incoming(tx, &desk, &meant, &body)?;
        seal(tx, &meant)?;
        Ok(Witnessed::new(id.uuid(), Event::new("request.person_wrote", "request", meant.id.uuid())))
    });
    shown(tools, &scope, MessageId::from_uuid(written.await?.id)).await
}

/// Letters, messages and notes of a request in order; their words stay sealed.
pub async fn list_messages(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Message>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx| messages::list(tx, at.id)).await
}

/// A message with its title and body in clear.
pub type Opened = (Message, Personal, Personal);

/// Opens everything that was written about a request, for whoever works it: who looked and why is on record. What only the
/// person may know stays withheld.
pub async fn read_messages(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    reason: Personal,
) -> Result<Vec<Opened>> {
    let opened = opened(tools, caller, at, reason, |_| true).await?;
    opened.into_iter().map(shown_to_others).collect()
}

/// The words of a draft, opened in the same way.
pub(super) async fn opened_draft(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    draft: MessageId,
    reason: Personal,
) -> Result<Personal> {
    let is_it = move |message: &Message| message.id == draft && message.state == MessageState::Draft;
    let found = opened(tools, caller, at, reason, is_it).await?.pop();
    let (_, _, words) = found.map(shown_to_others).transpose()?.ok_or(Error::NotFound("draft"))?;
    Ok(words)
}

async fn opened(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    reason: Personal,
    is_meant: impl Fn(&Message) -> bool + Send + 'static,
) -> Result<Vec<(Message, Content)>> {
    let scope = caller.permit(Permission::SeeData, at.tenant)?;
    caller.require_fresh()?;
    if reason.disclose().trim().is_empty() || reason.disclose().len() > 2_000 {
        return Err(Error::invalid("reason", "say why, in up to 2000 bytes"));
    }
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, READ, move |tx| {
        let request = requests::get(tx, at.id)?;
        let sealer = vault.known_sealer::<RequestKey>(tx, request.intake.uuid())?.map_err(shut)?;
        let place =
            Place { tenant: at.tenant, table: "access", column: "reason", row: tx.next_access().uuid(), generation: 0 };
        let reason = Some(sealer.seal_blob(&place, reason.disclose().as_bytes())?);
        tx.under(Leave { grant: None, ticket: Some(request.reference.clone()), reason });
        let mut found = messages::list(tx, at.id)?;
        found.retain(is_meant);
        messages::open(tx, &vault, request.intake, found, VIEW)
    });
    opened.await
}

/// What the person reads on their own page: what was written to them and what they wrote. Nothing before they are proved.
pub async fn messages_for_person(tools: &Tools, at: Ref<IntakeId>) -> Result<Vec<Opened>> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, "person", move |tx| {
        let intake = intakes::get(tx, at.id)?;
        if !intake.is_proved() {
            return Err(Error::refused("UNPROVED", "show first that it is you"));
        }
        let mut found = Vec::new();
        for request in requests::of_intake(tx, at.id)? {
            found.extend(messages::list(tx, request.id)?);
        }
        found.retain(|message| {
            message.way != Way::Note && message.state != MessageState::Draft && message.kind != MessageKind::Code
        });
        found.sort_by_key(|message| (message.made_at, message.id));
        messages::open(tx, &vault, at.id, found, "person")
    });
    opened.await?.into_iter().map(shown_to_others).collect()
}

fn shown_to_others((message, content): (Message, Content)) -> Result<Opened> {
    let words = Words::of(&[&message.locale])?;
    let title = content.title.unwrap_or_else(|| Personal::new(""));
    Ok((message, title, content.body.shown(words)))
}

async fn shown(tools: &Tools, scope: &Scope<One>, id: MessageId) -> Result<Message> {
    let found = tools.ledger.read(scope, move |tx| messages::one(tx, id)).await?;
    found.ok_or(Error::NotFound("message"))
}

pub(super) fn checked(body: Personal) -> Result<Personal> {
    let text = body.disclose();
    if text.trim().is_empty() || text.len() > MOST {
        return Err(Error::invalid("body", "write something, in up to 20000 bytes"));
    }
    Ok(body)
}

fn shut(shut: Shut) -> Error {
    match shut {
        Shut::Forgotten => Error::refused("FORGOTTEN", "what was written about this request is forgotten"),
        other => Error::internal(format!("messages of a request stay shut: {}", other.code())),
    }
}
