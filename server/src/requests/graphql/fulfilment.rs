//! How far what was approved has been carried out, what was certified of it, the brake, and the way back of who was erased.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions;
use super::super::model::{self, Certificate, Step};
use super::inputs::request;
use super::nodes::RequestNode;
use crate::floor::graphql::{asking, node_id, once, payload};
use crate::floor::journal::hex;
use crate::floor::kernel::{Error, Instant, Personal, Ref, RequestId, Result, TenantId};

/// One step of what is carried out.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::StepName", name = "RequestStepName")]
pub enum StepName {
    /// What would be done now is what was approved.
    Compare,
    /// What the person goes by is put aside, for whoever has to be told.
    Match,
    /// A right that takes nothing away takes effect in our own records.
    Act,
    /// What the person gets is made, read by a second person and fetched.
    Package,
    /// Nothing is written of the person any more.
    Tombstone,
    /// Rows that a ground keeps go over to nobody's name.
    Keep,
    /// Rows are cleared.
    Forget,
    /// Files and links go.
    Files,
    /// The person's key goes, and whoever got something is to be told.
    Key,
    /// Whoever got something is to be told.
    Tell,
    /// Somebody looks whether anything is left.
    Scan,
    /// What was done is signed.
    Certificate,
    /// What it came to, and the answer.
    Settle,
    /// The means to go on with it go too.
    RequestKey,
}

/// How far a step has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "model::StepState", name = "RequestStepState")]
pub enum StepState {
    /// It was not done, or not to its end.
    Waiting,
    /// It was done.
    Done,
    /// What stands was not what was approved any more: the plan is read again.
    SentBack,
}

/// One step of what is carried out, and how far it has come.
#[derive(SimpleObject)]
#[graphql(name = "RequestStep")]
pub struct StepNode {
    /// The first of a plan is 0.
    position: i32,
    /// What it is.
    name: StepName,
    /// The line of the plan that it carries out, counted from 0.
    line: Option<i32>,
    /// The table of ours that it is about.
    place: Option<String>,
    /// How far it has come.
    state: StepState,
    /// How often it was tried.
    attempts: i32,
    /// How many rows it touched.
    rows: i64,
    /// A code: what came of it where it is not simply done.
    outcome: Option<String>,
    /// When it was begun.
    begun_at: Option<DateTime<Utc>>,
    /// When it was done or sent back.
    finished_at: Option<DateTime<Utc>>,
}

impl StepNode {
    /// The steps of the plan of a request that was begun last.
    pub async fn all(ctx: &Context<'_>, of: &RequestNode) -> Result<Vec<Self>> {
        let asking = asking(ctx)?;
        let steps = actions::list_steps(&asking.tools, asking.caller()?, of.at()).await?;
        Ok(steps.into_iter().map(Self::of).collect())
    }

    fn of(step: Step) -> Self {
        Self {
            position: i32::from(step.position),
            name: step.name.into(),
            line: step.line.and_then(|line| i32::try_from(line).ok()),
            place: step.place,
            state: step.state.into(),
            attempts: step.attempt,
            rows: step.rows,
            outcome: step.outcome,
            begun_at: step.begun_at.map(Instant::utc),
            finished_at: step.finished_at.map(Instant::utc),
        }
    }
}

/// What was done, signed for outsiders. It names nobody.
#[derive(SimpleObject)]
#[graphql(name = "RequestCertificate")]
pub struct CertificateNode {
    /// Its id.
    id: ID,
    /// The first of a request is 1; each later one supplements the one before.
    number: i32,
    /// When it was signed.
    made_at: DateTime<Utc>,
    /// The version of the key that it is signed with.
    key_version: i32,
    /// SHA-256 of the document, in hexadecimal.
    digest: String,
    /// Canonical JSON with its signature, as the published formats say.
    document: String,
}

