//! What a store sells is called or priced otherwise where a person asked for it, and never by a sync, a key or the desk
//! itself. What somebody changed there meanwhile is not written over. Who, when and why stands on record for each.

use harness::asked::{ask, done, refusal_in};
use harness::course::Course;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Seat};
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::ApiKeyId;
use rightsdesk_server::roof::demo::street::{Fault, Kind, Relisted, Sold};
use rightsdesk_server::syncs::{flows, history, relistings};
use serde_json::{Value, json};

use super::stock_flows::{There, connected, minutes, settled, turn};

const SET: &str = "mutation ($input: SetListingInput!) { setListing(input: $input) {
  writes { productId title variant price { value currency } seenAt by state } userErrors { code message } } }";
const WRITES: &str = "query ($id: ID!) { catalogueWrites(store: $id, first: 50) { totalCount edges { node {
  productId title wasTitle variant price { value } wasPrice { value } by state code byHand answeredAt } } } }";
const PRODUCTS: &str = "query ($filter: ProductFilter!) { products(filter: $filter, first: 50) { edges { node {
  id title updatedAt variants { platformId sku } } } } }";
const SHOPIFY: &str = "/admin/api/2026-10/graphql.json";

/// A product of a store's by its stock-keeping unit, as it is known now.
async fn product(course: &Course, there: &There<'_>, sku: &str) -> Value {
    let filter = json!({ "tenant": tenant_node_id(there.at.tenant), "store": node_id(there.at), "skuBegins": sku });
    let told = ask(&course.world, Some(&course.ops), PRODUCTS, json!({ "filter": filter })).await;
    told["data"]["products"]["edges"][0]["node"].clone()
}

fn title(product: &Value, title: &str) -> Value {
    json!({ "product": product["id"], "seenAt": product["updatedAt"], "title": title })
}

fn price(product: &Value, value: &str) -> Value {
    let amount = json!({ "value": value, "currency": "EUR" });
    let price = json!({ "variant": product["variants"][0]["platformId"], "amount": amount });
    json!({ "product": product["id"], "seenAt": product["updatedAt"], "price": price })
}

async fn set(course: &Course, caller: &Caller, input: Value) -> Vec<Value> {
    done(&course.world, caller, SET, input).await["writes"].as_array().expect("writes").clone()
}

async fn refused(course: &Course, caller: &Caller, input: Value) -> (String, String) {
    refusal_in(&ask(&course.world, Some(caller), SET, json!({ "input": input })).await)
}

/// The changes of a store on record, newest first.
async fn writes(course: &Course, there: &There<'_>) -> Vec<Value> {
    let told = ask(&course.world, Some(&course.ops), WRITES, json!({ "id": node_id(there.at) })).await;
    let edges = told["data"]["catalogueWrites"]["edges"].as_array().unwrap_or_else(|| panic!("{told}")).clone();
    edges.into_iter().map(|edge| edge["node"].clone()).collect()
}

fn relisted(there: &There<'_>) -> Vec<Relisted> {
    there.stand.relisted().into_iter().filter(|one| one.shop == there.shop).collect()
}

fn sold(there: &There<'_>) -> Vec<Sold> {
    relisted(there).into_iter().map(|one| one.what).collect()
}

