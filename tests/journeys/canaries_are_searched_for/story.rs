//! Everything that may happen to stores and to events that are passed on, with whatever goes wrong on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use harness::abroad::merchant;
use harness::asked::{ask, desk_seat, done};
use harness::course::{Course, SECRET};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::egress::{Egress, Host};
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{Mode, Ref, Secret, StoreId};
use rightsdesk_server::roof::demo::street::{Counts, Fault, Hook, Kind};
use serde_json::json;
use url::Url;

use super::{PERSON, PHONES};

const FEW: Counts = Counts { customers: 30, orders: 120, products: 12 };
const PLATFORMS: [&str; 4] = ["shopify", "woocommerce", "ebay", "etsy"];
/// Where each is read, where its stock is set, and where its tokens are renewed.
const PATHS: [(&str, &[&str]); 4] = [
    ("shopify", &["/admin/api/2026-10/graphql.json", "/bulk", "/admin/oauth/access_token"]),
    ("woocommerce", &["/wp-json/wc/v3/customers", "/wp-json/wc/v3/orders", "/wp-json/wc/v3/products"]),
    ("ebay", &["/sell/fulfillment", "/sell/inventory", "/identity/v1/oauth2/token"]),
    ("etsy", &["/v3/application/shops", "/v3/application/listings", "/v3/public/oauth/token"]),
];
const TURN: &str =
    "mutation ($input: TurnSyncInput!) { turnSync(input: $input) { store { syncIsOn } userErrors { code } } }";
const SET: &str =
    "mutation ($input: SetStockInput!) { setStock(input: $input) { write { state } userErrors { code message } } }";
const START: &str =
    "mutation ($input: StartSyncInput!) { startSync(input: $input) { syncs { state } userErrors { code message } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state } userErrors { code message } } }";
const DESTINATION: &str = "mutation ($input: SetDestinationInput!) { setDestination(input: $input) {
  set { destination { id } secret } userErrors { code message } } }";
const RELAY: &str = "mutation ($input: RelayEventInput!) { relayEvent(input: $input) {
  event { id dropped } userErrors { code message } } }";
const SUBJECT: &str = "query ($tenant: ID!, $mail: String!) { subject(tenant: $tenant, mail: $mail) { id } }";
const PEOPLE: &str = "query ($tenant: ID!) {
  customers(filter: { tenant: $tenant }, first: 100) { totalCount nodes { givenName { masked } mail { masked } } }
  orders(filter: { tenant: $tenant }, first: 100) { totalCount nodes { contact { mail { masked } address { masked } } } } }";
const AT_ONCE: &str = "update jobs set retry_at = now() where retry_at > now();
                       update lanes set retry_at = now() where retry_at > now()";

/// What must stand nowhere, and what was answered where something went wrong.
#[derive(Default)]
pub struct Said {
    pub tokens: Vec<String>,
    pub answers: Vec<String>,
}

impl Said {
    pub fn extend(&mut self, other: Self) {
        self.tokens.extend(other.tokens);
        self.answers.extend(other.answers);
    }
}

fn mail() -> String {
    format!("{PERSON}@customers.example.com")
}

fn name(platform: &str) -> &'static str {
    if platform == "etsy" { "31415926" } else { "zaitoon" }
}