impl CertificateNode {
    /// The certificates of a request, the first one first.
    pub async fn all(ctx: &Context<'_>, of: &RequestNode) -> Result<Vec<Self>> {
        let asking = asking(ctx)?;
        let at = of.at();
        let found = actions::list_certificates(&asking.tools, asking.caller()?, at).await?;
        Ok(found.into_iter().map(|one| Self::of(at.tenant, one)).collect())
    }

    fn of(tenant: TenantId, certificate: Certificate) -> Self {
        Self {
            id: node_id(Ref::new(tenant, certificate.id)),
            number: i32::from(certificate.number),
            made_at: certificate.made_at.utc(),
            key_version: i32::try_from(certificate.key_version).unwrap_or(i32::MAX),
            digest: hex(&certificate.digest),
            document: certificate.document,
        }
    }
}

/// What is not to be carried out.
#[derive(InputObject)]
pub struct StopRequestInput {
    /// Which request.
    pub id: ID,
    /// The version it is changed upon.
    pub version: Option<i32>,
    /// Why, in words that stay sealed.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

payload! {
    /// What came of stopping what was approved.
    StopRequestPayload {
        /// The request as it is now.
        request: RequestNode
    }
}

/// Who was erased and is to be welcome again.
#[derive(InputObject)]
pub struct AskToLiftTombstonesInput {
    /// By which request they were erased.
    pub id: ID,
    /// Why, in words that stay sealed.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Who was erased and is welcome again, as somebody else wanted it.
#[derive(InputObject)]
pub struct LiftTombstonesInput {
    /// By which request they were erased.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

payload! {
    /// What came of wanting that somebody is welcome again.
    AskToLiftTombstonesPayload {
        /// The request as it is now.
        request: RequestNode
    }
}
payload! {
    /// What came of letting somebody be welcome again.
    LiftTombstonesPayload {
        /// The request as it is now.
        request: RequestNode
    }
}

/// A request as it is now.
async fn shown(ctx: &Context<'_>, at: Ref<RequestId>) -> Result<RequestNode> {
    let asking = asking(ctx)?;
    let found = actions::find_listed(&asking.tools, asking.caller()?, at).await?;
    Ok(RequestNode::from(found.ok_or(Error::NotFound("request"))?))
}

/// What is done with what is carried out.
#[derive(Default)]
pub struct FulfilmentMutation;

#[Object]
impl FulfilmentMutation {
    /// Stops what was approved, as long as nothing of it is gone: while it cools off, and until the first step that nothing
    /// brings back. The request is open again, and its plan is read anew.
    async fn stop_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is stopped, and why.")] input: StopRequestInput,
    ) -> Result<StopRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        let reason = Personal::new(input.reason);
        let stopped = actions::stop_carrying(&asking.tools, caller, at, input.version, reason, once).await;
        StopRequestPayload::of(stopped.map(RequestNode::from))
    }

    /// Wants that whoever was erased by this request may be written of again; somebody else has to agree.
    async fn ask_to_lift_tombstones(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and why.")] input: AskToLiftTombstonesInput,
    ) -> Result<AskToLiftTombstonesPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let reason = Personal::new(input.reason);
        let asked = actions::ask_to_lift(&asking.tools, asking.caller()?, at, reason, once).await;
        let node = match asked {
            Ok(()) => shown(ctx, at).await,
            Err(error) => Err(error),
        };
        AskToLiftTombstonesPayload::of(node)
    }

    /// Lets whoever was erased by this request be written of again, as somebody else wanted it. What is gone stays gone. Wants
    /// a second factor of the last five minutes.
    async fn lift_tombstones(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: LiftTombstonesInput,
    ) -> Result<LiftTombstonesPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let lifted = actions::lift_tombstones(&asking.tools, asking.caller()?, at, once).await;
        let node = match lifted {
            Ok(()) => shown(ctx, at).await,
            Err(error) => Err(error),
        };
        LiftTombstonesPayload::of(node)
    }
}
