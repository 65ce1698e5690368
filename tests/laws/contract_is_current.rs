//! The contract is a file: what clients compile against is what the server answers.

use harness::tree::must_equal;

#[test]
fn contract_is_current() {
    must_equal("server/schema.graphql", &rightsdesk_server::roof::schema::contract());
}
