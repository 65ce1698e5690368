//! A store is read: first all of it, then what changed, in as many calls as that needs. Whatever a platform does, and
//! whoever is killed, nothing is lost and nothing is there twice; where the merchant does not let us, nothing is asked.

use std::time::Duration;

use harness::asked::{ask, done};
use harness::course::Course;
use harness::post::Post;
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Ref, StoreId};
use rightsdesk_server::roof::demo::street::{Counts, Fault, Goods, Kind, Stand};
use serde_json::{Value, json};

const SYNCS: &str = "query ($id: ID!) { syncs(store: $id) { shelf state done estimated failure isBehind
  nextDueAt lastRun { kind outcome pages calls new changed older refused unread } } }";
const PAUSE: &str =
    "mutation ($input: PauseSyncInput!) { pauseSync(input: $input) { syncs { state } userErrors { code } } }";
const RESUME: &str =
    "mutation ($input: ResumeSyncInput!) { resumeSync(input: $input) { syncs { state } userErrors { code } } }";
const START: &str =
    "mutation ($input: StartSyncInput!) { startSync(input: $input) { syncs { state } userErrors { code } } }";
const STORE: &str = "query ($id: ID!) { store(id: $id) { version state } }";
const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) { store { state } userErrors { code } } }";

/// Who was told to come back later comes at once.
const AT_ONCE: &str = "update jobs set retry_at = now() where retry_at > now();
                       update lanes set retry_at = now() where retry_at > now()";

const FEW: Counts = Counts { customers: 40, orders: 310, products: 30 };

async fn connected(course: &Course, platform: &str) -> (Ref<StoreId>, String) {
    let shop = course.on_street(platform, "zaitoon");
    course.stand(platform).keep(&shop, FEW);
    // The schedules are planted.
    course.world.work().await;
    (course.connected(platform, "zaitoon").await, shop)
}

/// Lets time go by and work be done until nothing is read any more.
async fn read(course: &Course) {
    for _ in 0..200 {
        course.world.base.tamper(AT_ONCE);
        course.world.work().await;
        let left = "select count(*)::text as line from syncs where state = 'running'";
        if course.world.base.lines(left) == ["0"] {
            return;
        }
        course.world.later(chrono::Duration::seconds(6));
    }
    panic!("it does not end: {:?}", standing(course));
}

/// A minute goes by, so that somebody looks at what is due.
async fn minutes(course: &Course, minutes: i64) {
    course.world.later(chrono::Duration::minutes(minutes));
    read(course).await;
}

fn standing(course: &Course) -> Vec<String> {
    let jobs = "select name || ' ' || state || ' ' || attempt || ' ' || coalesce(code, '') as line from jobs where state <> 'done'";
    let syncs =
        "select shelf || ' ' || state || ' ' || done || ' ' || coalesce(failure, '') as line from syncs order by 1";
    [course.world.base.lines(jobs), course.world.base.lines(syncs)].concat()
}

async fn syncs(course: &Course, at: Ref<StoreId>) -> Value {
    let told = ask(&course.world, Some(&course.ops), SYNCS, json!({ "id": node_id(at) })).await;
    assert!(told.get("errors").is_none(), "{told}");
    told["data"]["syncs"].clone()
}

/// One shelf of a store's.
async fn shelf(course: &Course, at: Ref<StoreId>, shelf: &str) -> Value {
    let all = syncs(course, at).await;
    let found = all.as_array().expect("a list").iter().find(|sync| sync["shelf"] == shelf).cloned();
    found.unwrap_or_else(|| panic!("no {shelf} in {all}"))
}

