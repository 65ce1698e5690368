//! What stores grant against what the policy lists: found, counted, mended and proven.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, partner, refused};
use harness::world::World;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{Error, Instant, PolicyId, Ref, StoreId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed, counting};
use rightsdesk_server::floor::policy::{Adopted, parse, shipped};
use rightsdesk_server::stores::scopes::{may_use, used};
use serde_json::{Value, json};

const SEE: &str = "query ($id: ID!) { store(id: $id) { domain state version syncIsOn driftKinds lastReadAt
  scopes { name reason sensitivity feature writes isListed isGranted isRevokedHere lastUsedAt provenAt verdict }
  grants { totalCount nodes { how scopes added removed reason by } } } }";
const LIST: &str =
    "query ($filter: StoreFilter) { stores(filter: $filter, first: 100) { totalCount nodes { domain } } }";
const FIGURES: &str = "{ drift { stores withDrift notListed missing unused writesWhileSyncIsOff } }";
const RECORD: &str = "mutation ($input: RecordGrantInput!) { recordGrant(input: $input) {
  store { state version driftKinds } userErrors { code field } } }";
const REVOKE: &str = "mutation ($input: RevokeScopesInput!) { revokeScopes(input: $input) {
  store { version driftKinds scopes { name verdict isGranted isRevokedHere provenAt } } userErrors { code field } } }";
const SYNC: &str = "mutation ($input: TurnSyncInput!) { turnSync(input: $input) {
  store { syncIsOn version driftKinds } userErrors { code } } }";
const ADD: &str = "mutation ($input: AddStoreInput!) { addStore(input: $input) {
  store { id state domain } userErrors { code field } } }";

