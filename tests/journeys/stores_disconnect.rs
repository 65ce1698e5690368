//! How a store's connection ends: at once, wholly, and with a receipt.

use std::time::Duration;

use harness::asked::{ask, desk_seat, done, refused};
use harness::books::links_of;
use harness::course::Course;
use harness::world::World;
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::jobs::{Ended, Halt, Job, Pace, Queue, Run, Suspects, enqueue};
use rightsdesk_server::floor::kernel::{Error, Instant, Ref, StoreId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::roof::demo::street::{Counts, Fault, Kind};
use rightsdesk_server::stores::scopes::may_use;
use rightsdesk_server::syncs::history;
use rightsdesk_server::{calls, relay, syncs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state syncIsOn version driftKinds scopes { name } disconnectedAt
    receipt { by tokenDeleted jobsCancelled destinationsEnded sendingsDropped scopes whatStays } grants { nodes { how removed } } } userErrors { code } } }";
const RECORD: &str = "mutation ($input: RecordGrantInput!) { recordGrant(input: $input) {
  store { state } userErrors { code message } } }";
const ADD: &str = "mutation ($input: AddStoreInput!) { addStore(input: $input) {
  store { id state } userErrors { code } } }";
const SYNC: &str = "mutation ($input: TurnSyncInput!) { turnSync(input: $input) {
  store { syncIsOn } userErrors { code } } }";

/// Work for one store.
#[derive(Serialize, Deserialize)]
struct Look {
    store: StoreId,
}

impl Job for Look {
    const NAME: &'static str = "test_look";

    async fn run(self, _: Run) -> Result<(), Halt> {
        Ok(())
    }
}

async fn world() -> World {
    World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await
}

async fn look(world: &World, tenant: TenantId, store: StoreId) {
    let written = world.ledger.write(world.scope(tenant), move |tx| {
        let id = enqueue(tx, &Look { store })?;
        Ok(Witnessed::new((), Event::new("test.enqueued", "job", id.uuid())))
    });
    written.await.expect("enqueued");
}

fn jobs(world: &World) -> Vec<String> {
    world.base.lines("select state || ' ' || coalesce(code, '-') as line from jobs where name = 'test_look' order by 1")
}

#[tokio::test]
async fn a_store_that_is_to_be_forgotten_too_has_its_deletion_opened_in_the_same_write() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let zaitoon = world.shop("Zaitoon Home", 0).await;
    let kept = world.store(zaitoon.tenant, "kept.example", &["read_orders"]).await;
    let gone = world.store(zaitoon.tenant, "gone.example", &["read_orders"]).await;
    let asked = || {
        world.base.lines(
            "select special_case || ' ' || right_code || ' ' || stage || ' ' || source || ' ' || store_id as line
               from requests",
        )
    };
    let nothing: [&str; 0] = [];
    done(&world, &ops, DISCONNECT, json!({ "id": node_id(kept), "version": 2 })).await;
    assert_eq!(asked(), nothing, "disconnecting is not deletion");

    let wish = |version| json!({ "id": node_id(gone), "version": version, "forget": true, "idempotencyKey": format!("goodbye {version}") });
    assert_eq!(refused(&world, &ops, DISCONNECT, wish(1)).await, "CONFLICT");
    assert_eq!(asked(), nothing, "both stand, or neither does");
    for _ in 0..2 {
        let over = done(&world, &ops, DISCONNECT, wish(2)).await["store"].clone();
        assert_eq!(over["state"], "DISCONNECTED");
        assert_eq!(asked(), [format!("shop deletion open console {}", gone.id.uuid())], "once");
    }
}

