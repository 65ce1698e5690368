//! A merchant's month in figures: made once when it is over, the same as the rows say, with nobody in it, opened under a
//! note, and gone when the policy says.

use futures_util::TryStreamExt;
use harness::asked::{ask, desk_seat, done, refused};
use harness::goods::order;
use harness::world::World;
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::blobs::{Blob, Kind};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::jobs::enqueue;
use rightsdesk_server::floor::kernel::{BlobId, Instant, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{Good, Line, Money};
use rightsdesk_server::reports::SweepReports;
use serde_json::json;
use sha2::{Digest, Sha256};

const LIST: &str = "query ($filter: ReportFilter!) { reports(filter: $filter, first: 10) { totalCount nodes {
  id kind month rows bytes digest madeAt keptUntil } } }";
const OPEN: &str = "mutation ($input: OpenReportInput!) { openReport(input: $input) { file { name csv digest } userErrors { code } } }";

async fn worked(world: &World) {
    while world.work().await > 0 {}
}

#[tokio::test]
async fn a_month_is_made_once_names_nobody_and_goes_in_its_time() {
    let begin = Instant::from_micros(1_790_000_000_000_000);
    let world = World::alone_under("inventorysync", Watch::held(begin)).await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    let at = world.store(tenant, "zaitoon.example", &["read_orders"]).await;
    let sold = |id: &str, cents: i64, is_cancelled: bool| {
        let mut order = order(id, "ada@example.com", 1);
        order.placed_at = begin;
        order.cancelled_at = is_cancelled.then_some(begin);
        order.total = Some(Money { micros: cents * 10_000, currency: *b"EUR" });
        order.lines = vec![Line {
            id: "1".to_owned(),
            sku: Some("=K-1".to_owned()),
            title: Some("Kettle".to_owned()),
            quantity: 2,
            variant: None,
            price: Some(Money { micros: cents * 5_000, currency: *b"EUR" }),
        }];
        Good::Order(order)
    };
    let goods = vec![sold("1", 1_250, false), sold("2", 750, false), sold("3", 9_900, true)];
    world.take_in(at, goods).await.expect("taken");

    let filter = json!({ "filter": { "tenant": tenant_node_id(tenant) } });
    let listed = async || ask(&world, Some(&ops), LIST, filter.clone()).await["data"]["reports"].clone();
    worked(&world).await;
    assert_eq!(listed().await["totalCount"], 0, "the month is not over, and there was no merchant before it");
    world.later(chrono::Duration::days(31));
    for _ in 0..2 {
        worked(&world).await;
        world.later(chrono::Duration::days(1));
    }
    let reports = listed().await;
    assert_eq!(reports["totalCount"], 3, "{reports}");
    let of = |kind: &str| reports["nodes"].as_array().expect("nodes").iter().find(|one| one["kind"] == kind).cloned();
    let open = async |kind: &str| {
        let report = of(kind).expect("a report");
        let file = done(&world, &ops, OPEN, json!({ "id": report["id"] })).await["file"].clone();
        let csv = file["csv"].as_str().expect("text").to_owned();
        assert_eq!(file["digest"], data_encoding::HEXLOWER.encode(&Sha256::digest(csv.as_bytes())));
        assert_eq!((&report["digest"], report["bytes"].as_u64()), (&file["digest"], Some(csv.len() as u64)));
        assert!(!csv.to_lowercase().contains("ada"), "{csv}");
        (report, csv)
    };
    let (sales, csv) = open("SALES").await;
    assert_eq!((&sales["rows"], &sales["month"]), (&json!(1), &json!("2026-09-01")));
    assert!(csv.ends_with("\"zaitoon.example\",\"'=K-1\",\"Kettle\",\"4\",\"EUR\",\"20.00\"\r\n"), "{csv}");
    let (_, csv) = open("ORDERS").await;
    assert!(csv.ends_with("\"zaitoon.example\",\"EUR\",\"3\",\"1\",\"20.00\"\r\n"), "{csv}");
    assert_eq!(open("STOCK").await.0["rows"], 0);
    let looks = "select count(*)::text as line from access_log where purpose = 'reports'";
    assert_eq!(world.base.lines(looks), ["3"]);
    let kept = sales["keptUntil"].as_str().expect("an end");
    assert!(kept.starts_with("2027-10"), "twelve months, as the policy says: {kept}");

    world.later(chrono::Duration::days(360));
    worked(&world).await;
    assert_eq!(listed().await["totalCount"], 6, "those of the month that is over by now stand beside them");
    world.later(chrono::Duration::days(7));
    worked(&world).await;
    assert_eq!(listed().await["totalCount"], 3);
    assert_eq!(refused(&world, &ops, OPEN, json!({ "id": sales["id"] })).await, "NOT_FOUND");
}

