//! Quantities go from one store of a merchant to the others while the sync is on, and from a person who asks for it; from
//! nobody else, and once. Who, when and why stands on record for each.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::asked::{ask, done, refused};
use harness::course::Course;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Ref, StoreId};
use rightsdesk_server::roof::demo::street::{Counts, Fault, Kind, Stand, Written};
use rightsdesk_server::syncs::Leave;
use serde_json::{Value, json};

const TURN: &str =
    "mutation ($input: TurnSyncInput!) { turnSync(input: $input) { store { syncIsOn } userErrors { code } } }";
const SET: &str = "mutation ($input: SetStockInput!) { setStock(input: $input) {
  write { item quantity leave by state } userErrors { code } } }";
const WRITES: &str = "query ($id: ID!) { stockWrites(store: $id, first: 50) { totalCount edges { node {
  sku quantity was leave by at state code answeredAt } } } }";
const AT_ONCE: &str = "update jobs set retry_at = now() where retry_at > now();
                       update lanes set retry_at = now() where retry_at > now()";
const SHOPIFY: &str = "/admin/api/2026-10/graphql.json";
const FEW: Counts = Counts { customers: 2, orders: 2, products: 9 };

/// A store, and where it stands.
pub(super) struct There<'c> {
    pub at: Ref<StoreId>,
    pub shop: String,
    pub stand: &'c Stand,
}

impl There<'_> {
    pub fn written(&self) -> Vec<Written> {
        self.stand.written().into_iter().filter(|written| written.shop == self.shop).collect()
    }

    /// What was written there last.
    fn last(&self) -> Option<(String, i64)> {
        self.written().pop().map(|written| (written.sku, written.quantity))
    }

    /// What its platform calls what it sells as the first of these, and where that lies.
    fn item(&self, course: &Course, place: usize) -> (String, String, String) {
        let rows = format!(
            "select item || '|' || place || '|' || sku as line from inventory where store_id = '{}' order by sku, item",
            self.at.id.uuid()
        );
        let row = course.world.base.lines(&rows).remove(place);
        let mut parts = row.split('|').map(str::to_owned);
        let mut part = || parts.next().expect("three parts");
        (part(), part(), part())
    }
}

pub(super) async fn connected<'c>(course: &'c Course, platform: &str, name: &str) -> There<'c> {
    let (shop, stand) = (course.on_street(platform, name), course.stand(platform));
    stand.keep(&shop, FEW);
    There { at: course.connected(platform, name).await, shop, stand }
}

/// Two stores of one merchant on two platforms, both read once.
async fn two(course: &Course) -> (There<'_>, There<'_>) {
    let (one, other) =
        (connected(course, "shopify", "zaitoon").await, connected(course, "woocommerce", "zaitoon").await);
    course.world.work().await;
    minutes(course, 1).await;
    (one, other)
}

/// Lets time go by and work be done until nothing is read or written any more.
pub(super) async fn settled(course: &Course) {
    for _ in 0..100 {
        course.world.base.tamper(AT_ONCE);
        course.world.work().await;
        let left = "select ((select count(*) from syncs where state = 'running')
                            + (select count(*) from stock_writes where state = 'waiting')
                            + (select count(*) from catalogue_writes where state = 'waiting'))::text as line";
        if course.world.base.lines(left) == ["0"] {
            return;
        }
        course.world.later(chrono::Duration::seconds(6));
    }
    panic!(
        "it does not end: {:?}",
        course
            .world
            .base
            .lines("select name || ' ' || state || ' ' || coalesce(code, '') as line from jobs where state <> 'done'")
    );
}

pub(super) async fn minutes(course: &Course, minutes: i64) {
    course.world.later(chrono::Duration::minutes(minutes));
    settled(course).await;
}

pub(super) async fn turn(course: &Course, at: Ref<StoreId>, is_on: bool) {
    let version = course.seen(at).await["version"].clone();
    let turned =
        done(&course.world, &course.ops, TURN, json!({ "id": node_id(at), "version": version, "isOn": is_on })).await;
    assert_eq!(turned["store"]["syncIsOn"], is_on, "{turned}");
}

async fn writes(course: &Course, at: Ref<StoreId>) -> Vec<Value> {
    let told = ask(&course.world, Some(&course.ops), WRITES, json!({ "id": node_id(at) })).await;
    let edges = told["data"]["stockWrites"]["edges"].as_array().unwrap_or_else(|| panic!("{told}")).clone();
    edges.into_iter().map(|edge| edge["node"].clone()).collect()
}