const LISTED: [&str; 3] = ["read_orders", "read_customers", "read_products"];
const WRITING: &str = "
[[scope]]
platform = \"shopify\"
name = \"write_inventory\"
reason = \"Stock, while sync is on for that store\"
categories = [\"inventory\"]
sensitivity = \"medium\"
feature = \"inventory_sync\"
writes = true
";

async fn world() -> World {
    World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await
}

/// From now on this policy is in force.
fn keep(world: &World, text: &str) {
    let policy = parse(text).expect("a sound policy");
    world.tools.policy.open(Arc::new(Adopted { id: PolicyId::fresh(), policy }));
}

fn with_writing() -> String {
    format!("{}{WRITING}", shipped("sooperseller").expect("it comes along"))
}

async fn seen(world: &World, caller: &Caller, at: Ref<StoreId>) -> Value {
    let answer = ask(world, Some(caller), SEE, json!({ "id": node_id(at) })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["store"].clone()
}

async fn listed(world: &World, caller: &Caller, filter: Value) -> BTreeSet<String> {
    let answer = ask(world, Some(caller), LIST, json!({ "filter": filter })).await;
    let nodes = answer["data"]["stores"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    assert_eq!(answer["data"]["stores"]["totalCount"], nodes.len(), "{answer}");
    nodes.iter().map(|node| node["domain"].as_str().expect("a domain").to_owned()).collect()
}

async fn figures(world: &World, caller: &Caller) -> [i64; 6] {
    let answer = ask(world, Some(caller), FIGURES, json!({})).await;
    let figure = |name: &str| answer["data"]["drift"][name].as_i64().unwrap_or_else(|| panic!("{answer}"));
    ["stores", "withDrift", "notListed", "missing", "unused", "writesWhileSyncIsOff"].map(figure)
}

async fn use_now(world: &World, at: Ref<StoreId>, scope: &'static str) -> Result<(), Error> {
    let written = world.ledger.write(world.scope(at.tenant), move |tx| {
        may_use(tx, at.id, scope)?;
        used(tx, at.id, scope)?;
        Ok(Witnessed::new((), Event::new("test.used", "store", at.id.uuid())))
    });
    written.await
}

fn verdict<'v>(store: &'v Value, scope: &str) -> &'v Value {
    let scopes = store["scopes"].as_array().expect("scopes");
    &scopes.iter().find(|one| one["name"] == scope).unwrap_or_else(|| panic!("{scope}: {store}"))["verdict"]
}

#[tokio::test]
async fn each_kind_of_drift_is_found_where_it_is_and_nowhere_else() {
    let world = world().await;
    keep(&world, &with_writing());
    let ops = desk_seat(&world, &[Role::Ops]);
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    let all = [&LISTED[..], &["write_inventory"]].concat();
    let good = world.store(tenant, "good.example", &all).await;
    let over = world.store(tenant, "over.example", &[&all[..], &["read_all_orders"]].concat()).await;
    let under = world.store(tenant, "under.example", &["read_orders", "write_inventory"]).await;
    let writer = world.store(tenant, "writer.example", &all).await;
    world.store(tenant, "pending.example", &[]).await;
    for at in [good, over, under] {
        let turned = done(&world, &ops, SYNC, json!({ "id": node_id(at), "version": 2, "isOn": true })).await;
        assert_eq!((&turned["store"]["syncIsOn"], &turned["store"]["version"]), (&json!(true), &json!(3)));
    }
    let filter = |kind: &str| json!({ "drift": [kind] });
    assert_eq!(listed(&world, &ops, filter("NOT_LISTED")).await, ["over.example".to_owned()].into());
    assert_eq!(listed(&world, &ops, filter("MISSING")).await, ["under.example".to_owned()].into());
    assert_eq!(listed(&world, &ops, filter("WRITES_WHILE_SYNC_IS_OFF")).await, ["writer.example".to_owned()].into());
    assert!(listed(&world, &ops, filter("UNUSED")).await.is_empty());
    let drifted = listed(&world, &ops, json!({ "hasDrift": true })).await;
    assert_eq!(drifted, ["over.example", "under.example", "writer.example"].map(str::to_owned).into());
    let clean = listed(&world, &ops, json!({ "hasDrift": false })).await;
    assert_eq!(clean, ["good.example", "pending.example"].map(str::to_owned).into());
    let both = listed(&world, &ops, json!({ "drift": ["MISSING", "NOT_LISTED"], "domainBegins": "U" })).await;
    assert_eq!(both, ["under.example".to_owned()].into());
    assert_eq!(figures(&world, &ops).await, [4, 3, 1, 1, 0, 1]);

    let over = seen(&world, &ops, over).await;
    assert_eq!(verdict(&over, "read_all_orders"), "NOT_LISTED");
    assert_eq!(verdict(&over, "read_orders"), "NEEDED");
    assert_eq!(over["scopes"][0]["feature"], "order_sync", "those of the policy come first, in its order");
    assert_eq!(over["scopes"].as_array().map(Vec::len), Some(5));
    assert_eq!(verdict(&seen(&world, &ops, under).await, "read_customers"), "MISSING");
    assert_eq!(verdict(&seen(&world, &ops, writer).await, "write_inventory"), "WRITES_WHILE_SYNC_IS_OFF");
}

#[tokio::test]
async fn a_scope_is_unused_from_the_ninetieth_day_on() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let tenant = world.shop("Neem Bazaar", 0).await.tenant;
    let at = world.store(tenant, "neem.example", &LISTED).await;
    let unused = || listed(&world, &ops, json!({ "drift": ["UNUSED"] }));

    world.later(Duration::days(90) - Duration::microseconds(1));
    assert!(unused().await.is_empty(), "the last moment of the ninetieth day");
    assert_eq!(figures(&world, &ops).await, [1, 0, 0, 0, 0, 0]);
    world.later(Duration::microseconds(1));
    assert_eq!(unused().await.len(), 1);
    assert_eq!(figures(&world, &ops).await, [1, 1, 0, 0, 1, 0]);
    assert_eq!(verdict(&seen(&world, &ops, at).await, "read_orders"), "UNUSED");

    for scope in LISTED {
        use_now(&world, at, scope).await.expect("granted");
    }
    let first = seen(&world, &ops, at).await["scopes"][0]["lastUsedAt"].clone();
    assert!(unused().await.is_empty());
    world.later(Duration::minutes(59));
    use_now(&world, at, "read_orders").await.expect("granted");
    assert_eq!(seen(&world, &ops, at).await["scopes"][0]["lastUsedAt"], first, "kept to the hour");
    world.later(Duration::minutes(1));
    use_now(&world, at, "read_orders").await.expect("granted");
    assert_ne!(seen(&world, &ops, at).await["scopes"][0]["lastUsedAt"], first);
    world.later(Duration::days(90) - Duration::hours(1));
    let now = seen(&world, &ops, at).await;
    assert_eq!([verdict(&now, "read_orders"), verdict(&now, "read_products")], ["NEEDED", "UNUSED"]);
}