/// The files that lie there, by what they are called.
async fn lie(world: &World) -> Vec<String> {
    let found: Vec<_> = world.tools.blobs.list(Kind::Report).try_collect().await.expect("a list");
    let mut names: Vec<String> = found.into_iter().map(|found| found.blob.id.uuid().to_string()).collect();
    names.sort();
    names
}

/// The files that the rows name, by what they are of.
fn named(world: &World, which: &str) -> Vec<String> {
    let rows = format!("select blob_id::text as line from reports where {which} order by 1");
    world.base.lines(&rows)
}

async fn swept(world: &World) {
    let asked = world.ledger.write(world.scope(TenantId::HOUSE), |tx| {
        enqueue(tx, &SweepReports {})?;
        Ok(Witnessed::new((), Event::new("test.enqueued", "house", TenantId::HOUSE.uuid())))
    });
    asked.await.expect("enqueued");
    worked(world).await;
}

#[tokio::test]
async fn what_no_row_names_goes_after_a_day_and_what_was_not_finished_is_made_anew() {
    // Files bear the time of the host.
    let world = World::alone_under("inventorysync", Watch::held(Watch::host().now())).await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    world.store(tenant, "zaitoon.example", &["read_orders"]).await;
    let nobodys = Blob { tenant, id: BlobId::fresh(), kind: Kind::Report };
    let other = Blob { kind: Kind::Evidence, ..nobodys };
    for blob in [nobodys, other] {
        world.tools.blobs.put_bytes(blob, "of a writer who died".into()).await.expect("written");
    }
    world.later(chrono::Duration::hours(23));
    swept(&world).await;
    let name = nobodys.id.uuid().to_string();
    assert!(lie(&world).await.contains(&name), "its writer may still be at it");
    world.later(chrono::Duration::hours(2));
    swept(&world).await;
    assert!(!lie(&world).await.contains(&name));
    assert!(world.tools.blobs.get(other).await.is_ok(), "what is no report is not the sweep's");
    let told = "select encode(payload, 'escape') as line from audit_events where action = 'reports.cleared'";
    assert_eq!(world.base.lines(told), ["files=1"]);

    world.later(chrono::Duration::days(31));
    for _ in 0..2 {
        worked(&world).await;
        world.later(chrono::Duration::days(1));
    }
    let made = named(&world, "made_at is not null");
    assert!(made.len() >= 3 && lie(&world).await == made, "{made:?}");

    // One writer died between the file and its row, and the row of another file is gone.
    let cut = "kind = 'stock'";
    world.base.tamper(&format!(
        "update reports set made_at = null, rows = null, bytes = null, digest = null, due_at = due_at - interval '9 days'
          where {cut}; delete from reports where kind = 'orders'"
    ));
    let left = named(&world, "kind = 'sales'");
    let former = named(&world, cut);
    swept(&world).await;
    let anew = named(&world, "kind = 'stock' and made_at is not null");
    assert!(anew.len() == former.len() && anew.iter().all(|file| !former.contains(file)), "{former:?} {anew:?}");
    let mut all = [left, anew].concat();
    all.sort();
    assert_eq!(lie(&world).await, all, "each that lies there is named, and each that is named lies there");
    let filter = json!({ "filter": { "tenant": tenant_node_id(tenant), "kind": "STOCK" } });
    let listed = ask(&world, Some(&ops), LIST, filter).await["data"]["reports"]["nodes"].clone();
    let opened = done(&world, &ops, OPEN, json!({ "id": listed[0]["id"] })).await;
    assert_eq!(opened["file"]["digest"], listed[0]["digest"]);

    world.later(chrono::Duration::days(2));
    swept(&world).await;
    let made = named(&world, "made_at is not null");
    assert!(lie(&world).await == made && all.iter().all(|file| made.contains(file)), "what is named stays: {made:?}");
}
