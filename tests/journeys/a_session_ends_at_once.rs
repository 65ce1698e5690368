//! Stories of what ends a session: and that it is dead at the very next call.

use chrono::Duration;
use harness::people::{PASSWORD, ask, refusal};
use harness::world::World;
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::kernel::{Instant, Watch};
use serde_json::{Value, json};

const SESSIONS: &str = "query ($filter: SessionFilter) { sessions(filter: $filter) { totalCount nodes {
    id isThisOne endedAt endReason staff { handle } } } }";
const END: &str = "mutation ($input: EndSessionInput!) { done: endSession(input: $input) {
    session { endReason } userErrors { code } } }";

/// A moment that tests hold.
fn some_day() -> Watch {
    Watch::held(Instant::from_micros(1_800_000_000_000_000))
}

async fn is_alive(url: &str, token: &str) -> bool {
    let answer = ask(url, Some(token), "{ viewer { name } }", json!({})).await;
    assert!(answer["errors"].is_null() || refusal(&answer) == "UNAUTHENTICATED", "{answer}");
    answer["errors"].is_null()
}

async fn done(url: &str, token: &str, document: &str, input: Value) -> Value {
    let answer = ask(url, Some(token), document, json!({ "input": input })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["done"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_is_signed_in_and_asks_who_he_is() {
    let world = World::new().await;
    let desk = world.serve().await;
    let mira = world.staff(&[Role::Support]).await;

    let who = "{ viewer { kind name stage mustEnrol freshUntil permissions staff { tenants { id } } session { isThisOne } } }";
    let answer = ask(&desk.url(), Some(&mira.token), who, json!({})).await;

    let viewer = &answer["data"]["viewer"];
    assert_eq!(viewer["name"], mira.handle.as_str(), "{answer}");
    assert_eq!((&viewer["kind"], &viewer["stage"]), (&json!("STAFF"), &json!("FULL")));
    assert_eq!((&viewer["session"]["isThisOne"], &viewer["staff"]["tenants"]), (&json!(true), &Value::Null));
    let nobody = ask(&desk.url(), None, "{ viewer { kind } }", json!({})).await;
    assert!(nobody["data"]["viewer"].is_null() && nobody["errors"].is_null(), "{nobody}");
    let forged = ask(&desk.url(), Some("rds_bm9ib2R5"), "{ viewer { kind } }", json!({})).await;
    assert_eq!(refusal(&forged), "UNAUTHENTICATED");
    let hash = world.base.lines("select encode(hash, 'base64') as line from sessions limit 1").remove(0);
    let stolen = ask(&desk.url(), Some(&format!("rds_{hash}")), "{ viewer { kind } }", json!({})).await;
    assert_eq!(refusal(&stolen), "UNAUTHENTICATED", "a hash out of a dump opens nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_is_dead_at_the_next_call() {
    let world = World::alone(some_day()).await;
    let url = world.serve().await.url();
    let (admin, mira) = (world.staff(&[Role::Admin]).await, world.staff(&[Role::Support]).await);
    let listed = |filter| ask(&url, Some(&admin.token), SESSIONS, json!({ "filter": filter }));

    let own = listed(Value::Null).await["data"]["sessions"].clone();
    assert!(
        own["nodes"]
            .as_array()
            .is_some_and(|all| all.iter().all(|one| one["staff"]["handle"] == admin.handle.as_str()))
    );
    let peeking = ask(&url, Some(&mira.token), SESSIONS, json!({ "filter": { "everyone": true } })).await;
    assert_eq!(refusal(&peeking), "FORBIDDEN", "{peeking}");
    let live = listed(json!({ "everyone": true, "live": true })).await["data"]["sessions"].clone();
    assert_eq!(live["totalCount"], 2, "{live}");
    let hers = live["nodes"].as_array().and_then(|all| all.iter().find(|one| one["isThisOne"] == false)).expect("hers");
    let his = live["nodes"].as_array().and_then(|all| all.iter().find(|one| one["isThisOne"] == true)).expect("his");
    let reaching = ask(&url, Some(&mira.token), END, json!({ "input": { "id": his["id"] } })).await;
    assert_eq!(refusal(&reaching), "NOT_FOUND", "{reaching}");

    assert!(is_alive(&url, &mira.token).await);
    let ended = done(&url, &admin.token, END, json!({ "id": hers["id"], "idempotencyKey": "once" })).await;
    assert_eq!(ended["session"]["endReason"], "ENDED", "{ended}");
    assert!(!is_alive(&url, &mira.token).await, "revoked");
    let again = done(&url, &admin.token, END, json!({ "id": hers["id"], "idempotencyKey": "once" })).await;
    assert_eq!(again["session"]["endReason"], "ENDED", "said again: {again}");

    let noor = world.staff(&[Role::Ops]).await;
    let sign_out = "mutation { done: signOut(input: {}) { session { endReason } userErrors { code } } }";
    assert_eq!(done(&url, &noor.token, sign_out, json!({})).await["session"]["endReason"], "SIGNED_OUT");
    assert!(!is_alive(&url, &noor.token).await, "signed out");

    let omar = world.staff(&[Role::Auditor]).await;
    let find = "query ($filter: StaffFilter) { staff(filter: $filter) { nodes { id version handle } } }";
    let found = ask(&url, Some(&admin.token), find, json!({ "filter": { "role": "AUDITOR" } })).await;
    let seat = &found["data"]["staff"]["nodes"][0];
    let shut = "mutation ($input: DisableStaffInput!) { done: disableStaff(input: $input) { staffMember { state } userErrors { code } } }";
    let shut = done(&url, &admin.token, shut, json!({ "id": seat["id"], "version": seat["version"] })).await;
    assert_eq!(shut["staffMember"]["state"], "DISABLED", "{shut}");
    assert!(!is_alive(&url, &omar.token).await, "the seat was shut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_password_ends_all_other_sessions() {
    let world = World::alone(some_day()).await;
    let url = world.serve().await.url();
    let mira = world.staff(&[Role::Support]).await;
    let change = "mutation ($input: ChangePasswordInput!) { done: changePassword(input: $input) {
        signIn { token stage device } userErrors { code field } } }";

    let wrong =
        done(&url, &mira.token, change, json!({ "current": "not it", "new": "saffron river tile orchid" })).await;
    assert_eq!(wrong["userErrors"][0]["code"], "WRONG_CREDENTIALS", "{wrong}");
    let weak = done(&url, &mira.token, change, json!({ "current": PASSWORD, "new": "short" })).await;
    assert_eq!(weak["userErrors"][0]["field"], json!(["new"]), "{weak}");
    world.later(Duration::minutes(6));
    let changed =
        done(&url, &mira.token, change, json!({ "current": PASSWORD, "new": "saffron river tile orchid" })).await;
    let token = changed["signIn"]["token"].as_str().expect("a token").to_owned();

    assert!(!is_alive(&url, &mira.token).await, "the session before is dead");
    assert!(is_alive(&url, &token).await);
    let fresh = ask(&url, Some(&token), "{ viewer { freshUntil } }", json!({})).await;
    let until =
        fresh["data"]["viewer"]["freshUntil"].as_str().and_then(|text| text.parse().ok()).map(Instant::from_utc);
    assert!(until.is_some_and(|until| until < world.tools.watch.now()), "a password is no second factor: {fresh}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_unused_and_in_all() {
    let world = World::alone(some_day()).await;
    let url = world.serve().await.url();
    let (idle, busy) = (world.staff(&[Role::Support]).await, world.staff(&[Role::Support]).await);

    for _ in 0..23 {
        world.later(Duration::minutes(20));
        assert!(is_alive(&url, &busy.token).await, "in use at {}", world.tools.watch.now());
    }
    assert!(!is_alive(&url, &idle.token).await, "unused for half an hour");
    world.later(Duration::minutes(19));
    assert!(is_alive(&url, &busy.token).await, "a minute before eight hours");
    world.later(Duration::minutes(1));
    assert!(!is_alive(&url, &busy.token).await, "eight hours");

    let half =
        "mutation ($input: SignInInput!) { done: signIn(input: $input) { signIn { token } userErrors { code } } }";
    let half = ask(&url, None, half, json!({ "input": { "mail": idle.mail, "password": PASSWORD } })).await;
    let half = half["data"]["done"]["signIn"]["token"].as_str().expect("a token").to_owned();
    world.later(Duration::minutes(9));
    assert!(is_alive(&url, &half).await);
    world.later(Duration::minutes(1));
    assert!(!is_alive(&url, &half).await, "the password alone is good for ten minutes");
}
