//! Ids of the API: opaque, typed, one text form. What cannot be read as an id of the kind is simply not there.

use async_graphql::ID;

use crate::floor::kernel::{Addressed, Error, Ref, Result, TenantId};

/// Where an id leads; `kind` is the noun for "no such …".
pub fn place<Id: Addressed>(id: &ID, kind: &'static str) -> Result<Ref<Id>> {
    id.parse().map_err(|_| Error::NotFound(kind))
}

/// The id of a row.
pub fn node_id<Id: Addressed>(place: Ref<Id>) -> ID {
    ID(place.to_string())
}

/// Which tenant an id leads to: a tenant is its own first row.
pub fn tenant_place(id: &ID) -> Result<TenantId> {
    let place = place::<TenantId>(id, "tenant")?;
    if place.tenant == place.id { Ok(place.id) } else { Err(Error::NotFound("tenant")) }
}

/// The id of a tenant.
pub fn tenant_node_id(tenant: TenantId) -> ID {
    node_id(Ref::new(tenant, tenant))
}
