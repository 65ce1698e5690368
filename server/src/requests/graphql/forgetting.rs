//! What makes a deletion one of more than what somebody asked of themselves: a child's, a whole account's, or a shop's that is
//! forgotten with the end of its connection.

use async_graphql::{Context, ID, InputObject, Object};

use super::super::actions;
use super::inputs::request;
use super::nodes::RequestNode;
use crate::floor::graphql::{asking, once, payload, place};
use crate::floor::kernel::{Result, StoreId};
use crate::stores::{self, StoreNode};

/// A store whose connection is to end.
#[derive(InputObject)]
pub struct DisconnectStoreInput {
    /// Which store.
    id: ID,
    /// The version it was read at.
    version: i32,
    /// Whether all that came from it is to be deleted too: that is opened as a request, which a second person approves. Not
    /// so where nothing is said.
    forget: Option<bool>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

/// What a deletion is a special case of.
#[derive(InputObject)]
pub struct SetSpecialCaseInput {
    /// Which request.
    id: ID,
    /// The version it is changed upon.
    version: Option<i32>,
    /// `child`, `account` or `shop`; none takes it back.
    special_case: Option<String>,
    /// The same key with the same input is done once.
    idempotency_key: Option<String>,
}

payload! {
    /// What came of ending a store's connection.
    DisconnectStorePayload {
        /// The store, with its receipt.
        store: StoreNode
    }
}
payload! {
    /// What came of naming a special case.
    SetSpecialCasePayload {
        /// The request as it is now.
        request: RequestNode
    }
}

/// What can be done so that more is forgotten.
#[derive(Default)]
pub struct ForgettingMutation;

#[Object]
impl ForgettingMutation {
    /// Ends a store's connection, for good: its token is deleted with its key, its jobs are cancelled, its domain is
    /// free, and a receipt says what stays with the platform. What came from it stays here, unless it is to be forgotten
    /// too. Wants a second factor of the last five minutes.
    async fn disconnect_store(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store.")] input: DisconnectStoreInput,
    ) -> Result<DisconnectStorePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place::<StoreId>(&input.id, "store")?, input.version);
        let forget = input.forget.unwrap_or_default();
        let over = match actions::disconnect_store(&asking.tools, asking.caller()?, at, forget, once).await {
            Ok(store) => stores::shown(&asking.tools, store).await.map(StoreNode),
            Err(error) => Err(error),
        };
        DisconnectStorePayload::of(over)
    }

    /// Says that a deletion is about a child, a whole shop or a whole account, or that it is not, as long as nothing of it is
    /// carried out. The plan is drawn anew; one that was submitted is taken back.
    async fn set_special_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which request, and which case.")] input: SetSpecialCaseInput,
    ) -> Result<SetSpecialCasePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = ((request(&input.id)?, input.version), asking.caller()?);
        let set = actions::set_special_case(&asking.tools, caller, at, input.special_case, once).await;
        SetSpecialCasePayload::of(set.map(RequestNode::from))
    }
}
