//! What becomes of a job follows from how it ended, and every attempt stays on record.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use harness::bells::{Ring, Say, Stumble, Tower, registry};
use harness::yard::{Yard, brisk};
use rightsdesk_server::floor::jobs::{Ended, Pace, Registry, Suspects, Ticket};
use rightsdesk_server::floor::kernel::{Error, JobId};
use rightsdesk_server::floor::ledger::{Event, Witnessed, counting};
use uuid::Uuid;

fn say(word: &str) -> Ticket {
    Ticket::of(&Say { word: word.to_owned() }).expect("a ticket")
}

/// State, counters and the code without its reference.
fn fate_of(yard: &Yard, id: JobId) -> String {
    yard.base
        .lines(&format!(
            "select state || ' attempt ' || attempt || ' faults ' || faults || ' waits ' || waits || ' '
                    || coalesce(split_part(code, ' ', 1), '-') as line
               from jobs where id = '{}'",
            id.uuid()
        ))
        .remove(0)
}

/// Steps until nothing is left that would still be tried.
async fn run_out(yard: &Yard, registry: fn() -> Registry, pace: Pace) {
    let worker = yard.worker(registry(), pace);
    let unsettled = "select count(*) from jobs where state in ('ready', 'running')";
    for _ in 0..200 {
        worker.step().await.expect("a step");
        if yard.count(unsettled) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?}", yard.standing());
}

#[tokio::test]
async fn each_ending_has_its_fate() {
    let yard = Yard::new(1).await;
    let tenant = yard.tenants[0];
    let tickets =
        vec![say("done"), say("slow"), say("refused"), say("internal"), Ticket::of(&Stumble {}).expect("one")];
    let ids = yard.enqueue(tenant, tickets).await;

    run_out(&yard, registry, Pace { first_retry: Duration::from_millis(5), ..brisk() }).await;

    let fates: Vec<String> = ids.iter().map(|id| fate_of(&yard, *id)).collect();
    assert_eq!(
        fates,
        [
            "done attempt 1 faults 0 waits 0 -",
            "done attempt 2 faults 0 waits 0 -",
            "dead attempt 1 faults 0 waits 0 HELD",
            "quarantined attempt 5 faults 5 waits 0 INTERNAL",
            "quarantined attempt 5 faults 5 waits 0 PANICKED",
        ]
    );
    let attempts = yard.count("select count(*) from job_attempts");
    assert_eq!(attempts, 1 + 2 + 1 + 5 + 5, "an attempt, a row");
    assert_eq!((yard.attempts("snoozed"), yard.attempts("retried"), yard.attempts("quarantined")), (1, 8, 2));
}

#[tokio::test]
async fn what_another_cannot_do_now_is_tried_again_later() {
    let yard = Yard::new(1).await;
    let id = yard.enqueue(yard.tenants[0], vec![say("unavailable")]).await[0];
    let worker = yard.worker(registry(), brisk());

    worker.step().await.expect("a step");

    assert_eq!(fate_of(&yard, id), "ready attempt 1 faults 0 waits 1 UNAVAILABLE");
    let wait = yard.count(&format!(
        "select (extract(epoch from j.retry_at - a.ended_at) * 1000)::bigint
           from jobs j join job_attempts a on a.job_id = j.id where j.id = '{}'",
        id.uuid()
    ));
    assert!((1..=1_100).contains(&wait), "as long as was asked for, and no more than the longest: {wait} ms");
    for table in ["jobs", "lanes"] {
        yard.base.tamper(&format!("update {table} set retry_at = retry_at + interval '1 hour'"));
    }
    assert_eq!(worker.step().await.expect("a step"), 0, "not before its time");
}

#[tokio::test]
async fn a_payload_or_a_name_that_nobody_can_read_fails_alone() {
    let yard = Yard::new(1).await;
    let ids = yard.enqueue(yard.tenants[0], vec![say("done"), say("done"), say("done")]).await;
    yard.base.tamper(&format!(
        "update jobs set payload = '{{\"other\": 1}}' where id = '{}'; update jobs set name = 'unheard_of' where id = '{}'",
        ids[0].uuid(),
        ids[1].uuid()
    ));

    run_out(&yard, registry, Pace { first_retry: Duration::from_millis(5), ..brisk() }).await;

    assert_eq!(fate_of(&yard, ids[0]), "quarantined attempt 5 faults 5 waits 0 UNDECODABLE");
    assert_eq!(fate_of(&yard, ids[1]), "quarantined attempt 5 faults 5 waits 0 UNKNOWN_JOB");
    assert_eq!(fate_of(&yard, ids[2]), "done attempt 1 faults 0 waits 0 -");
}

#[tokio::test]
async fn a_job_exists_only_if_its_write_does() {
    let yard = Yard::new(1).await;
    let tenant = yard.tenants[0];
    let scope = rightsdesk_server::floor::access::Caller::house()
        .permit(rightsdesk_server::floor::access::Permission::KeepHouse, tenant)
        .expect("the house may");

    let refused: Result<(), Error> = yard
        .ledger
        .write(scope, move |tx| {
            rightsdesk_server::floor::jobs::redeem(tx, say("done"));
            let _event: Witnessed<()> = Witnessed::new((), Event::new("test.noted", "tenant", tenant.uuid()));
            Err(Error::refused("HELD", "a hold stands"))
        })
        .await;

    assert!(refused.is_err());
    assert_eq!(yard.count("select count(*) from jobs") + yard.count("select count(*) from lanes"), 0);
}