async fn read<'c>(course: &'c Course, platform: &str) -> There<'c> {
    let there = connected(course, platform, "zaitoon").await;
    course.world.work().await;
    minutes(course, 1).await;
    there
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_changes_a_title_and_a_price_and_a_lost_answer_does_it_once() {
    let course = Course::under("dropshipped").await;
    let there = read(&course, "shopify").await;
    let mut expected = Vec::new();
    for (round, kind) in [Kind::DropsAfterActing, Kind::Truncated, Kind::Fails].into_iter().enumerate() {
        let seen = product(&course, &there, &format!("SKU-000{round}")).await;
        let mut input = title(&seen, "Olive oil, pressed cold");
        input["price"] = price(&seen, "19.90")["price"].clone();
        there.stand.order(Fault { path: SHOPIFY.to_owned(), kind, times: Some(3) });
        let asked = set(&course, &course.owner.caller, input).await;
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert!(asked.iter().all(|write| write["state"] == "WAITING"), "{asked:?}");
        assert!(asked[0]["by"].as_str().is_some_and(|by| by.starts_with("member:")), "{asked:?}");
        settled(&course).await;
        expected.extend([Sold::For(1990), Sold::As("Olive oil, pressed cold".to_owned())]);
        assert_eq!(sold(&there), expected, "{kind:?}");
        let answered = writes(&course, &there).await;
        assert!(answered.iter().all(|write| write["state"] == "SENT"), "{answered:?}");
        assert_eq!(answered[0]["wasTitle"], seen["title"], "{kind:?}");
    }
    let told = "select action || ' ' || count(*) as line from audit_events where action like 'catalogue.%' group by action order by action";
    assert_eq!(course.world.base.lines(told)[..2], ["catalogue.answered 6", "catalogue.asked 6"]);
    minutes(&course, 16).await;
    assert_eq!(product(&course, &there, "SKU-0001").await["title"], "Olive oil, pressed cold");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_since_somebody_looked_is_not_written_over() {
    let course = Course::under("dropshipped").await;
    let there = read(&course, "shopify").await;
    let seen = product(&course, &there, "SKU-0003").await;

    // Nobody told the desk yet: the store is asked first.
    course.world.later(chrono::Duration::seconds(2));
    there.stand.call(&there.shop, 3, "Soap of Nablus");
    for input in [title(&seen, "Soap"), price(&seen, "3.00")] {
        set(&course, &course.ops, input).await;
    }
    settled(&course).await;
    let states: Vec<Value> = writes(&course, &there).await.iter().map(|write| write["state"].clone()).collect();
    assert_eq!(states, ["MOVED", "MOVED"]);

    minutes(&course, 16).await;
    assert_eq!(refused(&course, &course.ops, title(&seen, "Soap")).await.0, "CONFLICT");
    let now = product(&course, &there, "SKU-0003").await;
    assert_eq!(now["title"], "Soap of Nablus");
    for input in [title(&now, "Soap"), price(&now, "3.00")] {
        set(&course, &course.ops, input).await;
    }
    settled(&course).await;
    assert_eq!(
        sold(&there),
        [Sold::As("Soap".to_owned()), Sold::For(300)],
        "what we wrote ourselves is no change of theirs"
    );

    let now = product(&course, &there, "SKU-0004").await;
    there.stand.remove(&there.shop, rightsdesk_server::roof::demo::street::Goods::Product, 4);
    set(&course, &course.ops, title(&now, "Gone")).await;
    settled(&course).await;
    assert_eq!(writes(&course, &there).await[0]["state"], "GONE");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_program_may_change_is_left_to_the_merchant_in_a_sentence() {
    let course = Course::begins().await;
    let there = read(&course, "ebay").await;
    there.stand.take_off_sale(&there.shop, 3);
    let (off, on) = (product(&course, &there, "SKU-0003").await, product(&course, &there, "SKU-0004").await);
    for input in [price(&off, "19.90"), title(&off, "Soap of Nablus"), price(&on, "4.50")] {
        set(&course, &course.ops, input).await;
        settled(&course).await;
    }
    let answered = writes(&course, &there).await;
    let states: Vec<&Value> = answered.iter().map(|write| &write["state"]).collect();
    assert_eq!(states, ["SENT", "SENT", "FAILED"], "newest first: {answered:?}");
    let left = &answered[2];
    assert_eq!((&left["code"], &left["price"]["value"]), (&json!("by_hand"), &json!("19.90")), "{left}");
    assert!(left["byHand"].as_str().is_some_and(|how| how.contains("Seller Hub")), "{left}");
    assert!(left["answeredAt"].is_string() && answered[1]["byHand"].is_null(), "{answered:?}");
    let done = [Sold::As("Soap of Nablus".to_owned()), Sold::For(450)];
    assert_eq!(sold(&there), done, "what stands on the item needs no offer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_changes_it_who_is_no_person_or_has_no_scope() {
    let course = Course::under("dropshipped").await;
    let there = read(&course, "shopify").await;
    let seen = product(&course, &there, "SKU-0003").await;
    let seat = Seat::new(&[], &[Permission::KeepStores, Permission::SeeTenants], Bounds::Named(vec![there.at.tenant]));
    let key = Caller::api_key(ApiKeyId::fresh(), seat);
    for caller in [&key, &Caller::house()] {
        assert_eq!(refused(&course, caller, title(&seen, "Soap")).await.0, "FORBIDDEN");
    }
    for input in [
        json!({ "product": seen["id"], "seenAt": seen["updatedAt"] }),
        title(&seen, ""),
        price(&seen, "-1"),
        price(&seen, "one"),
    ] {
        assert_eq!(refused(&course, &course.ops, input).await.0, "INVALID");
    }
    let mut input = price(&seen, "3.00");
    input["price"]["variant"] = "made-up".into();
    assert_eq!(refused(&course, &course.ops, input).await.0, "INVALID");

    // In another currency than the store's, nothing is guessed.
    let mut input = price(&seen, "3.00");
    input["price"]["amount"]["currency"] = "USD".into();
    set(&course, &course.ops, input).await;
    settled(&course).await;
    assert_eq!(writes(&course, &there).await[0]["code"], "currency");
    assert!(relisted(&there).is_empty());

    let narrow = Course::begins().await;
    let there = read(&narrow, "shopify").await;
    let seen = product(&narrow, &there, "SKU-0003").await;
    let (code, why) = refused(&narrow, &narrow.ops, title(&seen, "Soap")).await;
    assert_eq!(code, "REFUSED");
    assert!(why.contains("the policy lists no scope") && why.contains("change it at the platform"), "{why}");
    assert_eq!(narrow.world.base.lines("select id::text as line from catalogue_writes"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_that_a_platform_saw_is_a_persons() {
    let mut dice = StdRng::seed_from_u64(7);
    let course = Course::begins().await;
    let (one, other) = (connected(&course, "ebay", "zaitoon").await, read(&course, "woocommerce").await);
    let both = [&one, &other];
    for there in both {
        turn(&course, there.at, true).await;
    }
    for round in 0..14 {
        course.world.later(chrono::Duration::seconds(1));
        let there = both[dice.random_range(0..2)];
        let place = dice.random_range(0..4);
        match dice.random_range(0..4) {
            0 => there.stand.count(&there.shop, place, dice.random_range(0..60)),
            1 => there.stand.call(&there.shop, place, &format!("Theirs {round}")),
            2 => there.stand.order(Fault::once("/", Kind::DropsAfterActing)),
            _ => {}
        }
        let seen = product(&course, there, &format!("SKU-000{place}")).await;
        let input = if dice.random() {
            title(&seen, &format!("Ours {round}"))
        } else {
            price(&seen, &format!("{}.50", dice.random_range(1..90)))
        };
        set(&course, &course.ops, input).await;
        minutes(&course, 16).await;
    }
    let mut explained = 0;
    for there in both {
        let rows = course.world.base.lines(&format!(
            "select coalesce(title, (price / 10000)::text) || '|' || actor || '|' ||
                    (extract(epoch from tried_at) * 1000000)::bigint as line
               from catalogue_writes where store_id = '{}' and state = 'sent' order by tried_at",
            there.at.id.uuid()
        ));
        let seen = relisted(there);
        assert_eq!(rows.len(), seen.len(), "{rows:#?} {seen:#?}");
        for (row, seen) in rows.iter().zip(seen) {
            let parts: Vec<&str> = row.split('|').collect();
            let what = match seen.what {
                Sold::As(title) => title,
                Sold::For(cents) => cents.to_string(),
            };
            assert_eq!(parts[0], what, "{row}");
            assert!(parts[1].starts_with("staff:"), "{row}");
            assert!(parts[2].parse::<i64>().expect("a time") <= seen.at.micros(), "{row}");
            explained += 1;
        }
    }
    assert!(explained >= 7, "{explained} changes prove little");
    let stock = both.iter().map(|there| there.written().len()).sum::<usize>();
    println!("{explained} changes explained, beside {stock} writes of stock");
    assert!(stock > 0, "the sync was on meanwhile, and made none of them");
    let scope = course.world.scope(one.at.tenant);
    let told = course.world.ledger.read(&scope, |tx| Ok((relistings(tx)?, flows(tx)?, history(tx)?))).await;
    let (changes, flows, history) = told.expect("the books can be asked");
    assert_eq!((changes.nobodys, changes.unasked, changes.unknown), (0, 0, 0), "{changes:?}");
    assert_eq!((flows.while_off, flows.unknown), (0, 0), "{flows:?}");
    assert_eq!((history.missing, history.endless, history.partial), (0, 0, 0), "{history:?}");
    let counted = [changes.changes, flows.sent, history.runs];
    assert!(counted[0] >= explained && counted[1] > 0 && counted[2] > 20, "the books tell of all of it: {counted:?}");
}
