//! A worker may die after a job's work and before its word of it: each registered job, run again from the start, changes
//! nothing more.

use harness::world::World;
use rightsdesk_server::apps::RemindOfRotation;
use rightsdesk_server::audit::jobs::{Checkpoint, SweepAccesses, SweepAnswers};
use rightsdesk_server::catalogue::PutPolicyInForce;
use rightsdesk_server::floor::jobs::{SweepJobs, Ticket, redeem};
use rightsdesk_server::floor::kernel::{GrantId, JobId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::grants::AlarmOfBreakGlass;
use rightsdesk_server::roof::workers;
use rightsdesk_server::staff::jobs::SweepSignIns;
use rightsdesk_server::tenants::CloseTenants;
use uuid::Uuid;

/// What a job finds before it runs, and how to see what it did.
struct Case {
    name: &'static str,
    ticket: fn() -> Ticket,
    lane: TenantId,
    prepare: &'static str,
    /// Lines that differ before and after the first run, and not after the second.
    effect: fn(&World) -> Vec<String>,
}

/// A tenant of some cases' own.
const ZAITOON: TenantId = TenantId::from_uuid(Uuid::from_u128(0xbb));

const CASES: &[Case] = &[
    Case {
        name: "alarm_of_break_glass",
        ticket: || {
            let grant = GrantId::from_uuid(Uuid::from_u128(7));
            Ticket::of(&AlarmOfBreakGlass { tenant: ZAITOON, grant }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into grants (tenant_id, id, kind, staff_id, reason, starts_at, ends_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'break_glass',
                          gen_random_uuid(), 'sealed', now(), now() + interval '1 hour')",
        effect: |world| {
            world.base.lines(
                "select alarmed_at::text || ' ' || (select count(*) from audit_events
                         where action = 'grant.alarmed') as line from grants where alarmed_at is not null",
            )
        },
    },
    Case {
        name: "checkpoint",
        ticket: || Ticket::of(&Checkpoint {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "select",
        effect: |world| {
            let lines = std::fs::read_to_string(world.tools.journal.checkpoints.path()).unwrap_or_default();
            lines.lines().map(str::to_owned).collect()
        },
    },
    Case {
        name: "close_tenants",
        ticket: || Ticket::of(&CloseTenants {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, state, opened_at, closing_at,
                                       closes_on)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, 'closing',
                          now() - interval '90 days', now() - interval '31 days', (now() - interval '1 day')::date)",
        effect: |world| {
            world.base.lines(
                "select state || ' ' || version || ' ' || (select count(*) from audit_events
                         where action = 'tenant.closed') as line from tenants",
            )
        },
    },
    Case {
        name: "put_policy_in_force",
        ticket: || Ticket::of(&PutPolicyInForce {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into policies (tenant_id, id, name, version, effective_on, text, digest, state, proposed_at,
                                        proposed_by, published_at, published_by)
                  select tenant_id, gen_random_uuid(), name, version + 1, (now() - interval '1 day')::date, text, digest,
                         'announced', now() - interval '40 days', 'house', now() - interval '39 days', 'house'
                    from policies",
        effect: |world| {
            world.base.lines(
                "select version || ' ' || state || ' ' || coalesce(in_force_at::text, '') || ' ' ||
                        (select count(*) from audit_events where action in ('policy.in_force', 'policy.past')) as line
                   from policies order by version",
            )
        },
    },
    Case {
        name: "remind_of_rotation",
        ticket: || Ticket::of(&RemindOfRotation {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        // Of a kind that the policy knows no more: due at once.
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into secrets (tenant_id, id, kind, kek_version, dek, ct)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'app_credential',
                          1, 'sealed', 'sealed');
                  insert into apps (tenant_id, id, kind, name, provider, slot, granted, credential_id, credential_set_at,
                                    connected_at, connected_by)
                  values ('00000000-0000-0000-0000-0000000000bb', gen_random_uuid(), 'pigeons', 'Pigeons', 'Loft Ltd', 1,
                          '{}', '00000000-0000-0000-0000-000000000008', now(), now(), 'house')",
        effect: |world| {
            world.base.lines(
                "select coalesce(reminded_for::text, '') || ' ' || (select count(*) from audit_events
                         where action = 'app.rotation_reminded') as line from apps",
            )
        },
    },
    Case {
        name: "sweep_accesses",
        ticket: || Ticket::of(&SweepAccesses {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into access_log (tenant_id, id, at, actor, view, purpose)
                  select '00000000-0000-0000-0000-000000000000', gen_random_uuid(), now() - n * interval '1 month',
                         'house', 'desk queue', 'desk'
                    from generate_series(1, 48) as n",
        effect: |world| {
            world.base.lines(
                "select count(*)::text as line from access_log union all
                 select seq::text from audit_events where action = 'accesses.swept'",
            )
        },
    },
    Case {
        name: "sweep_answers",
        ticket: || Ticket::of(&SweepAnswers {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into answers (tenant_id, caller, key_digest, input_digest, target_id, at)
                  select '00000000-0000-0000-0000-000000000000', 'house', sha256(n::text::bytea), sha256('x'),
                         gen_random_uuid(), now() - n * interval '1 hour'
                    from generate_series(1, 48) as n",
        effect: |world| world.base.lines("select count(*)::text as line from answers"),
    },
    Case {
        name: "sweep_jobs",
        ticket: || Ticket::of(&SweepJobs {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into lanes (tenant_id) values ('00000000-0000-0000-0000-0000000000aa');
                  insert into jobs (tenant_id, id, name, payload, state, due_at, attempt, started_at, ended_at)
                  select '00000000-0000-0000-0000-0000000000aa', gen_random_uuid(), 'old', '{}', 'done', now(), 1, now(),
                         now() - n * interval '1 day'
                    from generate_series(1, 30) as n",
        effect: |world| world.base.lines("select count(*)::text as line from jobs where name = 'old'"),
    },
    Case {
        name: "sweep_sign_ins",
        ticket: || Ticket::of(&SweepSignIns {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into throttles (kind, digest, marks, last_at)
                  select 'password_account', decode(md5(n::text), 'hex'), '{}', now() - n * interval '1 hour'
                    from generate_series(1, 3000) as n",
        effect: |world| world.base.lines("select count(*)::text as line from throttles"),
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_may_run_twice() {
    let registered: Vec<_> = workers::registry().names().collect();
    let tried: Vec<_> = CASES.iter().map(|case| case.name).collect();
    assert_eq!(registered, tried, "each registered job has its case here");
    for case in CASES {
        // Its time stands still, so that nothing but the case's own job is due.
        let world = World::alone(Watch::held(Watch::host().now())).await;
        world.base.tamper(case.prepare);
        let id = enqueue(&world, case).await;
        let before = (case.effect)(&world);

        world.work().await;
        let once = (case.effect)(&world);
        // As if the worker had died with the outcome in its hand.
        world.base.tamper(&format!(
            "update jobs set state = 'ready', ended_at = null, retry_at = now(), crashes = 1 where id = '{0}';
             update lanes set suspect_at = now() where tenant_id = '{1}'",
            id.uuid(),
            case.lane.uuid()
        ));
        world.work().await;

        let attempts = world.base.lines("select attempt::text as line from jobs where crashes = 1");
        assert_eq!(attempts, ["2"], "{} did not run twice", case.name);
        assert_ne!(before, once, "{} did nothing", case.name);
        assert_eq!(once, (case.effect)(&world), "{} did more when it ran again", case.name);
    }
}

async fn enqueue(world: &World, case: &Case) -> JobId {
    let ticket = (case.ticket)();
    let written = world.ledger.write(world.scope(case.lane), move |tx| {
        let id = redeem(tx, ticket);
        Ok(Witnessed::new(id, Event::new("test.enqueued", "job", id.uuid())))
    });
    written.await.expect("enqueued")
}
