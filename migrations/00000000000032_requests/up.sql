-- What people ask. One contact is an intake, however many rights it asks for; each right is a request of its own with its
-- own clocks. What the person wrote and is called is sealed under the intake's own key, which outlives neither.
create table intakes (
  tenant_id     uuid        not null,
  id            uuid        not null,
  source        text        not null,
  role          text        not null,
  subject_kind  text        not null,
  store_id      uuid,
  delivery      text,
  locale        text        not null,
  place         text,
  zone          text        not null,
  received_at   timestamptz not null,
  made_at       timestamptz not null,
  made_by       uuid,
  subject_id    uuid,
  original      bytea,
  proof         text        not null default 'none',
  proved_at     timestamptz,
  prove_until   timestamptz,
  mandate       text        not null default 'none',
  mandate_by    uuid,
  is_test       boolean     not null default false,
  forgotten_at  timestamptz,
  version       integer     not null default 1,
  constraint intakes_pk primary key (tenant_id, id),
  constraint intakes_once unique (tenant_id, source, delivery),
  constraint intakes_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint intakes_source_known check (source in
    ('api', 'console', 'csv', 'ebay', 'mail', 'opendsr', 'shopify', 'web')),
  constraint intakes_role_known check (role in ('controller', 'processor')),
  constraint intakes_subject_kind_known check (subject_kind in ('member', 'shopper', 'visitor')),
  constraint intakes_proof_known check (proof in ('none', 'code', 'member', 'signature', 'mandate', 'judged', 'not_needed')),
  constraint intakes_mandate_known check (mandate in ('none', 'claimed', 'shown', 'rejected')),
  constraint intakes_proved_has_its_time check ((proof = 'none') = (proved_at is null)),
  constraint intakes_unproved_ends check (proof <> 'none' or prove_until is not null),
  constraint intakes_texts_are_short
    check (octet_length(delivery) <= 200 and octet_length(locale) between 2 and 35 and octet_length(place) <= 10
       and octet_length(zone) between 1 and 60)
);
comment on table intakes is 'contacts by which people, or others for them, asked for something';
comment on column intakes.delivery is 'what the sender calls it, so that the same is taken once';
comment on column intakes.place is 'where the person is, as far as it is known: DE, US-CA';
comment on column intakes.zone is 'whose midnight ends a day of its clocks';
comment on column intakes.original is 'as it came, under the intake''s own key; gone with it';
comment on column intakes.proof is 'by what the person was first proved; each identifier says how it was';
comment on column intakes.prove_until is 'unproved after this, what was asked is closed';
create index intakes_of_subject on intakes (tenant_id, subject_id) where subject_id is not null;
create index intakes_unproved on intakes (tenant_id, prove_until) where proof = 'none';
call app.fence('intakes');
grant select, insert, update on intakes to rd_api, rd_worker;
grant select (tenant_id, id, source, role, subject_kind, store_id, locale, place, zone, received_at, made_at, made_by,
  subject_id, proof, proved_at, prove_until, mandate, mandate_by, is_test, forgotten_at, version) on intakes to rd_desk;

