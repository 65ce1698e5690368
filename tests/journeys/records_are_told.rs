//! What merchants' own programs tell beside their platforms: parcels, money, suppliers, use and bills. No more of it is
//! kept than the policy lists, and what is a person's goes with the person.

use harness::asked::{ask, desk_seat, done, partner, refused};
use harness::goods::{order, second};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::{Instant, Ref, StoreId, SubjectId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::vault::SubjectKey;
use rightsdesk_server::roof::map::MAP;
use serde_json::{Value, json};

const SHIPMENT: &str = "mutation ($input: RecordShipmentInput!) { recordShipment(input: $input) {
  order { id name person shipments { number courier state deliveredAt tracking { masked kind } } } userErrors { code field } } }";
const ENTRY: &str = "mutation ($input: RecordLedgerEntryInput!) { recordLedgerEntry(input: $input) {
  entry { kind amount { value currency } orderId } userErrors { code field } } }";
const LINK: &str = "mutation ($input: LinkSupplierInput!) { linkSupplier(input: $input) {
  link { sku url supplierSku } userErrors { code field } } }";
const SNAPSHOT: &str = "mutation ($input: RecordSupplierSnapshotInput!) { recordSupplierSnapshot(input: $input) {
  snapshot { price { value currency } stock } userErrors { code field } } }";
const USAGE: &str = "mutation ($input: RecordUsageInput!) { recordUsage(input: $input) {
  event { kind } userErrors { code field } } }";
const BILLING: &str = "mutation ($input: RecordBillingInput!) { recordBilling(input: $input) {
  event { kind amount { value } } userErrors { code field } } }";

struct Desk {
    world: World,
    at: Ref<StoreId>,
    /// A merchant's own program.
    program: Caller,
}

async fn desk(policy: &str) -> Desk {
    let held = Watch::held(Instant::from_micros(1_790_000_000_000_000));
    let world = World::alone_under(policy, held).await;
    let tenant = world.shop("Zaitoon Home", 1).await.tenant;
    let at = world.store(tenant, "zaitoon.example", &["read_orders"]).await;
    world.take_in(at, vec![Good::Order(order("1", "ada@example.com", 1))]).await.expect("taken");
    let program = partner(&world, &[Permission::SeeTenants, Permission::KeepStores], &[tenant]);
    Desk { world, at, program }
}

impl Desk {
    fn parcel(&self, state: &str) -> Value {
        json!({ "order": { "store": self.at.to_string(), "platformId": "1" }, "number": 1, "courier": "TCS",
                "tracking": "TRK-4711-ADA", "state": state, "deliveredAt": second(5).utc() })
    }

    fn count(&self, table: &str) -> String {
        self.world.base.lines(&format!("select count(*)::text as line from {table}"))[0].clone()
    }
}

#[tokio::test]
async fn a_parcel_is_told_of_again_and_its_reference_is_the_buyers() {
    let desk = desk("dropshipped").await;
    let told = done(&desk.world, &desk.program, SHIPMENT, desk.parcel("SHIPPED")).await;
    assert_eq!(told["order"]["shipments"][0]["state"], "SHIPPED");
    let told = done(&desk.world, &desk.program, SHIPMENT, desk.parcel("DELIVERED")).await;
    let [sent] = &told["order"]["shipments"].as_array().expect("parcels")[..] else { panic!("{told}") };
    assert_eq!((&sent["state"], &sent["tracking"]["kind"]), (&json!("DELIVERED"), &json!("TRACKING")));
    let masked = format!("tracking of {}", told["order"]["person"].as_str().expect("a handle"));
    assert_eq!(sent["tracking"]["masked"], masked);
    let row = desk.world.base.lines("select t::text || encode(tracking, 'escape') as line from shipments t")[0].clone();
    assert!(!row.contains("TRK"), "{row}");

    let of: SubjectId =
        SubjectId::from_uuid(desk.world.base.lines("select id::text as line from subjects")[0].parse().expect("an id"));
    let vault = desk.world.tools.vault.clone();
    let opened = desk.world.ledger.reveal(desk.world.scope(desk.at.tenant), "test", move |tx| {
        let key = vault.subject_key(tx, of, "test")?.unwrap_or_else(|shut| panic!("{shut:?}"));
        let cells = MAP.disclose(tx, of)?.into_iter().flat_map(|held| held.rows).flat_map(|row| row.cells);
        Ok(cells.filter_map(|cell| cell.open(&key).unwrap_or_else(|shut| panic!("{shut:?}"))).collect::<Vec<_>>())
    });
    assert!(opened.await.expect("a package").contains(&"TRK-4711-ADA".to_owned()));

    let unknown = json!({ "order": { "store": desk.at.to_string(), "platformId": "9" }, "number": 1, "courier": "TCS", "state": "LOST" });
    assert_eq!(refused(&desk.world, &desk.program, SHIPMENT, unknown).await, "REFUSED");
}

