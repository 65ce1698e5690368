//! A package that lies there is what somebody turns to next who may let it go, and nobody else.

use harness::asked::ask;
use harness::planned::Planned;
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests;
use serde_json::{Value, json};

/// What the caller turns to next, with what is to be done.
async fn turns_to(scene: &Planned, caller: &Caller) -> Vec<(Value, Value)> {
    let asked = "{ nextRequests(first: 10) { reference nextAction } }";
    let answer = ask(&scene.world, Some(caller), asked, json!({})).await;
    let rows = answer["data"]["nextRequests"].as_array().unwrap_or_else(|| panic!("{answer}"));
    rows.iter().map(|row| (row["reference"].clone(), row["nextAction"].clone())).collect()
}

/// What all who wait wait for, as it is counted and as each says it, and whom the words of the queue find by it.
async fn waits(scene: &Planned) -> (Value, Value, Value) {
    let asked = "{ requestFigures { waiting { what count } }
                   every: requests(filter: { text: \"stage:active\" }) { nodes { waitingFor } }
                   second: requests(filter: { text: \"is:second\" }) { totalCount } }";
    let told = ask(&scene.world, Some(&scene.support), asked, json!({})).await;
    assert!(told.get("errors").is_none(), "{told}");
    let data = &told["data"];
    let figures = data["requestFigures"]["waiting"].clone();
    (figures, data["every"]["nodes"].clone(), data["second"]["totalCount"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_let_a_package_go_turns_to_it_next() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Access).await;
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
    while scene.world.work().await > 0 {}
    let reference = json!(scene.stands(at).await.reference);
    assert_eq!(turns_to(&scene, &scene.approver).await, [(reference.clone(), json!("RELEASE_PACKAGE"))]);
    let of_support = turns_to(&scene, &scene.support).await;
    assert!(!of_support.iter().any(|(of, _)| *of == reference), "who may not let it go waits: {of_support:?}");

    let one = |what: &str| (json!([{ "what": what, "count": 1 }]), json!([{ "waitingFor": what }]));
    let ((figures, each), (told, says, found)) = (one("SECOND_PERSON"), waits(&scene).await);
    assert_eq!((told, says, found), (figures, each, json!(1)), "it waits for whoever lets it go");

    let tools = &scene.world.tools;
    let packages = requests::list_packages(tools, &scene.approver, at).await.expect("listed");
    let manifest = packages[0].made.as_ref().expect("it lies there").manifest;
    requests::release_package(tools, &scene.approver, at, manifest, None).await.expect("let go");
    assert!(turns_to(&scene, &scene.approver).await.is_empty(), "nothing is left to be let go");
}
