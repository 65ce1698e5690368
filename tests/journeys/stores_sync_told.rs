//! Whoever follows the reading of a store is told how far it is, as it goes; one look at the database serves them all, and
//! nobody follows what he may not see.

use harness::course::Course;
use harness::line::Line;
use rightsdesk_server::floor::access::{Permission, Role};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Ref, StoreId};
use rightsdesk_server::roof::demo::street::{Counts, Fault, Kind};
use serde_json::{Value, json};

const FEW: Counts = Counts { customers: 20, orders: 600, products: 10 };
const FOLLOW: &str = "subscription ($id: ID!) { syncProgress(store: $id) { shelf state done } }";

async fn follows(line: &mut Line, at: Ref<StoreId>) {
    let payload = json!({ "query": FOLLOW, "variables": { "id": node_id(at) } });
    line.say(json!({ "type": "subscribe", "id": "a", "payload": payload })).await;
}

async fn told(line: &mut Line) -> Value {
    loop {
        let said = line.hear().await;
        match said["type"].as_str() {
            Some("ping") => line.say(json!({ "type": "pong" })).await,
            Some("next") => return said["payload"]["data"]["syncProgress"].clone(),
            _ => panic!("{said}"),
        }
    }
}

/// A shelf that the store does not grant is off, and is not waited for.
fn is_over(syncs: &Value) -> bool {
    let shelves = syncs.as_array().expect("a list");
    let has_orders = shelves.iter().any(|sync| sync["shelf"] == "ORDERS" && sync["done"] == FEW.orders);
    has_orders && shelves.iter().all(|sync| sync["state"] != "RUNNING")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_is_told_of_as_it_goes_to_everybody_who_follows_it() {
    let course = Course::begins().await;
    let shop = course.on_street("shopify", "zaitoon");
    course.stand("shopify").keep(&shop, FEW);
    course.world.work().await;
    let at = course.connected("shopify", "zaitoon").await;
    // It takes longer than from one look to the next.
    let slow = Kind::Slow(std::time::Duration::from_millis(400));
    course.stand("shopify").order(Fault::always("/admin/api/2026-10/graphql.json", slow));
    let person = course.world.staff(&[Role::Support]).await;
    let mut lines = Vec::new();
    for _ in 0..2 {
        let mut line = Line::with(&course.desk, &person.token).await;
        follows(&mut line, at).await;
        assert_eq!(told(&mut line).await, json!([]), "as it stands: nothing is read yet");
        lines.push(line);
    }

    let reads = async {
        for _ in 0..60 {
            course.world.later(chrono::Duration::seconds(20));
            course.world.work().await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let heard = async {
        let mut steps = Vec::new();
        for line in &mut lines {
            let mut seen = 0;
            loop {
                let syncs = told(line).await;
                seen += 1;
                if is_over(&syncs) {
                    break;
                }
            }
            steps.push(seen);
        }
        steps
    };
    let steps = tokio::select! {
        steps = heard => steps,
        () = reads => panic!("it does not end"),
    };
    assert!(steps.iter().all(|seen| *seen > 1), "told on the way too: {steps:?}");
}

#[tokio::test]
async fn who_may_not_see_a_store_does_not_follow_its_reading() {
    let course = Course::begins().await;
    let at = course.store("shopify", "zaitoon.myshopify.com").await;
    let other = course.world.shop("Their Shop", 0).await;
    let until = course.world.tools.watch.now().plus(chrono::Duration::days(1));
    let partner = course.world.partner(&[Permission::SeeTenants], &[other.tenant], until).await;
    for mut line in [Line::with(&course.desk, &partner.token).await, Line::known(&course.desk).await] {
        follows(&mut line, at).await;
        let said = line.hear().await;
        assert_eq!(said["type"], "error", "{said}");
    }
}
