//! What is to be put right and what was, what a person forbade, and what proves how a request was answered.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions::{self, CorrectionAt};
use super::super::model::{self, Correction, Named};
use super::super::queries::evidence::Evidence;
use super::inputs::request;
use super::nodes::RequestNode;
use crate::floor::graphql::{Mask, MaskKind, asking, node_id, once, payload, place};
use crate::floor::journal::hex;
use crate::floor::kernel::{Error, Instant, Personal, Ref, Result, StoreId, TenantId};
use crate::grants::RevealedReasonNode;
use crate::subjects::{self, Fence};

/// What became of something that is to be put right.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::CorrectionState")]
pub enum CorrectionState {
    /// It is to be put right.
    Named,
    /// Something else was named in its place, or it was taken back.
    Dropped,
    /// It stands there now.
    Done,
    /// There is nothing there that could be put right.
    Nothing,
}

/// What somebody forbids.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "subjects::FenceKind")]
pub enum FenceKind {
    /// Everything is kept, and nothing is done with it.
    Restriction,
    /// One use ends.
    Objection,
    /// One recipient gets no more.
    OptOut,
}

/// A value that is to be put right. What is right is shown masked.
#[derive(SimpleObject)]
#[graphql(name = "RequestCorrection")]
pub struct CorrectionNode {
    /// The table of ours that it is about.
    about: String,
    /// The field of it.
    field: String,
    /// At one store alone; everywhere where this is null.
    store: Option<ID>,
    /// What is right, masked.
    value: Mask,
    /// When it was named.
    named_at: DateTime<Utc>,
    /// Whether the person's own words named it.
    is_in_their_words: bool,
    /// What became of it.
    state: CorrectionState,
    /// When that was.
    settled_at: Option<DateTime<Utc>>,
    /// How many rows were put right.
    rows: i32,
}

/// What a person forbade.
#[derive(SimpleObject)]
#[graphql(name = "RequestFence")]
pub struct FenceNode {
    /// What of it.
    kind: FenceKind,
    /// The purpose or recipient by its code in the policy; * is wherever events are sent; empty of a restriction.
    code: String,
    /// Since when.
    since: DateTime<Utc>,
    /// When the person was told that it will be lifted.
    warned_at: Option<DateTime<Utc>>,
    /// When it will be.
    ends_at: Option<DateTime<Utc>>,
    /// Since when it stands no more.
    until: Option<DateTime<Utc>>,
}

/// What proves how a request was answered, for anyone to verify with the public key.
#[derive(SimpleObject)]
#[graphql(name = "RequestEvidence")]
pub struct EvidenceNode {
    /// The first of a request is 1; a later one continues it.
    number: i32,
    /// When it was sealed.
    made_at: DateTime<Utc>,
    /// SHA-256 of the document, in hexadecimal.
    digest: String,
    /// The document: one line in canonical form, signed.
    document: String,
}

impl CorrectionNode {
    /// All that was named of a request.
    pub async fn all(ctx: &Context<'_>, of: &RequestNode) -> Result<Vec<Self>> {
        let asking = asking(ctx)?;
        let all = actions::corrections_of(&asking.tools, asking.caller()?, of.at()).await?;
        Ok(all.into_iter().map(|one| Self::of(of.at().tenant, one)).collect())
    }

    fn of(tenant: TenantId, one: Correction) -> Self {
        let kind = match one.field.as_str() {
            "mail" => MaskKind::Mail,
            "phone" => MaskKind::Phone,
            "address" => MaskKind::Address,
            "handle" => MaskKind::Handle,
            _ => MaskKind::Name,
        };
        Self {
            about: one.about,
            field: one.field,
            store: one.store.map(|store| node_id(Ref::new(tenant, store))),
            value: Mask::sealed(kind),
            named_at: one.named_at.utc(),
            is_in_their_words: one.named_by.is_none(),
            state: one.state.into(),
            settled_at: one.settled_at.map(Instant::utc),
            rows: one.rows,
        }
    }
}

impl FenceNode {
    /// All that a request forbade.
    pub async fn all(ctx: &Context<'_>, of: &RequestNode) -> Result<Vec<Self>> {
        let asking = asking(ctx)?;
        let all = actions::fences_of(&asking.tools, asking.caller()?, of.at()).await?;
        Ok(all.into_iter().map(Self::of).collect())
    }

    fn of(fence: Fence) -> Self {
        Self {
            kind: fence.kind.into(),
            code: fence.code,
            since: fence.since.utc(),
            warned_at: fence.ending.map(|(warned_at, _)| warned_at.utc()),
            ends_at: fence.ending.map(|(_, ends_at)| ends_at.utc()),
            until: fence.until.map(Instant::utc),
        }
    }
}

impl EvidenceNode {
    /// The evidence of a request, the first one first.
    pub async fn all(ctx: &Context<'_>, of: &RequestNode) -> Result<Vec<Self>> {
        let asking = asking(ctx)?;
        let all = actions::evidence_of(&asking.tools, asking.caller()?, of.at()).await?;
        all.into_iter().map(Self::of).collect()
    }

