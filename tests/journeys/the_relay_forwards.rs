//! Events of a shop go to where its merchant has them sent: to each destination exactly its fields in its forms, once,
//! under a signature; to none where data may not be. What left is in the book, and nothing stays longer than the page says.

use std::collections::BTreeMap;

use chrono::Duration;
use data_encoding::{BASE64, HEXLOWER};
use harness::abroad::{Abroad, Call, Fault, merchant};
use harness::asked::{ask, desk_seat, done, refused};
use harness::world::{World, forenoon};
use hmac::{Hmac, KeyInit, Mac};
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{Ref, StoreId, TenantId, Watch};
use rightsdesk_server::relay;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

const SET: &str = "mutation ($input: SetDestinationInput!) { setDestination(input: $input) {
  set { destination { id state region recipient } secret } userErrors { code message } } }";
const TURN: &str = "mutation ($input: TurnDestinationInput!) { turnDestination(input: $input) {
  destination { state } userErrors { code } } }";
const RELAY: &str = "mutation ($input: RelayEventInput!) { relayEvent(input: $input) {
  event { id dropped } userErrors { code message } } }";
const BOOK: &str = "query ($filter: DisclosureFilter!, $after: String) { disclosures(filter: $filter, first: 100, after: $after) {
  totalCount nodes { recipient category fields form count purpose way subject store } pageInfo { hasNextPage endCursor } } }";
const SHARED: &str = "query ($store: ID!) { shared(store: $store) {
  field cells { recipient isOn form formsSent times lastAt } } }";

const MATRIX: &str = include_str!("../../server/src/relay/model/vectors/field_flow_matrix.json");
const CODES: [&str; 6] = ["google", "segment", "facebook", "pinterest", "tiktok", "klaviyo"];
/// The rows of the published table, by the fields of the policy.
const ROWS: [(&str, &str); 9] = [
    ("Payment information", "payment.information"),
    ("Physical address", "customer.address"),
    ("Email address", "customer.email"),
    ("Customer name", "customer.name"),
    ("Partial IP address", "browser.ip"),
    ("Platform specific client ID", "browser.client_id"),
    ("Shopify customer number", "customer.number"),
    ("Contents of the shopping cart", "cart.contents"),
    ("Phone Number", "customer.phone"),
];
/// What must stand nowhere in clear.
const PLANTED: [&str; 10] = [
    "asma.q@example.com",
    "Qureshi",
    "Kiefernweg",
    "6505551212",
    "7042918273",
    "GA1.2.991",
    "203.0.113",
    "4111 1111",
    "Quince jug",
    "42.00 USD",
];

/// A merchant in the region of the policy, its program, and where it has events sent.
struct Scene {
    world: World,
    abroad: Abroad,
    url: Url,
    tenant: TenantId,
    store: Ref<StoreId>,
    program: Caller,
    secrets: BTreeMap<String, String>,
}

impl Scene {
    async fn opens(recipients: &[&str]) -> Self {
        let mut world = World::alone_under("littledata", Watch::held(forenoon())).await;
        let (abroad, url) = Abroad::opens(&mut world).await;
        let (store, program) = merchant(&world).await;
        let mut scene = Self { world, abroad, url, tenant: store.tenant, store, program, secrets: BTreeMap::new() };
        for recipient in recipients {
            let set = done(&scene.world, &scene.program, SET, scene.wish(recipient, "US")).await;
            assert_eq!(set["set"]["destination"]["state"], "ON", "{set}");
            let secret = set["set"]["secret"].as_str().expect("a secret").to_owned();
            scene.secrets.insert((*recipient).to_owned(), secret);
        }
        scene
    }

    fn wish(&self, recipient: &str, region: &str) -> Value {
        let url = self.url.join(recipient).expect("a path").to_string();
        json!({ "tenant": tenant_node_id(self.tenant), "recipient": recipient, "url": url, "region": region })
    }

    fn told(&self) -> Value {
        json!({ "store": node_id(self.store), "kind": "ORDER", "fields": [
            { "field": "payment.information", "value": "4111 1111 1111 1111" },
            { "field": "customer.address", "parts": [
                { "part": "line1", "value": "Kiefernweg 7" }, { "part": "city", "value": "St. Louis" },
                { "part": "zip", "value": "63101-22" }, { "part": "country", "value": "US" }] },
            { "field": "customer.email", "value": " Asma.Q@Example.com " },
            { "field": "customer.name", "parts": [
                { "part": "first", "value": "Asma" }, { "part": "last", "value": "Qureshi" }] },
            { "field": "customer.number", "value": "7042918273" },
            { "field": "customer.phone", "value": "+1 650 555 1212" },
            { "field": "browser.ip", "value": "203.0.113.77" },
            { "field": "browser.client_id", "value": "GA1.2.991" },
            { "field": "cart.contents", "items": [{ "name": "Quince jug", "sku": "J-1", "quantity": 2 }] },
            { "field": "event.order", "value": "42.00 USD" },
            { "field": "customer.birthday", "value": "1990-02-01" },
        ] })
    }

