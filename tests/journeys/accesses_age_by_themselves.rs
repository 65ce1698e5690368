//! The access book says who looked at whom for two years, and then no longer; how much went stands in the chain.

use chrono::Duration;
use diesel::RunQueryDsl;
use harness::world::{World, forenoon};
use rightsdesk_server::floor::kernel::{TenantId, Watch};
use rightsdesk_server::floor::ledger::{Role, statement};

/// `rows` looks of the same age.
fn looked(world: &World, tenant: TenantId, age: &str, rows: u32) {
    world.base.tamper(&format!(
        "insert into access_log (tenant_id, id, at, actor, view, purpose)
         select '{}', gen_random_uuid(), now() - interval '{age}', 'house', '{age}', 'test'
           from generate_series(1, {rows})",
        tenant.uuid()
    ));
}

/// Ages that are left, with their number.
fn left(world: &World, tenant: TenantId) -> Vec<String> {
    world.base.lines(&format!(
        "select view || ' x' || count(*) as line from access_log where tenant_id = '{}' group by view order by view",
        tenant.uuid()
    ))
}

fn told(world: &World, tenant: TenantId) -> Vec<String> {
    world.base.lines(&format!(
        "select actor || ' ' || convert_from(payload, 'UTF8') as line from audit_events
          where tenant_id = '{}' and action = 'accesses.swept' order by seq",
        tenant.uuid()
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accesses_age_by_themselves() {
    let mut world = World::alone(Watch::held(forenoon())).await;
    let (ours, theirs, quiet) = (world.tenant, world.neighbour().await, world.neighbour().await);
    looked(&world, ours, "25 months", 12_000);
    for tenant in [ours, theirs, quiet, TenantId::HOUSE] {
        looked(&world, tenant, "23 months", 3);
    }
    looked(&world, TenantId::HOUSE, "40 months", 2);
    looked(&world, theirs, "100 days", 1);
    looked(&world, theirs, "85 days", 1);
    world.work().await;

    world.later(Duration::days(1));
    world.work().await;

    assert_eq!(left(&world, ours), ["23 months x3"]);
    assert_eq!(told(&world, ours), ["house rows=5000", "house rows=5000", "house rows=2000"], "in batches");
    assert_eq!((left(&world, quiet), told(&world, quiet)), (vec!["23 months x3".to_owned()], vec![]));
    assert_eq!(told(&world, TenantId::HOUSE), ["house rows=2"]);
    assert_eq!(harness::books::links_of(world.base, ours), 1 + 3, "each told in the tenant's own chain");

    // Whatever the setting, and whatever a program asks, ninety days stay.
    world.tools.keeping.access_months = 3;
    world.later(Duration::days(1));
    world.work().await;
    assert_eq!(left(&world, theirs), ["85 days x1"]);
    let worker = world.ledger.as_role(Role::Worker);
    let asked = worker.bookkeep(Some(theirs), |tx| Ok(statement("delete from access_log").execute(tx.conn())?));
    assert_eq!(asked.await.expect("asked"), 0);
    let asked = world.ledger.bookkeep(Some(theirs), |tx| Ok(statement("delete from access_log").execute(tx.conn())?));
    assert!(asked.await.is_err(), "the API may not even ask");

    // The next night there is nothing to do, and nothing is told.
    let before = told(&world, theirs);
    world.later(Duration::days(1));
    world.work().await;
    assert_eq!(told(&world, theirs), before);
}
