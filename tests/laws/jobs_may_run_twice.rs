//! A worker may die after a job's work and before its word of it: each registered job, run again from the start, changes
//! nothing more.

use std::time::Duration;

use harness::yard::{Yard, brisk};
use rightsdesk_server::floor::jobs::{Pace, SweepJobs, Ticket};
use rightsdesk_server::floor::kernel::TenantId;
use rightsdesk_server::roof::workers;
use rightsdesk_server::tenants::CloseTenants;

/// What a job finds before it runs, and how to see what it did.
struct Case {
    name: &'static str,
    ticket: fn() -> Ticket,
    prepare: &'static str,
    /// Lines that differ before and after the first run, and not after the second.
    effect: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "close_tenants",
        ticket: || Ticket::of(&CloseTenants {}).expect("a ticket"),
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, state, opened_at, closing_at,
                                       closes_on)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, 'closing',
                          now() - interval '90 days', now() - interval '31 days', (now() - interval '1 day')::date)",
        effect: "select state || ' ' || version || ' ' || (select count(*) from audit_events
                         where action = 'tenant.closed') as line from tenants",
    },
    Case {
    name: "sweep_jobs",
    ticket: || Ticket::of(&SweepJobs {}).expect("a ticket"),
    prepare: "insert into lanes (tenant_id) values ('00000000-0000-0000-0000-0000000000aa');
              insert into jobs (tenant_id, id, name, payload, state, due_at, attempt, started_at, ended_at)
              select '00000000-0000-0000-0000-0000000000aa', gen_random_uuid(), 'old', '{}', 'done', now(), 1, now(),
                     now() - n * interval '1 day'
                from generate_series(1, 30) as n",
    effect: "select count(*)::text as line from jobs where name = 'old'",
},
];

#[tokio::test]
async fn jobs_may_run_twice() {
    let registered: Vec<_> = workers::registry().names().collect();
    let tried: Vec<_> = CASES.iter().map(|case| case.name).collect();
    assert_eq!(registered, tried, "each registered job has its case here");
    for case in CASES {
        let yard = Yard::new(0).await;
        yard.base.tamper(case.prepare);
        let before = yard.base.lines(case.effect);
        let pace = Pace { first_retry: Duration::ZERO, ..brisk() };
        let id = yard.enqueue(TenantId::HOUSE, vec![(case.ticket)()]).await[0];

        yard.worker(workers::registry(), pace.clone()).step().await.expect("a step");
        let once = yard.base.lines(case.effect);
        // As if the worker had died with the outcome in its hand.
        yard.base.tamper(&format!(
            "update jobs set state = 'ready', ended_at = null, retry_at = now(), crashes = 1 where id = '{0}';
             update lanes set suspect_at = now() where tenant_id = '{1}'",
            id.uuid(),
            TenantId::HOUSE.uuid()
        ));
        yard.worker(workers::registry(), pace).step().await.expect("a step");

        assert_eq!(yard.count("select attempt from jobs where crashes = 1"), 2, "{} did not run twice", case.name);
        assert_ne!(before, once, "{} did nothing", case.name);
        assert_eq!(once, yard.base.lines(case.effect), "{} did more when it ran again", case.name);
    }
}
