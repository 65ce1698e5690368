//! Ids of the API: opaque, typed, one text form. What cannot be read as an id of the kind is simply not there.

use async_graphql::ID;

use crate::floor::kernel::{Addressed, Error, Ref, Result};

/// Where an id leads; `kind` is the noun for "no such …".
pub fn place<Id: Addressed>(id: &ID, kind: &'static str) -> Result<Ref<Id>> {
    id.parse().map_err(|_| Error::NotFound(kind))
}

/// The id of a row.
pub fn node_id<Id: Addressed>(place: Ref<Id>) -> ID {
    ID(place.to_string())
}