pub async fn of_stores(course: &Course) -> Said {
    let mut said = Said::default();
    // The schedules are planted.
    course.world.work().await;
    let mut all = Vec::new();
    for (platform, paths) in PATHS {
        let (stand, shop) = (course.stand(platform), course.on_street(platform, name(platform)));
        stand.keep(&shop, FEW);
        stand.mark(&shop, PERSON);
        let at = course.connected(platform, name(platform)).await;
        all.push(at);
        misbehave(course, platform, paths);
    }
    time_goes_by(course, 1).await;
    for at in &all {
        let version = course.seen(*at).await["version"].clone();
        let input = json!({ "id": node_id(*at), "version": version, "isOn": true });
        done(&course.world, &course.ops, TURN, input).await;
    }
    they_tell(course).await;
    // Tokens run out meanwhile, and stock changes at one of them.
    for (platform, paths) in PATHS {
        misbehave(course, platform, paths);
    }
    course.street.shopify.count(&course.on_street("shopify", "zaitoon"), 3, 4_711);
    time_goes_by(course, 180).await;
    let ops = desk_seat(&course.world, &[Role::Ops]);
    for (at, (platform, paths)) in all.iter().zip(PATHS) {
        misbehave(course, platform, paths);
        let row = course.world.base.lines(&format!(
            "select item || '|' || place as line from inventory where store_id = '{}' order by sku limit 1",
            at.id.uuid()
        ));
        let (item, place) = row[0].split_once('|').expect("two parts");
        let input = json!({ "store": node_id(*at), "item": item, "place": place, "quantity": 4_712 });
        assert_eq!(done(&course.world, &ops, SET, input).await["write"]["state"], "WAITING", "{platform}");
    }
    settles(course).await;
    said.answers = errors(course, &ops, all[0]).await;
    said.answers.push(people(course, &ops).await);
    for platform in PLATFORMS {
        let stand = course.stand(platform);
        said.tokens.extend(
            stand.hooks(&course.on_street(platform, name(platform))).iter().map(|hook| hook.secret.expose().to_owned()),
        );
    }
    let version = course.seen(all[0]).await["version"].clone();
    let over = done(&course.world, &ops, DISCONNECT, json!({ "id": node_id(all[0]), "version": version })).await;
    assert_eq!(over["store"]["state"], "DISCONNECTED", "{over}");
    misbehave(course, "shopify", &["/admin"]);
    time_goes_by(course, 20).await;
    let states = course.world.base.lines("select state as line from stores order by state");
    assert_eq!(states, ["connected", "connected", "connected", "disconnected"]);
    for platform in PLATFORMS {
        said.tokens.extend(course.stand(platform).handed_out().iter().map(|token| token.expose().to_owned()));
    }
    said.tokens.extend([SECRET, "desk-verification-token-0123456789abcdef"].map(str::to_owned));
    said.tokens.sort();
    said.tokens.dedup();
    said
}

/// Once each: a platform that repeats whatever it was shown, sends what is no JSON, hangs up, or says something else.
fn misbehave(course: &Course, platform: &str, paths: &[&str]) {
    for path in paths {
        // A pair of tokens that is turned and does not arrive ends the connection.
        let is_token = path.ends_with("token");
        for kind in [Kind::Blabs, Kind::Garbles, Kind::Truncated, Kind::Lies, Kind::DropsAfterActing] {
            if !is_token || kind == Kind::Blabs {
                course.stand(platform).order(Fault::once(path, kind));
            }
        }
    }
}

async fn time_goes_by(course: &Course, minutes: i64) {
    course.world.later(chrono::Duration::minutes(minutes));
    settles(course).await;
}

async fn settles(course: &Course) {
    for _ in 0..200 {
        course.world.base.tamper(AT_ONCE);
        course.world.work().await;
        let left = "select ((select count(*) from syncs where state = 'running')
                            + (select count(*) from stock_writes where state = 'waiting')
                            + (select count(*) from deliveries where state = 'waiting'))::text as line";
        if course.world.base.lines(left) == ["0"] {
            return;
        }
        course.world.later(chrono::Duration::seconds(6));
    }
    let left = "select name || ' ' || state || ' ' || coalesce(code, '') as line from jobs where state <> 'done'
                union all select 'sync ' || shelf || ' ' || state || ' ' || coalesce(failure, '') from syncs";
    panic!("it does not end: {:#?}", course.world.base.lines(left));
}

