//! What is held of one person is counted, cleared and looked for without reading what is held of the others, though nobody has
//! counted any table yet; and whoever was approved first is not kept waiting by those who came after.

use chrono::Duration;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use harness::crowd::crowd;
use harness::planned::Planned;
use rightsdesk_server::floor::datamap::{Apart, Picked, Span, Whose};
use rightsdesk_server::floor::kernel::{Result, SubjectId};
use rightsdesk_server::floor::ledger::{Event, Role, Tx, Witnessed};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::roof::map::MAP;
use uuid::Uuid;

/// How many others there are.
const OTHERS: usize = 20_000;

/// How many rows may be read on the way to one person's few.
const FEW: i64 = 600;

/// What is held of buyers stands here.
const TABLES: &[&str] = &[
    "subjects",
    "subject_identifiers",
    "customers",
    "orders",
    "order_contacts",
    "order_lines",
    "shipments",
    "ledger_entries",
    "usage_events",
    "access_log",
];

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// How many rows this transaction has read so far, by index or one after the other.
fn read(tx: &mut Tx) -> Result<i64> {
    let read: Read = sql_query(
        "select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint as rows from pg_stat_xact_user_tables
          where relname = any($1)",
    )
    .bind::<Array<Text>, _>(TABLES)
    .get_result(tx.conn())?;
    Ok(read.rows)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_of_one_is_found_without_reading_the_others() {
    let scene = Planned::begins().await;
    scene.world.form(scene.store).await;
    for table in TABLES {
        scene.world.base.tamper(&format!("alter table {table} set (autovacuum_enabled = false)"));
    }
    scene.world.base.tamper(&crowd(scene.store, 0..OTHERS, 2));
    let asha = scene.lines("select subject_id::text as line from orders where platform_id = '1'");
    let asha = SubjectId::from_uuid(asha[0].parse::<Uuid>().expect("an id"));
    let ledger = scene.world.ledger.as_role(Role::Worker);
    let looked = ledger.write(scene.world.scope(scene.tenant), move |tx| {
        let (persons, apart) = ([asha], Apart { table: "orders", key: "order_id", rows: Vec::new() });
        let held = MAP.count(tx, &Whose::Person(persons.to_vec()), &apart, |_| Span::default())?;
        let counted = read(tx)?;
        for table in MAP.children_first() {
            let picked = Picked { persons: &persons, store: None, apart: &apart, part: None, since: None };
            MAP.clear(tx, table, &picked)?;
        }
        let left = MAP.left_of(tx, &persons)?;
        let event = Event::new("test.cleared", "subject", asha.uuid());
        Ok(Witnessed::new((held.len(), counted, read(tx)?, left.len()), event))
    });
    let (held, counted, all, left) = looked.await.expect("cleared");
    assert!(held > 3 && left == 0, "{held} tables held something, and {left} do still");
    assert!(counted > 0 && counted < FEW, "to count it {counted} rows were read");
    assert!(all < 2 * FEW, "to count, clear and look for it {all} rows were read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_approved_first_has_a_package_before_those_who_came_after() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Access).await;
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
    // There was much to do before somebody came to it.
    scene.world.later(Duration::minutes(5));
    while scene.world.work().await > 0 {}
    let due =
        "select (j.due_at < p.ordered_at)::text as line from jobs j, request_packages p where j.name = 'make_package'";
    assert_eq!(scene.lines(due), ["true"], "it is due since it was approved");
    assert_eq!(scene.lines("select state as line from request_packages"), ["made"]);
}