create table intake_identifiers (
  tenant_id    uuid        not null,
  id           uuid        not null,
  intake_id    uuid        not null,
  kind         text        not null,
  store_id     uuid,
  value        bytea,
  bidx         bytea,
  bidx_v       smallint    not null,
  proof        text        not null default 'none',
  proved_at    timestamptz,
  proved_by    uuid,
  reason       bytea,
  code_digest  bytea,
  code_sent_at timestamptz,
  code_until   timestamptz,
  tries        smallint    not null default 0,
  constraint intake_identifiers_pk primary key (tenant_id, id),
  constraint intake_identifiers_of_intake foreign key (tenant_id, intake_id) references intakes (tenant_id, id) on delete cascade,
  constraint intake_identifiers_kind_known check (kind in ('mail', 'phone', 'customer', 'handle', 'order', 'name', 'agent')),
  constraint intake_identifiers_proof_known check (proof in ('none', 'code', 'member', 'signature', 'mandate', 'judged')),
  constraint intake_identifiers_proved_has_its_time check ((proof = 'none') = (proved_at is null)),
  constraint intake_identifiers_judgement_is_whole check ((proof = 'judged') = (reason is not null) and (proof <> 'judged' or proved_by is not null)),
  constraint intake_identifiers_code_is_whole check ((code_digest is null) = (code_until is null)),
  constraint intake_identifiers_tries_are_few check (tries between 0 and 10),
  constraint intake_identifiers_digests_are_whole check (octet_length(bidx) = 16 and octet_length(code_digest) = 32)
);
comment on table intake_identifiers is 'what the person goes by, as was said; each proved by itself or not at all';
comment on column intake_identifiers.value is 'under the intake''s own key; gone with it';
comment on column intake_identifiers.code_digest is 'keyed digest of the code that was sent; the code itself is kept nowhere';
create index intake_identifiers_in_intake on intake_identifiers (tenant_id, intake_id, id);
create index intake_identifiers_by_value on intake_identifiers (tenant_id, kind, bidx);
call app.fence('intake_identifiers');
grant select, insert, update on intake_identifiers to rd_api, rd_worker;
grant select (tenant_id, id, intake_id, kind, store_id, proof, proved_at, proved_by, code_sent_at, code_until, tries)
  on intake_identifiers to rd_desk;

create table requests (
  tenant_id     uuid        not null,
  id            uuid        not null,
  intake_id     uuid        not null,
  reference     text        not null,
  right_code    text        not null,
  special_case  text,
  source        text        not null,
  role          text        not null,
  locale        text        not null,
  store_id      uuid,
  subject_id    uuid,
  received_at   timestamptz not null,
  stage         text        not null,
  opened_at     timestamptz,
  paused_on     text,
  plan_id       uuid,
  closed_at     timestamptz,
  outcome       text,
  ground        text,
  original_id   uuid,
  appeal_of     uuid,
  driving       text,
  due_on        date,
  due_at        timestamptz,
  target_on     date,
  answered_at   timestamptz,
  late_reason   text,
  owner_id      uuid,
  team          text,
  is_test       boolean     not null default false,
  moved_at      timestamptz not null,
  version       integer     not null default 1,
  constraint requests_pk primary key (tenant_id, id),
  constraint requests_reference_once unique (tenant_id, reference),
  constraint requests_of_intake foreign key (tenant_id, intake_id) references intakes (tenant_id, id) on delete restrict,
  constraint requests_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint requests_of_original foreign key (tenant_id, original_id) references requests (tenant_id, id) on delete restrict,
  constraint requests_appeals_one foreign key (tenant_id, appeal_of) references requests (tenant_id, id) on delete restrict,
  constraint requests_right_known check (right_code in
    ('access', 'portability', 'deletion', 'correction', 'restriction', 'objection', 'opt_out', 'complaint', 'appeal')),
  constraint requests_source_known check (source in
    ('api', 'console', 'csv', 'ebay', 'mail', 'opendsr', 'shopify', 'web')),
  constraint requests_role_known check (role in ('controller', 'processor')),
  constraint requests_stage_known check (stage in
    ('received', 'open', 'paused', 'awaiting_approval', 'in_progress', 'closed')),
  constraint requests_paused_on_known check (paused_on in ('identity_asked', 'scope_asked', 'fee_asked')),
  constraint requests_outcome_known check (outcome in
    ('fulfilled', 'partly_fulfilled', 'refused', 'withdrawn', 'expired', 'spam', 'duplicate')),
  constraint requests_ground_known check (ground in
    ('legal_obligation', 'legal_claims', 'contract_active', 'freedom_of_expression', 'public_interest', 'others_rights',
     'unverified', 'unfounded_excessive', 'duplicate', 'exempt_data', 'security_incident', 'chargeback_window', 'backup_deferred')),
  constraint requests_late_reason_known check (late_reason in ('identity', 'volume', 'merchant', 'recipient', 'holiday', 'ours')),
  constraint requests_opened_is_proved check (stage in ('received', 'closed', 'paused') or opened_at is not null),
  constraint requests_pause_has_its_ground check ((stage = 'paused') = (paused_on is not null)),
  constraint requests_work_has_a_plan check (stage not in ('awaiting_approval', 'in_progress') or plan_id is not null),
  constraint requests_closed_is_whole check ((stage = 'closed') = (closed_at is not null) and (stage = 'closed') = (outcome is not null)),
  constraint requests_refusal_has_its_ground check ((outcome = 'refused') is not true or ground is not null),
  constraint requests_duplicate_has_its_original check ((outcome is not distinct from 'duplicate') = (original_id is not null)),
  constraint requests_appeal_has_its_refusal check ((right_code = 'appeal') = (appeal_of is not null)),
  constraint requests_due_is_whole check ((due_on is null) = (due_at is null) and (due_on is null) = (driving is null)),
  constraint requests_texts_are_short
    check (octet_length(reference) between 4 and 12 and octet_length(special_case) <= 40 and octet_length(driving) <= 40
       and octet_length(team) <= 40 and octet_length(locale) <= 35)
);
comment on table requests is 'what a person asks for, one right each';
comment on column requests.reference is 'what people call it; made from its id';
comment on column requests.paused_on is 'what is waited for; a pause leads back to open where it was opened before';
comment on column requests.driving is 'the regime whose clock is worked by: the earliest that is open';
comment on column requests.due_on is 'that clock''s date, copied from request_clocks whenever that changes';
comment on column requests.target_on is 'ours: the day on which the last fifth of that time begins; none while that clock stands still';
comment on column requests.late_reason is 'why it was answered late, as staff said';
comment on column requests.owner_id is 'who works it: one of the operator''s people';
-- However it is narrowed, what is worked is counted from this index alone.
create index requests_by_due on requests (due_at, id)
  include (tenant_id, stage, right_code, source, role, driving, team, owner_id, store_id, target_on, moved_at)
  where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;