/// Platforms tell of people: as they should, in words that nobody can read, and forged.
async fn they_tell(course: &Course) {
    let shop = course.on_street("shopify", "zaitoon");
    let phone = format!("{PHONES}99");
    let address = json!({ "first_name": PERSON, "last_name": PERSON, "name": PERSON, "address1": PERSON, "address_1": PERSON,
        "city": PERSON, "zip": PERSON, "postcode": PERSON, "phone": phone, "email": mail(), "country": "DE" });
    let stamp = course.world.tools.watch.now().to_string();
    let order = json!({ "id": 9_000_001, "name": "#9001", "created_at": stamp, "updated_at": stamp, "currency": "EUR",
        "current_total_price": "5.00", "financial_status": "paid", "email": mail(), "phone": phone, "note": PERSON,
        "customer": { "id": 191_001, "email": mail(), "first_name": PERSON }, "shipping_address": address,
        "billing_address": address, "line_items": [] });
    let asked = json!({ "shop_id": 954_889, "shop_domain": shop, "orders_requested": [1],
        "customer": { "id": 191_001, "email": mail(), "phone": phone }, "data_request": { "id": "9999" } });
    for topic in ["customers/data_request", "customers/redact"] {
        let to = format!("{}/webhooks/shopify", course.desk.url()).parse().expect("an address");
        let mut hook = Hook::new(to, Secret::new(SECRET));
        hook.topic = Some(topic.to_owned());
        course.street.shopify.subscribe(hook);
    }
    let garbled = json!(format!("{PERSON} {{"));
    for (topic, body) in [
        ("orders/updated", &order),
        ("customers/data_request", &asked),
        ("customers/redact", &asked),
        ("orders/updated", &garbled),
        ("customers/redact", &garbled),
    ] {
        let fates = course.street.shopify.send(&shop, topic, body).await;
        assert!(!fates.is_empty() && fates.iter().all(|fate| fate.0 == Some(200)), "{topic}: {fates:?}");
    }
    let mut forged = course.street.shopify.deliveries(&shop, "orders/updated", &order).remove(0);
    forged.body.push(b' ');
    assert_eq!(course.street.shopify.post(&forged).await.0, Some(401));

    let woo = json!({ "id": 9_000_001, "number": "9000001", "status": "processing", "currency": "EUR", "total": "5.00",
        "customer_id": 0, "customer_note": PERSON, "date_created_gmt": "2026-09-21T10:00:00",
        "date_modified_gmt": "2026-09-21T10:00:00", "billing": address, "shipping": address, "line_items": [] });
    for body in [&woo, &garbled] {
        let fates = course.street.woocommerce.send("zaitoon.example", "order.updated", body).await;
        assert!(!fates.is_empty() && fates.iter().all(|fate| fate.0 == Some(200)), "{fates:?}");
    }
    let to = format!("{}/webhooks/ebay", course.desk.url()).parse().expect("an address");
    let mut hook = Hook::new(to, Secret::new(""));
    hook.topic = Some("MARKETPLACE_ACCOUNT_DELETION".to_owned());
    course.street.ebay.subscribe(hook);
    // Whoever cannot look up what it was signed with turns it away.
    course.street.ebay.lift();
    let closed = json!({ "username": format!("buyer_{PERSON}"), "userId": PERSON, "eiasToken": PERSON });
    let fates = course.street.ebay.send("", "MARKETPLACE_ACCOUNT_DELETION", &closed).await;
    assert_eq!(fates[0].0, Some(204));
    settles(course).await;
}

