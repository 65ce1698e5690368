//! A worker may die after a job's work and before its word of it: each registered job, run again from the start, changes
//! nothing more.

use std::collections::BTreeSet;

use harness::scratch;
use harness::world::{World, forenoon};
use rightsdesk_server::apps::{MindProviders, RemindOfRotation};
use rightsdesk_server::audit::jobs::{Checkpoint, SweepAccesses, SweepAnswers};
use rightsdesk_server::catalogue::PutPolicyInForce;
use rightsdesk_server::floor::jobs::{SweepJobs, Ticket, redeem};
use rightsdesk_server::floor::kernel::{
    CatalogueWriteId, Day, DeliveryId, DestinationId, GrantId, IntakeId, IntakeIdentifierId, JobId, MessageId, Mode,
    NoticeId, PackageId, PrivacyNoticeId, RecipientTaskId, RelayedEventId, RequestId, Secret, StockWriteId, StoreId,
    SubscriberId, SyncRunId, TenantId, Watch,
};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::mail::{Coming, Maildir};
use rightsdesk_server::floor::platforms::{Platforms, Settings};
use rightsdesk_server::floor::vault::SecretId;
use rightsdesk_server::grants::AlarmOfBreakGlass;
use rightsdesk_server::inbox::{MatchClosedAccount, SweepInbox, WorkDelivery};
use rightsdesk_server::processors::{AskSubscriber, DeliverNotice, SweepSubscribers};
use rightsdesk_server::promises::jobs::{LookAtPromises, TellOfPromises};
use rightsdesk_server::propagation::{MindRecipient, TellRecipient};
use rightsdesk_server::relay::{RelayEvent, SweepRelay};
use rightsdesk_server::reports::{MakeReports, OrderReports, SweepReports};
use rightsdesk_server::requests::{
    AskForProof, CarryOut, DigestRequests, DrawPlan, EndAccounts, EndKeeps, ExpireUnproved, ForgetRequests,
    HearMailbox, LiftRestrictions, LookAfterFulfilment, LookAtControllers, MakePackage, RemindOfRequests, ReminderKind,
    SealEvidence, SendLetter, SweepPackages, TellController, TellMerchant, TellOfRequest,
};
use rightsdesk_server::reviews::{OpenQuarterlyReview, ProveRevocations, RemindOfReviews};
use rightsdesk_server::roof::workers;
use rightsdesk_server::staff::jobs::SweepSignIns;
use rightsdesk_server::stores::{RevokeAtPlatform, SubscribeStore, TellOfLostConnection, WatchConnections};
use rightsdesk_server::subjects::jobs::TendEpochs;
use rightsdesk_server::syncs::{LookAfterSyncs, PullPage, SetListingAtPlatform, SetStockAtPlatform, TellOfBehind};
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

impl Case {
    /// One whose page tells of what the job does.
    fn policy(&self) -> &'static str {
        if self.prepare == REPORTED { "inventorysync" } else { "sooperseller" }
    }
}

/// A tenant of some cases' own.
const ZAITOON: TenantId = TenantId::from_uuid(Uuid::from_u128(0xbb));

/// Two connected stores whose tokens open nothing and end in twenty days.
const CONNECTED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into tenant_keys (tenant_id, id, purpose, version, made_under, root_version, wrapped)
                  values ('00000000-0000-0000-0000-0000000000bb', gen_random_uuid(), 'kek', 1, 1, 1, '\\x00');
                  insert into secrets (tenant_id, id, kind, kek_version, dek, ct)
                  select '00000000-0000-0000-0000-0000000000bb', ('00000000-0000-0000-0000-00000000000' || n)::uuid, kind, 1,
                         '\\x00', '\\x00'
                    from (values (1, 'store_token'), (2, 'store_refresh'), (3, 'store_token'), (4, 'store_refresh'))
                         as s (n, kind);
                  insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, connected_at, token_id,
                                      refresh_id, refresh_ends_at)
                  select '00000000-0000-0000-0000-0000000000bb', gen_random_uuid(), platform, domain, 'Zaitoon Home', 'EU',
                         'connected', now(), now(), ('00000000-0000-0000-0000-00000000000' || n)::uuid,
                         ('00000000-0000-0000-0000-00000000000' || n + 1)::uuid, now() + interval '20 days'
                    from (values (1, 'shopify', 'zaitoon.myshopify.com'), (3, 'ebay', 'zaitoon')) as s (n, platform, domain)";

/// An event of long ago that still waits to be sent.
const RELAYED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'US', 'growth', 1, now());
                  insert into stores (tenant_id, id, platform, domain, name, region, added_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'shopify',
                          'zaitoon.example', 'Zaitoon Home', 'US', now());
                  insert into secrets (tenant_id, id, kind, kek_version, dek, ct)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008',
                          'relay_signing', 1, '\\x00', '\\x00');
                  insert into destinations (tenant_id, id, recipient, url, region, secret_id, since)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000a', 'segment',
                          'https://api.segment.io/', 'US', '00000000-0000-0000-0000-000000000008', now());
                  insert into relayed_events (tenant_id, id, store_id, kind, happened_at, received_at, linked_until, expires_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000009',
                          '00000000-0000-0000-0000-000000000007', 'order', now() - interval '70 days', now(),
                          now() - interval '40 days', now() - interval '10 days');
                  insert into relay_deliveries (tenant_id, id, event_id, destination_id, idempotency_key)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000b',
                          '00000000-0000-0000-0000-000000000009', '00000000-0000-0000-0000-00000000000a',
                          'msg_' || repeat('0', 64))";

