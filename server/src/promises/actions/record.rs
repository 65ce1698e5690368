//! The record of processing of this desk, at this moment.

use crate::floor::access::{Caller, Permission};
use crate::floor::datamap::record::{Merchant, Part, Record};
use crate::floor::graphql::tenant_node_id;
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::tools::Tools;
use crate::tenants::{self, OurRole, Tenant};

/// One part. The controller's is about no merchant, the processor's about one, or about every one that is not closed.
pub async fn record_of_processing(
    tools: &Tools,
    caller: &Caller,
    part: Part,
    tenant: Option<TenantId>,
) -> Result<Record> {
    let merchants = match (part, tenant) {
        (Part::Controller, _) => {
            caller.permit_desk(Permission::SeeQueue)?;
            Vec::new()
        }
        (Part::Processor, Some(tenant)) => {
            let scope = caller.permit(Permission::SeeQueue, tenant)?;
            let found = tools.ledger.read(&scope, move |tx| tenants::tenant(tx, tenant)).await?;
            vec![found.ok_or(Error::NotFound("tenant"))?]
        }
        (Part::Processor, None) => {
            let permit = caller.permit_desk(Permission::SeeQueue)?;
            let desk = tools.ledger.desk_scope(permit, "record of processing").await?;
            let open = tools.ledger.desk(&desk, tenants::open_tenants).await?;
            open.into_iter().filter(|tenant| tenant.our_role != OurRole::Controller).collect()
        }
    };
    let on_behalf_of = merchants.into_iter().map(named).collect();
    let adopted = tools.policy.in_force()?;
    Ok(Record::of(part, &adopted.policy, &tools.map, on_behalf_of, tools.keeping.access_months))
}

fn named(tenant: Tenant) -> Merchant {
    Merchant { id: tenant_node_id(tenant.id).to_string(), name: tenant.legal_name, region: tenant.region }
}