/// What is answered to those who err, with what they said in every place that they can say something in.
async fn errors(course: &Course, ops: &Caller, at: Ref<StoreId>) -> Vec<String> {
    let (store, mut answers) = (node_id(at), Vec::new());
    let input = json!({ "store": store, "item": mail(), "place": PERSON, "quantity": 1 });
    for caller in [None, Some(ops)] {
        for (document, variables) in [
            (SET, json!({ "input": input })),
            (START, json!({ "input": { "store": mail() } })),
            (SUBJECT, json!({ "tenant": mail(), "mail": mail() })),
            (SET, json!({ "input": { "store": store, "item": 1, "quantity": mail() } })),
        ] {
            let answer = ask(&course.world, caller, document, variables).await;
            assert!(answer.to_string().contains("rrors"), "{answer}");
            answers.push(answer.to_string());
        }
    }
    let desk = course.desk.url();
    for path in ["shopify", "etsy", "ebay", "woocommerce"] {
        let to = format!("{desk}/connect/{path}/back?state={PERSON}&code={PERSON}&shop={PERSON}.myshopify.com");
        answers.push(course.back(&to.parse::<Url>().expect("an address")).await.text);
    }
    answers
}

/// What is shown of those whose values are kept; that they are is known by the mail that one of them is found by.
async fn people(course: &Course, ops: &Caller) -> String {
    let tenant = tenant_node_id(course.shop.tenant);
    let known = ask(&course.world, Some(ops), SUBJECT, json!({ "tenant": tenant, "mail": mail() })).await;
    assert!(known["data"]["subject"]["id"].is_string(), "nobody is known: {known}");
    let people = ask(&course.world, Some(ops), PEOPLE, json!({ "tenant": tenant })).await;
    for kind in ["customers", "orders"] {
        assert!(people["data"][kind]["totalCount"].as_u64() > Some(20), "{people}");
    }
    format!("{known}{people}")
}

/// A destination that repeats whatever it is sent before it takes it.
async fn abroad(State(calls): State<Arc<AtomicUsize>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let said = format!("{headers:?} {}", String::from_utf8_lossy(&body));
    let is_first = calls.fetch_add(1, Ordering::SeqCst) < 2;
    (if is_first { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }, said)
}

/// Events are passed on to two destinations, one of which gets what it gets as it is.
pub async fn of_a_relay(mut world: World) -> Said {
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = Url::parse(&format!("http://{}/", door.local_addr().expect("an address"))).expect("a URL");
    let calls = Arc::new(AtomicUsize::new(0));
    let app = Router::new().route("/{to}", post(abroad)).with_state(Arc::clone(&calls));
    tokio::spawn(async move { axum::serve(door, app).await });
    world.tools.egress = Egress::open(Host::of(&url), Mode::Development.reach()).expect("a way out");
    let (store, program) = merchant(&world).await;
    let mut said = Said::default();
    for recipient in ["segment", "facebook"] {
        let to = url.join(recipient).expect("a path").to_string();
        let input =
            json!({ "tenant": tenant_node_id(store.tenant), "recipient": recipient, "url": to, "region": "US" });
        let set = done(&world, &program, DESTINATION, input).await;
        said.tokens.push(set["set"]["secret"].as_str().expect("a secret").to_owned());
    }
    let event = |kind: &str| {
        json!({ "store": node_id(store), "kind": kind, "fields": [
            { "field": "customer.address", "parts": [{ "part": "line1", "value": PERSON },
                { "part": "city", "value": PERSON }, { "part": "zip", "value": PERSON }] },
            { "field": "customer.email", "value": mail() },
            { "field": "customer.name", "parts": [{ "part": "first", "value": PERSON }] },
            { "field": "customer.phone", "value": format!("{PHONES}99") },
            { "field": "browser.client_id", "value": PERSON },
            { "field": "event.order", "value": PERSON },
        ] })
    };
    done(&world, &program, RELAY, event("ORDER")).await;
    let refused = ask(&world, Some(&program), RELAY, json!({ "input": event(PERSON) })).await;
    assert!(refused.get("errors").is_some(), "{refused}");
    said.answers.push(refused.to_string());
    for _ in 0..6 {
        world.base.tamper(AT_ONCE);
        world.work().await;
    }
    assert_eq!(calls.load(Ordering::SeqCst), 4, "each was told twice");
    assert_eq!(world.base.lines("select distinct state as line from relay_deliveries"), ["sent"]);
    said
}
