//! The documents that strangers may send are what their ids say, fit the schema, and pass the gate at a price that a
//! caller has.

use async_graphql::parser::parse_query;
use async_graphql::{Request, Variables};
use rightsdesk_server::floor::graphql::{meant, reckon, skim};
use rightsdesk_server::roof::http::{document_id, documents};
use rightsdesk_server::roof::schema;
use rightsdesk_server::staff::SignIn;

#[tokio::test]
async fn known_documents_are_sound() {
    let desk = schema::desk(false, SignIn::default());
    let mut seen = 0;
    for (id, text) in documents() {
        assert_eq!(id, document_id(text), "the id of another text:\n{text}");
        assert_eq!(skim(text), Ok(()), "{text}");
        let parsed = parse_query(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
        let operation = meant(&parsed, None).unwrap_or_else(|| panic!("not one operation:\n{text}"));
        let bill = reckon(&parsed, operation, &Variables::default(), false);
        let bill = bill.unwrap_or_else(|over| panic!("{}\n{text}", over.advice()));
        assert!(bill.points <= 2_000, "{} points:\n{text}", bill.points);
        // The library checks a document whole before it looks for the operation.
        let answer = desk.execute(Request::new(text).operation_name("none of them")).await;
        let found: Vec<_> = answer.errors.iter().map(|error| error.message.as_str()).collect();
        assert!(matches!(found[..], [only] if only.starts_with("Unknown operation")), "{found:?}\n{text}");
        seen += 1;
    }
    assert!(seen > 0, "the list is empty, or cannot be read");
}
