//! What the list and the mutations of this slice are given, and how it is read.

use async_graphql::{ID, InputObject};
use data_encoding::BASE64;

use super::super::actions::{NewWay, Proof, Settling};
use super::super::queries::tasks::Filter;
use super::words::{TaskKind, TaskState};
use crate::floor::graphql::{place, tenant_place, words};
use crate::floor::kernel::{Error, Personal, RequestId, Result, Secret, TenantId};

/// Which tasks a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct RecipientTaskFilter {
    /// Of this tenant.
    tenant: ID,
    /// Of this request.
    request: Option<ID>,
    /// Of this recipient, by its code in the policy.
    recipient: Option<String>,
    /// That stand at one of these.
    states: Option<Vec<TaskState>>,
    /// That a person has to do, or not.
    is_by_hand: Option<bool>,
}

impl RecipientTaskFilter {
    pub fn read(self) -> Result<(TenantId, Filter)> {
        let tenant = tenant_place(&self.tenant)?;
        let request = self.request.as_ref().map(|id| place::<RequestId>(id, "request")).transpose()?;
        if request.is_some_and(|request| request.tenant != tenant) {
            return Err(Error::NotFound("request"));
        }
        let filter = Filter {
            request: request.map(|request| request.id),
            recipient: self.recipient,
            states: words(self.states.as_deref().unwrap_or_default()),
            by_hand: self.is_by_hand,
        };
        Ok((tenant, filter))
    }
}

/// What came back from a recipient.
#[derive(InputObject)]
pub struct SettleTaskInput {
    /// Of which task.
    pub id: ID,
    /// The version of the task that was seen.
    version: i32,
    /// How it stands now.
    state: TaskState,
    /// What came back, in words. They may name people: they go in sealed.
    words: Option<String>,
    /// A file that proves it, in base64: up to 40 KiB.
    proof: Option<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

impl SettleTaskInput {
    pub fn read(&self) -> Result<Settling> {
        let flaw = |_| Error::invalid("proof", "attach the file in base64");
        let proof = self.proof.as_ref().map(|text| BASE64.decode(text.trim().as_bytes()).map_err(flaw)).transpose()?;
        Ok(Settling {
            version: self.version,
            state: self.state.into(),
            words: self.words.clone().map(Personal::new),
            proof: proof.map(|bytes| Proof { bytes }),
        })
    }
}

/// A task that is to be given up.
#[derive(InputObject)]
pub struct GiveUpTaskInput {
    /// Which task.
    pub id: ID,
    /// The version of the task that was seen.
    pub version: i32,
    /// Why nothing more is expected. It goes in sealed.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A recipient that is to be told once more.
#[derive(InputObject)]
pub struct RetryTaskInput {
    /// Which task.
    pub id: ID,
    /// The version of the task that was seen.
    pub version: i32,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A task something of which is to be opened.
#[derive(InputObject)]
pub struct RevealTaskInput {
    /// Which task.
    pub id: ID,
}

/// How a recipient is to be reached.
#[derive(InputObject)]
pub struct SetRecipientWayInput {
    /// Of which tenant.
    tenant: ID,
    /// Which recipient, by its code in the policy.
    recipient: String,
    /// How it is told. A store is told by its platform without being set up.
    kind: TaskKind,
    /// Where it is called, or written to; its own interface needs none.
    address: Option<String>,
    /// What its interface wants to know of the account.
    parts: Option<Vec<RecipientWayPartInput>>,
    /// What lets us in there; nothing said keeps what there is.
    credential: Option<String>,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What an interface wants to know of an account.
#[derive(InputObject)]
pub struct RecipientWayPartInput {
    /// Its name, as the interface has it.
    name: String,
    /// What it is for this account.
    value: String,
}

impl SetRecipientWayInput {
    pub fn read(self) -> Result<NewWay> {
        let parts = self.parts.unwrap_or_default();
        Ok(NewWay {
            tenant: tenant_place(&self.tenant)?,
            recipient: self.recipient,
            kind: self.kind.into(),
            address: self.address.map(|address| address.trim().to_owned()).filter(|address| !address.is_empty()),
            parts: parts.into_iter().map(|part| (part.name, part.value)).collect(),
            credential: self.credential.filter(|text| !text.is_empty()).map(Secret::new),
        })
    }
}

/// How a recipient is reached no more.
#[derive(InputObject)]
pub struct RemoveRecipientWayInput {
    /// Of which tenant.
    pub tenant: ID,
    /// Which recipient, by its code in the policy.
    pub recipient: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}