#[tokio::test]
async fn a_scope_that_the_policy_drops_is_not_listed_from_that_moment_on() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let tenant = world.shop("Karachi Threads", 0).await.tenant;
    let at = world.store(tenant, "threads.example", &LISTED).await;
    assert_eq!(figures(&world, &ops).await, [1, 0, 0, 0, 0, 0]);

    let text = shipped("sooperseller").expect("it comes along");
    keep(&world, &text.replace("name = \"read_customers\"", "name = \"read_shipping\""));
    assert_eq!(figures(&world, &ops).await, [1, 1, 1, 1, 0, 0]);
    let now = seen(&world, &ops, at).await;
    assert_eq!(now["driftKinds"], json!(["NOT_LISTED", "MISSING"]));
    assert_eq!([verdict(&now, "read_customers"), verdict(&now, "read_shipping")], ["NOT_LISTED", "MISSING"]);
    assert_eq!(listed(&world, &ops, json!({ "drift": ["NOT_LISTED"] })).await.len(), 1);

    keep(&world, text);
    assert_eq!(figures(&world, &ops).await, [1, 0, 0, 0, 0, 0]);
}

#[tokio::test]
async fn ops_finds_the_store_that_grants_too_much_revokes_and_sees_it_proven() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let tenant = world.shop("Meera Crafts", 0).await.tenant;
    world.store(tenant, "clean.example", &LISTED).await;
    let at =
        world.store(tenant, "meera.example", &[&LISTED[..], &["read_all_orders", "read_gift_cards"]].concat()).await;
    assert_eq!(listed(&world, &ops, json!({ "drift": ["NOT_LISTED"] })).await, ["meera.example".to_owned()].into());
    use_now(&world, at, "read_all_orders").await.expect("nothing speaks against it yet");

    let wish = |version: i32, scopes: &[&str]| json!({ "id": node_id(at), "version": version, "scopes": scopes, "reason": "NOT_LISTED" });
    assert_eq!(refused(&world, &ops, REVOKE, wish(2, &["read_everything"])).await, "INVALID");
    assert_eq!(refused(&world, &ops, REVOKE, wish(2, &[])).await, "INVALID");
    assert_eq!(refused(&world, &ops, REVOKE, wish(1, &["read_all_orders"])).await, "CONFLICT");
    world.later(Duration::minutes(6));
    assert_eq!(refused(&world, &ops, REVOKE, wish(2, &["read_all_orders"])).await, "STEP_UP_REQUIRED");
    let ops = desk_seat(&world, &[Role::Ops]);
    let support = desk_seat(&world, &[Role::Support]);
    assert_eq!(refused(&world, &support, REVOKE, wish(2, &["read_all_orders"])).await, "FORBIDDEN");
    let revoked = done(&world, &ops, REVOKE, wish(2, &["read_gift_cards", "read_all_orders"])).await;
    assert_eq!(revoked["store"]["driftKinds"], json!([]));
    let scope = |store: &Value, at: usize| store["scopes"][at].clone();
    let due = json!({ "name": "read_all_orders", "verdict": "REVOKED", "isGranted": true, "isRevokedHere": true,
                      "provenAt": null });
    assert_eq!(scope(&revoked["store"], 3), due);
    let no = use_now(&world, at, "read_all_orders").await.expect_err("it is used no more");
    assert!(matches!(&no, Error::Refused(why) if why.why.contains("revoked")), "{no}");
    assert!(use_now(&world, at, "read_everything").await.is_err(), "never granted");
    assert_eq!(refused(&world, &ops, REVOKE, wish(3, &["read_all_orders"])).await, "INVALID", "once");

    let reading = |scopes: &[&str]| json!({ "store": node_id(at), "scopes": scopes });
    let still = [&LISTED[..], &["read_all_orders"]].concat();
    done(&world, &ops, RECORD, reading(&still)).await;
    let now = seen(&world, &ops, at).await;
    assert_eq!([scope(&now, 3)["isGranted"].clone(), scope(&now, 4)["isGranted"].clone()], [json!(true), json!(false)]);
    assert!(scope(&now, 3)["provenAt"].is_null() && scope(&now, 4)["provenAt"].is_string(), "{now}");
    assert!(use_now(&world, at, "read_all_orders").await.is_err(), "whatever the platform says");
    world.later(Duration::hours(1));
    let known = now["version"].clone();
    let unchanged = done(&world, &ops, RECORD, reading(&still)).await;
    assert_eq!(unchanged["store"]["version"], known, "the same word again is no change");
    done(&world, &ops, RECORD, reading(&LISTED)).await;
    let now = seen(&world, &ops, at).await;
    assert!(scope(&now, 3)["provenAt"].is_string(), "{now}");
    assert_eq!(verdict(&now, "read_all_orders"), "REVOKED");

    let history = now["grants"]["nodes"].as_array().expect("a history").clone();
    let told: Vec<_> = history.iter().map(|one| (&one["how"], &one["removed"], &one["reason"])).collect();
    assert_eq!(
        told,
        [
            (&json!("READ"), &json!(["read_all_orders"]), &Value::Null),
            (&json!("READ"), &json!(["read_gift_cards"]), &Value::Null),
            (&json!("REVOKED"), &json!(["read_all_orders", "read_gift_cards"]), &json!("NOT_LISTED")),
            (&json!("CONNECTED"), &json!([]), &Value::Null),
        ]
    );
    assert_eq!(history[2]["scopes"], json!(["read_customers", "read_orders", "read_products"]));
    let proofs = world.base.lines(
        "select convert_from(payload, 'utf8') as line from audit_events where action = 'store.revocation_proven'",
    );
    assert_eq!(proofs, ["scopes=1", "scopes=1"]);

    // The owner grants it again: that is a new grant, and drift again.
    done(&world, &ops, RECORD, reading(&still)).await;
    assert_eq!(verdict(&seen(&world, &ops, at).await, "read_all_orders"), "NOT_LISTED");
    // Nothing at all is granted any more.
    let gone = done(&world, &ops, RECORD, reading(&[])).await;
    assert_eq!(gone["store"]["state"], "NEEDS_RECONNECTING");
    assert_eq!(gone["store"]["driftKinds"], json!(["MISSING"]));
    let back = done(&world, &ops, RECORD, reading(&LISTED)).await;
    assert_eq!((&back["store"]["state"], &back["store"]["driftKinds"]), (&json!("CONNECTED"), &json!([])));
}

