//! Programs written by others, driven against a desk: what they expect of the protocols is what it does.

use harness::aside::{from_npm, nothing_may_be_skipped, script};
use harness::world::World;
use rightsdesk_server::roof::schema;
use rightsdesk_server::staff::SignIn;
use serde_json::Value;

/// The folder of the scripts, or none with a word about it.
macro_rules! scripts {
    () => {
        match tokio::task::spawn_blocking(from_npm).await.expect("no panic") {
            Ok(folder) => folder,
            Err(why) => {
                assert!(!nothing_may_be_skipped(), "{why}");
                println!("NOT TRIED: this needs node and npm with their packages: {why}");
                return;
            }
        }
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_audit_of_graphql_over_http_is_met() {
    let folder = scripts!();
    // Two of the audits ask for a type by name, so the schema is told here.
    let desk = World::new()
        .await
        .serve_with(|edge| {
            edge.desk = schema::desk(true, SignIn::default());
            edge.graphql.introspection = true;
        })
        .await;
    let url = format!("{}/graphql", desk.url());

    let (met, said) = run(folder, "audits.mjs", vec![url]).await;

    assert!(met && said.contains("unmet 0"), "{said}");
    assert!(said.lines().filter(|line| line.starts_with("ok ")).count() >= 60, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_usual_client_talks_over_the_socket() {
    let folder = scripts!();
    let desk = World::new().await.serve().await;

    for path in ["/graphql/ws", "/graphql"] {
        let (met, said) = run(folder, "talk.mjs", vec![format!("ws://{}{path}", desk.at)]).await;

        assert!(met, "{said}");
        let heard: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let of = |name: &str| heard.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}: {said}"));
        for name in ["a query", "a query with a variable"] {
            assert_eq!(of(name)["complete"], true, "{said}");
            assert_eq!(of(name)["heard"][0]["data"]["server"]["version"], env!("CARGO_PKG_VERSION"), "{said}");
            assert_eq!(of(name)["heard"][0]["extensions"]["cost"]["actualQueryCost"], 1, "{said}");
        }
        for (name, code) in [
            ("a field that is not there", "BAD_DOCUMENT"),
            ("a document that is none", "BAD_DOCUMENT"),
            ("a subscription", "UNAUTHENTICATED"),
        ] {
            assert_eq!(of(name)["heard"], serde_json::json!([]), "an error is no answer: {said}");
            assert_eq!(of(name)["errors"][0]["extensions"]["code"], code, "{said}");
        }
    }
}

async fn run(folder: &'static std::path::Path, name: &'static str, words: Vec<String>) -> (bool, String) {
    tokio::task::spawn_blocking(move || script(folder, name, &words.iter().map(String::as_str).collect::<Vec<_>>()))
        .await
        .expect("no panic")
}
