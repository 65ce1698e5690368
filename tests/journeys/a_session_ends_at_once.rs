//! Stories of what ends a session: and that it is dead at the very next call.

use std::time::Duration;

use harness::people::{ask, refusal};
use harness::world::World;
use rightsdesk_server::floor::access::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_is_signed_in_and_asks_who_he_is() {
    let world = World::new().await;
    let desk = world.serve().await;
    let mira = world.staff(&[Role::Support]).await;

    let answer = ask(
        &desk.url(),
        Some(&mira.token),
        "{ viewer { kind name stage mustEnrol permissions staff { handle mail { masked } } session { isThisOne } } }",
        json!({}),
    )
    .await;

    assert_eq!(answer["data"]["viewer"]["name"], mira.handle.as_str(), "{answer}");
    assert_eq!(answer["data"]["viewer"]["stage"], "FULL");
    assert_eq!(answer["data"]["viewer"]["session"]["isThisOne"], true);
    let nobody = ask(&desk.url(), None, "{ viewer { kind } }", json!({})).await;
    assert!(nobody["data"]["viewer"].is_null() && nobody["errors"].is_null(), "{nobody}");
    let forged = ask(&desk.url(), Some("rds_bm9ib2R5"), "{ viewer { kind } }", json!({})).await;
    assert_eq!(refusal(&forged), "UNAUTHENTICATED");
    desk.stop(Duration::from_secs(1)).await.expect("stopped");
}