create index requests_by_owner on requests (owner_id, due_at, id) where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;
create index requests_by_right on requests (right_code, due_at, id) where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;
create index requests_by_stage on requests (stage, due_at, id) where stage <> 'closed' and not is_test;
create index requests_by_team on requests (team, due_at, id) where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;
create index requests_by_driving on requests (driving, due_at, id) where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;
create index requests_of_tenant_by_due on requests (tenant_id, due_at, id) where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;
create index requests_of_tenant_by_receipt on requests (tenant_id, received_at, id);
create index requests_by_receipt on requests (received_at, id);
create index requests_by_reference on requests (reference);
create index requests_in_intake on requests (tenant_id, intake_id);
create index requests_of_subject on requests (tenant_id, subject_id) where subject_id is not null;
create index requests_closed on requests (closed_at, id) where stage = 'closed';
create index requests_by_outcome on requests (outcome, received_at, id) where stage = 'closed' and not is_test;
create index requests_in_numbers on requests (stage, right_code, source, due_on, due_at, target_on, moved_at, tenant_id) where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;
create index requests_of_tests on requests (received_at, id) where is_test;
call app.fence('requests');
grant select, insert, update on requests to rd_api, rd_worker;
grant select on requests to rd_desk;

create table request_clocks (
  tenant_id   uuid        not null,
  id          uuid        not null,
  request_id  uuid        not null,
  regime      text        not null,
  right_name  text        not null,
  kind        text        not null,
  whose       text        not null,
  due_on      date        not null,
  due_at      timestamptz not null,
  legal_on    date,
  is_paused   boolean     not null default false,
  clock       text        not null,
  met_at      timestamptz,
  constraint request_clocks_pk primary key (tenant_id, id),
  constraint request_clocks_once unique (tenant_id, request_id, regime, kind),
  constraint request_clocks_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_clocks_kind_known check (kind in ('acknowledgement', 'answer', 'appeal', 'duty')),
  constraint request_clocks_whose_known check (whose in ('ours', 'merchants')),
  constraint request_clocks_texts_are_short check (octet_length(regime) <= 40 and octet_length(right_name) <= 60 and octet_length(clock) <= 8000)
);
comment on table request_clocks is 'due dates, each computed once with its basis';
comment on column request_clocks.clock is 'the date with all that went into it, as JSON: facts, no personal value';
comment on column request_clocks.met_at is 'when what it counts towards was done';
create index request_clocks_open on request_clocks (due_at, tenant_id, request_id) where met_at is null;
call app.fence('request_clocks');
grant select, insert, update on request_clocks to rd_api, rd_worker;
grant select on request_clocks to rd_desk;

