//! What platforms tell is worked: the end of a connection, its scopes, what is asked for people's sake, and what is bought
//! and sold. Whatever comes twice, late, forged or in another order, the desk ends in the same state.

use std::collections::BTreeSet;

use chrono::Duration;
use futures_util::{StreamExt, stream};
use harness::asked::ask;
use harness::course::{BEGIN, Course, SECRET};
use harness::goods;
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::jobs::enqueue;
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, Secret, StoreId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{Good, Order};
use rightsdesk_server::roof::demo::street::{Delivery, Hook};
use rightsdesk_server::stores::SubscribeStore;
use serde_json::{Value, json};
use url::Url;

const HOOKS: &str = "query ($id: ID!) { store(id: $id) { state hooks { topic since } scopes { name isGranted }
  driftKinds receipt { tokenDeleted by } } }";
const DELIVERIES: &str = "query ($id: ID!) { deliveries(store: $id, first: 50) { totalCount
  nodes { platform topic receivedAt happenedAt state outcome } } }";
const NOTICES: &str = "query ($filter: PrivacyNoticeFilter) { privacyNotices(filter: $filter, first: 50) { totalCount
  nodes { kind platform dueOn state store reference identifiers { masked } } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state hooks { topic } } userErrors { code } } }";

const SHOP: &str = "zaitoon.myshopify.com";
const WOO: &str = "zaitoon.example";

async fn told(course: &Course, query: &str, variables: Value) -> Value {
    let answer = ask(&course.world, Some(&course.ops), query, variables).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].as_object().expect("data").values().next().expect("one field").clone()
}

async fn store(course: &Course, at: Ref<StoreId>) -> Value {
    told(course, HOOKS, json!({ "id": node_id(at) })).await
}

async fn notices(course: &Course) -> Vec<Value> {
    let answer = told(course, NOTICES, json!({})).await;
    answer["nodes"].as_array().expect("a list").clone()
}

/// What was opened for notices: right, case, stage, date, proof, and how many things the person goes by.
fn asked_for(course: &Course) -> Vec<String> {
    course.world.base.lines(
        "select r.right_code || ' ' || coalesce(r.special_case, '-') || ' ' || r.stage || ' ' || r.driving || ' ' || r.due_on
                || ' ' || i.proof || ' ' || (select count(*) from intake_identifiers n where n.intake_id = i.id) as line
           from requests r join intakes i on (i.tenant_id, i.id) = (r.tenant_id, r.intake_id)
          where r.source = 'shopify' order by r.received_at, r.id",
    )
}

/// All that is to be done now. Who met another at the same thing and was told to come back later comes at once.
async fn work(course: &Course) {
    for _ in 0..100 {
        while course.world.work().await > 0 {}
        let later = "select name as line from jobs where state = 'ready' and retry_at > now()";
        if course.world.base.lines(later).is_empty() {
            return;
        }
        course.world.base.tamper(
            "update jobs set retry_at = now() where retry_at > now();
             update lanes set retry_at = now() where retry_at > now()",
        );
    }
    panic!("it does not end");
}

/// A store that is connected and was asked to tell.
async fn connected(course: &Course, platform: &str) -> Ref<StoreId> {
    let at = course.connected(platform, "zaitoon").await;
    work(course).await;
    at
}

fn address(course: &Course, path: &str) -> Url {
    format!("{}/webhooks/{path}", course.desk.url()).parse().expect("an address")
}

/// What the settings of the app ask for, and no call can.
fn ask_for(course: &Course, topic: &str) {
    let mut hook = Hook::new(address(course, "shopify"), Secret::new(SECRET));
    hook.topic = Some(topic.to_owned());
    course.street.shopify.subscribe(hook);
}

/// Tells it, and works it.
async fn tells(course: &Course, topic: &str, body: &Value) {
    let fates = course.street.shopify.send(SHOP, topic, body).await;
    assert!(!fates.is_empty() && fates.iter().all(|fate| fate.0 == Some(200)), "{topic}: {fates:?}");
    work(course).await;
}

fn outcomes(course: &Course) -> Vec<String> {
    course.world.base.lines(
        "select topic || ' ' || state || ' ' || coalesce(outcome, '-') || case when body is null then '' else ' kept' end
                as line from deliveries order by received_at, id",
    )
}