#[tokio::test]
async fn postgres_and_the_model_find_the_same_drift() {
    const NAMES: [&str; 6] =
        ["read_orders", "read_customers", "read_products", "write_inventory", "read_all_orders", "write_themes"];
    let world = world().await;
    keep(&world, &with_writing());
    let ops = desk_seat(&world, &[Role::Ops]);
    let tenant = world.shop("Sixty Shops", 0).await.tenant;
    let mut dice = StdRng::seed_from_u64(1_790);
    let mut stores = Vec::new();
    for number in 0..60 {
        let most = if number % 10 == 0 { 0.0 } else { 0.8 };
        let scopes: Vec<_> = NAMES.into_iter().filter(|_| dice.random_bool(most)).collect();
        stores.push((world.store(tenant, &format!("shop-{number}.example"), &scopes).await, scopes));
    }
    for (at, scopes) in stores.iter().filter(|(_, scopes)| !scopes.is_empty()) {
        if dice.random_bool(0.5) {
            done(&world, &ops, SYNC, json!({ "id": node_id(*at), "version": 2, "isOn": true })).await;
        }
        if dice.random_bool(0.3) {
            let version = seen(&world, &ops, *at).await["version"].clone();
            let one = &scopes[dice.random_range(0..scopes.len())];
            let wish = json!({ "id": node_id(*at), "version": version, "scopes": [one], "reason": "UNUSED" });
            done(&world, &ops, REVOKE, wish).await;
        }
        if dice.random_bool(0.2) {
            done(&world, &ops, RECORD, json!({ "store": node_id(*at), "scopes": scopes[1..] })).await;
        }
    }
    world.later(Duration::days(45));
    for (at, scopes) in &stores {
        for scope in scopes.iter().filter(|_| dice.random_bool(0.6)) {
            let _ = use_now(&world, *at, scope).await;
        }
    }
    world.later(Duration::days(60));
    let document = "{ stores(first: 100) { nodes { domain driftKinds } } }";
    let whole = ask(&world, Some(&ops), document, json!({})).await;
    let whole = whole["data"]["stores"]["nodes"].as_array().expect("nodes").clone();
    let mut found = 0;
    for kind in ["NOT_LISTED", "MISSING", "UNUSED", "WRITES_WHILE_SYNC_IS_OFF"] {
        let has = |store: &&Value| store["driftKinds"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)));
        let by_model: BTreeSet<_> =
            whole.iter().filter(has).map(|store| store["domain"].as_str().expect("a domain").to_owned()).collect();
        found += by_model.len();
        assert!(!by_model.is_empty() && by_model.len() < 60, "{kind} tells nothing apart");
        assert_eq!(listed(&world, &ops, json!({ "drift": [kind] })).await, by_model, "{kind}");
    }
    let [held, any, kinds @ ..] = figures(&world, &ops).await;
    assert_eq!(kinds.iter().sum::<i64>(), found as i64);
    assert_eq!(listed(&world, &ops, json!({ "hasDrift": true })).await.len() as i64, any);
    assert_eq!(listed(&world, &ops, json!({ "state": ["CONNECTED", "NEEDS_RECONNECTING"] })).await.len() as i64, held);
}

