//! Stories of those who follow what changes: each change once and in order, from where one was; and not a second longer
//! than one's session lives.

use std::time::{Duration, Instant};

use harness::aside::{from_npm, nothing_may_be_skipped, script};
use harness::line::Line;
use harness::people::{Person, ask, refusal};
use harness::wishes::wish;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{self, TenantId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests;
use rightsdesk_server::staff::seats::{self, Change};
use serde_json::{Value, json};
use uuid::Uuid;

/// Something happens to a tenant.
async fn happens(world: &World, tenant: TenantId, number: u128) {
    let id = Uuid::from_u128(number);
    let written = world
        .ledger
        .write(world.scope(tenant), move |_| Ok(Witnessed::new((), Event::new("member.changed", "member", id))));
    written.await.expect("written");
}

/// The number of what a message tells of.
fn told(message: &Value) -> u128 {
    let object = message["payload"]["data"]["changes"]["object"].as_str().unwrap_or_else(|| panic!("{message}"));
    Uuid::parse_str(object.strip_prefix("member:").expect("a member")).expect("an id").as_u128()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_change_comes_once_and_in_order_and_after_a_break_from_where_one_was() {
    let world = World::new().await;
    let desk = world.serve().await;
    let (shop, person) = (world.shop("Atelier Nord", 0).await, world.staff(&[Role::Support]).await);
    let mut line = Line::with(&desk, &person.token).await;
    line.follow("a", Some(&shop.id), None).await;
    tokio::time::sleep(Duration::from_millis(800)).await;

    for number in 0..20 {
        happens(&world, shop.tenant, number).await;
    }
    let mut cursor = String::new();
    for number in 0..12 {
        let next = line.hear().await;
        assert_eq!((next["type"].as_str(), told(&next)), (Some("next"), number));
        let change = &next["payload"]["data"]["changes"];
        assert_eq!(change["action"], "member.changed");
        assert!(change["node"].as_str().is_some_and(|id| id.starts_with("mem_")), "{change}");
        change["cursor"].as_str().expect("text").clone_into(&mut cursor);
    }
    drop(line);
    for number in 20..30 {
        happens(&world, shop.tenant, number).await;
    }

    let mut again = Line::with(&desk, &person.token).await;
    again.follow("b", Some(&shop.id), Some(&cursor)).await;
    for number in 12..30 {
        assert_eq!(told(&again.hear().await), number);
    }
    happens(&world, shop.tenant, 30).await;
    assert_eq!(told(&again.hear().await), 30);
    again.say(json!({ "type": "complete", "id": "b" })).await;
    happens(&world, shop.tenant, 31).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    again.subscribe("c", "{ server { version } }").await;
    assert_eq!(again.hear().await["id"], "c", "who said that it is enough hears no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_asks_is_followed_from_the_word_that_it_came_to_the_request_itself() {
    let world = World::new().await;
    let desk = world.serve().await;
    let (shop, person) = (world.shop("Atelier Nord", 0).await, world.staff(&[Role::Support]).await);
    let mut line = Line::with(&desk, &person.token).await;
    line.follow("a", Some(&shop.id), None).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    let taken = world.asks(wish(shop.tenant, &[Right::Access], "asha@mail.example")).await;
    let node = loop {
        let change = line.hear().await["payload"]["data"]["changes"].clone();
        if change["action"] == "request.received" {
            break change["node"].clone();
        }
    };
    let id = node_id(kernel::Ref::new(shop.tenant, taken.requests[0].id));
    assert_eq!(node, json!(id), "it leads to the request");
    let look = "query ($id: ID!) { node(id: $id) { id ... on Request { reference stage version } } }";
    let found = ask(&desk.url(), Some(&person.token), look, json!({ "id": node })).await;
    let found = &found["data"]["node"];
    assert_eq!(
        (&found["reference"], &found["stage"]),
        (&json!(taken.requests[0].reference), &json!("RECEIVED")),
        "{found}"
    );

    // A neighbour's does not come on this line, and a note on this one does, with the same id.
    let theirs = world.shop("Their Shop", 0).await;
    world.asks(wish(theirs.tenant, &[Right::Deletion], "dana@mail.example")).await;
    let at = kernel::Ref::new(shop.tenant, taken.requests[0].id);
    let words = kernel::Personal::new("she called");
    requests::write_note(&world.tools, &world.support(), at, words, None).await.expect("noted");
    let noted = loop {
        let change = line.hear().await["payload"]["data"]["changes"].clone();
        if change["object"].as_str().is_some_and(|object| object.starts_with("request:")) {
            break change;
        }
    };
    assert_eq!((&noted["action"], &noted["node"]), (&json!("request.noted"), &json!(id)), "{noted}");
}

#[tokio::test]
async fn who_may_not_see_a_tenant_does_not_follow_it() {
    let world = World::new().await;
    let desk = world.serve().await;
    let (ours, theirs) = (world.shop("Our Shop", 0).await, world.shop("Their Shop", 0).await);
    let until = world.tools.watch.now().plus(chrono::Duration::days(1));
    let partner = world.partner(&[Permission::SeeTenants], &[ours.tenant], until).await;
    let mut line = Line::with(&desk, &partner.token).await;
    let nobody = "ten_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let nonsense = Some("nonsense");
    for (tenant, after, code) in [
        (Some(theirs.id.as_str()), None, "NOT_FOUND"),
        (Some(nobody), None, "NOT_FOUND"),
        (None, None, "FORBIDDEN"),
        (Some(ours.id.as_str()), nonsense, "INVALID"),
    ] {
        line.follow("a", tenant, after).await;
        let error = line.hear().await;
        assert_eq!(
            (&error["type"], &error["payload"][0]["extensions"]["code"]),
            (&"error".into(), &code.into()),
            "{error}"
        );
    }
    line.follow("a", Some(&ours.id), None).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    happens(&world, theirs.tenant, 1).await;
    happens(&world, ours.tenant, 2).await;
    assert_eq!(told(&line.hear().await), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_ends_within_a_second_of_its_session() {
    let world = World::new().await;
    let desk = world.serve().await;
    let shop = world.shop("Closing Time", 0).await;
    let (leaver, disabled, changed) =
        (world.staff(&[Role::Ops]).await, world.staff(&[Role::Ops]).await, world.staff(&[Role::Ops]).await);

    let mut line = Line::with(&desk, &leaver.token).await;
    line.follow("a", Some(&shop.id), None).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let out =
        ask(&desk.url(), Some(&leaver.token), "mutation { signOut(input: {}) { userErrors { code } } }", json!({}))
            .await;
    let begun = Instant::now();
    assert_eq!(refusal(&out), "", "{out}");
    assert_eq!(line.end().await, 4403);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());

    let mut line = Line::with(&desk, &disabled.token).await;
    let version = version_of(&world, &disabled);
    seats::disable(&world.tools, &Caller::house(), (disabled.id, version), None).await.expect("disabled");
    let begun = Instant::now();
    assert_eq!(line.end().await, 4403);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());

    let mut line = Line::with(&desk, &changed.token).await;
    let less = Change { roles: Some(vec![Role::Auditor]), permissions: None, tenants: None, ends_at: None };
    let version = version_of(&world, &changed);
    seats::change(&world.tools, &Caller::house(), (changed.id, version), less, None).await.expect("changed");
    let begun = Instant::now();
    assert_eq!(line.end().await, 4403);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_socket_is_no_use_of_the_session() {
    let at = kernel::Instant::from_utc(chrono::DateTime::from_timestamp(1_893_456_000, 0).expect("a moment"));
    let world = World::held(at).await;
    let desk = world.serve().await;
    let person = world.staff(&[Role::Support]).await;
    let mut line = Line::with(&desk, &person.token).await;
    for _ in 0..2 {
        world.later(chrono::Duration::minutes(14));
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
    line.subscribe("a", "{ server { version } }").await;
    assert_eq!(line.hear().await["type"], "next");
    assert_eq!(line.hear().await["type"], "complete");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    world.later(chrono::Duration::minutes(14));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    line.lives().await;
    // Longer than it may go without being seen to live.
    tokio::time::sleep(Duration::from_secs(6)).await;
    line.lives().await;
    world.later(chrono::Duration::minutes(17));

    assert_eq!(line.end().await, 4403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_usual_client_follows_and_comes_back() {
    let folder = match tokio::task::spawn_blocking(from_npm).await.expect("no panic") {
        Ok(folder) => folder,
        Err(why) => {
            assert!(!nothing_may_be_skipped(), "{why}");
            println!("NOT TRIED: this needs node and npm with their packages: {why}");
            return;
        }
    };
    let world = World::new().await;
    let desk = world.serve().await;
    let (shop, person) = (world.shop("Usual Client", 0).await, world.staff(&[Role::Support]).await);
    let run = |count: &'static str, after: Option<String>| {
        let mut words = vec![format!("ws://{}/graphql/ws", desk.at), person.token.clone(), shop.id.to_string()];
        words.push(count.to_owned());
        words.extend(after);
        tokio::task::spawn_blocking(move || {
            script(folder, "follow.mjs", &words.iter().map(String::as_str).collect::<Vec<_>>())
        })
    };
    let changes = |said: &str| -> Vec<Value> {
        let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter_map(|line| line["data"].get("changes").cloned()).collect()
    };

    let first = run("3", None);
    tokio::time::sleep(Duration::from_secs(3)).await;
    for number in 0..6 {
        happens(&world, shop.tenant, number).await;
    }
    let (met, said) = first.await.expect("no panic");
    assert!(met, "{said}");
    let heard = changes(&said);
    assert_eq!(heard.len(), 3, "{said}");
    let cursor = heard[2]["cursor"].as_str().expect("text").to_owned();
    let (met, said) = run("3", Some(cursor)).await.expect("no panic");

    assert!(met, "{said}");
    let objects: Vec<_> = heard.iter().chain(&changes(&said)).map(|change| change["object"].clone()).collect();
    let wanted: Vec<Value> = (0..6).map(|n| format!("member:{}", Uuid::from_u128(n)).into()).collect();
    assert_eq!(objects, wanted);
}

fn version_of(world: &World, person: &Person) -> i32 {
    let asked = format!("select version::text as line from staff where id = '{}'", person.id.uuid());
    world.base.lines(&asked)[0].parse().expect("a number")
}
