//! Whose turn it is: a tenant that queues thousands holds nobody up, the earliest goes first, and a schedule fires once
//! however many look at it.

use std::time::Duration;

use harness::bells::{Ring, Tower, registry, ticking};
use harness::yard::{Yard, brisk, turn};
use rightsdesk_server::floor::jobs::{Pace, Ticket};
use rightsdesk_server::floor::kernel::{Instant, Watch};
use uuid::Uuid;

fn ticket(ring: &Ring) -> Ticket {
    Ticket::of(ring).expect("a ticket")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_floods_the_queue_holds_nobody_up() {
    const FLOOD: usize = 10_000;
    let _turn = turn().await;
    let (yard, tower) = (Yard::new(2).await, Tower::open().await);
    let [flooder, other] = yard.tenants[..] else { panic!("two tenants") };
    for _ in 0..FLOOD / 1_000 {
        let rings = (0..1_000).map(|_| ticket(&Ring { before: 20, ..Ring::new(&tower, Uuid::new_v4()) })).collect();
        yard.enqueue(flooder, rings).await;
    }
    let worker = yard.spawn(Duration::from_secs(10), 8);
    yard.until(Duration::from_mins(1), || tower.acts() > 50).await;

    for asked in 1..=10 {
        yard.enqueue(other, vec![ticket(&Ring::new(&tower, Uuid::new_v4()))]).await;
        let done =
            || yard.count(&format!("select count(*) from job_attempts where tenant_id = '{}'", other.uuid())) == asked;
        yard.until(Duration::from_mins(1), done).await;
    }
    worker.kill();

    let waits = yard.base.lines(&format!(
        "select (extract(epoch from a.started_at - j.created_at) * 1000)::bigint::text as line
           from jobs j join job_attempts a on a.tenant_id = j.tenant_id and a.job_id = j.id
          where j.tenant_id = '{}' order by a.started_at - j.created_at",
        other.uuid()
    ));
    let (median, slowest) = (&waits[4], &waits[9]);
    let left = yard.jobs("ready");
    println!("beside {left} of another's jobs, ten began after {median} ms (median) and {slowest} ms (slowest)");
    assert!(left > 5_000, "the flood was over too soon: {left}");
    assert!(slowest.parse::<u32>().is_ok_and(|slowest| slowest < 10_000), "{waits:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn within_a_lane_the_earliest_goes_first_and_nothing_goes_before_its_time() {
    let watch = Watch::held(Instant::from_micros(1_767_225_600_000_000));
    let (yard, tower) = (Yard::under(1, watch.clone()).await, Tower::open().await);
    let bells: Vec<Uuid> = (0..40).map(|_| Uuid::new_v4()).collect();
    // Enqueued back to front: bell 0 is due first, the last ten only tomorrow.
    let rings = bells.iter().enumerate().rev().map(|(place, bell)| {
        let days = if place < 30 { -1 } else { 1 };
        let due = watch.now().plus(chrono::Duration::days(days)).plus(chrono::Duration::minutes(place as i64));
        ticket(&Ring::new(&tower, *bell)).due(due)
    });
    yard.enqueue(yard.tenants[0], rings.collect()).await;
    let worker = yard.worker(registry(), Pace { slots: 1, ..brisk() });

    assert_eq!(worker.step().await.expect("a step"), 30);
    assert_eq!(tower.order(&bells), bells[..30]);
    assert_eq!(worker.step().await.expect("a step"), 0);

    watch.later(chrono::Duration::days(2));
    assert_eq!(worker.step().await.expect("a step"), 10);
    assert_eq!(tower.order(&bells), bells);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_fires_once_however_many_look() {
    let watch = Watch::held(Instant::from_micros(1_767_225_600_000_000));
    let yard = Yard::under(0, watch.clone()).await;
    let workers: Vec<_> = (0..8).map(|_| yard.worker(ticking(), brisk())).collect();
    workers[0].step().await.expect("planted");
    assert_eq!(yard.count("select count(*) from jobs"), 0, "the first occurrence is yet to come");

    for occurrence in 1..=10 {
        watch.later(chrono::Duration::seconds(if occurrence == 5 { 90 } else { 1 }));
        let steps = workers.iter().cloned().map(|worker| tokio::spawn(async move { worker.step().await }));
        for step in steps.collect::<Vec<_>>() {
            step.await.expect("no panic").expect("a step");
        }
        assert_eq!(yard.jobs("done"), occurrence, "one for each occurrence, one for all that were missed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_fires_once_in_many_processes_of_which_some_die() {
    let _turn = turn().await;
    let yard = Yard::new(0).await;
    let lease = Duration::from_secs(1);
    let mut hands: Vec<_> = (0..4).map(|_| yard.spawn_ticking(lease, 2)).collect();
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        hands.remove(0).kill();
        hands.push(yard.spawn_ticking(lease, 2));
    }
    drop(hands);

    let ticks = yard.count("select count(*) from jobs where name = 'tick'");
    let seconds = yard.count("select count(distinct date_trunc('second', created_at)) from jobs where name = 'tick'");
    println!("{ticks} ticks in {seconds} seconds");
    assert_eq!(ticks, seconds, "two ticks belong to one occurrence");
    assert!(ticks >= 4, "only {ticks}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_names_one_thing_is_done_out_of_turn_and_all_else_waits() {
    let watch = Watch::held(Instant::from_micros(1_767_225_600_000_000));
    let (yard, tower) = (Yard::under(2, watch.clone()).await, Tower::open().await);
    let [lane, other] = yard.tenants[..] else { panic!("two tenants") };
    let bells: Vec<Uuid> = (0..3).map(|_| Uuid::new_v4()).collect();
    let days = |days: i64| watch.now().plus(chrono::Duration::days(days));
    let rings = [(bells[0], -3), (bells[1], -1), (bells[2], 1)];
    yard.enqueue(lane, rings.map(|(bell, due)| ticket(&Ring::new(&tower, bell)).due(days(due))).into()).await;
    yard.enqueue(other, vec![ticket(&Ring::new(&tower, bells[1]))]).await;

    let worker = yard.worker(registry(), Pace::default());
    assert_eq!(worker.step_of(lane, bells[1]).await.expect("a step"), 1);
    assert_eq!(worker.step_of(lane, bells[2]).await.expect("a step"), 0, "nothing is done before its time");
    assert_eq!(bells.iter().map(|bell| tower.rung(*bell)).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!((yard.jobs("done"), yard.jobs("ready")), (1, 3), "{:?}", yard.standing());
    // What was passed by has its turn as ever.
    assert_eq!(worker.step().await.expect("a step"), 2);
}