fn at(minutes: i64) -> Instant {
    Instant::from_micros(BEGIN).plus(Duration::minutes(minutes))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_connected_is_asked_to_tell_once_and_to_stop_when_it_is_over() {
    let course = Course::begins().await;
    for (platform, shop, count) in [("shopify", SHOP, 10), ("woocommerce", WOO, 11), ("etsy", "31415926", 0)] {
        let at = connected(&course, platform).await;
        let hooks = store(&course, at).await["hooks"].as_array().expect("a list").len();
        assert_eq!((hooks, course.stand(platform).hooks(shop).len()), (count, count), "{platform}");
        let again = course.world.ledger.write(course.world.scope(at.tenant), move |tx| {
            enqueue(tx, &SubscribeStore { store: at.id })?;
            Ok(Witnessed::new((), Event::new("test.enqueued", "store", at.id.uuid())))
        });
        again.await.expect("enqueued");
        work(&course).await;
        assert_eq!(course.stand(platform).hooks(shop).len(), count, "{platform} is not asked twice");
    }
    let [hook, ..] = &course.street.woocommerce.hooks(WOO)[..] else { panic!("a hook") };
    assert!(hook.to.as_str().starts_with(address(&course, "woocommerce/").as_str()) && !hook.secret.is_empty());
    let secrets = "select count(*)::text as line from secrets where kind = 'store_hook'";
    assert_eq!(course.world.base.lines(secrets), ["11"]);

    let all = told(&course, "{ stores(first: 10) { nodes { id version platform } } }", json!({})).await;
    let woo =
        all["nodes"].as_array().expect("a list").iter().find(|one| one["platform"] == "woocommerce").expect("one");
    let input = json!({ "id": woo["id"], "version": woo["version"], "idempotencyKey": "disconnect-1" });
    let over = harness::asked::done(&course.world, &course.ops, DISCONNECT, input).await;
    assert_eq!(over["store"], json!({ "state": "DISCONNECTED", "hooks": [] }));
    work(&course).await;
    assert!(course.street.woocommerce.hooks(WOO).is_empty(), "it is told to stop");
    assert_eq!(course.world.base.lines(secrets), ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_platform_forgot_with_the_connection_it_is_asked_to_tell_anew() {
    let course = Course::begins().await;
    for (platform, shop, count) in [("shopify", SHOP, 10), ("woocommerce", WOO, 11)] {
        let (at, stand) = (connected(&course, platform).await, course.stand(platform));
        let rows = |what: &str| {
            let rows = format!("select {what} as line from hooks where store_id = '{}' order by topic", at.id.uuid());
            course.world.base.lines(&rows)
        };
        let (own, former) = (rows("id || coalesce(secret_id::text, '')"), rows("platform_hook"));
        stand.throw_out(shop);
        stand.forget_hooks(shop);
        course.world.later(Duration::minutes(20));
        work(&course).await;
        assert_eq!(store(&course, at).await["state"], "NEEDS_RECONNECTING", "{platform}");
        assert_eq!(rows("platform_hook"), former, "{platform}: nobody was there to be asked");

        let back = course.answered(&course.link(at).await, "allow").await;
        assert_eq!(course.back(&back).await.status, 200, "{platform}");
        work(&course).await;
        let hooks = store(&course, at).await["hooks"].as_array().expect("a list").clone();
        assert_eq!((hooks.len(), stand.hooks(shop).len()), (count, count), "{platform}");
        let since = course.world.tools.watch.now().utc().to_rfc3339();
        assert!(hooks.iter().all(|hook| hook["since"] == since), "{platform}: {hooks:?}");
        assert_eq!(rows("id || coalesce(secret_id::text, '')"), own, "{platform}: the desk knows them by what it knew");
        let anew = rows("platform_hook");
        assert!(anew.iter().all(|name| !former.contains(name)), "{platform}: {anew:?}");
    }
    let updated = course.world.tools.watch.now().plus(Duration::minutes(1)).to_string();
    let update = json!({ "current": ["read_orders"], "updated_at": updated });
    tells(&course, "app/scopes_update", &update).await;
    let order = json!({ "id": 9_000_001, "number": "9000001", "status": "processing", "currency": "EUR", "total": "5.00",
        "customer_id": 0, "date_created_gmt": "2026-09-21T10:00:00", "billing": { "email": "aurelia@mail.example" } });
    let fates = course.street.woocommerce.send(WOO, "order.created", &order).await;
    assert!(fates.len() == 2 && fates.iter().all(|fate| fate.0 == Some(200)), "a ping and a delivery: {fates:?}");
    work(&course).await;
    assert_eq!(outcomes(&course), ["app/scopes_update done scopes", "order.created done taken_in"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_of_its_own_pings_first_and_two_things_of_one_second_are_two() {
    let course = Course::begins().await;
    let at = connected(&course, "woocommerce").await;
    let order = |id: u64| {
        json!({ "id": id, "number": id.to_string(), "status": "processing", "currency": "EUR", "total": "5.00",
            "customer_id": 0, "date_created_gmt": "2026-09-21T10:00:00", "billing": { "email": "aurelia@mail.example" } })
    };
    let street = &course.street.woocommerce;
    let [ping, first] = &street.deliveries(WOO, "order.created", &order(9_000_001))[..] else { panic!("ping first") };
    let [second] = &street.deliveries(WOO, "order.created", &order(9_000_002))[..] else { panic!("one") };
    let id = |of: &Delivery| of.headers.iter().find(|(name, _)| name == "x-wc-webhook-delivery-id").cloned();
    assert_eq!(id(first), id(second), "as the platform does it");
    for one in [ping, first, second, first, second, ping] {
        assert_eq!(street.post(one).await.0, Some(200));
    }
    work(&course).await;
    assert_eq!(outcomes(&course), ["order.created done taken_in", "order.created done taken_in"]);
    let kept = "select platform_id as line from orders where platform_id like '900000%' order by 1";
    assert_eq!(course.world.base.lines(kept), ["9000001", "9000002"]);
    street.send(WOO, "order.deleted", &json!({ "id": 9_000_001 })).await;
    work(&course).await;
    assert_eq!(course.world.base.lines(kept), ["9000002"]);
    let seen = told(&course, DELIVERIES, json!({ "id": node_id(at) })).await;
    assert_eq!(seen["totalCount"], 3);
    assert_eq!((&seen["nodes"][0]["topic"], &seen["nodes"][0]["outcome"]), (&json!("order.deleted"), &json!("gone")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchant_who_throws_the_app_out_is_believed_at_once_and_nobody_is_asked_to_forget_a_dead_token() {
    let course = Course::begins().await;
    let place = connected(&course, "shopify").await;
    ask_for(&course, "shop/redact");
    let shop =
        json!({ "id": 954_889, "name": "Zaitoon Home", "email": "meera@mail.example", "myshopify_domain": SHOP });
    let early = course.street.shopify.deliveries(SHOP, "app/uninstalled", &shop);
    course.world.later(Duration::seconds(1));
    tells(
        &course,
        "app/scopes_update",
        &json!({ "current": ["read_products", "read_orders"], "updated_at": at(0).plus(Duration::seconds(1)).to_string() }),
    )
    .await;
    // It was thrown out, put back in, and the word of the first comes late.
    assert_eq!(course.street.shopify.post(&early[0]).await.0, Some(200));
    work(&course).await;
    assert_eq!(store(&course, place).await["state"], "CONNECTED");

    course.street.shopify.throw_out(SHOP);
    course.world.later(Duration::seconds(1));
    tells(&course, "app/uninstalled", &shop).await;
    let over = store(&course, place).await;
    assert_eq!((&over["state"], &over["hooks"]), (&json!("DISCONNECTED"), &json!([])));
    assert_eq!(over["receipt"]["tokenDeleted"], true);
    let asked = "select count(*)::text as line from jobs where name = 'revoke_at_platform'";
    assert_eq!(course.world.base.lines(asked), ["0"], "nobody is asked with a dead token");
    let left = "select count(*)::text as line from secrets where kind like 'store%'";
    assert_eq!(course.world.base.lines(left), ["0"]);
    let dead = "select name as line from jobs where state in ('dead', 'quarantined')";
    assert!(course.world.base.lines(dead).is_empty());

    // Two days later, without a token and without a connection, the shop is known by its history.
    course.world.later(Duration::hours(49));
    tells(&course, "shop/redact", &json!({ "shop_id": 954_889, "shop_domain": SHOP })).await;
    let [notice] = &notices(&course).await[..] else { panic!("one notice") };
    assert_eq!(notice["state"], "TAKEN");
    let opened = asked_for(&course);
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert!(
        opened[0].starts_with("deletion shop open platform_shopify"),
        "a whole shop, and nobody by name: {opened:?}"
    );
    let due = at(0).plus(Duration::hours(49)).plus(Duration::days(30)).day().to_string();
    assert_eq!((&notice["kind"], &notice["dueOn"]), (&json!("REDACT_SHOP"), &json!(due)));
    assert_eq!(notice["store"], json!(node_id(place)));
    assert!(outcomes(&course).iter().all(|line| !line.ends_with("kept")), "{:?}", outcomes(&course));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scopes_are_what_the_platform_said_last_whenever_it_comes() {
    let course = Course::begins().await;
    let place = connected(&course, "shopify").await;
    let update = |scopes: &[&str], minutes: i64| json!({ "current": scopes, "updated_at": at(minutes).to_string() });
    let granted = async |course: &Course| {
        let scopes = store(course, place).await["scopes"].as_array().expect("a list").clone();
        let held = scopes.iter().filter(|scope| scope["isGranted"] == true);
        held.map(|scope| scope["name"].as_str().expect("a name").to_owned()).collect::<BTreeSet<_>>()
    };
    let are = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    course.world.later(Duration::minutes(30));
    tells(&course, "app/scopes_update", &update(&["read_products", "read_gift_cards"], 20)).await;
    assert_eq!(granted(&course).await, are(&["read_products", "read_gift_cards"]));
    let drift = store(&course, place).await["driftKinds"].clone();
    assert_eq!(drift, json!(["NOT_LISTED", "MISSING"]));
    tells(&course, "app/scopes_update", &update(&["read_orders"], 10)).await;
    assert_eq!(granted(&course).await, are(&["read_products", "read_gift_cards"]), "that was before");
    tells(&course, "app/scopes_update", &update(&["read_orders"], 25)).await;
    assert_eq!(granted(&course).await, are(&["read_orders"]));
    tells(&course, "app/scopes_update", &update(&["two words"], 26)).await;
    assert_eq!(granted(&course).await, are(&["read_orders"]));
    assert_eq!(
        outcomes(&course),
        ["done scopes", "ignored changes_nothing", "done scopes", "failed scopes"]
            .map(|end| format!("app/scopes_update {end}"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_for_peoples_sake_has_its_day_and_never_touches_the_shop() {
    let course = Course::begins().await;
    let place = connected(&course, "shopify").await;
    for topic in ["customers/data_request", "customers/redact"] {
        ask_for(&course, topic);
    }
    let customer = json!({ "id": 191_167, "email": "aurelia@mail.example", "phone": null });
    let request = json!({ "shop_id": 954_889, "shop_domain": SHOP, "customer": customer, "orders_requested": [1, "2"],
        "data_request": { "id": "9999" } });
    tells(&course, "customers/data_request", &request).await;
    course.world.later(Duration::days(1));
    let redact = json!({ "shop_id": 954_889, "shop_domain": SHOP, "customer": customer, "unheard_of": {} });
    tells(&course, "customers/redact", &redact).await;
    let mut ebay = Hook::new(address(&course, "ebay"), Secret::new(""));
    ebay.topic = Some("MARKETPLACE_ACCOUNT_DELETION".to_owned());
    course.street.ebay.subscribe(ebay);
    let closed = json!({ "username": "quirin", "userId": "u-1", "eiasToken": "e-1" });
    let fates = course.street.ebay.send("", "MARKETPLACE_ACCOUNT_DELETION", &closed).await;
    assert_eq!(fates[0].0, Some(204));
    work(&course).await;

    let day = |days: i64| at(0).plus(Duration::days(days)).day().to_string();
    let seen: Vec<_> = notices(&course).await;
    let told: Vec<_> =
        seen.iter().map(|one| (one["kind"].clone(), one["dueOn"].clone(), one["store"].clone())).collect();
    let own = json!(node_id(place));
    assert_eq!(
        told,
        [
            (json!("DATA_REQUEST"), json!(day(30)), own.clone()),
            (json!("REDACT_CUSTOMER"), json!(day(31)), own),
            (json!("ACCOUNT_CLOSED"), json!(day(31)), Value::Null),
        ]
    );
    assert_eq!((&seen[0]["reference"], &seen[0]["identifiers"]["masked"]), (&json!("9999"), &json!("words, sealed")));
    let states: Vec<_> = seen.iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["TAKEN", "TAKEN", "OPEN"], "an account that nobody here has is asked of nobody");
    assert_eq!(
        asked_for(&course),
        [
            format!("access - open platform_shopify {} signature 4", day(30)),
            format!("deletion - open platform_shopify {} signature 2", day(31)),
        ]
    );
    assert_eq!(store(&course, place).await["state"], "CONNECTED");
    let mine = harness::asked::partner(
        &course.world,
        &[rightsdesk_server::floor::access::Permission::SeeTenants],
        &[place.tenant],
    );
    let answer = ask(&course.world, Some(&mine), NOTICES, json!({})).await;
    assert_eq!(answer["data"]["privacyNotices"]["totalCount"], 2, "what is nobody's is the house's: {answer}");
    let sealed = course.world.base.lines("select encode(identifiers, 'escape') as line from privacy_notices").join(" ");
    assert!(!sealed.contains("aurelia") && !sealed.contains("quirin") && !sealed.contains("191167"));
    let keys = "select count(*)::text as line from request_keys where wrapped is not null";
    assert_eq!(course.world.base.lines(keys), ["5"], "of notices and requests; those of the deliveries are gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_account_is_found_among_the_buyers_of_every_shop_and_named_by_our_ids_alone() {
    // A policy that keeps buyers; its merchants sell on eBay for once.
    let course = Course::under("sooperseller").await;
    let other = course.world.shop("Qamar Textiles", 0).await;
    let (mine, theirs) = (
        course.world.store(course.shop.tenant, "zaitoon.example", &["read_orders"]).await,
        course.world.store(other.tenant, "qamar.example", &["read_orders"]).await,
    );
    course.world.base.tamper("update stores set platform = 'ebay'");
    let bought = |id: &str, by: &str| {
        let order = goods::order(id, &format!("{id}@example.com"), 1);
        vec![Good::Order(Order { handle: Some(Personal::new(by)), mail: None, ..order })]
    };
    for (store, id, by) in [(mine, "1", "quirin"), (mine, "2", "u-1"), (mine, "3", "somebody"), (theirs, "4", "nobody")]
    {
        course.world.take_in(store, bought(id, by)).await.expect("taken in");
    }
    let mut ebay = Hook::new(address(&course, "ebay"), Secret::new(""));
    ebay.topic = Some("MARKETPLACE_ACCOUNT_DELETION".to_owned());
    course.street.ebay.subscribe(ebay);
    for username in ["quirin", "who"] {
        let closed = json!({ "username": username, "userId": "u-1", "eiasToken": "e-1" });
        let closed = if username == "who" { json!({ "username": "who" }) } else { closed };
        course.street.ebay.send("", "MARKETPLACE_ACCOUNT_DELETION", &closed).await;
        work(&course).await;
    }
    let asked = "query { privacyNotices(first: 50) { nodes { kind tenant subjects } } }";
    let all = told(&course, asked, json!({})).await["nodes"].as_array().expect("a list").clone();
    assert_eq!(all.len(), 3, "both came, and one concerns a tenant: {all:?}");
    let own: Vec<_> = all.iter().filter(|one| one["tenant"] == json!(tenant_node_id(mine.tenant))).collect();
    let [own] = own[..] else { panic!("one of the tenant's own: {all:?}") };
    assert_eq!((&own["kind"], own["subjects"].as_array().map(Vec::len)), (&json!("ACCOUNT_CLOSED"), Some(2)));
    let meant = "select count(distinct o.subject_id)::text as line from orders o join privacy_notices n
                  on o.subject_id = any(n.subjects) where o.platform_id in ('1', '2')";
    assert_eq!(course.world.base.lines(meant), ["2"]);
    let named = "select count(*)::text as line from privacy_notices where identifiers is not null and subjects <> '{}'";
    assert_eq!(course.world.base.lines(named), ["0"]);
    let asked = "select count(distinct r.subject_id) || ' of ' || count(*) || ' ' || min(r.stage) || ' ' || min(r.driving) as line
                  from requests r join privacy_notices n on r.subject_id = any(n.subjects) where r.source = 'ebay'
                   and n.state = 'taken'";
    assert_eq!(course.world.base.lines(asked), ["2 of 2 open platform_ebay"], "one for each of the buyers");
    let clocks = "select distinct regime || ' ' || right_name as line from request_clocks order by 1";
    let clocks = course.world.base.lines(clocks);
    assert!(clocks.contains(&"platform_ebay account_deletion".to_owned()), "{clocks:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_grants_more_is_asked_to_tell_of_it() {
    let course = Course::begins().await;
    let stand = &course.street.shopify;
    stand.grant_instead(SHOP, &["read_products"]);
    let place = connected(&course, "shopify").await;
    assert_eq!(stand.hooks(SHOP).len(), 5);
    course.world.later(Duration::minutes(1));
    let update = json!({ "current": ["read_products", "read_inventory"], "updated_at": at(1).to_string() });
    tells(&course, "app/scopes_update", &update).await;
    assert_eq!(stand.hooks(SHOP).len(), 7, "{:?}", store(&course, place).await["hooks"]);
    let fewer = json!({ "current": ["read_products"], "updated_at": at(2).to_string() });
    course.world.later(Duration::minutes(1));
    tells(&course, "app/scopes_update", &fewer).await;
    assert_eq!(stand.hooks(SHOP).len(), 7);

    // Connected anew, with more.
    stand.grant_instead(SHOP, &["read_products", "read_inventory", "read_orders"]);
    let back = course.answered(&course.link(place).await, "allow").await;
    assert_eq!(course.back(&back).await.status, 200);
    work(&course).await;
    assert_eq!(stand.hooks(SHOP).len(), 10);
    assert_eq!(store(&course, place).await["hooks"].as_array().map(Vec::len), Some(10));
}

/// How many different deliveries there are in a burst: fifty thousand with `E2E_DELIVERIES=50000`.
#[expect(clippy::disallowed_methods, reason = "said by whoever runs the tests, and no setting of the desk")]
fn many() -> u64 {
    std::env::var("E2E_DELIVERIES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// Dice that fall alike each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).expect("small");
            items.swap(last, other);
        }
    }
}

/// What a shop goes through, in order: things that come to be, change and go, and what is asked for people's sake.
fn story(course: &Course, count: u64) -> Vec<Delivery> {
    let mut dice = Dice(7);
    let mut made = Vec::new();
    for step in 0..count {
        let minute = i64::try_from(step + 1).expect("small");
        let (id, stamp) = (9_000_000 + dice.below(count / 4 + 1), at(minute).to_string());
        let (topic, body) = match dice.below(20) {
            0..=8 => (
                "orders/updated",
                json!({ "id": id, "name": format!("#{id}"), "created_at": at(0).to_string(), "updated_at": stamp,
                    "currency": "EUR", "current_total_price": format!("{step}.50"), "financial_status": "paid",
                    "fulfillment_status": null, "email": format!("buyer{}@mail.example", id % 50),
                    "customer": { "id": id % 50 + 1 }, "line_items": [
                        { "id": id, "sku": "OL-1", "title": "Olives", "quantity": dice.below(9) + 1, "price": "1.00" },
                    ] }),
            ),
            9..=12 => (
                "products/update",
                json!({ "id": id, "title": format!("Olives {step}"), "status": "active", "updated_at": stamp,
                    "variants": [{ "id": id, "sku": format!("OL-{step}"), "inventory_item_id": id }] }),
            ),
            13..=16 => (
                "inventory_levels/update",
                json!({ "inventory_item_id": id, "location_id": 3, "available": dice.below(100), "updated_at": stamp }),
            ),
            17 => {
                let all = ["read_products", "read_inventory", "write_inventory", "read_orders", "read_gift_cards"];
                let last = [&all[..4], &all[..]][usize::try_from(dice.below(2)).expect("small")];
                ("app/scopes_update", json!({ "current": last, "updated_at": stamp }))
            }
            18 => ("products/delete", json!({ "id": 9_000_000 + count + step })),
            _ => (
                "customers/data_request",
                json!({ "shop_domain": SHOP, "customer": { "id": id }, "data_request": { "id": step } }),
            ),
        };
        made.extend(course.street.shopify.deliveries(SHOP, topic, &body));
    }
    made
}

/// What is left of it all in the end.
fn standing(course: &Course) -> Vec<String> {
    course.world.base.lines(
        "select line from (
           select 'order ' || platform_id || ' ' || updated_at || ' ' || total || ' ' || coalesce(customer, '') || ' '
                  || (select string_agg(quantity::text, ',') from order_lines l where l.order_id = o.id) as line from orders o
           union all select 'product ' || platform_id || ' ' || title || ' ' || updated_at from products
           union all select 'variant ' || platform_id || ' ' || sku from variants
           union all select 'level ' || to_jsonb(i)::text from
             (select (to_jsonb(v) - 'id' - 'tenant_id' - 'store_id' - 'taken_at' - 'version') as i from inventory v) as x (i)
           union all select 'subjects ' || count(*) from subjects
           union all select 'gone ' || count(*) from departed
           union all select 'scope ' || name from store_scopes where gone_at is null
           union all select 'notice ' || kind || ' ' || reference || ' ' || due_on from privacy_notices
           union all select 'delivery ' || topic || ' ' || count(*) || ' ' || count(body) || ' '
                            || count(*) filter (where state in ('waiting', 'failed')) from deliveries group by topic
           union all select 'keys ' || count(*) from request_keys where wrapped is not null
           union all select 'job ' || name || ' ' || state from jobs where state in ('dead', 'quarantined')
         ) as all_of_it order by 1",
    )
}

async fn ready() -> Course {
    let course = Course::begins().await;
    course.connected("shopify", "zaitoon").await;
    course.street.shopify.subscribe(Hook::new(address(&course, "shopify"), Secret::new(SECRET)));
    course
}

async fn post(out: &reqwest::Client, to: &Url, delivery: &Delivery) -> u16 {
    let mut call = out.post(to.clone()).body(delivery.body.clone());
    for (name, value) in &delivery.headers {
        call = call.header(name, value);
    }
    call.send().await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_that_comes_again_and_in_any_order_ends_as_if_all_had_come_once_and_in_turn() {
    let (orderly, upset) = (ready().await, ready().await);
    let story = story(&orderly, many());
    let out = reqwest::Client::builder().build().expect("a client");
    let to = address(&orderly, "shopify");
    for delivery in &story {
        assert_eq!(post(&out, &to, delivery).await, 200);
    }

    let mut dice = Dice(11);
    let mut posts: Vec<(Delivery, u16)> = Vec::new();
    for delivery in &story {
        for _ in 0..=dice.below(5) {
            posts.push((delivery.clone(), 200));
        }
        if dice.below(10) == 0 {
            let mut forged = delivery.clone();
            let at = usize::try_from(dice.below(forged.body.len() as u64)).expect("small");
            forged.body[at] ^= 1;
            posts.push((forged, 401));
        }
    }
    dice.shuffle(&mut posts);
    let to = address(&upset, "shopify");
    let wrong: Vec<_> = stream::iter(&posts)
        .map(|(delivery, answer)| {
            let (out, to) = (&out, &to);
            async move { (post(out, to, delivery).await, *answer) }
        })
        .buffer_unordered(16)
        .filter(|(got, wanted)| std::future::ready(got != wanted))
        .collect()
        .await;
    assert!(wrong.is_empty(), "{wrong:?}");
    for course in [&orderly, &upset] {
        work(course).await;
    }
    let (calm, wild) = (standing(&orderly), standing(&upset));
    assert!(calm.len() > 100 && calm.iter().all(|line| !line.starts_with("job ")), "{calm:?}");
    let differing: Vec<_> = calm.iter().zip(&wild).filter(|(calm, wild)| calm != wild).take(5).collect();
    assert!(differing.is_empty() && calm.len() == wild.len(), "{differing:?}");
}