-- What became of a request's clocks. A row is never changed: what was wrong is withdrawn by another.
create table request_clock_events (
  tenant_id   uuid        not null,
  id          uuid        not null,
  request_id  uuid        not null,
  at          timestamptz not null,
  what        text        not null,
  pause_on    text,
  regime      text,
  until_on    date,
  before_on   date,
  after_on    date,
  made_by     uuid,
  reason      bytea,
  constraint request_clock_events_pk primary key (tenant_id, id),
  constraint request_clock_events_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_clock_events_what_known check (what in
    ('paused', 'resumed', 'pause_withdrawn', 'extended', 'extension_withdrawn')),
  constraint request_clock_events_pause_on_known check (pause_on in ('identity_asked', 'scope_asked', 'fee_asked')),
  constraint request_clock_events_pause_has_its_ground check ((what in ('paused', 'resumed', 'pause_withdrawn')) = (pause_on is not null)),
  constraint request_clock_events_extension_has_its_regime check ((what in ('extended', 'extension_withdrawn')) = (regime is not null)),
  constraint request_clock_events_until_is_told_once check (until_on is null or what = 'extended')
);
comment on table request_clock_events is 'pauses, extensions and their withdrawal: a date is computed from receipt and all of them';
comment on column request_clock_events.before_on is 'the driving date before, as the person was told';
comment on column request_clock_events.reason is 'in words, under the intake''s own key';
create index request_clock_events_in_order on request_clock_events (tenant_id, request_id, at, id);
call app.fence('request_clock_events');
grant select, insert on request_clock_events to rd_api, rd_worker;
grant select (tenant_id, id, request_id, at, what, pause_on, regime, until_on, before_on, after_on, made_by) on request_clock_events to rd_desk;

create table request_plans (
  tenant_id    uuid        not null,
  id           uuid        not null,
  request_id   uuid        not null,
  number       smallint    not null,
  digest       bytea       not null,
  drawn_at     timestamptz not null,
  drawn_by     uuid,
  state        text        not null default 'drawn',
  submitted_at timestamptz,
  submitted_by uuid,
  decided_at   timestamptz,
  decided_by   uuid,
  reason       bytea,
  starts_at    timestamptz,
  constraint request_plans_pk primary key (tenant_id, id),
  constraint request_plans_number_once unique (tenant_id, request_id, number),
  constraint request_plans_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_plans_state_known check (state in ('drawn', 'submitted', 'approved', 'returned', 'superseded')),
  constraint request_plans_digest_is_whole check (octet_length(digest) = 32),
  constraint request_plans_submitted_is_whole check ((submitted_at is null) = (submitted_by is null)),
  constraint request_plans_submitted_has_its_time check (state <> 'submitted' or submitted_at is not null),
  constraint request_plans_decided_is_whole
    check ((state in ('approved', 'returned')) = (decided_at is not null) and (decided_at is null) = (decided_by is null)),
  constraint request_plans_are_approved_by_another check (decided_by is null or state = 'returned' or decided_by is distinct from submitted_by),
  constraint request_plans_returned_has_its_reason check (state <> 'returned' or reason is not null)
);
comment on table request_plans is 'what would be done, as it was found; approved by its digest';
comment on column request_plans.digest is 'over its canonical lines, as docs/formats.md says: what is approved is this';
comment on column request_plans.starts_at is 'after the cooling-off: nothing that cannot be undone runs before';
call app.fence('request_plans');
grant select, insert, update (state, submitted_at, submitted_by, decided_at, decided_by, reason, starts_at) on request_plans to rd_api, rd_worker;
grant select (tenant_id, id, request_id, number, digest, drawn_at, drawn_by, state, submitted_at, submitted_by, decided_at, decided_by, starts_at)
  on request_plans to rd_desk;

