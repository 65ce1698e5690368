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

#[cfg(test)]
mod tests {
    use super::*;
    use cynic::QueryBuilder;

    #[test]
    fn the_server_knows_our_documents() {
        let known: std::collections::HashMap<String, String> =
            serde_json::from_str(include_str!("../../../server/operations.json")).unwrap();
        let ours = [ServerQuery::build(()).query];
        assert!(ours.iter().all(|text| known.values().any(|known| known == text)), "{ours:?}");
    }
}
