//! `cargo bench -p e2e --bench packages`: how many packages of people with 37 rows each two workers make, how soon the first
//! lies there; and before that how much memory one takes that is far longer than what is read at a time, in a process that held
//! nothing yet, the desk and its worker together. Prints the rows of `docs/benchmarks.md`. `PACKAGE_PERSONS`, `PACKAGE_MADE` and `PACKAGE_ROWS` make it shorter.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a bench prints its figures, or fails"
)]
// An optimised build looks through every future of the schema at once, and they nest deep.
#![recursion_limit = "256"]

use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::goods::{customer, order};
use harness::world::World;
use rightsdesk_server::floor::jobs::{Pace, Worker, enqueue};
use rightsdesk_server::floor::kernel::{PackageId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::requests::MakePackage;
use rightsdesk_server::roof::workers;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Persons whose goods are taken in at a time.
const PAGE: usize = 100;

/// Orders of each, with four lines and a contact.
const ORDERS: usize = 4;

fn main() -> anyhow::Result<()> {
    let number =
        |name: &str, usual: usize| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (persons, made) = (number("PACKAGE_PERSONS", 20_000), number("PACKAGE_MADE", 3_000));
    let rows = number("PACKAGE_ROWS", 1_400_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(persons, made, rows));
    Ok(())
}

async fn measure(persons: usize, made: usize, rows: usize) {
    // Before anything else was held: what a process once took it keeps, and the most of it would tell nothing.
    long(rows).await;
    let world = World::alone_under("sooperseller", Watch::host()).await;
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    planted(&world, tenant, persons).await;
    asked(&world, made.min(persons));

    let stop = Arc::new(Notify::new());
    let begun = Instant::now();
    let (first, all) = {
        ordered(&world, tenant).await;
        let working: Vec<JoinHandle<_>> = (0..2).map(|_| working(&world, &stop)).collect();
        let first = until(&world, 1).await;
        let all = until(&world, made.min(persons)).await;
        ended(&stop, working).await;
        (first - begun, all - begun)
    };
    println!("\n| persons held | packages | made | the first after |\n|---|---|---|---|");
    println!(
        "| {persons} | {} | {:.0} a minute | {:.0} ms |",
        made.min(persons),
        made.min(persons) as f64 * 60.0 / all.as_secs_f64(),
        first.as_secs_f64() * 1_000.0
    );
}

/// People with 37 rows each: an account, orders with lines and contacts, money, parcels' worth of use.
async fn planted(world: &World, tenant: TenantId, persons: usize) {
    let store = world.store(tenant, "zaitoon.example", &["read_orders"]).await;
    for page in (0..persons).collect::<Vec<_>>().chunks(PAGE) {
        let mut goods = Vec::with_capacity(page.len() * (ORDERS + 1));
        for person in page {
            let mail = format!("person{person}@mail.example");
            goods.push(Good::Customer(customer(&format!("c{person}"), &mail, 1)));
            goods.extend((0..ORDERS).map(|number| Good::Order(order(&format!("o{person}-{number}"), &mail, 1))));
        }
        world.take_in(store, goods).await.expect("taken in");
    }
    world.base.tamper(
        "insert into ledger_entries (tenant_id, id, order_id, subject_id, kind, amount, currency, at, recorded_at)
         select tenant_id, gen_random_uuid(), id, subject_id, 'payment', 50000000, 'EUR', placed_at, placed_at from orders;
         insert into usage_events (tenant_id, id, subject_id, kind, at)
         select tenant_id, gen_random_uuid(), subject_id, 'page', placed_at from orders, generate_series(1, 2);
         analyze",
    );
}

/// So many of them ask, and their plans are carried out.
fn asked(world: &World, made: usize) {
    world.base.tamper(&format!(
        "create temp table asked as
           select tenant_id, subject_id, gen_random_uuid() as intake, gen_random_uuid() as request, gen_random_uuid() as package,
                  row_number() over (order by id) as n from customers order by id limit {made};
         insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, subject_id, proof, proved_at)
         select tenant_id, intake, 'web', 'processor', 'shopper', 'en', 'UTC', now(), now(), subject_id, 'code', now() from asked;
         insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, subject_id, received_at, stage,
                               opened_at, moved_at)
         select tenant_id, request, intake, 'R-' || lpad(n::text, 7, '0'), 'access', 'web', 'processor', 'en', subject_id, now(), 'open',
                now(), now() from asked;
         insert into request_packages (tenant_id, id, request_id, number, state, is_given, locale, ordered_at)
         select tenant_id, package, request, 1, 'ordered', false, 'en', now() from asked;
         insert into package_subjects (tenant_id, package_id, subject_id) select tenant_id, package, subject_id from asked;
         analyze"
    ));
}