#[tokio::test]
async fn a_page_asks_the_same_number_of_questions_however_many_stores_it_holds() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let document = "{ stores(first: 100) { totalCount nodes { domain tenant { legalName } driftKinds
      scopes { name verdict } receipt { whatStays } } } }";
    let mut asked = Vec::new();
    for number in 0..3 {
        let tenant = world.shop(&format!("Shop {number}"), 0).await.tenant;
        for place in 0..=number * 5 {
            world.store(tenant, &format!("s{number}-{place}.example"), &LISTED).await;
        }
        let (answer, statements) = counting(ask(&world, Some(&ops), document, json!({}))).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        asked.push((answer["data"]["stores"]["totalCount"].as_i64(), statements));
    }
    assert_eq!(asked.iter().map(|(rows, _)| *rows).collect::<Vec<_>>(), [Some(1), Some(7), Some(18)]);
    assert!(asked.iter().all(|(_, statements)| *statements == asked[0].1), "{asked:?}");
}

#[tokio::test]
async fn a_store_exists_only_for_those_who_reach_its_tenant() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let (one, other, third) = (world.shop("One", 0).await, world.shop("Other", 0).await, world.shop("Third", 0).await);
    let own = world.store(one.tenant, "own.example", &LISTED).await;
    let foreign = world.store(other.tenant, "foreign.example", &LISTED).await;
    world.store(third.tenant, "third.example", &LISTED).await;
    let bound = partner(&world, &[Permission::SeeTenants, Permission::KeepStores], &[one.tenant]);
    let wide = partner(&world, &[Permission::SeeTenants], &[one.tenant, third.tenant]);
    assert_eq!(listed(&world, &bound, json!({})).await, ["own.example".to_owned()].into());
    assert_eq!(listed(&world, &wide, json!({})).await, ["own.example", "third.example"].map(str::to_owned).into());
    let of_other = json!({ "tenant": tenant_node_id(other.tenant) });
    assert!(listed(&world, &bound, of_other.clone()).await.is_empty());
    assert_eq!(listed(&world, &ops, of_other).await.len(), 1);
    assert!(listed(&world, &ops, json!({ "tenant": "ten_nonsense" })).await.is_empty());
    let hidden = ask(&world, Some(&bound), SEE, json!({ "id": node_id(foreign) })).await;
    assert_eq!(hidden, json!({ "data": { "store": null } }));
    let said = json!({ "store": node_id(foreign), "scopes": ["read_orders"] });
    assert_eq!(refused(&world, &bound, RECORD, said).await, "NOT_FOUND");
    assert_eq!(refused(&world, &wide, RECORD, json!({ "store": node_id(own), "scopes": LISTED })).await, "FORBIDDEN");
    let add = |domain: &str| json!({ "tenant": one.id, "platform": "shopify", "domain": domain, "name": "Own", "region": "EU" });
    assert_eq!(refused(&world, &bound, ADD, add("OWN.example")).await, "TAKEN");
    assert_eq!(
        refused(
            &world,
            &bound,
            ADD,
            json!({ "tenant": one.id, "platform": "etsy", "domain": "x", "name": "", "region": "" })
        )
        .await,
        "INVALID"
    );
    let added = done(&world, &bound, ADD, add("Second.Example")).await;
    assert_eq!((&added["store"]["state"], &added["store"]["domain"]), (&json!("PENDING"), &json!("second.example")));
}