#[tokio::test]
async fn a_store_that_is_disconnected_leaves_no_token_no_work_and_a_receipt() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let (zaitoon, rival) = (world.shop("Zaitoon Home", 0).await, world.shop("Rival", 0).await);
    let at = world.store(zaitoon.tenant, "zaitoon.example", &["read_orders", "read_gift_cards"]).await;
    let beside = world.store(zaitoon.tenant, "beside.example", &["read_orders"]).await;
    let secrets = || world.base.lines("select id::text as line from secrets where kind = 'store_token'");
    let token = world.base.lines(&format!("select token_id::text as line from stores where id = '{}'", at.id.uuid()));
    assert!(secrets().contains(&token[0]) && secrets().len() == 2);
    done(&world, &ops, SYNC, json!({ "id": node_id(at), "version": 2, "isOn": true })).await;

    // One runs, two wait, and another store's waits too.
    let queue = Queue::new(&world.ledger, Pace::default());
    look(&world, zaitoon.tenant, at.id).await;
    let running = queue.claim(1, Suspects::One).await.expect("a claim").pop().expect("a job");
    for store in [at.id, at.id, beside.id] {
        look(&world, zaitoon.tenant, store).await;
    }

    // Whoever would take the domain meanwhile is told no.
    let other = domain(&world, &rival.id, "zaitoon.example").await;
    let said = |store: &Value| json!({ "store": store, "scopes": ["read_orders"] });
    assert_eq!(refused(&world, &ops, RECORD, said(&other)).await, "TAKEN");

    let wish = json!({ "id": node_id(at), "version": 3, "idempotencyKey": "goodbye" });
    let over = done(&world, &ops, DISCONNECT, wish.clone()).await["store"].clone();
    let receipt = json!({
        "by": format!("staff:{}", ops.staff_id().expect("staff").uuid()),
        "tokenDeleted": true,
        "jobsCancelled": 3,
        "destinationsEnded": 0,
        "sendingsDropped": 0,
        "scopes": ["read_gift_cards", "read_orders"],
        "whatStays": "Shopify keeps what it has of the store under its own policy: https://www.shopify.com/legal/privacy",
    });
    assert_eq!(over["receipt"], receipt);
    let facts = ["state", "syncIsOn", "version", "driftKinds", "scopes"].map(|fact| over[fact].clone());
    assert_eq!(facts, [json!("DISCONNECTED"), json!(false), json!(4), json!([]), json!([])]);
    assert_eq!(
        over["grants"]["nodes"][0],
        json!({ "how": "DISCONNECTED", "removed": ["read_gift_cards", "read_orders"] })
    );

    assert!(!secrets().contains(&token[0]) && secrets().len() == 1, "the token and its key are gone, the other's stay");
    assert_eq!(jobs(&world), ["cancelled CANCELLED", "cancelled CANCELLED", "cancelled CANCELLED", "ready -"]);
    late(&world, &queue, running).await;
    let no = world.ledger.read(&world.scope(zaitoon.tenant), move |tx| may_use(tx, at.id, "read_orders")).await;
    assert!(matches!(no, Err(Error::Refused(_))));

    assert_eq!(done(&world, &ops, DISCONNECT, wish).await["store"], over, "told again, done once");
    for version in [3, 4] {
        let again = refused(&world, &ops, DISCONNECT, json!({ "id": node_id(at), "version": version })).await;
        assert_eq!(again, if version == 3 { "CONFLICT" } else { "REFUSED" });
    }
    assert_eq!(refused(&world, &ops, SYNC, json!({ "id": node_id(at), "version": 4, "isOn": true })).await, "REFUSED");
    assert_eq!(refused(&world, &ops, RECORD, said(&json!(node_id(at)))).await, "REFUSED");

    // The domain is free: for another tenant, and then not for the former one.
    assert_eq!(done(&world, &ops, RECORD, said(&other)).await["store"]["state"], "CONNECTED");
    let anew = domain(&world, &zaitoon.id, "zaitoon.example").await;
    assert_eq!(refused(&world, &ops, RECORD, said(&anew)).await, "TAKEN");
    assert!(links_of(world.base, zaitoon.tenant) > 8);
}

/// The worker that had a job of the store in its hand comes too late with everything.
async fn late(world: &World, queue: &Queue, running: rightsdesk_server::floor::jobs::Claim) {
    assert!(!queue.renew(&running).await.expect("an answer"), "the lease is gone");
    let caller = rightsdesk_server::floor::access::Caller::job(running.lease());
    let scope =
        caller.permit(rightsdesk_server::floor::access::Permission::RunJobs, running.job.tenant).expect("its lane");
    let id = running.job.id.uuid();
    let written = world.ledger.write(scope, move |_| Ok(Witnessed::new((), Event::new("test.late", "job", id)))).await;
    assert!(matches!(written, Err(Error::Conflict)));
    let outcome = queue.judge(running, &Ended::Done);
    assert_eq!(queue.settle(&[outcome]).await.expect("an answer"), 0);
    let attempts = world.base.lines("select fate as line from job_attempts");
    assert_eq!(attempts, ["cancelled"]);
    assert_eq!(world.base.lines("select in_flight::text as line from lanes where in_flight > 0"), [""; 0]);
}