/// Has every package made that waits.
async fn ordered(world: &World, tenant: TenantId) {
    let waiting = world.base.lines("select id::text as line from request_packages where state = 'ordered'");
    let waiting: Vec<PackageId> = waiting.iter().map(|id| PackageId::from_uuid(id.parse().expect("an id"))).collect();
    let ordered = world.ledger.write(world.scope(tenant), move |tx| {
        for package in waiting {
            enqueue(tx, &MakePackage { package })?;
        }
        Ok(Witnessed::new((), Event::new("test.ordered", "tenant", tenant.uuid())))
    });
    ordered.await.expect("ordered");
}

fn working(world: &World, stop: &Arc<Notify>) -> JoinHandle<()> {
    let registry = workers::registry().with(&world.tools);
    let worker = Worker::new(&world.ledger, world.tools.watch.clone(), registry, Pace::default());
    let told = Arc::clone(stop);
    tokio::spawn(async move {
        worker.serve(told.notified()).await;
    })
}

/// When so many lie there.
async fn until(world: &World, made: usize) -> Instant {
    loop {
        let lines = world.base.lines("select count(*)::text as line from request_packages where state = 'made'");
        if lines[0].parse::<usize>().expect("a number") >= made {
            return Instant::now();
        }
        // Each look is a connection of its own, so they are few.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn ended(stop: &Notify, working: Vec<JoinHandle<()>>) {
    for _ in &working {
        stop.notify_one();
    }
    for one in working {
        one.await.expect("a worker that ends");
    }
}

/// One person about whom very much is held: half a kilobyte a row, once as JSON and once as a line of a spreadsheet, of letters
/// that hardly get shorter, so that what lies there in the end is more than a gigabyte too.
async fn long(rows: usize) {
    let world = World::alone_under("sooperseller", Watch::host()).await;
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    planted(&world, tenant, 1).await;
    world.base.tamper(&format!(
        "insert into usage_events (tenant_id, id, subject_id, kind, at)
         select tenant_id, gen_random_uuid(), subject_id,
                (select string_agg(encode(sha256((n || '-' || part)::bytea), 'base64'), '') from generate_series(1, 10) as part), now()
           from (select tenant_id, subject_id from customers order by id desc limit 1) as one, generate_series(1, {rows}) as n;
         insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, subject_id, proof, proved_at)
         select tenant_id, '00000000-0000-0000-0000-0000000000a1', 'web', 'processor', 'shopper', 'en', 'UTC', now(), now(), subject_id,
                'code', now() from customers order by id desc limit 1;
         insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, subject_id, received_at, stage,
                               opened_at, moved_at)
         select tenant_id, '00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000a1', 'R-LONGEST', 'access',
                'web', 'processor', 'en', subject_id, now(), 'open', now(), now() from customers order by id desc limit 1;
         insert into request_packages (tenant_id, id, request_id, number, state, is_given, locale, ordered_at)
         select tenant_id, '00000000-0000-0000-0000-0000000000a3', '00000000-0000-0000-0000-0000000000a2', 1, 'ordered', false, 'en',
                now() from customers order by id desc limit 1;
         insert into package_subjects (tenant_id, package_id, subject_id)
         select tenant_id, '00000000-0000-0000-0000-0000000000a3', subject_id from customers order by id desc limit 1;
         analyze"
    ));
    forget_memory();
    let before = memory("VmRSS:");
    let stop = Arc::new(Notify::new());
    let begun = Instant::now();
    ordered(&world, tenant).await;
    let working = vec![working(&world, &stop)];
    let took = until(&world, 1).await - begun;
    let most = memory("VmHWM:");
    ended(&stop, working).await;
    let held = world.base.lines(
        "select (sum(f.bytes) / 1000000)::text || ' ' || (max(p.bytes) / 1000000) as line from package_files f
           join request_packages p on p.tenant_id = f.tenant_id and p.id = f.package_id
          where p.id = '00000000-0000-0000-0000-0000000000a3'",
    );
    println!(
        "| rows | in clear and sealed, MB | took | memory before | most memory meanwhile |\n|---|---|---|---|---|"
    );
    println!("| {rows} | {} | {:.0} s | {before} MB | {most} MB |", held[0], took.as_secs_f64());
}

/// From here on the most that this process holds is reckoned anew.
fn forget_memory() {
    std::fs::write("/proc/self/clear_refs", "5").expect("it is ours");
}

/// What this process holds, or the most that it held.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("what it holds");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().expect("a number") / 1024
}