fn calls(stand: &Stand) -> usize {
    stand.calls().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_a_store_is_read_once_and_then_what_changed_in_a_few_calls() {
    let course = Course::begins().await;
    for platform in ["shopify", "ebay", "etsy", "woocommerce"] {
        let (at, shop) = connected(&course, platform).await;
        let stand = course.stand(platform);
        minutes(&course, 1).await;
        let orders = shelf(&course, at, "ORDERS").await;
        assert_eq!((&orders["state"], &orders["done"]), (&json!("IDLE"), &json!(310)), "{platform}: {orders}");
        let run = &orders["lastRun"];
        assert_eq!((&run["kind"], &run["outcome"], &run["unread"]), (&json!("INITIAL"), &json!("DONE"), &json!(0)));
        assert_eq!(shelf(&course, at, "PRODUCTS").await["done"], 30, "{platform}");
        assert_eq!(shelf(&course, at, "INVENTORY").await["done"], 30, "{platform}");

        for place in 0..10 {
            stand.edit(&shop, Goods::Order, place * 7);
        }
        let before = calls(stand);
        minutes(&course, 16).await;
        let orders = shelf(&course, at, "ORDERS").await;
        assert_eq!(
            (&orders["lastRun"]["kind"], &orders["done"]),
            (&json!("INCREMENTAL"), &json!(10)),
            "{platform}: {orders}"
        );
        assert!(calls(stand) - before <= 8, "{platform}: {} calls for ten changes", calls(stand) - before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_throttles_fails_dawdles_lies_or_hangs_up_is_read_to_its_end() {
    let course = Course::begins().await;
    for (platform, path) in [
        ("shopify", "/admin/api/2026-10/graphql.json"),
        ("ebay", "/sell/fulfillment"),
        ("etsy", "/v3/application/shops"),
        ("woocommerce", "/wp-json/wc/v3/orders"),
    ] {
        let (at, shop) = connected(&course, platform).await;
        let stand = course.stand(platform);
        for kind in [
            Kind::TooMany { after: Duration::from_secs(1) },
            Kind::Fails,
            Kind::Truncated,
            Kind::Lies,
            Kind::Slow(Duration::from_millis(200)),
            Kind::DropsAfterActing,
        ] {
            stand.order(Fault::once(path, kind));
        }
        if platform == "shopify" {
            stand.drain(&shop);
        }
        minutes(&course, 1).await;
        let orders = shelf(&course, at, "ORDERS").await;
        assert_eq!(
            (&orders["state"], &orders["done"], &orders["failure"]),
            (&json!("IDLE"), &json!(310), &Value::Null),
            "{platform}: {orders}"
        );
        assert_eq!(orders["lastRun"]["new"], 310, "{platform}: {orders}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_holds_a_store_lets_it_go_on_where_it_was() {
    let course = Course::begins().await;
    let (at, _) = connected(&course, "etsy").await;
    let stand = course.stand("etsy");
    stand.order(Fault::always("/v3/application/shops", Kind::Fails));
    course.world.later(chrono::Duration::minutes(1));
    course.world.work().await;
    assert_eq!(shelf(&course, at, "ORDERS").await["failure"], "platform");

    let paused = done(&course.world, &course.ops, PAUSE, json!({ "store": node_id(at) })).await;
    assert!(paused["syncs"].as_array().expect("a list").iter().all(|sync| sync["state"] == "PAUSED"), "{paused}");
    stand.lift();
    let before = calls(stand);
    minutes(&course, 60).await;
    assert_eq!(calls(stand), before, "nothing is asked of a store that is held");

    done(&course.world, &course.ops, RESUME, json!({ "store": node_id(at) })).await;
    read(&course).await;
    let orders = shelf(&course, at, "ORDERS").await;
    assert_eq!(
        (&orders["state"], &orders["done"], &orders["lastRun"]["kind"]),
        (&json!("IDLE"), &json!(310), &json!("INITIAL"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shelf_that_is_not_granted_is_switched_off_and_never_asked_for() {
    let course = Course::begins().await;
    let shop = course.on_street("shopify", "zaitoon");
    course.stand("shopify").grant_instead(&shop, &["read_products"]);
    let (at, _) = connected(&course, "shopify").await;
    minutes(&course, 1).await;
    let orders = shelf(&course, at, "ORDERS").await;
    assert_eq!(
        (&orders["state"], &orders["failure"], &orders["lastRun"]),
        (&json!("OFF"), &json!("scope"), &Value::Null)
    );
    assert_eq!(shelf(&course, at, "PRODUCTS").await["state"], "IDLE");
    let before = calls(course.stand("shopify"));
    for _ in 0..5 {
        minutes(&course, 1).await;
    }
    assert_eq!(calls(course.stand("shopify")), before, "no loop");

    // What a store took back while it was read ends the run, too.
    let (other, shop) = connected(&course, "etsy").await;
    let _ = (other, shop);
    done(&course.world, &course.ops, START, json!({ "store": node_id(at) })).await;
    read(&course).await;
    assert_eq!(shelf(&course, at, "ORDERS").await["state"], "OFF");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_disconnected_in_the_middle_is_asked_for_nothing_more() {
    let course = Course::begins().await;
    let (at, _) = connected(&course, "woocommerce").await;
    let stand = course.stand("woocommerce");
    stand.order(Fault::always("/wp-json/wc/v3/orders", Kind::Fails));
    course.world.later(chrono::Duration::minutes(1));
    course.world.work().await;
    assert_eq!(shelf(&course, at, "ORDERS").await["state"], "RUNNING");
    let version =
        ask(&course.world, Some(&course.ops), STORE, json!({ "id": node_id(at) })).await["data"]["store"]["version"]
            .clone();
    done(&course.world, &course.ops, DISCONNECT, json!({ "id": node_id(at), "version": version })).await;
    stand.lift();
    // What is left to say is that it need not tell us anything either.
    let reads = || stand.calls().iter().filter(|call| !call.path.contains("/webhooks")).count();
    let before = reads();
    minutes(&course, 1).await;
    minutes(&course, 60).await;
    assert_eq!(reads(), before);
    let orders = shelf(&course, at, "ORDERS").await;
    assert_eq!((&orders["state"], &orders["lastRun"]["outcome"]), (&json!("OFF"), &json!("DISCONNECTED")), "{orders}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_falls_behind_is_told_of_once_until_it_has_caught_up() {
    let mut course = Course::begins().await;
    let post = Post::open().await;
    post.serve(&mut course.world);
    let (at, _) = connected(&course, "woocommerce").await;
    minutes(&course, 1).await;
    let stand = course.stand("woocommerce");
    for letters in 1..=2 {
        // One shelf falls behind, then the others.
        for path in ["/wp-json/wc/v3/orders", "/wp-json/wc/v3"] {
            stand.order(Fault::always(path, Kind::Fails));
            for _ in 0..5 {
                course.world.later(chrono::Duration::minutes(15));
                course.world.base.tamper(AT_ONCE);
                for _ in 0..3 {
                    course.world.work().await;
                }
            }
        }
        let behind = syncs(&course, at).await;
        let behind = behind.as_array().expect("a list").iter().filter(|sync| sync["isBehind"] == true).count();
        assert!(behind > 1, "{:?}", standing(&course));
        assert_eq!(post.letters_to(&course.owner.mail).len(), letters, "{:?}", standing(&course));
        stand.lift();
        minutes(&course, 60).await;
        assert_eq!(shelf(&course, at, "ORDERS").await["isBehind"], false);
    }
}
