//! Rows of what recipients are told. What they know the person by goes in sealed under the request's key, and comes out
//! for the length of one call.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::super::model::{Matches, Opened, Regulation, Task, TaskKind, TaskState, Wish};
use super::super::tables::recipient_tasks;
use crate::floor::graphql::Page;
use crate::floor::jobs::Ticket;
use crate::floor::kernel::{
    BlobId, Error, Instant, Personal, RecipientTaskId, RequestId, Result, Sealed, StoreId, SubjectId, TenantId,
};
use crate::floor::ledger::{RevealTx, Tx, WriteTx, statement, walk};
use crate::floor::regulations::Right;
use crate::floor::vault::{Opening, Place, RequestKey, Shut, Vault};

/// What the access book calls a look at what a person is matched by.
const VIEW: &str = "recipient_tasks.matches";

#[derive(Queryable, Selectable)]
#[diesel(table_name = recipient_tasks)]
struct Row {
    tenant_id: TenantId,
    id: RecipientTaskId,
    request_id: RequestId,
    reference: String,
    right_code: Right,
    regulation: Regulation,
    recipient: String,
    store_id: Option<StoreId>,
    subject_id: Option<SubjectId>,
    categories: Vec<String>,
    kind: TaskKind,
    state: TaskState,
    is_unsure: bool,
    step: i16,
    refs: Vec<String>,
    sealed_under: Uuid,
    zone: String,
    submitted_at: DateTime<Utc>,
    opened_at: DateTime<Utc>,
    until: DateTime<Utc>,
    tried_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    attempts: i32,
    answer: Option<String>,
    advice: Option<String>,
    proof: Option<Vec<u8>>,
    proof_id: Option<Uuid>,
    reminded_at: Option<DateTime<Utc>>,
    held_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            request: row.request_id,
            reference: row.reference,
            right: row.right_code,
            regulation: row.regulation,
            recipient: row.recipient,
            store: row.store_id,
            subject: row.subject_id,
            categories: row.categories,
            kind: row.kind,
            state: row.state,
            is_unsure: row.is_unsure,
            step: row.step,
            refs: row.refs,
            sealed_under: row.sealed_under,
            zone: row.zone,
            submitted_at: Instant::from_utc(row.submitted_at),
            opened_at: Instant::from_utc(row.opened_at),
            until: Instant::from_utc(row.until),
            tried_at: row.tried_at.map(Instant::from_utc),
            ended_at: row.ended_at.map(Instant::from_utc),
            attempts: row.attempts,
            answer: row.answer,
            advice: row.advice,
            proof: row.proof.and_then(|proof| proof.try_into().ok()),
            has_file: row.proof_id.is_some(),
            reminded_at: row.reminded_at.map(Instant::from_utc),
            held_at: row.held_at.map(Instant::from_utc),
            version: row.version,
        }
    }
}