/// A campaign that was due eight days ago, with a seat that is to go, is gone, and had an exception.
const CAMPAIGN: &str = "
    insert into review_campaigns (tenant_id, id, title, opened_at, due_on, taken_at, query_version, digest)
    values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000009', 'Seats',
            now() - interval '60 days', (now() - interval '8 days')::date, now() - interval '60 days', 1, sha256('x'));
    insert into review_items (tenant_id, id, campaign_id, subject, of_tenant, object_id, part, label, facts, barred, decision,
                              reason, decided_at, decided_by, exception_until, revocation, due_on)
    values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), '00000000-0000-0000-0000-000000000009', 'staff',
            '00000000-0000-0000-0000-000000000000', gen_random_uuid(), '', 'mira', '{}', '{}', 'revoke', 'sealed', now(),
            gen_random_uuid(), (now() - interval '2 days')::date, 'due', (now() - interval '20 days')::date)";

/// A store that wants connecting anew, to which somebody wanted something to be written.
const WRITTEN: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, connected_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'woocommerce',
                          'zaitoon.example', 'Zaitoon Home', 'EU', 'needs_reconnecting', now(), now());
                  insert into stock_writes (tenant_id, id, store_id, item, place, quantity, key, leave, cause_id, actor, at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008',
                          '00000000-0000-0000-0000-000000000007', '632', '', 5, sha256('x'), 'user', gen_random_uuid(),
                          'house', now());
                  insert into catalogue_writes (tenant_id, id, store_id, product_id, product, title, seen_at, key, cause_id, actor,
                                                at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008',
                          '00000000-0000-0000-0000-000000000007', gen_random_uuid(), '632', 'Soap', now(), sha256('x'),
                          gen_random_uuid(), 'member:' || gen_random_uuid(), now())";

/// A connected store that grants nothing, whose orders are being read, and are far behind.
const READ: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, connected_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'woocommerce',
                          'zaitoon.example', 'Zaitoon Home', 'EU', 'connected', now(), now());
                  insert into syncs (tenant_id, store_id, shelf, state, every_s, run_id, started_at, due_at, told_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'orders', 'running',
                          900, '00000000-0000-0000-0000-000000000009', now(), now() + interval '1 day', now());
                  insert into sync_runs (tenant_id, id, store_id, shelf, kind, started_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000009',
                          '00000000-0000-0000-0000-000000000007', 'orders', 'initial', now())";

/// A merchant of long ago, with a file that is to be made and one that is old.
const REPORTED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1,
                          now() - interval '200 days');
                  insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, connected_at,
                                      disconnected_at)
                  values ('00000000-0000-0000-0000-0000000000bb', gen_random_uuid(), 'shopify', 'zaitoon.example',
                          'Zaitoon Home', 'EU', 'disconnected', now() - interval '200 days', now() - interval '200 days',
                          now());
                  insert into reports (tenant_id, id, kind, month, blob_id, due_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'stock',
                          '2026-01-01', gen_random_uuid(), now());
                  insert into reports (tenant_id, id, kind, month, blob_id, due_at, made_at, rows, bytes, digest)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'stock',
                          '2020-01-01', gen_random_uuid(), now() - interval '5 years', now() - interval '5 years', 0, 0,
                          sha256(''))";

/// What became of those files.
fn reports(world: &World) -> Vec<String> {
    world.base.lines(
        "select month || ' ' || kind || ' ' || coalesce(made_at::text, '') || ' ' || (select count(*) from audit_events
                         where action like 'report%') as line from reports order by month, kind",
    )
}

/// An access that is to be worked, of somebody whom nobody knows.
const ASKED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof,
                                       proved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'console',
                          'processor', 'shopper', 'en', 'UTC', now(), now(), 'judged', now());
                  insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at,
                                        stage, opened_at, moved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007',
                          '00000000-0000-0000-0000-000000000008', 'R-0000007', 'access', 'console', 'processor', 'en', now(),
                          'open', now(), now())";

/// A package that is to be made, and one whose time is over.
const PACKAGED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof,
                                       proved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'console',
                          'processor', 'shopper', 'en', 'UTC', now(), now(), 'judged', now());
                  insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at,
                                        stage, opened_at, moved_at)
                  select '00000000-0000-0000-0000-0000000000bb', ('00000000-0000-0000-0000-00000000000' || n)::uuid,
                         '00000000-0000-0000-0000-000000000008', 'R-000000' || n, 'access', 'console', 'processor', 'en',
                         '2000-01-01', 'open', now(), now()
                    from generate_series(6, 7) as n;
                  insert into request_packages (tenant_id, id, request_id, number, state, is_given, locale, ordered_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000a',
                          '00000000-0000-0000-0000-000000000007', 1, 'ordered', false, 'en', now());
                  insert into request_packages (tenant_id, id, request_id, number, state, is_given, locale, ordered_at, blob_id,
                                                made_at, rows, left_out, bytes, digest, manifest, opener, released_at,
                                                released_by, expires_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000b',
                          '00000000-0000-0000-0000-000000000006', 1, 'released', false, 'en', '2000-01-01',
                          '00000000-0000-0000-0000-00000000000c', '2000-01-01', 1, 0, 1, sha256('a'), sha256('b'), '\\x00',
                          '2000-01-01', '00000000-0000-0000-0000-000000000001', '2000-02-01')";