#[tokio::test]
async fn of_somebody_who_was_erased_a_parcel_keeps_no_reference() {
    let desk = desk("dropshipped").await;
    let of =
        SubjectId::from_uuid(desk.world.base.lines("select id::text as line from subjects")[0].parse().expect("an id"));
    let vault = desk.world.tools.vault.clone();
    let erased = desk.world.ledger.write(desk.world.scope(desk.at.tenant), move |tx| {
        vault.forget::<SubjectKey>(tx, of)?;
        Ok(Witnessed::new((), Event::new("test.forgot", "subject", of.uuid())))
    });
    erased.await.expect("erased");
    let told = done(&desk.world, &desk.program, SHIPMENT, desk.parcel("SHIPPED")).await;
    assert_eq!(told["order"]["shipments"][0]["tracking"], Value::Null);
    let rows = desk.world.base.lines("select (subject_id is null and tracking is null)::text as line from shipments");
    assert_eq!(rows, ["true"]);
}

#[tokio::test]
async fn money_is_told_once_and_read_by_order() {
    let desk = desk("sooperseller").await;
    let tenant = tenant_node_id(desk.at.tenant);
    let line = |kind: &str, value: &str, order: Value, key: &str| {
        json!({ "tenant": tenant, "order": order, "kind": kind, "amount": { "value": value, "currency": "PKR" },
                "at": second(3).utc(), "idempotencyKey": key })
    };
    let of = json!({ "store": desk.at.to_string(), "platformId": "1" });
    for _ in 0..2 {
        let told = done(&desk.world, &desk.program, ENTRY, line("CASH_ON_DELIVERY", "1250.50", of.clone(), "a")).await;
        assert_eq!(told["entry"]["amount"], json!({ "value": "1250.50", "currency": "PKR" }));
    }
    done(&desk.world, &desk.program, ENTRY, line("EXPENSE", "-7", Value::Null, "b")).await;
    assert_eq!(desk.count("ledger_entries"), "2");
    assert_eq!(refused(&desk.world, &desk.program, ENTRY, line("PAYMENT", "1,5", Value::Null, "c")).await, "INVALID");
    // The courier's reference is not among what this policy lists.
    let told = done(&desk.world, &desk.program, SHIPMENT, desk.parcel("SHIPPED")).await;
    assert_eq!(told["order"]["shipments"][0]["tracking"], Value::Null);

    let ops = desk_seat(&desk.world, &[Role::Support]);
    let list =
        "query ($filter: LedgerFilter!) { ledgerEntries(filter: $filter) { totalCount nodes { kind orderId } } }";
    let filter = json!({ "filter": { "tenant": tenant, "order": told["order"]["id"] } });
    let page = ask(&desk.world, Some(&ops), list, filter).await;
    let page = &page["data"]["ledgerEntries"];
    assert_eq!((&page["totalCount"], &page["nodes"][0]["kind"]), (&json!(1), &json!("CASH_ON_DELIVERY")));
    assert_eq!(page["nodes"][0]["orderId"], told["order"]["id"]);
    let whole = ask(&desk.world, Some(&ops), list, json!({ "filter": { "tenant": tenant } })).await;
    assert_eq!(whole["data"]["ledgerEntries"]["totalCount"], 2);

    let supplier = json!({ "tenant": tenant, "sku": "K-1", "url": "https://supplier.example/kettle" });
    assert_eq!(refused(&desk.world, &desk.program, LINK, supplier).await, "REFUSED", "this policy lists no suppliers");
    assert_eq!(desk.count("supplier_links"), "0");
}

#[tokio::test]
async fn suppliers_use_and_bills_are_told() {
    let desk = desk("dropshipped").await;
    let tenant = tenant_node_id(desk.at.tenant);
    let thing = |rest: Value| {
        let mut input = json!({ "tenant": tenant, "sku": "K-1", "url": "https://supplier.example/kettle" });
        input.as_object_mut().expect("an input").extend(rest.as_object().cloned().expect("an input"));
        input
    };
    let asks = json!({ "price": { "value": "3.20", "currency": "USD" }, "stock": 40, "at": second(1).utc() });
    assert_eq!(refused(&desk.world, &desk.program, SNAPSHOT, thing(asks.clone())).await, "REFUSED");
    for sku in ["S-1", "S-2"] {
        let told = done(&desk.world, &desk.program, LINK, thing(json!({ "supplierSku": sku }))).await;
        assert_eq!(told["link"]["supplierSku"], sku);
    }
    let told = done(&desk.world, &desk.program, SNAPSHOT, thing(asks)).await;
    assert_eq!(told["snapshot"], json!({ "price": { "value": "3.20", "currency": "USD" }, "stock": 40 }));
    assert_eq!((desk.count("supplier_links"), desk.count("supplier_snapshots")), ("1".to_owned(), "1".to_owned()));

    let member = desk.world.base.lines("select id::text as line from members")[0].parse().expect("an id");
    let member = Ref::new(desk.at.tenant, rightsdesk_server::floor::kernel::MemberId::from_uuid(member)).to_string();
    let used = |kind: &str| json!({ "member": member, "kind": kind, "at": second(2).utc() });
    done(&desk.world, &desk.program, USAGE, used("image.made")).await;
    assert_eq!(refused(&desk.world, &desk.program, USAGE, used("Ada made an image")).await, "INVALID");
    let of_member = desk.world.base.lines(
        "select count(*)::text as line from usage_events u join members m on (u.tenant_id, u.subject_id) = (m.tenant_id, m.subject_id)",
    );
    assert_eq!(of_member, ["1"]);

    let bill = json!({ "tenant": tenant, "kind": "charged", "amount": { "value": "29", "currency": "USD" },
                       "reference": "in_77", "at": second(4).utc() });
    for _ in 0..2 {
        let told = done(&desk.world, &desk.program, BILLING, bill.clone()).await;
        assert_eq!(told["event"]["amount"]["value"], "29.00");
    }
    assert_eq!(desk.count("billing_events"), "1");
}