/// Opens a task, or finds the one that is there for this recipient of this request.
pub fn open(tx: &mut WriteTx, vault: &Vault, wish: &Wish, (kind, advice): (TaskKind, Option<&str>)) -> Result<Opened> {
    let (tenant, now) = (tx.tenant()?, tx.now()?);
    if let Some(there) = of_recipient(tx, wish)? {
        return Ok(there);
    }
    let id = RecipientTaskId::fresh();
    let matches = sealed(tx, vault, (tenant, id, wish.sealed_under), &wish.matches)?;
    let ticket = wish.ticket.as_ref().map(text_of).transpose()?;
    let made = diesel::insert_into(recipient_tasks::table)
        .values((
            recipient_tasks::tenant_id.eq(tenant),
            recipient_tasks::id.eq(id),
            recipient_tasks::request_id.eq(wish.request),
            recipient_tasks::reference.eq(&wish.reference),
            recipient_tasks::right_code.eq(wish.right),
            recipient_tasks::regulation.eq(wish.regulation),
            recipient_tasks::recipient.eq(&wish.recipient),
            recipient_tasks::store_id.eq(wish.store),
            recipient_tasks::subject_id.eq(wish.subject),
            recipient_tasks::categories.eq(&wish.categories),
            recipient_tasks::kind.eq(kind),
            recipient_tasks::sealed_under.eq(wish.sealed_under),
            recipient_tasks::matches.eq(matches.into_bytes()),
            recipient_tasks::ticket.eq(ticket),
            recipient_tasks::zone.eq(&wish.zone),
            recipient_tasks::submitted_at.eq(wish.submitted_at.utc()),
            recipient_tasks::opened_at.eq(now.utc()),
            recipient_tasks::until.eq(wish.until.utc()),
            recipient_tasks::advice.eq(advice),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if made == 1 {
        return Ok(Opened { id, kind, is_new: true });
    }
    // Another transaction opened it at the same moment.
    of_recipient(tx, wish)?.ok_or(Error::Conflict)
}

fn of_recipient(tx: &mut Tx, wish: &Wish) -> Result<Option<Opened>> {
    let row = recipient_tasks::table
        .filter(recipient_tasks::tenant_id.eq(tx.tenant()?).and(recipient_tasks::request_id.eq(wish.request)))
        .filter(recipient_tasks::recipient.eq(&wish.recipient))
        .filter(recipient_tasks::store_id.is_not_distinct_from(wish.store))
        .select((recipient_tasks::id, recipient_tasks::kind))
        .first::<(RecipientTaskId, TaskKind)>(tx.conn())
        .optional()?;
    Ok(row.map(|(id, kind)| Opened { id, kind, is_new: false }))
}

fn text_of(ticket: &Ticket) -> Result<String> {
    serde_json::to_string(ticket).map_err(|_| Error::internal("a ticket that is no JSON"))
}

fn place(tenant: TenantId, id: RecipientTaskId, column: &'static str) -> Place<'static> {
    Place { tenant, table: "recipient_task", column, row: id.uuid(), generation: 0 }
}

fn sealed(
    tx: &mut WriteTx,
    vault: &Vault,
    (tenant, id, under): (TenantId, RecipientTaskId, Uuid),
    matches: &Matches,
) -> Result<Sealed> {
    let text = serde_json::to_string(matches).map(Personal::new);
    let text = text.map_err(|_| Error::internal("what a recipient knows a person by is no JSON"))?;
    let sealer = vault.sealer::<RequestKey>(tx, under)?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a request's key does not seal: {}", shut.code())))?;
    sealer.seal_blob(&place(tenant, id, "matches"), text.disclose().as_bytes())
}

/// What the recipient of an open task knows the person by.
pub fn matches(tx: &mut RevealTx, vault: &Vault, task: &Task) -> Result<Opening<Matches>> {
    let tenant = tx.tenant()?;
    let stored: Option<Option<Vec<u8>>> =
        recipient_tasks::table.find((tenant, task.id)).select(recipient_tasks::matches).first(tx.conn()).optional()?;
    let Some(stored) = stored.flatten() else { return Ok(Err(Shut::Forgotten)) };
    let key = vault.request_key(tx, task.sealed_under, VIEW)?;
    let place = place(tenant, task.id, "matches");
    let clear = key.and_then(|key| key.open_blob(&place, &Sealed::from_bytes(stored)));
    Ok(match clear {
        Ok(clear) => {
            Ok(serde_json::from_slice(clear.bytes())
                .map_err(|_| Error::corrupt("recipient_tasks", "matches", task.id))?)
        }
        Err(shut) => Err(shut),
    })
}

/// One task of the pinned tenant.
pub fn one(tx: &mut Tx, id: RecipientTaskId) -> Result<Option<Task>> {
    let row = recipient_tasks::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Task::from))
}

/// The same, held until the transaction ends.
pub fn held(tx: &mut WriteTx, id: RecipientTaskId) -> Result<Task> {
    let query = recipient_tasks::table.find((tx.tenant()?, id)).select(Row::as_select()).for_no_key_update();
    query.first(tx.conn()).optional()?.map(Task::from).ok_or(Error::NotFound("recipient task"))
}

/// The tasks of a request, by their recipients.
pub fn of_request(tx: &mut Tx, request: RequestId) -> Result<Vec<Task>> {
    let rows = recipient_tasks::table
        .filter(recipient_tasks::tenant_id.eq(tx.tenant()?).and(recipient_tasks::request_id.eq(request)))
        .order((recipient_tasks::recipient, recipient_tasks::id))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Task::from).collect())
}

/// The open tasks of these requests, held until the transaction ends.
pub fn open_held(tx: &mut WriteTx, requests: &[RequestId]) -> Result<Vec<Task>> {
    let rows = recipient_tasks::table
        .filter(recipient_tasks::tenant_id.eq(tx.tenant()?))
        .filter(recipient_tasks::request_id.eq_any(requests.to_vec()))
        .filter(recipient_tasks::ended_at.is_null())
        .order(recipient_tasks::id)
        .select(Row::as_select())
        .for_no_key_update()
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Task::from).collect())
}