/// A plan that was approved, and is not what would be done.
const APPROVED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof,
                                       proved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'console',
                          'processor', 'shopper', 'en', 'UTC', now(), now(), 'judged', now());
                  insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at,
                                        stage, opened_at, plan_id, moved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007',
                          '00000000-0000-0000-0000-000000000008', 'R-0000007', 'deletion', 'console', 'processor', 'en', now(),
                          'in_progress', now(), '00000000-0000-0000-0000-000000000009', now());
                  insert into request_plans (tenant_id, id, request_id, number, digest, drawn_at, state, submitted_at,
                                             submitted_by, decided_at, decided_by, starts_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000009',
                          '00000000-0000-0000-0000-000000000007', 1, sha256(''), '2000-01-01', 'approved', '2000-01-01',
                          '00000000-0000-0000-0000-000000000001', '2000-01-01', '00000000-0000-0000-0000-000000000002',
                          '2000-01-01')";

/// What two recipients are to be told for it: one whose interface nobody set up, and one whose time is over.
const TOLD_ASKED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof,
                                       proved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'console',
                          'processor', 'shopper', 'en', 'UTC', now(), now(), 'judged', now());
                  insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at,
                                        stage, opened_at, moved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007',
                          '00000000-0000-0000-0000-000000000008', 'R-0000007', 'access', 'console', 'processor', 'en', now(),
                          'open', now(), now());
                  insert into recipient_tasks (tenant_id, id, request_id, reference, right_code, regulation, recipient, categories,
                                               kind, state, sealed_under, zone, submitted_at, opened_at, until)
                  select '00000000-0000-0000-0000-0000000000bb', ('00000000-0000-0000-0000-00000000000' || n)::uuid,
                         '00000000-0000-0000-0000-000000000007', 'R-0000007', 'deletion', 'gdpr', recipient, '{customer}', kind,
                         state, gen_random_uuid(), 'UTC', now() - interval '40 days', now() - interval '40 days',
                         now() + days * interval '1 day'
                    from (values (8, 'segment', 'template', 'waiting', 30), (9, 'dsr', 'opendsr', 'sent', -10))
                         as t (n, recipient, kind, state, days)";

/// How far they have come.
fn recipients(world: &World) -> Vec<String> {
    world.base.lines(
        "select recipient || ' ' || state || ' ' || attempts || ' ' || coalesce(answer, '') || ' ' || (select count(*)
                  from audit_events where action = 'recipient.silent') as line from recipient_tasks order by recipient",
    )
}

/// One that was closed three years ago, with what its person went by, and what it restricted, which is to end.
const ENDED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof,
                                       proved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'console',
                          'processor', 'shopper', 'en', 'UTC', '2001-01-01', '2001-01-01', 'judged', '2001-01-01');
                  insert into intake_identifiers (tenant_id, id, intake_id, kind, value, bidx, bidx_v)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000c',
                          '00000000-0000-0000-0000-000000000008', 'mail', '\\x00', decode(repeat('00', 16), 'hex'), 1);
                  insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at,
                                        stage, opened_at, closed_at, answered_at, outcome, moved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007',
                          '00000000-0000-0000-0000-000000000008', 'R-0000007', 'restriction', 'console', 'processor', 'en',
                          '2001-01-01', 'closed', '2001-01-01', '2001-01-02', '2001-01-02', 'fulfilled', '2001-01-02');
                  insert into subjects (tenant_id, id, made_at, restricted_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000009', '2001-01-01',
                          '2001-01-02');
                  insert into subject_fences (tenant_id, id, subject_id, kind, request_id, since, warned_at, ends_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000a',
                          '00000000-0000-0000-0000-000000000009', 'restriction', '00000000-0000-0000-0000-000000000007',
                          '2001-01-02', '2001-01-03', '2001-01-04')";

/// What became of it.
fn ended(world: &World) -> Vec<String> {
    world.base.lines(
        "select 'evidence ' || number || ' ' || encode(digest, 'hex') as line from request_evidence
          union all select 'contact ' || (forgotten_at is not null) || ' ' || version from intakes
          union all select 'value ' || (value is not null) from intake_identifiers
          union all select 'fence ' || (until is null) from subject_fences
          union all select 'person ' || (restricted_at is null) from subjects
          union all select action || ' ' || count(*) from audit_events
                     where action in ('request.evidence_sealed', 'intake.forgotten', 'request.restriction_lifted') group by action
          order by 1",
    )
}

/// A buyer's row of nobody's name, whose last day is over.
const KEPT: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into stores (tenant_id, id, platform, domain, name, region, added_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'shopify',
                          'zaitoon.example', 'Zaitoon Home', 'EU', now());
                  insert into subjects (tenant_id, id, made_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000009', '2001-01-01');
                  insert into subject_keys (tenant_id, id, subject_id, epoch, wrapped)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000a',
                          '00000000-0000-0000-0000-000000000009', 1, '\\x00');
                  insert into customers (tenant_id, id, store_id, platform_id, subject_id, updated_at, taken_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000b',
                          '00000000-0000-0000-0000-000000000007', 'nobody', '00000000-0000-0000-0000-000000000009',
                          '2001-01-01', '2001-01-01');
                  insert into keeps (tenant_id, id, keeper_id, place, store_id, ground, until_on, made_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000c',
                          '00000000-0000-0000-0000-000000000009', 'customers', '00000000-0000-0000-0000-000000000007',
                          'open_order', '2001-02-02', '2001-01-01')";

