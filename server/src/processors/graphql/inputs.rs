//! What the mutations and lists of this slice are given, and how it is read.

use async_graphql::{ID, InputObject};

use super::super::model;
use super::super::queries::objections::Filter;
use super::words::{ObjectionState, ProcessorState};
use crate::floor::graphql::{tenant_place, words};

/// Which sub-processors a list holds.
#[derive(InputObject)]
pub struct ProcessorFilter {
    /// In one of these states.
    state: Option<Vec<ProcessorState>>,
}

impl ProcessorFilter {
    pub fn read(self) -> Option<Vec<model::ProcessorState>> {
        self.state.map(|states| words(&states))
    }
}

/// Which objections a list holds; all that is said must fit.
#[derive(InputObject)]
pub struct ObjectionFilter {
    /// In one of these states.
    state: Option<Vec<ObjectionState>>,
    /// Of this tenant.
    tenant: Option<ID>,
}

impl ObjectionFilter {
    pub fn read(self) -> Filter {
        let tenant = self.tenant.as_ref().map(tenant_place);
        Filter {
            // An id that cannot be read leads to no tenant.
            reach: matches!(tenant, Some(Err(_))).then(Vec::new),
            merchant: tenant.and_then(Result::ok),
            states: self.state.map(|states| words(&states)),
            notices: None,
        }
    }
}

/// A subscription that is to be, for a tenant.
#[derive(InputObject)]
pub struct SubscribeInput {
    /// Which tenant wants to be told.
    pub tenant: ID,
    /// Where letters go, once the address has said yes; without it the tenant reads notices by API.
    pub mail: Option<String>,
    /// The language of letters, such as en or hi; English, where it is none of ours.
    pub locale: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// An address that wants to be told.
#[derive(InputObject)]
pub struct SubscribeByMailInput {
    /// Where letters go, once the address has said yes.
    pub mail: String,
    /// The language of letters, such as en or hi; English, where it is none of ours.
    pub locale: String,
}

/// A subscription that is to end.
#[derive(InputObject)]
pub struct UnsubscribeInput {
    /// Whose.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// A merchant's no.
#[derive(InputObject)]
pub struct ObjectToNoticeInput {
    /// To which notice.
    pub notice: ID,
    /// Who objects.
    pub tenant: ID,
    /// Why, in words, up to 4000 bytes; sealed at once.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// The operator's answer to an objection.
#[derive(InputObject)]
pub struct AnswerObjectionInput {
    /// To which objection.
    pub id: ID,
    /// UPHELD, SETTLED or DECLINED.
    pub state: ObjectionState,
    /// What the merchant is told, in words, up to 4000 bytes; sealed at once.
    pub answer: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// An objection that is taken back.
#[derive(InputObject)]
pub struct WithdrawObjectionInput {
    /// Which objection.
    pub id: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// An objection whose words are to be read.
#[derive(InputObject)]
pub struct RevealObjectionInput {
    /// Which objection.
    pub id: ID,
}