async fn set(course: &Course, there: &There<'_>, place: usize, quantity: i64) -> Value {
    let (item, lies, _) = there.item(course, place);
    let input = json!({ "store": node_id(there.at), "item": item, "place": lies, "quantity": quantity });
    done(&course.world, &course.ops, SET, input).await["write"].clone()
}

/// What is sold in the shop as the one at this place of its list.
fn sku(course: &Course, there: &There<'_>, place: usize) -> String {
    there.item(course, place).2
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quantities_flow_between_two_stores_while_the_sync_of_both_is_on() {
    let course = Course::begins().await;
    let (one, other) = two(&course).await;
    let neighbour = course.world.shop("Qamar Textiles", 0).await;
    let theirs = There {
        at: course.connected_for(neighbour.tenant, "shopify", "qamar").await,
        shop: course.on_street("shopify", "qamar"),
        stand: course.stand("shopify"),
    };
    theirs.stand.keep(&theirs.shop, FEW);
    turn(&course, theirs.at, true).await;
    minutes(&course, 1).await;
    let written = |of: &[&There<'_>]| of.iter().map(|there| there.written().len()).collect::<Vec<_>>();

    one.stand.count(&one.shop, 3, 141);
    minutes(&course, 16).await;
    turn(&course, one.at, true).await;
    one.stand.count(&one.shop, 3, 142);
    minutes(&course, 16).await;
    assert_eq!(written(&[&one, &other, &theirs]), [0, 0, 0], "nobody let it flow to the other store");

    turn(&course, other.at, true).await;
    one.stand.count(&one.shop, 3, 143);
    minutes(&course, 16).await;
    assert_eq!(other.last(), Some((sku(&course, &other, 3), 143)));
    for _ in 0..3 {
        minutes(&course, 16).await;
    }
    assert_eq!(written(&[&one, &other, &theirs]), [0, 1, 0], "what comes back of our own write goes nowhere");
    let of_sync = writes(&course, other.at).await.remove(0);
    assert_eq!(
        (&of_sync["leave"], &of_sync["state"], &of_sync["quantity"]),
        (&json!("SYNC"), &json!("SENT"), &json!(143))
    );
    assert!(of_sync["by"].as_str().is_some_and(|by| by.starts_with("job:")), "{of_sync}");

    other.stand.count(&other.shop, 5, 7);
    minutes(&course, 16).await;
    assert_eq!(one.last(), Some((sku(&course, &one, 5), 7)));
    let told = "select count(*)::text as line from audit_events where action in ('stock.sending', 'stock.answered')";
    assert_eq!(course.world.base.lines(told), ["4"], "each is in the books before it goes and after");

    turn(&course, other.at, false).await;
    one.stand.count(&one.shop, 4, 99);
    minutes(&course, 16).await;
    assert_eq!(written(&[&one, &other, &theirs]), [1, 1, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sets_what_there_is_and_a_lost_answer_writes_it_once() {
    let course = Course::begins().await;
    let (one, other) = two(&course).await;
    for kind in [Kind::DropsAfterActing, Kind::Truncated, Kind::Fails] {
        let before = one.written().len();
        let quantity = 200 + i64::try_from(before).expect("few");
        one.stand.order(Fault::once(SHOPIFY, kind));
        let write = set(&course, &one, 2, quantity).await;
        assert_eq!((&write["leave"], &write["state"]), (&json!("USER"), &json!("WAITING")), "{write}");
        assert!(write["by"].as_str().is_some_and(|by| by.starts_with("staff:")), "{write}");
        settled(&course).await;
        assert_eq!(one.written().len(), before + 1, "{kind:?}");
        assert_eq!(one.last(), Some((sku(&course, &one, 2), quantity)), "{kind:?}");
        assert_eq!(writes(&course, one.at).await[0]["state"], "SENT", "{kind:?}");
    }
    assert!(other.written().is_empty(), "a person's write goes where the person said");

    // Where the shop counted anew meanwhile, its word holds.
    one.stand.count(&one.shop, 2, 17);
    set(&course, &one, 2, 300).await;
    settled(&course).await;
    assert_eq!(
        (writes(&course, one.at).await[0]["state"].clone(), one.stand.available(&one.shop, 2)),
        (json!("MOVED"), 17)
    );

    let input = json!({ "store": node_id(one.at), "item": "made-up", "quantity": 1 });
    assert_eq!(refused(&course.world, &course.ops, SET, input).await, "INVALID");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_is_no_person_has_a_persons_leave() {
    let course = Course::begins().await;
    let (one, _) = two(&course).await;
    let scope = Caller::house().permit(Permission::KeepStores, one.at.tenant).expect("the house may");
    let (policy, platforms) =
        (course.world.tools.policy.in_force().expect("a policy"), course.world.tools.platforms.clone());
    let action = one.at.id.uuid();
    let tried = course.world.ledger.write::<(), _>(scope, move |tx| {
        let leave = Leave::by_user(tx, (&policy.policy, &platforms), StoreId::from_uuid(action), action);
        Err(leave.err().expect("no leave"))
    });
    assert_eq!(tried.await.expect_err("no leave").code(), "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_leave_has_gone_is_dropped() {
    let course = Course::begins().await;
    let (one, other) = two(&course).await;
    turn(&course, one.at, true).await;
    turn(&course, other.at, true).await;
    other.stand.order(Fault::always("/wp-json/wc/v3/products/", Kind::Fails));
    one.stand.count(&one.shop, 3, 143);
    course.world.later(chrono::Duration::minutes(16));
    for _ in 0..6 {
        course.world.base.tamper(AT_ONCE);
        course.world.work().await;
    }
    assert_eq!(writes(&course, other.at).await[0]["state"], "WAITING");
    turn(&course, one.at, false).await;
    other.stand.lift();
    settled(&course).await;
    assert!(other.written().is_empty());
    let dropped = writes(&course, other.at).await.remove(0);
    assert_eq!((&dropped["state"], &dropped["code"]), (&json!("FAILED"), &json!("sync_off")), "{dropped}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_the_store_told_of_is_not_made_again_after_it_was_set_back() {
    let course = Course::begins().await;
    let (_, other) = two(&course).await;
    let before = other.stand.available(&other.shop, 2);
    // It is asked how much there is, and then the answer to what it is told is lost.
    for kind in [Kind::Slow(Duration::ZERO), Kind::DropsAfterActing] {
        other.stand.order(Fault::once("/wp-json/wc/v3/products/", kind));
    }
    set(&course, &other, 2, before + 7).await;
    course.world.work().await;
    assert_eq!(other.stand.available(&other.shop, 2), before + 7);
    // The store is read before anybody comes back to the write.
    course
        .world
        .base
        .tamper("update jobs set retry_at = now() + interval '1 hour' where name = 'set_stock_at_platform'");
    course.world.later(chrono::Duration::minutes(16));
    for _ in 0..6 {
        course.world.work().await;
        course.world.later(chrono::Duration::seconds(6));
    }
    assert_eq!(writes(&course, other.at).await[0]["state"], "WAITING");
    set(&course, &other, 2, before).await;
    course.world.work().await;
    assert_eq!(other.stand.available(&other.shop, 2), before);

    settled(&course).await;
    assert_eq!((other.stand.available(&other.shop, 2), other.written().len()), (before, 2));
    assert!(writes(&course, other.at).await.iter().all(|write| write["state"] == "SENT"));
}

/// Rounds of the replay: a thousand with `E2E_SYNCS=1000`.
#[expect(clippy::disallowed_methods, reason = "said by whoever runs the tests, and no setting of the desk")]
fn rounds() -> usize {
    std::env::var("E2E_SYNCS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(60)
}

/// What the dice begin with: another one with `E2E_SEED`.
#[expect(clippy::disallowed_methods, reason = "said by whoever runs the tests, and no setting of the desk")]
fn seed() -> u64 {
    std::env::var("E2E_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(11)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_that_a_platform_saw_is_explained() {
    let rounds = rounds();
    let seed = seed();
    let mut dice = StdRng::seed_from_u64(seed);
    let course = Course::begins().await;
    let (one, other) = two(&course).await;
    let both = [&one, &other];
    // Since when, in microseconds, each store's sync is on or off.
    let mut turned: [Vec<(i64, bool)>; 2] = [vec![(0, false)], vec![(0, false)]];
    for _ in 0..rounds {
        for _ in 0..dice.random_range(1..4) {
            // Whatever happens now happens after what was done before, by the second.
            course.world.later(chrono::Duration::seconds(1));
            let which = dice.random_range(0..2);
            let there = both[which];
            let (place, quantity) = (dice.random_range(0..4), dice.random_range(0..60));
            match dice.random_range(0..8) {
                0..=2 => there.stand.count(&there.shop, place, quantity),
                3 | 4 => {
                    let is_on = dice.random_range(0..4) > 0;
                    turn(&course, there.at, is_on).await;
                    turned[which].push((course.world.tools.watch.now().micros(), is_on));
                }
                5 => drop(set(&course, there, place, quantity).await),
                _ => {
                    let kinds = [
                        Kind::DropsAfterActing,
                        Kind::Fails,
                        Kind::Truncated,
                        Kind::Lies,
                        Kind::TooMany { after: Duration::from_secs(1) },
                    ];
                    there.stand.order(Fault::once("/", *kinds.choose(&mut dice).expect("some")));
                }
            }
            if dice.random() {
                course.world.base.tamper(AT_ONCE);
                course.world.work().await;
            }
        }
        minutes(&course, 16).await;
    }
    let mut explained = 0;
    let mut used = BTreeSet::new();
    for there in both {
        let rows = course.world.base.lines(&format!(
            "select encode(key, 'hex') || '|' || coalesce(sku, '') || '|' || quantity || '|' || leave || '|' || actor || '|' ||
                    (extract(epoch from tried_at) * 1000000)::bigint as line
               from stock_writes where store_id = '{}' and tried_at is not null order by tried_at",
            there.at.id.uuid()
        ));
        for seen in there.written() {
            let is_it = |row: &&String| {
                let parts: Vec<&str> = row.split('|').collect();
                !used.contains(*row)
                    && parts[1] == seen.sku
                    && parts[2] == seen.quantity.to_string()
                    && seen.key.as_deref().is_none_or(|key| key == parts[0])
                    && parts[5].parse::<i64>().expect("a time") <= seen.at.micros()
            };
            let row = rows.iter().find(is_it).unwrap_or_else(|| panic!("seed {seed}: {seen:?} is nobody's: {rows:#?}"));
            used.insert(row.clone());
            let parts: Vec<&str> = row.split('|').collect();
            let at: i64 = parts[5].parse().expect("a time");
            let is_on = |turned: &Vec<(i64, bool)>| {
                turned.iter().rfind(|(since, _)| *since <= at).is_some_and(|(_, is_on)| *is_on)
            };
            match parts[3] {
                "user" => assert!(parts[4].starts_with("staff:"), "seed {seed}: {row}"),
                _ => assert!(turned.iter().all(is_on), "seed {seed}: {row} while the sync was off: {turned:?}"),
            }
            explained += 1;
        }
    }
    let told =
        course.world.base.lines("select count(*)::text as line from audit_events where action = 'stock.sending'");
    println!("{rounds} rounds: {explained} writes explained");
    assert!(told[0].parse::<usize>().expect("a number") >= explained);
    assert!(explained >= rounds / 5, "seed {seed}: {explained} writes in {rounds} rounds prove little");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wanted_by_now_takes_the_place_of_a_write_that_was_given_up() {
    let course = Course::begins().await;
    let (one, _) = two(&course).await;
    let given_up = "update jobs set state = 'quarantined', code = 'INTERNAL', ended_at = now()
                     where name = 'set_stock_at_platform' and state = 'ready'";
    set(&course, &one, 0, 7).await;
    course.world.base.tamper(given_up);
    set(&course, &one, 0, 9).await;
    settled(&course).await;
    assert_eq!(one.last(), Some((sku(&course, &one, 0), 9)));
    let seen: Vec<_> = writes(&course, one.at)
        .await
        .iter()
        .map(|write| (write["quantity"].clone(), write["state"].clone(), write["code"].clone()))
        .collect();
    assert_eq!(seen, [(json!(9), json!("SENT"), Value::Null), (json!(7), json!("FAILED"), json!("superseded"))]);
    // Somebody takes the old job up again.
    course
        .world
        .base
        .tamper("update jobs set state = 'ready', code = null, ended_at = null where state = 'quarantined'");
    settled(&course).await;
    assert_eq!(one.written().len(), 1, "what was superseded is not written");
}
