//! Workers as processes: killed, stopped, poisoned, told to go. Whatever happens to them, each effect outside happens
//! once and no job is lost.

use std::time::{Duration, Instant};

use harness::bells::{Poison, Ring, Tower};
use harness::yard::{Hand, Yard, turn};
use nix::sys::signal::Signal;
use rightsdesk_server::floor::jobs::Ticket;
use rightsdesk_server::floor::kernel::{JobId, TenantId};
use uuid::Uuid;

const LEASE: Duration = Duration::from_secs(2);
/// For what must come, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(2);

fn ticket(ring: &Ring) -> Ticket {
    Ticket::of(ring).expect("a ticket")
}

/// As many rings as asked, spread over the yard's tenants.
async fn ring(yard: &Yard, count: usize, ring: impl Fn(Uuid) -> Ring) -> Vec<Uuid> {
    let bells: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    let share = count.div_ceil(yard.tenants.len());
    for (tenant, bells) in yard.tenants.iter().zip(bells.chunks(share)) {
        yard.enqueue(*tenant, bells.iter().map(|bell| ticket(&ring(*bell))).collect()).await;
    }
    bells
}

fn lanes_are_empty(yard: &Yard) -> bool {
    yard.count("select count(*) from lanes where in_flight > 0") == 0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_killed_at_random_do_each_effect_once() {
    const JOBS: usize = 2_000;
    const WORKERS: usize = 3;
    const STORM: u32 = 60;
    let _turn = turn().await;
    let (yard, tower) = (Yard::new(10).await, Tower::open().await);
    let bells = ring(&yard, JOBS, |bell| Ring { before: 30, ..Ring::new(&tower, bell) }).await;
    let mut hands: Vec<Hand> = (0..WORKERS).map(|_| yard.spawn(LEASE, 8)).collect();
    let (begun, mut kills, mut reopened) = (Instant::now(), 0u32, 0usize);

    while yard.jobs("done") < JOBS as i64 {
        assert!(begun.elapsed() < Duration::from_mins(4), "after {kills} kills: {:?}", yard.standing());
        tokio::time::sleep(Duration::from_millis(rand::random_range(50..300))).await;
        // Then it blows over, so that a busy machine gets through as well.
        if kills < STORM {
            hands.swap_remove(rand::random_range(0..WORKERS)).kill();
            kills += 1;
            hands.push(yard.spawn(LEASE, 8));
        }
        // Three kills of the same job look like poison, so a person is asked; here he knows better.
        for (tenant, id) in quarantined(&yard) {
            yard.reopen(tenant, id).await;
            reopened += 1;
        }
    }

    let took = begun.elapsed();
    drop(hands);
    let (crashed, lost) = (yard.attempts("crashed"), bells.iter().filter(|bell| tower.rung(**bell) == 0).count());
    let doubled = bells.iter().filter(|bell| tower.rung(**bell) > 1).count();
    println!(
        "{JOBS} jobs, {kills} kills in {took:?}: {crashed} attempts crashed, {reopened} reopened, {lost} lost, {doubled} doubled"
    );
    assert_eq!((lost, doubled, tower.acts()), (0, 0, JOBS));
    assert!(kills >= 10 && crashed > 0, "the storm was too mild to prove anything");
    assert_eq!(yard.count("select count(*) from jobs where state <> 'done'"), 0);
    assert_eq!(yard.attempts("done"), JOBS as i64);
}

fn quarantined(yard: &Yard) -> Vec<(TenantId, JobId)> {
    let rows = yard.base.lines("select tenant_id || ' ' || id as line from jobs where state = 'quarantined'");
    let uuid = |text: &str| text.parse::<Uuid>().expect("an id");
    rows.iter()
        .filter_map(|row| row.split_once(' '))
        .map(|(tenant, id)| (TenantId::from_uuid(uuid(tenant)), JobId::from_uuid(uuid(id))))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_stood_still_cannot_write_late() {
    const JOBS: usize = 20;
    let lease = Duration::from_secs(1);
    let _turn = turn().await;
    let (yard, tower) = (Yard::new(4).await, Tower::open().await);
    let bells = ring(&yard, JOBS, |bell| Ring { inside: 1_200, ..Ring::new(&tower, bell) }).await;

    let mut stalled = yard.spawn(lease, JOBS);
    yard.until(PATIENCE, || tower.acts() == JOBS).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    stalled.signal(Signal::SIGSTOP);
    tokio::time::sleep(lease).await;
    let mut heir = yard.spawn(lease, JOBS);
    yard.until(PATIENCE, || yard.jobs("done") == JOBS as i64).await;
    tokio::time::sleep(lease * 2).await;
    stalled.signal(Signal::SIGCONT);
    let refused = || bells.iter().filter(|bell| tower.refused(**bell) > 0).count();
    yard.until(PATIENCE, || refused() == JOBS).await;

    for bell in &bells {
        let rung = yard.count(&format!("select count(*) from audit_events where object = 'bell:{bell}'"));
        assert_eq!((tower.rung(*bell), rung), (1, 1), "{bell}");
    }
    assert_eq!((yard.attempts("crashed"), yard.attempts("done")), (JOBS as i64, JOBS as i64));
    for worker in [&mut stalled, &mut heir] {
        worker.signal(Signal::SIGTERM);
        yard.until(PATIENCE, || worker.ended().is_some_and(|ended| ended.success())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_job_is_taken_out_of_the_way_and_the_others_go_on() {
    const RINGS: usize = 180;
    let _turn = turn().await;
    let (yard, tower) = (Yard::new(3).await, Tower::open().await);
    let poison = yard.enqueue(yard.tenants[0], vec![Ticket::of(&Poison {}).expect("a ticket")]).await[0];
    let mut hands = [yard.spawn(LEASE, 8), yard.spawn(LEASE, 8)];
    let mut bells = Vec::new();
    let mut deaths = 0;

    let begun = Instant::now();
    while yard.jobs("quarantined") == 0 || bells.len() < RINGS {
        assert!(begun.elapsed() < PATIENCE, "{deaths} deaths: {:?}", yard.standing());
        if bells.len() < RINGS {
            bells.extend(ring(&yard, 6, |bell| Ring { before: 20, ..Ring::new(&tower, bell) }).await);
        }
        for hand in &mut hands {
            if hand.ended().is_some() {
                deaths += 1;
                *hand = yard.spawn(LEASE, 8);
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    yard.until(PATIENCE, || yard.jobs("done") == bells.len() as i64).await;

    let slowest = yard.count(
        "select percentile_disc(0.99) within group (order by (extract(epoch from a.started_at - j.created_at) * 1000)::bigint)
           from jobs j join job_attempts a on a.tenant_id = j.tenant_id and a.job_id = j.id and a.attempt = 1
          where j.name = 'ring'",
    );
    println!("poison took {deaths} workers along; of {} others 99 in 100 began within {slowest} ms", bells.len());
    assert_eq!(deaths, 3);
    assert!(slowest < 15_000, "{slowest} ms");
    let fate = yard.base.lines(&format!(
        "select state || ' ' || crashes || ' ' || attempt || ' ' || code as line from jobs where id = '{}'",
        poison.uuid()
    ));
    assert_eq!(fate, ["quarantined 3 3 CRASHED"]);
    assert!(bells.iter().all(|bell| tower.rung(*bell) == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_told_to_go_gives_back_what_it_cannot_finish() {
    let lease = Duration::from_secs(30);
    let _turn = turn().await;
    let (yard, tower) = (Yard::new(4).await, Tower::open().await);
    // Of those under way half end within the grace of two seconds, and half would not end for a minute.
    let mut bells = ring(&yard, 4, |bell| Ring { before: 60_000, ..Ring::new(&tower, bell) }).await;
    bells.extend(ring(&yard, 40, |bell| Ring { before: 700, ..Ring::new(&tower, bell) }).await);
    let mut worker = yard.spawn(lease, 8);
    yard.until(PATIENCE, || tower.acts() >= 4).await;

    let told = Instant::now();
    worker.signal(Signal::SIGTERM);
    yard.until(PATIENCE, || worker.ended().is_some()).await;

    assert!(worker.ended().is_some_and(|ended| ended.success()), "exit 0");
    println!("gone {:?} after SIGTERM, {} given back", told.elapsed(), yard.attempts("released"));
    assert_eq!(yard.jobs("running"), 0);
    // On a machine slow enough one of the short runs does not end in time either.
    assert!((4..=8).contains(&yard.attempts("released")), "{} given back", yard.attempts("released"));
    assert_eq!(yard.jobs("done"), tower.acts() as i64, "what was done is on record");
    assert!(lanes_are_empty(&yard));

    let heir = yard.spawn(lease, 8);
    yard.until(PATIENCE, || yard.jobs("done") == bells.len() as i64).await;
    heir.kill();
    assert!(bells.iter().all(|bell| tower.rung(*bell) == 1));
    assert_eq!(yard.attempts("crashed"), 0, "a lease given back is no crash");
}
