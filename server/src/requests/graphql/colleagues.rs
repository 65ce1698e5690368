//! Who else may be given a request: names of seats for whoever works requests, and nothing else of them. Whoever keeps or sees
//! seats asks for the seats themselves.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::super::actions;
use crate::floor::graphql::{asking, node_id, tenant_place};
use crate::floor::kernel::{Ref, Result};

/// One of the operator's people who can be given a request.
#[derive(SimpleObject)]
pub struct Colleague {
    /// The id of the seat.
    id: ID,
    /// The short name the desk calls the person by; chosen, not the civil name.
    handle: String,
}

/// What can be asked about those who work requests.
#[derive(Default)]
pub struct ColleagueQuery;

#[Object]
impl ColleagueQuery {
    /// Those who can be given a request, by name: whose seat is in use, may work requests and reaches the tenant.
    async fn colleagues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose requests they reach; left out: every tenant's that the caller reaches.")]
        tenant: Option<ID>,
    ) -> Result<Vec<Colleague>> {
        let asking = asking(ctx)?;
        let tenant = tenant.as_ref().map(tenant_place).transpose()?;
        let found = actions::colleagues(&asking.tools, asking.caller()?, tenant).await?;
        Ok(found.into_iter().map(|(id, handle)| Colleague { id: node_id(Ref::of_house(id)), handle }).collect())
    }
}