/// One that nobody proved in time, one that is due long since, a letter that waits, and a colleague who works.
const WAITED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at,
                                       prove_until)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'console',
                          'processor', 'shopper', 'en', 'UTC', now() - interval '40 days', now(), now() - interval '9 days');
                  insert into intake_identifiers (tenant_id, id, intake_id, kind, bidx_v)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000c',
                          '00000000-0000-0000-0000-000000000008', 'mail', 1);
                  insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof,
                                       proved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000a', 'console',
                          'processor', 'shopper', 'en', 'UTC', now() - interval '40 days', now(), 'judged', now());
                  insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at,
                                        stage, opened_at, moved_at, driving, due_on, due_at, target_on, owner_id)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007',
                          '00000000-0000-0000-0000-000000000008', 'R-0000007', 'access', 'console', 'processor', 'en',
                          now() - interval '40 days', 'received', null, now(), 'desk_target', now()::date + 90,
                          now() + interval '91 days', now()::date + 80, null),
                         ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000009',
                          '00000000-0000-0000-0000-00000000000a', 'R-0000009', 'access', 'console', 'processor', 'en',
                          now() - interval '40 days', 'open', now(), now(), 'desk_target', now()::date - 10,
                          now() - interval '9 days', now()::date - 20, '00000000-0000-0000-0000-00000000000b');
                  insert into request_messages (tenant_id, id, request_id, way, kind, locale, made_at, state)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000d',
                          '00000000-0000-0000-0000-000000000009', 'out', 'message', 'en', now(), 'queued')";

/// What was told of requests, and what became of their letters.
fn told_of(world: &World) -> Vec<String> {
    let letters = world.tools.mail.mailbox().expect("letters are kept in memory").letters();
    let letters: std::collections::BTreeSet<_> = letters.into_iter().map(|kept| kept.letter.message_id).collect();
    let rows = world.base.lines(
        "select about || ' ' || day as line from request_reminders union all
         select id || ' ' || state from request_messages union all
         select id || ' ' || stage from requests union all
         select action || ' ' || count(*) from audit_events where action like 'request%' group by action union all
         select kind || ' ' || count(*) from request_messages group by kind order by 1",
    );
    letters.into_iter().chain(rows).collect()
}

/// A request of a controller's that was taken back, and of which its sender was not told yet.
const CALLED: &str = "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof,
                                       proved_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'opendsr',
                          'processor', 'shopper', 'en', 'UTC', now(), now(), 'signature', now());
                  insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at,
                                        stage, closed_at, outcome, moved_at, version)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007',
                          '00000000-0000-0000-0000-000000000008', 'R-0000007', 'access', 'opendsr', 'processor', 'en', now(),
                          'closed', now(), 'withdrawn', now(), 2);
                  insert into controller_calls (tenant_id, id, intake_id, request_id, digest, received_at, expected_at,
                                                callbacks, seen, status, due_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-00000000000e',
                          '00000000-0000-0000-0000-000000000008', '00000000-0000-0000-0000-000000000007',
                          decode(repeat('00', 16), 'hex'), now(), now(), '{https://nobody.example/}', 1, 'pending', now())";

/// What became of controllers' calls, each word once.
fn told_controllers(world: &World) -> Vec<String> {
    world.base.lines(
        "select seen || ' ' || status as line from controller_calls union
         select action from audit_events where action like 'controller%' order by 1",
    )
}