/// The open tasks of the pinned tenant that a hold keeps back, each with its request.
pub fn kept_back(tx: &mut Tx) -> Result<Vec<(RecipientTaskId, RequestId)>> {
    let rows = recipient_tasks::table
        .filter(recipient_tasks::tenant_id.eq(tx.tenant()?))
        .filter(recipient_tasks::held_at.is_not_null().and(recipient_tasks::ended_at.is_null()))
        .order(recipient_tasks::id)
        .select((recipient_tasks::id, recipient_tasks::request_id))
        .load(tx.conn())?;
    Ok(rows)
}

/// How many tasks of a request are open.
pub fn open_of(tx: &mut Tx, request: RequestId) -> Result<i64> {
    let open = recipient_tasks::table
        .filter(recipient_tasks::tenant_id.eq(tx.tenant()?).and(recipient_tasks::request_id.eq(request)))
        .filter(recipient_tasks::ended_at.is_null());
    Ok(open.count().get_result(tx.conn())?)
}

/// Which tasks a list holds; all that is said must fit.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub request: Option<RequestId>,
    pub recipient: Option<String>,
    pub states: Vec<TaskState>,
    /// Those that a person has to do.
    pub by_hand: Option<bool>,
}

/// A page of the pinned tenant's tasks, oldest first, and how many there are in all.
pub fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<(Vec<Task>, i64)> {
    let tenant = tx.tenant()?;
    let fitting = || {
        let mut query = recipient_tasks::table.filter(recipient_tasks::tenant_id.eq(tenant)).into_boxed();
        if let Some(request) = filter.request {
            query = query.filter(recipient_tasks::request_id.eq(request));
        }
        if let Some(recipient) = &filter.recipient {
            query = query.filter(recipient_tasks::recipient.eq(recipient.clone()));
        }
        if !filter.states.is_empty() {
            query = query.filter(recipient_tasks::state.eq_any(filter.states.clone()));
        }
        let by_hand = recipient_tasks::kind.eq(TaskKind::Manual).or(recipient_tasks::advice.is_not_null());
        let by_itself = recipient_tasks::kind.ne(TaskKind::Manual).and(recipient_tasks::advice.is_null());
        match filter.by_hand {
            // Nobody does anything while a hold stands.
            Some(true) => query.filter(by_hand.and(recipient_tasks::held_at.is_null())),
            Some(false) => query.filter(by_itself.or(recipient_tasks::held_at.is_not_null())),
            None => query,
        }
    };
    let total = fitting().count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = fitting().select(Row::as_select());
    let rows = walk!(query, (recipient_tasks::opened_at, recipient_tasks::id), beyond, !page.is_backward, page.limit());
    Ok((rows.load(tx.conn())?.into_iter().map(Task::from).collect(), total))
}

