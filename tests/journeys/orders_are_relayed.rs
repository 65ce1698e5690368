//! An order that a shop's platform tells of goes to where its merchant has orders sent: by itself, once, however it came
//! and however often it is told. What was bought before anybody asked for it goes nowhere.

use std::time::Duration;

use harness::abroad::{Abroad, Fault};
use harness::asked::done;
use harness::course::{Course, SECRET};
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{Ref, Secret, StoreId};
use rightsdesk_server::roof::demo::street::{Counts, Goods, Hook};
use serde_json::{Value, json};
use url::Url;

const SET: &str = "mutation ($input: SetDestinationInput!) { setDestination(input: $input) {
  set { destination { id state } } userErrors { code message } } }";
const TURN: &str = "mutation ($input: TurnDestinationInput!) { turnDestination(input: $input) {
  destination { state } userErrors { code } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state receipt { destinationsEnded sendingsDropped } } userErrors { code } } }";

const SHOP: &str = "zaitoon.myshopify.com";
const FEW: Counts = Counts { customers: 5, orders: 7, products: 3 };

/// A merchant whose orders go to places abroad, under a policy that lets them.
struct Scene {
    course: Course,
    abroad: Abroad,
    url: Url,
    store: Ref<StoreId>,
}

impl Scene {
    async fn opens() -> Self {
        let mut course = Course::under("littledata").await;
        let (abroad, url) = Abroad::opens(&mut course.world).await;
        course.world.base.tamper("update tenants set region = 'US'");
        course.stand("shopify").keep(SHOP, FEW);
        course.world.work().await;
        let store = course.connected("shopify", "zaitoon").await;
        course.world.base.tamper("update stores set region = 'US'");
        Self { course, abroad, url, store }
    }

    /// Sets a place up for one store, or for all; answers with its id.
    async fn sends(&self, recipient: &str, store: Option<Ref<StoreId>>) -> Value {
        let wish = json!({ "tenant": tenant_node_id(self.store.tenant), "store": store.map(node_id),
            "recipient": recipient, "url": self.url.join(recipient).expect("a path").to_string(), "region": "US" });
        let set = done(&self.course.world, &self.course.ops, SET, wish).await;
        assert_eq!(set["set"]["destination"]["state"], "ON", "{set}");
        set["set"]["destination"]["id"].clone()
    }