create table request_plan_lines (
  tenant_id  uuid     not null,
  plan_id    uuid     not null,
  position   smallint not null,
  category   text     not null,
  place      text     not null,
  store_id   uuid,
  recipient  text,
  rows       bigint   not null,
  action     text     not null,
  ground     text,
  until_on   date,
  constraint request_plan_lines_pk primary key (tenant_id, plan_id, position),
  constraint request_plan_lines_of_plan foreign key (tenant_id, plan_id) references request_plans (tenant_id, id) on delete cascade,
  constraint request_plan_lines_action_known check (action in
    ('disclose', 'delete', 'anonymise', 'correct', 'restrict', 'stop', 'suppress', 'keep', 'tell', 'by_hand', 'answer', 'nothing')),
  constraint request_plan_lines_keep_has_its_ground check ((action = 'keep') = (ground is not null)),
  constraint request_plan_lines_counts check (rows >= 0),
  constraint request_plan_lines_texts_are_short
    check (octet_length(category) <= 60 and octet_length(place) <= 60 and octet_length(recipient) <= 60 and octet_length(ground) <= 60)
);
comment on table request_plan_lines is 'a plan, line by line: counts and codes, no value of anybody''s';
comment on column request_plan_lines.place is 'the table of ours, or where else it is: store, recipient';
comment on column request_plan_lines.ground is 'of a keep: the policy''s keep, a hold, an open order';
call app.fence('request_plan_lines');
grant select, insert on request_plan_lines to rd_api, rd_worker;
grant select on request_plan_lines to rd_desk;

create table request_messages (
  tenant_id   uuid        not null,
  id          uuid        not null,
  request_id  uuid        not null,
  way         text        not null,
  kind        text        not null,
  locale      text        not null,
  title       bytea,
  body        bytea,
  generation  integer     not null default 0,
  made_at     timestamptz not null,
  made_by     uuid,
  state       text        not null,
  sent_at     timestamptz,
  constraint request_messages_pk primary key (tenant_id, id),
  constraint request_messages_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_messages_way_known check (way in ('in', 'note', 'out')),
  constraint request_messages_kind_known check (kind in
    ('acknowledgement', 'code', 'paused', 'resumed', 'extended', 'extension_withdrawn', 'refused', 'answered', 'withdrawn', 'expired',
     'handed_on', 'joined', 'ask', 'message', 'note')),
  constraint request_messages_state_known check (state in ('draft', 'queued', 'sent', 'failed', 'received', 'kept')),
  constraint request_messages_sent_has_its_time check ((state = 'sent') = (sent_at is not null)),
  constraint request_messages_way_fits_its_state
    check ((way = 'in') = (state = 'received') and (way = 'note') = (state = 'kept'))
);
comment on table request_messages is 'letters to the person, messages from them, notes of staff';
comment on column request_messages.body is 'under the intake''s own key; gone with it';
create index request_messages_in_order on request_messages (tenant_id, request_id, made_at, id);
create index request_messages_queued on request_messages (tenant_id, made_at) where state = 'queued';
call app.fence('request_messages');
grant select, insert, update (title, body, generation, locale, state, sent_at) on request_messages to rd_api, rd_worker;
grant select (tenant_id, id, request_id, way, kind, locale, generation, made_at, made_by, state, sent_at) on request_messages to rd_desk;

create table request_reminders (
  tenant_id   uuid        not null,
  request_id  uuid        not null,
  about       text        not null,
  day         date        not null,
  told_at     timestamptz not null,
  constraint request_reminders_pk primary key (tenant_id, request_id, about, day),
  constraint request_reminders_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_reminders_about_known check (about in ('acknowledgement_due', 'target', 'due_soon', 'last_day', 'overdue', 'pause_ends'))
);
comment on table request_reminders is 'what staff were reminded of, each once';
comment on column request_reminders.day is 'the date it was about, not the day it was told';
call app.fence('request_reminders');
grant select, insert on request_reminders to rd_api, rd_worker;
grant select on request_reminders to rd_desk;