    fn of(evidence: Evidence) -> Result<Self> {
        let document = String::from_utf8(evidence.document);
        Ok(Self {
            number: i32::from(evidence.number),
            made_at: evidence.made_at.utc(),
            digest: hex(&evidence.digest),
            document: document.map_err(|_| Error::corrupt("request_evidence", "document", evidence.id))?,
        })
    }
}

/// A value that is to be put right.
#[derive(InputObject)]
pub struct NameCorrectionInput {
    /// Which request.
    id: ID,
    /// The version it is changed upon.
    version: Option<i32>,
    /// The table of ours: `customers`, `order_contacts` or `members`.
    about: String,
    /// The field of it, such as mail.
    field: String,
    /// At one store alone; everywhere where nothing is said.
    store: Option<ID>,
    /// What is right; of an address line by line.
    value: String,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// A value that was named.
#[derive(InputObject)]
pub struct DropCorrectionInput {
    /// Which request.
    id: ID,
    /// The version it is changed upon.
    version: Option<i32>,
    /// The table of ours.
    about: String,
    /// The field of it.
    field: String,
    /// The one store that was named, where one was.
    store: Option<ID>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// A value that was named, to be read in clear.
#[derive(InputObject)]
pub struct RevealCorrectionInput {
    /// Of which request.
    id: ID,
    /// The table of ours.
    about: String,
    /// The field of it.
    field: String,
    /// The one store that was named, where one was.
    store: Option<ID>,
}

/// A restriction that is to end.
#[derive(InputObject)]
pub struct LiftRestrictionInput {
    /// Which request restricted it.
    id: ID,
    /// The version it is changed upon.
    version: Option<i32>,
    /// What the person is told before: why, and from when on.
    words: String,
    /// In how many days it ends, 1 to 90; 7 where nothing is said.
    days: Option<i32>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

payload! {
    /// What came of naming a value that is to be put right.
    NameCorrectionPayload {
        /// The request as it is now.
        request: RequestNode
    }
}
payload! {
    /// What came of taking back a value that was named.
    DropCorrectionPayload {
        /// The request as it is now.
        request: RequestNode
    }
}
payload! {
    /// What came of opening a value that was named.
    RevealCorrectionPayload {
        /// The value in clear.
        revealed: RevealedReasonNode
    }
}
payload! {
    /// What came of announcing that a restriction ends.
    LiftRestrictionPayload {
        /// The request as it is now.
        request: RequestNode
    }
}

/// The store that is meant, which is one of the request's own tenant.
fn store_of(id: Option<&ID>, tenant: TenantId) -> Result<Option<StoreId>> {
    let store = id.map(|id| place::<StoreId>(id, "store")).transpose()?;
    match store {
        Some(store) if store.tenant != tenant => Err(Error::NotFound("store")),
        store => Ok(store.map(|store| store.id)),
    }
}

/// How many days a person has, where nobody says.
const USUAL: i32 = 7;

/// What can be done about what is wrong or forbidden.
#[derive(Default)]
pub struct ActingMutation;

#[Object]
impl ActingMutation {
    /// Names a value that is to be put right, in the place of what was named of the same before. The plan is drawn anew.
    async fn name_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is right.")] input: NameCorrectionInput,
    ) -> Result<NameCorrectionPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let store = store_of(input.store.as_ref(), at.tenant)?;
        let NameCorrectionInput { about, field, value, version, .. } = input;
        let named = Named { about, field, store, value: Personal::new(value) };
        let done = actions::name_correction(&asking.tools, caller, (at, version), named, once).await;
        NameCorrectionPayload::of(done.map(RequestNode::from))
    }

    /// Takes back a value that was named and is not put right yet. The plan is drawn anew.
    async fn drop_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which value.")] input: DropCorrectionInput,
    ) -> Result<DropCorrectionPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let store = store_of(input.store.as_ref(), at.tenant)?;
        let of = CorrectionAt { about: input.about, field: input.field, store };
        let done = actions::drop_correction(&asking.tools, caller, (at, input.version), of, once).await;
        DropCorrectionPayload::of(done.map(RequestNode::from))
    }

    /// Opens a value that was named, and writes down who looked before it answers. Wants a second factor of the last five
    /// minutes.
    async fn reveal_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which value.")] input: RevealCorrectionInput,
    ) -> Result<RevealCorrectionPayload> {
        let asking = asking(ctx)?;
        let at = request(&input.id)?;
        let store = store_of(input.store.as_ref(), at.tenant)?;
        let of = CorrectionAt { about: input.about, field: input.field, store };
        let revealed = actions::reveal_correction(&asking.tools, asking.caller()?, at, of).await;
        RevealCorrectionPayload::of(revealed.map(|revealed| RevealedReasonNode::of(&revealed)))
    }

    /// Tells the person that what a request restricted will be used again, and lifts it then: not before the letter has left.
    async fn lift_restriction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the person is told, and when it ends.")] input: LiftRestrictionInput,
    ) -> Result<LiftRestrictionPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let notice = (Personal::new(input.words), i64::from(input.days.unwrap_or(USUAL)));
        let done = actions::lift_restriction(&asking.tools, caller, (at, input.version), notice, once).await;
        LiftRestrictionPayload::of(done.map(RequestNode::from))
    }
}