    /// Works until nothing waits.
    async fn works(&self) {
        for _ in 0..60 {
            self.course.world.base.tamper(
                "update jobs set retry_at = now() where retry_at > now();
                 update lanes set retry_at = now() where retry_at > now()",
            );
            self.course.world.work().await;
            let left = "select ((select count(*) from syncs where state = 'running') + (select count(*) from jobs
                         where name in ('relay_event', 'work_delivery') and state in ('ready', 'running')))::text as line";
            if self.lines(left) == ["0"] {
                return;
            }
            self.course.world.later(chrono::Duration::seconds(6));
        }
        panic!("it does not end: {:?}", self.standing());
    }

    async fn minutes(&self, minutes: i64) {
        self.course.world.later(chrono::Duration::minutes(minutes));
        self.works().await;
    }

    /// What the shop posts.
    async fn tells(&self, topic: &str, order: &Value) {
        let fates = self.course.street.shopify.send(SHOP, topic, order).await;
        assert!(!fates.is_empty() && fates.iter().all(|fate| fate.0 == Some(200)), "{topic}: {fates:?}");
    }

    /// What was bought at this moment.
    fn order(&self, id: u64) -> Value {
        let now = self.course.world.tools.watch.now().to_string();
        json!({ "id": id, "name": format!("#{id}"), "created_at": now, "updated_at": now, "currency": "USD",
            "current_total_price": "24.00", "financial_status": "paid", "fulfillment_status": null,
            "email": "asma.q@example.com", "phone": null, "customer": { "id": 7_042 },
            "shipping_address": { "name": "Asma Noor Qureshi", "address1": "Kiefernweg 7", "city": "St. Louis",
                "zip": "63101", "country_code": "US" },
            "line_items": [{ "id": 1, "title": "Quince jug", "sku": "J-1", "quantity": 2, "price": "12.00" }] })
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        self.course.world.base.lines(sql)
    }

    fn standing(&self) -> Vec<String> {
        self.lines(
            "select d.recipient || ' ' || r.state || ' ' || coalesce(r.answer, '') as line
               from relay_deliveries r join destinations d on d.id = r.destination_id order by r.id",
        )
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_read_goes_out_once_and_history_stays_where_it_is() {
    let scene = Scene::opens().await;
    let shopify = &scene.course.street.shopify;
    let id = scene.sends("segment", None).await;
    scene.minutes(1).await;
    assert_eq!(scene.lines("select count(*)::text as line from orders"), ["7"]);
    assert_eq!(scene.lines("select count(*)::text as line from relayed_events"), ["0"], "nobody wants the past");

    let place = shopify.sell(SHOP);
    scene.minutes(16).await;
    let calls = scene.abroad.calls();
    assert_eq!((calls.len(), scene.standing()), (1, vec!["segment sent 204".to_owned()]));
    let told = calls[0].document();
    assert_eq!(told["type"], "order");
    assert!(told["data"]["customer"]["email"].as_str().is_some_and(|mail| mail.contains('@')), "{told}");
    assert!(told["data"]["cart"]["contents"][0]["sku"].is_string(), "{told}");
    let book = "select distinct recipient || ' ' || (subject_id is not null) as line from disclosures";
    assert_eq!(scene.lines(book), ["segment true"], "and the book says so");

    // It changes, and is read again.
    shopify.edit(SHOP, Goods::Order, place);
    scene.minutes(16).await;
    scene.minutes(16).await;
    // What is bought while nobody wants it is history too, and what was asked for before goes on being asked for.
    let turn = async |is_on: bool| {
        done(&scene.course.world, &scene.course.ops, TURN, json!({ "id": id, "on": is_on })).await;
    };
    turn(false).await;
    shopify.sell(SHOP);
    scene.course.world.later(chrono::Duration::minutes(1));
    turn(true).await;
    scene.course.world.later(chrono::Duration::minutes(1));
    shopify.sell(SHOP);
    scene.sends("segment", None).await;
    scene.minutes(16).await;
    assert_eq!(scene.abroad.calls().len(), 2, "{:?}", scene.standing());

    // A shop that is connected later brings a past of its own.
    scene.course.world.base.tamper("update destinations set since = since - interval '25 days'");
    scene.course.stand("shopify").keep("qamar.myshopify.com", FEW);
    scene.course.connected("shopify", "qamar").await;
    scene.course.world.base.tamper("update stores set region = 'US'");
    scene.minutes(1).await;
    assert_eq!(scene.lines("select count(*)::text as line from orders"), ["17"]);
    assert_eq!(scene.abroad.calls().len(), 2, "{:?}", scene.standing());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_told_goes_out_once_to_each_and_under_one_id_whoever_is_killed() {
    let scene = Scene::opens().await;
    scene.works().await;
    scene.sends("segment", None).await;
    scene.sends("facebook", Some(scene.store)).await;
    scene.course.world.later(chrono::Duration::minutes(1));
    let order = scene.order(900_001);
    scene.tells("orders/create", &order).await;
    scene.tells("orders/create", &order).await;
    let mut paid = order.clone();
    paid["updated_at"] = json!(scene.course.world.tools.watch.now().plus(chrono::Duration::seconds(9)).to_string());
    scene.tells("orders/updated", &paid).await;

    // Whoever sends the first is killed while it is on its way.
    scene.abroad.will(&[Fault::Dawdles(Duration::from_mins(1)), Fault::Dawdles(Duration::from_mins(1))]);
    let worker = scene.course.world.worker_apart();
    let hand = tokio::spawn(async move { worker.step().await });
    for _ in 0..600 {
        if scene.abroad.calls().len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    hand.abort();
    assert!(hand.await.is_err_and(|ended| ended.is_cancelled()), "it was killed");
    // A sign of life that was on its way may still come after the death.
    for _ in 0..50 {
        scene.course.world.base.tamper(
            "update jobs set leased_until = now() - interval '1 second' where state = 'running';
             update lanes set leased_until = now() - interval '1 second' where leased_until is not null",
        );
        scene.course.world.work().await;
        if !scene.standing().iter().any(|line| line.contains("waiting")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    scene.works().await;
    assert_eq!(scene.standing().len(), 2, "{:?}", scene.standing());
    assert!(scene.standing().iter().all(|line| line.contains("sent 204")), "{:?}", scene.standing());
    let calls = scene.abroad.calls();
    assert_eq!(calls.len(), 4);
    for to in ["segment", "facebook"] {
        let ids: Vec<String> =
            calls.iter().filter(|call| call.to == to).map(|call| call.header("webhook-id")).collect();
        assert_eq!((ids.len(), &ids[0]), (2, &ids[1]), "{to} can tell that it is the same");
    }
    let segment = calls.iter().find(|call| call.to == "segment").expect("a call").document();
    assert_eq!(segment["data"]["customer"]["name"], json!({ "first": "Asma Noor", "last": "Qureshi" }));
    assert_eq!(segment["data"]["customer"]["address"]["city"], "St. Louis");
    let jug = json!({ "name": "Quince jug", "sku": "J-1", "quantity": "2" });
    assert_eq!(segment["data"]["cart"]["contents"], json!([jug]));
    let twice = "select count(*)::text as line from (select from disclosures group by reference, category, form
                  having count(*) > 1) d";
    assert_eq!(scene.lines(twice), ["0"]);

    // What was bought before anybody wanted it is told late, and of somebody who was erased nothing is told.
    let mut old = scene.order(900_002);
    old["created_at"] = json!(scene.course.world.tools.watch.now().plus(chrono::Duration::days(-3)).to_string());
    scene.tells("orders/create", &old).await;
    scene
        .course
        .world
        .base
        .tamper("update subject_keys set wrapped = null, epoch = null, destroyed_at = now() where wrapped is not null");
    scene.tells("orders/create", &scene.order(900_003)).await;
    scene.works().await;
    assert_eq!(scene.abroad.calls().len(), 4, "{:?}", scene.standing());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_stores_connection_ends_what_was_to_be_sent_of_it() {
    let scene = Scene::opens().await;
    scene.works().await;
    scene.sends("segment", None).await;
    scene.sends("facebook", Some(scene.store)).await;
    scene.course.world.later(chrono::Duration::minutes(1));
    scene.course.stand("shopify").subscribe({
        let at = format!("{}/webhooks/shopify", scene.course.desk.url()).parse().expect("an address");
        Hook::new(at, Secret::new(SECRET))
    });
    scene.abroad.will(&[Fault::Answers(503), Fault::Answers(503), Fault::Dawdles(Duration::from_mins(1))]);
    scene.tells("orders/create", &scene.order(900_001)).await;
    scene.course.world.work().await;
    scene.tells("orders/create", &scene.order(900_002)).await;
    let worker = scene.course.world.worker_apart();
    let hand = tokio::spawn(async move { worker.step().await });
    for _ in 0..600 {
        if scene.abroad.calls().len() == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Two wait for their next try, one has left and gets no answer.
    let version = scene.course.seen(scene.store).await["version"].clone();
    let input = json!({ "id": node_id(scene.store), "version": version });
    let over = done(&scene.course.world, &scene.course.ops, DISCONNECT, input).await["store"].clone();
    let under_way = "select count(*)::text as line from store_calls where until > now()";
    assert_eq!(scene.lines(under_way), ["0"], "nothing is on its way when the answer is there");
    assert_eq!(over["receipt"], json!({ "destinationsEnded": 1, "sendingsDropped": 3 }), "{over}");
    let sent = scene.abroad.calls().len();
    hand.await.expect("a worker").expect("the queue answers");
    scene.works().await;
    assert_eq!(scene.abroad.calls().len(), sent, "{:?}", scene.standing());
    let left = "select (select count(*) from destinations) || ' ' || (select count(*) from secrets
                 where kind = 'relay_signing') || ' ' || (select count(*) from relay_deliveries where state = 'waiting') as line";
    assert_eq!(scene.lines(left), ["1 1 0"]);
    // What left before stands in the book, also what was broken off.
    let book = "select count(distinct reference)::text as line from disclosures";
    assert_eq!(scene.lines(book), ["4"]);
    scene.minutes(61).await;
    scene.course.world.work().await;
    assert_eq!(scene.lines("select count(*)::text as line from relayed_events"), ["0"], "nothing is held for nobody");
}