    async fn relays(&self, told: Value) {
        let taken = done(&self.world, &self.program, RELAY, told).await;
        assert!(taken["event"]["id"].is_string(), "{taken}");
    }

    /// Works until nothing waits; who was told to come back later comes at once.
    async fn works(&self) {
        for _ in 0..20 {
            self.world.base.tamper(
                "update jobs set retry_at = now() where retry_at > now();
                 update lanes set retry_at = now() where retry_at > now()",
            );
            self.world.work().await;
            if self.lines(
                "select count(*)::text as line from jobs where name = 'relay_event' and state in ('ready', 'running')",
            ) == ["0"]
            {
                return;
            }
        }
        panic!("it does not end: {:?}", self.standing());
    }

    /// Days go by, and what is due by then is done.
    async fn goes_by(&self, days: i64) {
        self.world.later(Duration::days(days));
        self.world.work().await;
        self.world.work().await;
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        self.world.base.lines(sql)
    }

    fn standing(&self) -> Vec<String> {
        self.lines(
            "select d.recipient || ' ' || r.state || ' ' || r.attempts || ' ' || coalesce(r.answer, '') as line
               from relay_deliveries r join destinations d on d.id = r.destination_id order by r.id",
        )
    }

    async fn book(&self, filter: Value) -> Vec<Value> {
        let (mut rows, mut after) = (Vec::new(), Value::Null);
        loop {
            let mut whole = json!({ "tenant": tenant_node_id(self.tenant) });
            whole.as_object_mut().expect("a filter").extend(filter.as_object().expect("a filter").clone());
            let page = ask(&self.world, Some(&self.program), BOOK, json!({ "filter": whole, "after": after })).await;
            assert!(page.get("errors").is_none(), "{page}");
            let page = &page["data"]["disclosures"];
            rows.extend(page["nodes"].as_array().expect("rows").clone());
            if page["pageInfo"]["hasNextPage"] == false {
                assert_eq!(page["totalCount"], rows.len());
                return rows;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Nothing of what was planted stands in any row of the database.
    fn keeps_its_mouth_shut(&self) {
        let tables = self.lines(
            "select quote_ident(table_name) as line from information_schema.tables
              where table_schema = 'public' and table_type = 'BASE TABLE'",
        );
        assert!(tables.len() > 40);
        for table in tables {
            let held = self.lines(&format!("select t::text as line from {table} t")).join("\n");
            for planted in PLANTED {
                let hex = HEXLOWER.encode(planted.as_bytes());
                assert!(!held.contains(planted) && !held.contains(&hex), "{planted} stands in {table}");
            }
        }
    }
}

fn is_signed(call: &Call, secret: &str) -> bool {
    let key = BASE64.decode(secret.strip_prefix("whsec_").expect("a prefix").as_bytes()).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(format!("{}.{}.", call.header("webhook-id"), call.header("webhook-timestamp")).as_bytes());
    mac.update(&call.body);
    call.header("webhook-signature") == format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
}

fn leaves(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(parts) => parts.values().for_each(|part| leaves(part, into)),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, into)),
        leaf => into.push(leaf.as_str().expect("text").to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_destination_gets_exactly_its_fields_in_its_forms_and_the_book_says_so() {
    let scene = Scene::opens(&CODES).await;
    let taken = done(&scene.world, &scene.program, RELAY, scene.told()).await;
    assert_eq!(taken["event"]["dropped"], json!(["customer.birthday", "payment.information"]), "{taken}");
    scene.keeps_its_mouth_shut();
    scene.works().await;

    let matrix: Value = serde_json::from_str(MATRIX).expect("JSON");
    let calls = scene.abroad.calls();
    assert_eq!(calls.len(), CODES.len(), "{:?}", scene.standing());
    let book = scene.book(json!({})).await;
    for code in CODES {
        let call = calls.iter().find(|call| call.to == code).expect("a call");
        assert!(is_signed(call, &scene.secrets[code]), "{code}");
        let document = call.document();
        assert_eq!(document["type"], "order");
        let mut listed = 0;
        for (title, field) in ROWS {
            let (group, own) = field.split_once('.').expect("two words");
            let value = document["data"][group].get(own);
            assert_eq!(matrix["rows"][title][code], value.is_some(), "{title} to {code}: {document}");
            listed += usize::from(value.is_some());
            let form = match (code, field) {
                ("facebook", "browser.ip") => "truncated_hashed",
                ("facebook", _) => "hashed",
                (_, "browser.ip") => "truncated",
                _ => "raw",
            };
            let row = book.iter().find(|row| {
                row["recipient"] == code
                    && row["category"] == group
                    && row["fields"].as_array().expect("fields").contains(&json!(own))
            });
            assert_eq!(row.map(|row| row["form"].as_str()), value.map(|_| Some(form)), "{title} to {code}: {row:?}");
        }
        let groups = document["data"].as_object().expect("groups").values();
        assert_eq!(groups.map(|group| group.as_object().expect("fields").len()).sum::<usize>(), listed, "{document}");
        let mut all = Vec::new();
        leaves(&document["data"], &mut all);
        let is_digest = |leaf: &String| leaf.len() == 64 && leaf.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert_eq!(all.iter().all(is_digest), code == "facebook", "{document}");
        assert!(!String::from_utf8_lossy(&call.body).contains("113.77"), "{code} gets no whole address");
    }
    let facebook = calls.iter().find(|call| call.to == "facebook").expect("a call").document();
    let digest = |text: &str| HEXLOWER.encode(&Sha256::digest(text));
    assert_eq!(facebook["data"]["customer"]["email"], digest("asma.q@example.com"));
    assert_eq!(facebook["data"]["customer"]["phone"], digest("16505551212"));
    assert_eq!(facebook["data"]["customer"]["address"]["zip"], digest("63101"));
    assert_eq!(facebook["data"]["browser"]["ip"], digest("203.0.113.0"));
    let segment = calls.iter().find(|call| call.to == "segment").expect("a call").document();
    assert_eq!(segment["data"]["customer"]["name"], json!({ "first": "Asma", "last": "Qureshi" }));
    assert_eq!(segment["data"]["browser"]["ip"], "203.0.113.0");

    // Everyone who got it about this person is found by the person, and by the store.
    let subject = book[0]["subject"].clone();
    assert!(subject.is_string() && book.iter().all(|row| row["purpose"] == "relay" && row["way"] == "relay"));
    assert_eq!(scene.book(json!({ "subject": subject })).await.len(), book.len());
    assert!(scene.book(json!({ "recipient": "google" })).await.iter().all(|row| row["recipient"] == "google"));
    let shared = ask(&scene.world, Some(&scene.program), SHARED, json!({ "store": node_id(scene.store) })).await;
    let rows = shared["data"]["shared"].as_array().expect("a table").clone();
    let row = rows.iter().find(|row| row["field"] == "customer.email").expect("a row");
    let cell =
        |code: &str| row["cells"].as_array().expect("cells").iter().find(|cell| cell["recipient"] == code).cloned();
    let facebook = cell("facebook").expect("a cell");
    assert_eq!((&facebook["form"], &facebook["formsSent"]), (&json!("hashed"), &json!(["hashed"])), "{facebook}");
    assert!(facebook["times"] == 1 && facebook["isOn"] == true && facebook["lastAt"].is_string(), "{facebook}");
    let google = cell("google").expect("a cell");
    assert_eq!((&google["form"], &google["times"]), (&json!("never"), &json!(0)), "{google}");

    // What is not kept went with the last delivery.
    let passing =
        "select count(*)::text as line from relayed_events where passing is not null or passing_key is not null";
    assert_eq!(scene.lines(passing), ["0"]);
    scene.keeps_its_mouth_shut();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_answered_is_tried_again_under_one_id_and_disclosed_once() {
    let scene = Scene::opens(&["segment"]).await;
    scene.abroad.will(&[Fault::Answers(500), Fault::HangsUp, Fault::Answers(429)]);
    scene.relays(scene.told()).await;
    scene.works().await;
    let calls = scene.abroad.calls();
    assert_eq!((calls.len(), scene.standing()), (4, vec!["segment sent 4 204".to_owned()]));
    for call in &calls {
        assert_eq!(call.header("webhook-id"), calls[0].header("webhook-id"));
        assert_eq!(call.body, calls[0].body, "the same, also what is not kept");
        assert!(is_signed(call, &scene.secrets["segment"]));
    }
    let book = scene.book(json!({})).await;
    let forms: Vec<_> = book.iter().map(|row| format!("{} {}", row["category"], row["form"])).collect();
    assert_eq!(forms.len(), 4, "{forms:?}");

    // Who says no is not asked again, but was given it.
    scene.abroad.forgets();
    scene.abroad.will(&[Fault::Answers(400)]);
    scene.relays(scene.told()).await;
    scene.works().await;
    assert_eq!(scene.abroad.calls().len(), 1);
    assert_eq!(scene.standing()[1], "segment failed 1 400");
    assert_eq!(scene.book(json!({})).await.len(), 8);
    // The same told twice is one event.
    let mut told = scene.told();
    told["idempotencyKey"] = json!("order-7");
    scene.relays(told.clone()).await;
    scene.relays(told).await;
    assert_eq!(scene.lines("select count(*)::text as line from relayed_events"), ["3"]);
    scene.keeps_its_mouth_shut();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_goes_to_where_data_may_not_be() {
    let scene = Scene::opens(&["segment"]).await;
    let (world, program) = (&scene.world, &scene.program);
    assert_eq!(refused(world, program, SET, scene.wish("tiktok", "EU")).await, "REFUSED");
    assert_eq!(refused(world, program, SET, scene.wish("aws", "US")).await, "REFUSED");
    assert_eq!(refused(world, program, SET, scene.wish("nobody", "US")).await, "REFUSED");
    let mut elsewhere = scene.wish("klaviyo", "US");
    elsewhere["url"] = json!("https://a.klaviyo.com.collector.example/");
    assert_eq!(refused(world, program, SET, elsewhere).await, "INVALID");

    // One that moved since is refused when it is to be sent.
    scene.relays(scene.told()).await;
    world.base.tamper("update destinations set region = 'EU'");
    scene.works().await;
    assert_eq!(scene.standing(), ["segment refused 0 not_allowed"]);
    world.base.tamper("update destinations set region = 'US'; update stores set region = 'EU'");
    scene.relays(scene.told()).await;
    scene.works().await;
    assert_eq!(scene.standing()[1], "segment refused 0 not_allowed");
    world.base.tamper("update stores set region = 'US'");
    // A merchant who turns it off is heard, also for what is on its way.
    scene.relays(scene.told()).await;
    let list = "query ($tenant: ID!) { destinations(tenant: $tenant) { id } }";
    let listed = ask(world, Some(program), list, json!({ "tenant": tenant_node_id(scene.tenant) })).await;
    let id = listed["data"]["destinations"][0]["id"].clone();
    assert_eq!(done(world, program, TURN, json!({ "id": id, "on": false })).await["destination"]["state"], "OFF");
    scene.works().await;
    assert_eq!(scene.standing()[2], "segment refused 0 off");
    assert!(scene.abroad.calls().is_empty() && scene.book(json!({})).await.is_empty());
    // What only passed through is gone all the same.
    assert_eq!(scene.lines("select count(*)::text as line from relayed_events where passing is not null"), ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stays_longer_than_the_page_says() {
    let scene = Scene::opens(&["segment"]).await;
    // One of somebody known, and one of a browser that is nobody's.
    scene.relays(scene.told()).await;
    let fields =
        json!([{ "field": "browser.client_id", "value": "GA1.2.991" }, { "field": "event.kind", "value": "view" }]);
    scene.relays(json!({ "store": node_id(scene.store), "kind": "BROWSE", "fields": fields })).await;
    scene.works().await;
    let held = || {
        scene.lines(
            "select (subject_id is not null) || ' ' || (alias is not null) || ' ' || (linked is not null) || ' ' ||
                    (facts is not null) as line from relayed_events order by id",
        )
    };
    assert_eq!(held(), ["true false true true", "false true true true"]);
    scene.goes_by(27).await;
    assert_eq!(held().len(), 2);
    scene.goes_by(4).await;
    assert_eq!(held(), ["false false false true", "false false false true"], "a month is over");
    scene.goes_by(30).await;
    assert!(held().is_empty(), "two months are over");
    let keys = "select count(*)::text as line from request_keys where wrapped is not null";
    assert_eq!(scene.lines(keys), ["0"], "their keys are gone with them");
    let now = scene.world.tools.watch.now();
    let ops = desk_seat(&scene.world, &[Role::Ops]);
    let permit = ops.permit_desk(Permission::SeeQueue).expect("ops may");
    let desk = scene.world.ledger.desk_scope(permit, "test").await.expect("a desk");
    let figures = scene.world.ledger.desk(&desk, move |tx| relay::held(tx, now)).await.expect("figures");
    assert_eq!((figures.events, figures.overdue, figures.linked_overdue, figures.too_long), (0, 0, 0, 0));
    // The book stays.
    assert!(!scene.book(json!({})).await.is_empty());
    // What happened too long ago is not taken in.
    let mut told = scene.told();
    told["happenedAt"] = json!(now.plus(Duration::days(-40)).to_string());
    assert_eq!(refused(&scene.world, &scene.program, RELAY, told).await, "EXPIRED");
}