/// Writes how far a task that is held has come. Of an ended one nobody is known any more.
pub fn save(tx: &mut WriteTx, task: &Task) -> Result<()> {
    let at = || recipient_tasks::table.find((task.tenant, task.id));
    if task.state.has_ended() {
        diesel::update(at()).set(recipient_tasks::matches.eq(None::<Vec<u8>>)).execute(tx.conn())?;
    }
    diesel::update(at())
        .set((
            recipient_tasks::kind.eq(task.kind),
            recipient_tasks::state.eq(task.state),
            recipient_tasks::is_unsure.eq(task.is_unsure),
            recipient_tasks::step.eq(task.step),
            recipient_tasks::refs.eq(&task.refs),
            recipient_tasks::until.eq(task.until.utc()),
            recipient_tasks::tried_at.eq(task.tried_at.map(Instant::utc)),
            recipient_tasks::ended_at.eq(task.ended_at.map(Instant::utc)),
            recipient_tasks::attempts.eq(task.attempts),
            recipient_tasks::answer.eq(&task.answer),
            recipient_tasks::advice.eq(&task.advice),
            recipient_tasks::proof.eq(task.proof.map(|proof| proof.to_vec())),
            recipient_tasks::reminded_at.eq(task.reminded_at.map(Instant::utc)),
            recipient_tasks::held_at.eq(task.held_at.map(Instant::utc)),
            recipient_tasks::version.eq(recipient_tasks::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The ticket of a task; taken away where nobody waits for it any more.
pub fn ticket(tx: &mut WriteTx, task: &Task) -> Result<Option<Ticket>> {
    let at = || recipient_tasks::table.find((task.tenant, task.id));
    let text: Option<String> = at().select(recipient_tasks::ticket).first(tx.conn())?;
    if task.state.has_ended() {
        diesel::update(at()).set(recipient_tasks::ticket.eq(None::<String>)).execute(tx.conn())?;
    }
    let ticket = text.map(|text| serde_json::from_str(&text)).transpose();
    ticket.map_err(|_| Error::corrupt("recipient_tasks", "ticket", task.id))
}

/// Writes what somebody said who ended a task by hand, and where the file is that was attached. Words come first: a task
/// that is given up says why.
pub fn attach(
    tx: &mut WriteTx,
    vault: &Vault,
    task: &Task,
    words: Option<&Personal>,
    file: Option<BlobId>,
) -> Result<()> {
    let words = words.map(|words| sealed_words(tx, vault, task, words)).transpose()?;
    let at = || recipient_tasks::table.find((task.tenant, task.id));
    if let Some(words) = words {
        diesel::update(at()).set(recipient_tasks::words.eq(words.into_bytes())).execute(tx.conn())?;
    }
    if let Some(file) = file {
        let proof = task.proof.map(|proof| proof.to_vec());
        let both = (recipient_tasks::proof.eq(proof), recipient_tasks::proof_id.eq(file.uuid()));
        diesel::update(at()).set(both).execute(tx.conn())?;
    }
    Ok(())
}

fn sealed_words(tx: &mut WriteTx, vault: &Vault, task: &Task, words: &Personal) -> Result<Sealed> {
    let sealer = vault.sealer::<RequestKey>(tx, task.id.uuid())?;
    let sealer = sealer.map_err(|shut| Error::internal(format!("a task's key does not seal: {}", shut.code())))?;
    sealer.seal_blob(&place(task.tenant, task.id, "words"), words.disclose().as_bytes())
}

/// What somebody said who ended a task by hand, sealed, and where it stands.
pub fn words(tx: &mut Tx, task: &Task) -> Result<Option<(Place<'static>, Sealed)>> {
    let stored: Option<Option<Vec<u8>>> = recipient_tasks::table
        .find((task.tenant, task.id))
        .select(recipient_tasks::words)
        .first(tx.conn())
        .optional()?;
    Ok(stored.flatten().map(|words| (place(task.tenant, task.id, "words"), Sealed::from_bytes(words))))
}

/// The object with the file that somebody attached.
pub fn file(tx: &mut Tx, id: RecipientTaskId) -> Result<Option<BlobId>> {
    let stored: Option<Option<Uuid>> = recipient_tasks::table
        .find((tx.tenant()?, id))
        .select(recipient_tasks::proof_id)
        .first(tx.conn())
        .optional()?;
    Ok(stored.flatten().map(BlobId::from_uuid))
}

/// The tasks of a request about which somebody wrote or attached something, each with the object of the file.
pub fn with_words(tx: &mut Tx, request: RequestId) -> Result<Vec<(RecipientTaskId, Option<BlobId>)>> {
    let rows: Vec<(RecipientTaskId, Option<Uuid>)> = recipient_tasks::table
        .filter(recipient_tasks::tenant_id.eq(tx.tenant()?).and(recipient_tasks::request_id.eq(request)))
        .filter(recipient_tasks::words.is_not_null().or(recipient_tasks::proof_id.is_not_null()))
        .order(recipient_tasks::id)
        .select((recipient_tasks::id, recipient_tasks::proof_id))
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|(task, file)| (task, file.map(BlobId::from_uuid))).collect())
}

/// No file is attached to the tasks of a request any more; that there was one says its digest.
pub fn unname_files(tx: &mut WriteTx, request: RequestId) -> Result<()> {
    let of = recipient_tasks::table
        .filter(recipient_tasks::tenant_id.eq(tx.tenant()?).and(recipient_tasks::request_id.eq(request)))
        .filter(recipient_tasks::proof_id.is_not_null());
    diesel::update(of).set(recipient_tasks::proof_id.eq(None::<Uuid>)).execute(tx.conn())?;
    Ok(())
}

/// Where the file stands that belongs to a task.
pub fn place_of_file(tenant: TenantId, id: RecipientTaskId) -> Place<'static> {
    place(tenant, id, "proof")
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    platform: String,
    #[diesel(sql_type = Bool)]
    is_connected: bool,
}

/// The platform of a store, and whether its connection stands.
pub fn store(tx: &mut Tx, id: StoreId) -> Result<Option<(String, bool)>> {
    let known =
        statement("select platform, state = 'connected' as is_connected from stores where tenant_id = ? and id = ?")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(id)
            .get_result::<Known>(tx.conn())
            .optional()?;
    Ok(known.map(|known| (known.platform, known.is_connected)))
}
