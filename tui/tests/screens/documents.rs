//! The list of documents that a desk takes from everybody by their id: every operation of this console, and no other.

use std::collections::BTreeMap;
use std::path::Path;

use rightsdesk::api::client::{Client, document_id};
use rightsdesk::core::ask::{Ask, Refusal, Trouble};
use rightsdesk::screens::DOCUMENTS;
use serde_json::{Value, json};

use crate::double::Double;

fn documents() -> BTreeMap<String, String> {
    DOCUMENTS.iter().copied().flatten().map(|document| document()).map(|text| (document_id(&text), text)).collect()
}

/// Whether a desk knows it by its id.
pub fn is_known(ask: &Ask) -> bool {
    documents().contains_key(&document_id(&ask.document))
}

/// The document a call means, as a desk that knows them all reads it.
pub fn text(body: &Value) -> String {
    let known = body["documentId"].as_str().and_then(|id| documents().remove(id));
    known.unwrap_or_else(|| body["query"].as_str().unwrap_or_default().to_owned())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "BLESS is for tests alone")]
fn the_desk_knows_the_documents_of_this_console_and_no_others() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/operations.json");
    let ours = format!("{:#}\n", json!(documents()));
    if std::env::var("BLESS").is_ok() {
        std::fs::write(&path, &ours).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == ours, "server/operations.json is old: BLESS=1 cargo test -p rightsdesk --test screens documents");
    let longest = documents().values().map(String::len).max().unwrap();
    assert!(longest < 10 * 1024, "a desk takes no document of {longest} bytes");
}

#[tokio::test]
async fn a_document_goes_by_its_id_and_whole_to_a_desk_that_does_not_know_it() {
    _ = rustls::crypto::ring::default_provider().install_default();
    let text = "query Known { server { version } }";
    let ask = |document: &str| Ask {
        to: "a",
        tag: "b",
        document: document.to_owned(),
        variables: json!({ "n": 1 }),
        is_again: false,
    };
    let known = document_id(text);
    let desk = Double::answering(move |call| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(body["variables"], json!({ "n": 1 }));
        let error = json!({ "message": "no such document", "extensions": { "code": "UNKNOWN_DOCUMENT" } });
        match (body["documentId"].as_str(), body["query"].as_str()) {
            (Some(id), None) if id == known => (200, json!({ "data": { "by": "id" } }).to_string()),
            (None, Some("query Free { server { version } }")) => (200, json!({ "data": { "by": "text" } }).to_string()),
            _ => (400, json!({ "errors": [error] }).to_string()),
        }
    });
    let client = Client::new(&desk.url, None).unwrap();
    assert_eq!(client.ask(&ask(text)).await, Ok(json!({ "by": "id" })));
    assert_eq!(client.ask(&ask("query Free { server { version } }")).await, Ok(json!({ "by": "text" })));
    assert_eq!(client.ask(&ask("query Free { server { version } }")).await, Ok(json!({ "by": "text" })));
    let words = "no such document".to_owned();
    let refusal = Refusal { code: "UNKNOWN_DOCUMENT".to_owned(), words, field: vec![] };
    assert_eq!(client.ask(&ask("query No { x }")).await, Err(Trouble::Refused(vec![refusal])));
}