const CASES: &[Case] = &[
    Case {
        name: "hear_mailbox",
        ticket: || Ticket::of(&HearMailbox {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "select 1",
        effect: |world| world.base.lines("select source || ' ' || count(*) as line from intakes group by source"),
    },
    Case {
        name: "look_at_controllers",
        ticket: || Ticket::of(&LookAtControllers {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: CALLED,
        effect: told_controllers,
    },
    Case {
        name: "tell_controller",
        ticket: || {
            let (call, status) = (Uuid::from_u128(14), "cancelled".to_owned());
            Ticket::of(&TellController { call, at: 0, version: 2, status, due: 0 }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: CALLED,
        effect: told_controllers,
    },
    Case {
        name: "tell_merchant",
        ticket: || {
            let request = RequestId::from_uuid(Uuid::from_u128(9));
            Ticket::of(&TellMerchant { request }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: WAITED,
        effect: told_of,
    },
    Case {
        name: "ask_for_proof",
        ticket: || {
            let id = Uuid::from_u128;
            let ask = AskForProof {
                intake: IntakeId::from_uuid(id(8)),
                identifier: IntakeIdentifierId::from_uuid(id(12)),
            };
            Ticket::of(&ask).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: WAITED,
        effect: told_of,
    },
    Case {
        name: "send_letter",
        ticket: || Ticket::of(&SendLetter { message: MessageId::from_uuid(Uuid::from_u128(13)) }).expect("a ticket"),
        lane: ZAITOON,
        prepare: WAITED,
        effect: told_of,
    },
    Case {
        name: "seal_evidence",
        ticket: || {
            let request = RequestId::from_uuid(Uuid::from_u128(7));
            Ticket::of(&SealEvidence { request }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: ENDED,
        effect: ended,
    },
    Case {
        name: "forget_requests",
        ticket: || Ticket::of(&ForgetRequests {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: ENDED,
        effect: ended,
    },
    Case {
        name: "end_keeps",
        ticket: || Ticket::of(&EndKeeps {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: KEPT,
        effect: |world| {
            world.base.lines(
                "select 'buyer ' || platform_id as line from customers
                  union all select 'key ' || (wrapped is null) from subject_keys
                             where tenant_id = '00000000-0000-0000-0000-0000000000bb'
                  union all select 'keep ' || (ended_at is null) from keeps
                  union all select action || ' ' || count(*) from audit_events where action like '%.keep_ended' group by action
                  order by 1",
            )
        },
    },
    Case {
        name: "lift_restrictions",
        ticket: || Ticket::of(&LiftRestrictions {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: ENDED,
        effect: ended,
    },
    Case {
        name: "expire_unproved",
        ticket: || Ticket::of(&ExpireUnproved {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: WAITED,
        effect: told_of,
    },
    Case {
        name: "remind_of_requests",
        ticket: || Ticket::of(&RemindOfRequests {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: WAITED,
        effect: told_of,
    },
    Case {
        name: "tell_of_request",
        ticket: || {
            let day = Day(chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day"));
            let request = RequestId::from_uuid(Uuid::from_u128(9));
            Ticket::of(&TellOfRequest::of((request, ReminderKind::Overdue, day))).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: WAITED,
        effect: told_of,
    },
    Case {
        name: "digest_requests",
        ticket: || Ticket::of(&DigestRequests {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: WAITED,
        effect: told_of,
    },
    Case {
        name: "draw_plan",
        ticket: || {
            let request = RequestId::from_uuid(Uuid::from_u128(7));
            Ticket::of(&DrawPlan { request }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: ASKED,
        effect: |world| {
            world.base.lines(
                "select number || ' ' || state || ' ' || encode(digest, 'hex') || ' ' || (select count(*) from audit_events
                         where action like 'request.plan%') as line from request_plans order by number",
            )
        },
    },
    Case {
        name: "carry_out",
        ticket: || {
            let request = RequestId::from_uuid(Uuid::from_u128(7));
            Ticket::of(&CarryOut { request }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: APPROVED,
        effect: |world| {
            world.base.lines(
                "select r.stage || ' ' || coalesce((select string_agg(name || ' ' || state, ' ' order by position) from request_steps), '-')
                        || ' ' || (select count(*) from audit_events where action like 'request.%') as line from requests r",
            )
        },
    },
    Case {
        name: "make_package",
        ticket: || {
            let package = PackageId::from_uuid(Uuid::from_u128(10));
            Ticket::of(&MakePackage { package }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: PACKAGED,
        effect: packaged,
    },
    Case {
        name: "sweep_packages",
        ticket: || Ticket::of(&SweepPackages {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: PACKAGED,
        effect: packaged,
    },
    Case {
        name: "look_after_fulfilment",
        ticket: || Ticket::of(&LookAfterFulfilment { is_thorough: true }).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: APPROVED,
        effect: |world| {
            world.base.lines("select action as line from audit_events where action = 'request.taken_up' order by seq")
        },
    },
    Case {
        name: "order_reports",
        ticket: || Ticket::of(&OrderReports {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: REPORTED,
        effect: |world| reports(world).into_iter().filter(|line| line.contains("sales")).collect(),
    },
    Case {
        name: "make_reports",
        ticket: || {
            let month = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
            Ticket::of(&MakeReports { month }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: REPORTED,
        effect: reports,
    },
    Case {
        name: "sweep_reports",
        ticket: || Ticket::of(&SweepReports {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: REPORTED,
        effect: reports,
    },
    Case {
        name: "look_after_syncs",
        ticket: || Ticket::of(&LookAfterSyncs {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, connected_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'woocommerce',
                          'zaitoon.example', 'Zaitoon Home', 'EU', 'connected', now(), now())",
        effect: |world| {
            world.base.lines(
                "select shelf || ' ' || state || ' ' || (select count(*) from audit_events where action like 'sync.%') as line
                   from syncs order by shelf",
            )
        },
    },
    Case {
        name: "pull_page",
        ticket: || {
            let (store, run) = (StoreId::from_uuid(Uuid::from_u128(7)), SyncRunId::from_uuid(Uuid::from_u128(9)));
            Ticket::of(&PullPage { store, shelf: "orders".to_owned(), run }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: READ,
        effect: |world| {
            world.base.lines(
                "select y.state || ' ' || r.outcome || ' ' || (select count(*) from audit_events where action = 'sync.stopped') as line
                   from syncs y, sync_runs r",
            )
        },
    },
    Case {
        name: "set_stock_at_platform",
        ticket: || {
            let (store, write) = (StoreId::from_uuid(Uuid::from_u128(7)), StockWriteId::from_uuid(Uuid::from_u128(8)));
            Ticket::of(&SetStockAtPlatform { store, write }).expect("a ticket")
        },
        lane: ZAITOON,
        // A store that has no token: nothing can be written to it.
        prepare: WRITTEN,
        effect: |world| {
            world.base.lines(
                "select state || ' ' || code || ' ' || answered_at || ' ' || (select count(*) from audit_events
                         where action = 'stock.answered') as line from stock_writes where state <> 'waiting'",
            )
        },
    },
    Case {
        name: "set_listing_at_platform",
        ticket: || {
            let store = StoreId::from_uuid(Uuid::from_u128(7));
            let write = CatalogueWriteId::from_uuid(Uuid::from_u128(8));
            Ticket::of(&SetListingAtPlatform { store, write }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: WRITTEN,
        effect: |world| {
            world.base.lines(
                "select state || ' ' || code || ' ' || answered_at || ' ' || (select count(*) from audit_events
                         where action = 'catalogue.answered') as line from catalogue_writes where state <> 'waiting'",
            )
        },
    },
    Case {
        name: "tell_of_behind",
        ticket: || {
            let store = StoreId::from_uuid(Uuid::from_u128(7));
            Ticket::of(&TellOfBehind { store }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: READ,
        effect: |world| {
            world.base.lines(
                "select letter_at::text || ' ' || (select count(*) from audit_events where action = 'sync.told_of') as line
                   from syncs where letter_at is not null",
            )
        },
    },
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
        name: "ask_subscriber",
        ticket: || {
            let subscriber = SubscriberId::from_uuid(Uuid::from_u128(7));
            Ticket::of(&AskSubscriber { subscriber }).expect("a ticket")
        },
        lane: TenantId::HOUSE,
        prepare: "insert into subscribers (tenant_id, id, subject_id, mail, mail_bidx, mail_bidx_v, confirm_token, leave_token,
                                           locale, state, asked_at)
                  values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000007',
                          gen_random_uuid(), 'sealed', 'index', 1, 'sealed', 'sealed', 'en', 'unconfirmed', now())",
        effect: |world| {
            world.base.lines(
                "select letter_at::text || ' ' || (select count(*) from audit_events
                         where action = 'subscriber.letter_sent') as line from subscribers where letter_is_sent",
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
        name: "end_accounts",
        ticket: || Ticket::of(&EndAccounts {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, state, opened_at, closing_at,
                                       closes_on, closed_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, 'closed',
                          now() - interval '90 days', now() - interval '31 days', (now() - interval '1 day')::date,
                          now() - interval '1 day')",
        effect: |world| {
            world.base.lines(
                "select special_case || ' ' || (select count(*) from audit_events where action = 'request.received') as line
                   from requests",
            )
        },
    },
    Case {
        name: "look_at_promises",
        ticket: || Ticket::of(&LookAtPromises {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "select",
        effect: |world| {
            world.base.lines(
                "select code || ' ' || standing || ' ' || checked_at as line from promises where checked_at is not null
                 union all select 'looks ' || count(*) from promise_looks
                 union all select 'events ' || count(*) from audit_events where action like 'promise%'",
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
        name: "open_quarterly_review",
        ticket: || Ticket::of(&OpenQuarterlyReview {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into staff (tenant_id, id, subject_id, handle, mail, mail_bidx, mail_bidx_v, roles, state, added_at)
                  values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), gen_random_uuid(), 'mira', 'sealed',
                          'index', 1, '{support}', 'active', now())",
        effect: |world| {
            world.base.lines(
                "select c.id::text as line from review_campaigns c union all
                 select i.label from review_items i union all
                 select e.seq::text from audit_events e where action = 'review.opened'",
            )
        },
    },
    Case {
        name: "prove_revocations",
        ticket: || Ticket::of(&ProveRevocations {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: CAMPAIGN,
        effect: |world| {
            world.base.lines(
                "select revocation || ' ' || version || ' ' || coalesce(proof, '') || (select count(*) from audit_events
                         where action = 'review.proven') as line from review_items",
            )
        },
    },
    Case {
        name: "remind_of_reviews",
        ticket: || Ticket::of(&RemindOfReviews {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: CAMPAIGN,
        effect: |world| {
            world.base.lines(
                "select about || ' ' || day as line from review_reminders union all
                 select seq::text from audit_events where action in ('review.reminded', 'review.exception_ended')",
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
        name: "mind_providers",
        ticket: || Ticket::of(&MindProviders {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into apps (tenant_id, id, kind, name, provider, state, granted, connected_at, connected_by,
                                    disconnected_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008', 'pigeons',
                          'Pigeons', 'Loft Ltd', 'disconnected', '{}', now(), 'house', now());
                  insert into provider_tasks (tenant_id, id, app_id, kind, state, opened_at, opened_by, asked_at, asked_by,
                                              until)
                  values ('00000000-0000-0000-0000-0000000000bb', gen_random_uuid(),
                          '00000000-0000-0000-0000-000000000008', 'erase', 'asked', now() - interval '40 days', 'house',
                          now() - interval '39 days', 'house', now() - interval '10 days')",
        effect: |world| {
            world.base.lines(
                "select state || ' ' || coalesce(reminded_at::text, '') || ' ' || (select count(*) from audit_events
                         where action = 'provider_task.silent') as line from provider_tasks",
            )
        },
    },
    Case {
        name: "deliver_notice",
        ticket: || {
            let notice = NoticeId::from_uuid(Uuid::from_u128(7));
            Ticket::of(&DeliverNotice { notice }).expect("a ticket")
        },
        lane: TenantId::HOUSE,
        prepare: "insert into subscribers (tenant_id, id, subject_id, mail, mail_bidx, mail_bidx_v, leave_token, locale,
                                           state, asked_at, live_at)
                  select '00000000-0000-0000-0000-000000000000', gen_random_uuid(), gen_random_uuid(), 'sealed',
                         n::text::bytea, 1, 'sealed', 'en', 'live', now(), now()
                    from generate_series(1, 120) as n;
                  insert into notices (tenant_id, id, kind, policy_version, announced_at, effective_on, locales,
                                       texts)
                  values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000007',
                          'policy_changed', 2, now(), now()::date + 30, '{en}', '{It changes.}');
                  insert into notice_deliveries (tenant_id, notice_id, subscriber_id)
                  select tenant_id, '00000000-0000-0000-0000-000000000007', id from subscribers",
        effect: |world| {
            world.base.lines(
                "select state || ' ' || attempts || ' ' || count(*) || ' ' || (select count(*) from audit_events
                         where action = 'notice.failed') as line from notice_deliveries group by state, attempts",
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
        name: "subscribe_store",
        ticket: || Ticket::of(&SubscribeStore { store: StoreId::from_uuid(Uuid::from_u128(7)) }).expect("a ticket"),
        lane: ZAITOON,
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into tenant_keys (tenant_id, id, purpose, version, made_under, root_version, wrapped)
                  values ('00000000-0000-0000-0000-0000000000bb', gen_random_uuid(), 'kek', 1, 1, 1, 'x');
                  insert into secrets (tenant_id, id, kind, kek_version, dek, ct)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000001', 'store_token', 1,
                          'x', 'x');
                  insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, connected_at, token_id)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'shopify',
                          'zaitoon.myshopify.com', 'Zaitoon Home', 'EU', 'connected', now(), now(),
                          '00000000-0000-0000-0000-000000000001')",
        effect: |world| {
            world.base.lines(
                "select state || ' ' || (select count(*) from audit_events where action like 'store.%') as line from stores",
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
        name: "sweep_inbox",
        ticket: || Ticket::of(&SweepInbox {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into deliveries (tenant_id, id, platform, topic, dedupe, received_at, body)
                  select '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'ebay', 'topic', sha256(n::text::bytea),
                         now() - n * interval '1 day', 'sealed'
                    from generate_series(1, 120) as n",
        effect: |world| {
            world.base.lines(
                "select state || ' ' || count(*) || ' ' || count(body) as line from deliveries group by state union all
                 select seq::text from audit_events where action = 'inbox.swept'",
            )
        },
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
        name: "tend_epochs",
        ticket: || Ticket::of(&TendEpochs {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "update keyring set made_at = made_at - interval '31 days' where kind = 'epoch'",
        effect: |world| {
            world.base.lines(
                "select version || ' ' || state || ' ' || coalesce(retired_at::text, '') || ' ' || (select count(*)
                          from audit_events where action like 'key.%') as line
                   from keyring where kind = 'epoch' order by version",
            )
        },
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
    Case {
        name: "sweep_subscribers",
        ticket: || Ticket::of(&SweepSubscribers {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "insert into subscribers (tenant_id, id, subject_id, mail, mail_bidx, mail_bidx_v, confirm_token, leave_token,
                                           locale, state, asked_at)
                  select '00000000-0000-0000-0000-000000000000', gen_random_uuid(), gen_random_uuid(), 'sealed',
                         n::text::bytea, 1, 'sealed', 'sealed', 'en', 'unconfirmed', now() - n * interval '10 minutes'
                    from generate_series(1, 600) as n",
        effect: |world| {
            world.base.lines(
                "select count(*) || ' ' || (select count(*) from subject_keys where destroyed_at is not null) || ' '
                        || (select count(*) from audit_events where action = 'subscribers.swept') as line from subscribers",
            )
        },
    },
    Case {
        name: "revoke_at_platform",
        ticket: || {
            let (store, secret) = (StoreId::from_uuid(Uuid::from_u128(7)), SecretId::from_uuid(Uuid::from_u128(8)));
            Ticket::of(&RevokeAtPlatform { store, secret, hooks: Vec::new() }).expect("a ticket")
        },
        lane: ZAITOON,
        // A token that stays shut: it can be given back to nobody, and goes.
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, disconnected_at)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'shopify',
                          'zaitoon.example', 'Zaitoon Home', 'EU', 'disconnected', now(), now());
                  insert into tenant_keys (tenant_id, id, purpose, version, made_under, root_version, wrapped)
                  values ('00000000-0000-0000-0000-0000000000bb', gen_random_uuid(), 'kek', 1, 1, 1, '\\x00');
                  insert into secrets (tenant_id, id, kind, kek_version, dek, ct)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000008',
                          'store_ending', 1, '\\x00', '\\x00')",
        effect: |world| {
            world.base.lines(
                "select count(*) || ' ' || (select count(*) from audit_events where action = 'store.given_back') as line
                   from secrets where kind = 'store_ending'",
            )
        },
    },
    Case {
        name: "watch_connections",
        ticket: || Ticket::of(&WatchConnections {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: CONNECTED,
        // The tokens of one stay shut, and so it is lost; the other's platform knows no renewal, and so it is warned of.
        effect: |world| {
            world.base.lines(
                "select platform || ' ' || state || ' ' || version || ' ' || coalesce(warned_for::text, '') || ' ' ||
                        (select count(*) from audit_events where action like 'store.%') as line from stores order by 1",
            )
        },
    },
    Case {
        name: "tell_of_lost_connection",
        ticket: || {
            Ticket::of(&TellOfLostConnection { store: StoreId::from_uuid(Uuid::from_u128(7)) }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: "insert into audit_heads (tenant_id, seq, hash)
                  values ('00000000-0000-0000-0000-0000000000bb', 0, decode(repeat('00', 32), 'hex'));
                  insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
                  values ('00000000-0000-0000-0000-0000000000bb', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now());
                  insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, connected_at,
                                      untold_since)
                  values ('00000000-0000-0000-0000-0000000000bb', '00000000-0000-0000-0000-000000000007', 'shopify',
                          'zaitoon.myshopify.com', 'Zaitoon Home', 'EU', 'needs_reconnecting', now(), now(), now())",
        effect: |world| {
            world.base.lines(
                "select coalesce(untold_since::text, '') || ' ' || (select count(*) from audit_events
                         where action = 'store.loss_told') as line from stores",
            )
        },
    },
    Case {
        name: "relay_event",
        ticket: || {
            let (event, destination) = (Uuid::from_u128(9), Uuid::from_u128(10));
            let (event, destination) = (RelayedEventId::from_uuid(event), DestinationId::from_uuid(destination));
            Ticket::of(&RelayEvent { event, destination }).expect("a ticket")
        },
        lane: ZAITOON,
        // The policy of this law relays nothing, and so it is refused.
        prepare: RELAYED,
        effect: |world| {
            world.base.lines(
                "select state || ' ' || coalesce(answer, '') || ' ' || (select count(*) from audit_events
                         where action = 'relay.tried') as line from relay_deliveries",
            )
        },
    },
    Case {
        name: "tell_recipient",
        ticket: || {
            let task = RecipientTaskId::from_uuid(Uuid::from_u128(8));
            Ticket::of(&TellRecipient { task }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: TOLD_ASKED,
        effect: recipients,
    },
    Case {
        name: "mind_recipient",
        ticket: || {
            let task = RecipientTaskId::from_uuid(Uuid::from_u128(9));
            Ticket::of(&MindRecipient { task }).expect("a ticket")
        },
        lane: ZAITOON,
        prepare: TOLD_ASKED,
        effect: recipients,
    },
    Case {
        name: "sweep_relay",
        ticket: || Ticket::of(&SweepRelay {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: RELAYED,
        effect: |world| {
            world.base.lines(
                "select count(*) || ' ' || (select count(*) from audit_events where action = 'relay.swept') as line
                   from relayed_events",
            )
        },
    },
    Case {
        name: "tell_of_promises",
        ticket: || Ticket::of(&TellOfPromises {}).expect("a ticket"),
        lane: TenantId::HOUSE,
        prepare: "update promises set untold = true",
        effect: |world| {
            world.base.lines(
                "select count(*) || ' ' || (select count(*) from audit_events where action = 'promises.told') as line
                   from promises where untold",
            )
        },
    },
    Case {
        name: "work_delivery",
        ticket: || {
            Ticket::of(&WorkDelivery { delivery: DeliveryId::from_uuid(Uuid::from_u128(7)) }).expect("a ticket")
        },
        lane: TenantId::HOUSE,
        prepare: "insert into deliveries (tenant_id, id, platform, topic, dedupe, received_at, body)
                  values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000007', 'ebay', 'topic',
                          sha256('x'), now(), 'sealed')",
        effect: |world| {
            world.base.lines(
                "select state || coalesce(' ' || outcome, '') || ' ' || (select count(*) from audit_events
                         where action = 'delivery.worked') as line from deliveries",
            )
        },
    },
    Case {
        name: "match_closed_account",
        ticket: || {
            let notice = PrivacyNoticeId::from_uuid(Uuid::from_u128(7));
            Ticket::of(&MatchClosedAccount { notice }).expect("a ticket")
        },
        lane: TenantId::HOUSE,
        prepare: "insert into privacy_notices (tenant_id, id, platform, kind, delivery_id, received_at, due_on, identifiers)
                  values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000007', 'ebay',
                          'account_closed', gen_random_uuid(), now(), now()::date, 'sealed')",
        effect: |world| {
            world.base.lines(
                "select coalesce(matched_at::text, '') || ' ' || (select count(*) from audit_events
                         where action like 'privacy_notice.%') as line from privacy_notices",
            )
        },
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_may_run_twice() {
    let registered: Vec<_> = workers::registry().names().collect();
    let tried = CASES.iter().map(|case| case.name).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    assert_eq!(registered, tried, "each registered job has its case here");
    for case in CASES {
        // Its time stands still, so that nothing but the case's own job is due.
        let mut world = World::alone_under(case.policy(), Watch::held(forenoon())).await;
        let shopify = Some(Secret::new("client_id=desk-app client_secret=made-up-secret"));
        let settings = Settings { shopify, ..Settings::default() };
        world.tools.platforms = Platforms::open(&settings, Mode::Development.reach()).expect("platforms");
        world.tools.mail = world.tools.mail.clone().hearing(mailbox());
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

/// How packages stand, and all that was told of them.
fn packaged(world: &World) -> Vec<String> {
    world.base.lines(
        "select state || ' ' || coalesce(encode(digest, 'hex'), '-') || ' ' || (blob_id is null) || ' ' || version || ' ' ||
                (select count(*) from package_files) || ' ' || (select count(*) from audit_events where action like 'package.%')
                as line
           from request_packages order by id",
    )
}

/// A mailbox in which a letter waits.
fn mailbox() -> Coming {
    let folder = scratch::folder("mailbox").expect("a folder");
    for part in ["new", "cur"] {
        std::fs::create_dir(folder.join(part)).expect("a folder");
    }
    let letter = "From: asha@example.com\r\nSubject: Delete my data\r\n\r\nNow.\r\n";
    std::fs::write(folder.join("new/1.host"), letter).expect("delivered");
    Coming { maildir: Some(Maildir::at(folder)), ..Coming::default() }
}

async fn enqueue(world: &World, case: &Case) -> JobId {
    let ticket = (case.ticket)();
    let written = world.ledger.write(world.scope(case.lane), move |tx| {
        let id = redeem(tx, ticket);
        Ok(Witnessed::new(id, Event::new("test.enqueued", "job", id.uuid())))
    });
    written.await.expect("enqueued")
}