#[tokio::test]
async fn what_was_given_up_can_be_put_back_by_a_person() {
    let yard = Yard::new(1).await;
    let tenant = yard.tenants[0];
    let id = yard.enqueue(tenant, vec![say("refused")]).await[0];
    let worker = yard.worker(registry(), brisk());
    worker.step().await.expect("a step");
    yard.base.tamper(&format!("update jobs set payload = '{{\"word\": \"done\"}}' where id = '{}'", id.uuid()));

    yard.reopen(tenant, id).await;
    worker.step().await.expect("a step");

    assert_eq!(fate_of(&yard, id), "done attempt 2 faults 0 waits 0 -");
    assert_eq!((yard.attempts("dead"), yard.attempts("done")), (1, 1), "what was before stays on record");
}

#[tokio::test]
async fn a_lane_counts_itself_anew() {
    let (yard, tower) = (Yard::new(1).await, Tower::open().await);
    let rings = (0..20).map(|_| Ticket::of(&Ring::new(&tower, Uuid::new_v4())).expect("a ticket"));
    yard.enqueue(yard.tenants[0], rings.collect()).await;
    let queue = yard.queue(brisk());
    let claimed = queue.claim(100, Suspects::One).await.expect("claimed");
    assert_eq!(claimed.len(), 8, "the lane's cap");
    assert!(queue.claim(100, Suspects::One).await.expect("claimed").is_empty());

    // Somebody's hand spoils the lane's figures; they heal when the leases run out.
    yard.base.tamper("update lanes set in_flight = 8, due_at = null, retry_at = null");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(queue.rescue().await.expect("rescued").returned, 8);

    let healed = yard.base.lines(
        "select in_flight || ' ' || (due_at is not null) || ' ' || (retry_at is not null) || ' '
                || (suspect_at is not null) || ' ' || (leased_until is not null) as line from lanes",
    );
    assert_eq!(healed, ["0 true false true false"]);
    assert_eq!(queue.settle(&[]).await.expect("settled"), 0);
}

#[tokio::test]
async fn at_most_one_suspect_is_claimed_at_a_time() {
    let yard = Yard::new(1).await;
    yard.enqueue(yard.tenants[0], (0..4).map(|_| say("done")).collect()).await;
    let queue = yard.queue(Pace { first_retry: Duration::ZERO, ..brisk() });
    assert_eq!(queue.claim(4, Suspects::One).await.expect("claimed").len(), 4);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(queue.rescue().await.expect("rescued").returned, 4);

    let first = queue.claim(4, Suspects::One).await.expect("claimed");

    assert_eq!(first.len(), 1);
    assert!(first[0].is_suspect());
    assert!(queue.claim(4, Suspects::None).await.expect("claimed").is_empty());
}

#[tokio::test]
async fn a_lane_that_refuses_keeps_no_other_from_being_settled() {
    let yard = Yard::new(3).await;
    for tenant in &yard.tenants {
        yard.enqueue(*tenant, vec![say("done")]).await;
    }
    let queue = yard.queue(Pace { lease: Duration::from_mins(5), ..brisk() });
    let mut outcomes = Vec::new();
    for _ in &yard.tenants {
        let claims = queue.claim(1, Suspects::None).await.expect("claimed");
        outcomes.extend(claims.into_iter().map(|claim| queue.judge(claim, &Ended::Done)));
    }
    assert_eq!(outcomes.len(), 3);
    let first = yard.tenants.iter().min().expect("three");
    yard.base
        .tamper(&format!("alter table job_attempts add constraint refuses check (tenant_id <> '{}')", first.uuid()));

    assert!(matches!(queue.settle(&outcomes).await, Err(Error::Internal(_))));

    assert_eq!((yard.jobs("done"), yard.jobs("running")), (2, 1));
}

#[tokio::test]
async fn a_look_at_an_empty_queue_costs_one_question() {
    let yard = Yard::new(1).await;
    let queue = yard.queue(brisk());

    let (claims, asked) = counting(queue.claim(8, Suspects::One)).await;

    assert!(claims.expect("a look").is_empty());
    assert_eq!(asked, 3, "begin and pin in one, the question, commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_that_somebody_holds_is_waited_for() {
    let yard = Yard::new(1).await;
    let tenant = yard.tenants[0];
    yard.enqueue(tenant, vec![say("done")]).await;
    let queue = yard.queue(brisk());
    let mut holder = PgConnection::establish(yard.base.admin.expose()).expect("the run's Postgres answers");
    holder.batch_execute("begin; select from lanes for update").expect("held");

    let claim = tokio::spawn(async move { queue.claim(8, Suspects::One).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    holder.batch_execute("commit").expect("let go");

    assert_eq!(claim.await.expect("no panic").expect("claimed").len(), 1);
}