async fn domain(world: &World, tenant: &async_graphql::ID, domain: &str) -> Value {
    let ops = desk_seat(world, &[Role::Ops]);
    let new = json!({ "tenant": tenant, "platform": "shopify", "domain": domain, "name": "A shop", "region": "EU" });
    done(world, &ops, ADD, new).await["store"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_the_answer_is_there_no_call_is_on_its_way_and_none_leaves() {
    // One is over by itself while it is waited for, one is broken off. Etsy is not even called to give the token back.
    for dawdles in [Duration::from_millis(700), Duration::from_secs(30)] {
        let course = Course::begins().await;
        let stand = course.stand("etsy");
        stand.keep(&course.on_street("etsy", "zaitoon"), Counts { customers: 3, orders: 900, products: 300 });
        course.world.work().await;
        let at = course.connected("etsy", "zaitoon").await;
        course.world.later(chrono::Duration::minutes(1));
        let (before, version) = (stand.arrived(), course.seen(at).await["version"].clone());
        stand.order(Fault::always("/v3/application/", Kind::Slow(dawdles)));

        // A page is on its way, in the hand of another process.
        let worker = course.world.worker_apart();
        let hand = tokio::spawn(async move { worker.step().await });
        for _ in 0..1_500 {
            if stand.arrived() > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let under_way = "select count(*)::text as line from store_calls where until > clock_timestamp()";
        assert_ne!(course.world.base.lines(under_way), ["0"]);
        let wish = json!({ "id": node_id(at), "version": version });
        let over = done(&course.world, &course.ops, DISCONNECT, wish).await;
        let arrived = stand.arrived();
        assert_eq!(over["store"]["state"], "DISCONNECTED");
        assert_eq!(course.world.base.lines(under_way), ["0"], "{dawdles:?}");
        stand.lift();
        hand.await.expect("a worker").expect("the queue answers");
        course.world.later(chrono::Duration::hours(1));
        course.world.work().await;
        assert_eq!(stand.arrived(), arrived, "{dawdles:?}: no call of the worker or of the desk");
        let running = "select count(*)::text as line from syncs where state = 'running'";
        assert_eq!(course.world.base.lines(running), ["0"]);
        let scope = course.world.scope(at.tenant);
        let told = course.world.ledger.read(&scope, |tx| {
            let ended_before = tx.now()?;
            Ok((calls::afterwards(tx, ended_before)?, syncs::afterwards(tx)?, relay::afterwards(tx)?, history(tx)?))
        });
        let (calls, books, relay, history) = told.await.expect("the books can be asked");
        assert_eq!((calls, books.reads, books.writes, relay.sent + relay.waiting + relay.destinations), (0, 0, 0, 0));
        assert!(history.runs > 0 && history.missing + history.endless + history.partial == 0, "{history:?}");
    }
}

#[tokio::test]
async fn what_was_never_connected_ends_without_a_token() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let tenant = world.shop("Neem Bazaar", 0).await.tenant;
    let at = world.store(tenant, "neem.example", &[]).await;
    let over = done(&world, &ops, DISCONNECT, json!({ "id": node_id(at), "version": 1 })).await;
    assert_eq!(over["store"]["receipt"]["tokenDeleted"], false);
    assert_eq!(over["store"]["receipt"]["jobsCancelled"], 0);
    let again: Ref<StoreId> = world.store(tenant, "neem.example", &["read_orders"]).await;
    let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Store { state receipt { whatStays } } } }";
    let both = ask(&world, Some(&ops), document, json!({ "ids": [node_id(at), node_id(again)] })).await;
    assert_eq!(both["data"]["nodes"][1], json!({ "state": "CONNECTED", "receipt": null }));
    assert_eq!(both["data"]["nodes"][0]["state"], "DISCONNECTED");
}
