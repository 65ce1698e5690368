//! The contract, `server/schema.graphql`: every query below is checked against it while this crate compiles.

use std::time::Duration;

use crate::core::connection::News;
use crate::core::scrub::Clean;

#[cynic::schema("rightsdesk")]
mod schema {}

cynic::impl_scalar!(Clean, schema::String);

/// The server that answers, as the connection asks for it.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct ServerQuery {
    pub server: Server,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct Server {
    pub version: Clean,
}

impl ServerQuery {
    /// What this answer says of the connection.
    pub fn news(self, trip: Duration) -> News {
        News::Answered { version: self.server.version.0, trip }
    }
}