-- What stops an erasure. It names a person, or everything of a store's orders that a dispute is about.
create table holds (
  tenant_id   uuid        not null,
  id          uuid        not null,
  reference   text        not null,
  subject_id  uuid        not null,
  kind        text        not null,
  reason      bytea       not null,
  placed_at   timestamptz not null,
  placed_by   uuid        not null,
  review_on   date        not null,
  released_at timestamptz,
  released_by uuid,
  version     integer     not null default 1,
  constraint holds_pk primary key (tenant_id, id),
  constraint holds_reference_once unique (tenant_id, reference),
  constraint holds_kind_known check (kind in ('authority', 'chargeback', 'dispute', 'fraud', 'litigation')),
  constraint holds_released_is_whole check ((released_at is null) = (released_by is null)),
  constraint holds_are_released_by_another check (released_by is null or released_by <> placed_by)
);
comment on table holds is 'what must not be erased for now, and who answers for it';
comment on column holds.reason is 'in words, under the hold''s own key';
create index holds_of_subject on holds (tenant_id, subject_id) where released_at is null;
create index holds_by_review on holds (review_on, id) where released_at is null;
call app.fence('holds');
grant select, insert, update (released_at, released_by, review_on, version) on holds to rd_api, rd_worker;
grant select (tenant_id, id, reference, subject_id, kind, placed_at, placed_by, review_on, released_at, released_by, version) on holds to rd_desk;

-- What staff look at often, by name. Rows of the house.
create table saved_views (
  tenant_id uuid        not null,
  id        uuid        not null,
  staff_id  uuid        not null,
  name      text        not null,
  filter    text        not null,
  position  smallint    not null,
  made_at   timestamptz not null,
  constraint saved_views_pk primary key (tenant_id, id),
  constraint saved_views_name_once unique (tenant_id, staff_id, name),
  constraint saved_views_of_staff foreign key (tenant_id, staff_id) references staff (tenant_id, id) on delete cascade,
  constraint saved_views_texts_are_short check (octet_length(name) between 1 and 80 and octet_length(filter) <= 400)
);
comment on table saved_views is 'filters of the queue that somebody keeps';
call app.fence('saved_views');
grant select, insert, update (name, filter, position), delete on saved_views to rd_api, rd_worker;
grant select on saved_views to rd_desk;

-- What somebody means to do something with, all at once: fixed when it was chosen, so that nothing comes in between. Rows of
-- the house.
create table request_selections (
  tenant_id uuid        not null,
  id        uuid        not null,
  staff_id  uuid        not null,
  made_at   timestamptz not null,
  ends_at   timestamptz not null,
  is_cut    boolean     not null,
  of_tenant uuid[]      not null,
  request   uuid[]      not null,
  at_version integer[]  not null,
  constraint request_selections_pk primary key (tenant_id, id),
  constraint request_selections_of_staff foreign key (tenant_id, staff_id) references staff (tenant_id, id) on delete cascade,
  constraint request_selections_are_whole
    check (cardinality(of_tenant) = cardinality(request) and cardinality(request) = cardinality(at_version)),
  constraint request_selections_are_bounded check (cardinality(request) <= 10000)
);
comment on table request_selections is 'requests that somebody chose, to do the same with each';
comment on column request_selections.is_cut is 'more fitted than one selection holds';
comment on column request_selections.request is 'in the order in which they were listed; whose each is stands beside it';
create index request_selections_over on request_selections (ends_at);
call app.fence('request_selections');
grant select, insert, delete on request_selections to rd_api, rd_worker;

-- What the books tell of one request is found without reading the others'.
create index audit_events_of_requests on audit_events (tenant_id, object, seq) where object like 'request:%' or object like 'intake:%';

-- The addresses of the person's own pages: whoever holds the link is led to the intake.
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake', 'store_hook',
   'intake_follow'));

-- A platform's notice is answered by the request that was opened for it.
alter table privacy_notices drop constraint privacy_notices_state_known;
alter table privacy_notices add constraint privacy_notices_state_known check (state in ('open', 'taken'));

-- Whoever asks on the page is counted by the network he comes from.
alter table throttles drop constraint throttles_kind_known;
alter table throttles add constraint throttles_kind_known check (kind in ('password_account', 'password_device',
  'password_source', 'password_all', 'password_change', 'factor_account', 'device_source', 'device_all', 'code_source',
  'subscribe_source', 'subscribe_all', 'ask_source', 'ask_all', 'prove_source'));

-- A job that draws a code or hears a letter does so once, however often it is begun.
grant insert on answers to rd_worker;