#[tokio::test]
async fn suppliers_use_and_bills_are_listed_page_by_page() {
    const PAGES: &str = "query ($links: SupplierFilter!, $asked: SnapshotFilter!, $used: UsageFilter!, $billed: BillingFilter!,
                                $after: String) {
      supplierLinks(filter: $links, first: 10) { totalCount nodes { sku url } }
      supplierSnapshots(filter: $asked, first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { stock } }
      usageEvents(filter: $used, first: 10) { totalCount nodes { person kind } }
      billingEvents(filter: $billed, first: 10) { totalCount nodes { kind } } }";
    let desk = desk("dropshipped").await;
    let tenant = tenant_node_id(desk.at.tenant);
    let url = "https://supplier.example/kettle";
    for sku in ["K-1", "K-2"] {
        let link = json!({ "tenant": tenant, "sku": sku, "url": url });
        done(&desk.world, &desk.program, LINK, link).await;
        for stock in 0..3 {
            let asks = json!({ "tenant": tenant, "sku": sku, "url": url, "stock": stock, "at": second(stock).utc() });
            done(&desk.world, &desk.program, SNAPSHOT, asks).await;
        }
    }
    let member = desk.world.base.lines("select id::text as line from members")[0].parse().expect("an id");
    let member = Ref::new(desk.at.tenant, rightsdesk_server::floor::kernel::MemberId::from_uuid(member)).to_string();
    for kind in ["image.made", "text.made"] {
        let used = json!({ "member": member, "kind": kind, "at": second(2).utc() });
        done(&desk.world, &desk.program, USAGE, used).await;
        let amount = json!({ "value": "29", "currency": "USD" });
        let bill =
            json!({ "tenant": tenant, "kind": kind, "amount": amount, "reference": "in_77", "at": second(4).utc() });
        done(&desk.world, &desk.program, BILLING, bill).await;
    }
    let other = desk.world.shop("Qamar Textiles", 0).await.tenant;
    let page = async |of: &str, member: &Value, after: &Value| {
        let variables = json!({
            "links": { "tenant": of, "sku": "K-2" }, "asked": { "tenant": of, "sku": "K-2", "url": url },
            "used": { "tenant": of, "member": member }, "billed": { "tenant": of, "kind": "text.made" }, "after": after,
        });
        ask(&desk.world, Some(&desk.program), PAGES, variables).await
    };
    let own = page(tenant.as_ref(), &json!(member), &Value::Null).await["data"].clone();
    assert_eq!(own["supplierLinks"], json!({ "totalCount": 1, "nodes": [{ "sku": "K-2", "url": url }] }));
    assert_eq!(own["supplierSnapshots"]["nodes"], json!([{ "stock": 2 }, { "stock": 1 }]));
    assert_eq!(own["supplierSnapshots"]["totalCount"], 3);
    assert_eq!((&own["usageEvents"]["totalCount"], &own["billingEvents"]["totalCount"]), (&json!(2), &json!(1)));
    assert_ne!(own["usageEvents"]["nodes"][0]["person"], "");
    let rest = page(tenant.as_ref(), &json!("mem_made-up"), &own["supplierSnapshots"]["pageInfo"]["endCursor"]).await;
    assert_eq!(rest["data"]["supplierSnapshots"]["nodes"], json!([{ "stock": 0 }]));
    assert_eq!(rest["data"]["usageEvents"]["totalCount"], 0, "nobody goes by that id");
    let theirs = page(tenant_node_id(other).as_ref(), &Value::Null, &Value::Null).await;
    assert!(theirs["data"].is_null() && theirs["errors"][0]["extensions"]["code"] == "NOT_FOUND", "{theirs}");
}
