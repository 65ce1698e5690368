-- What stays when somebody is erased: rows that a ground keeps, until its day, and what a hold keeps from leaving.

-- What a ground keeps, of nobody's name, and until when: rows of one table that came from one shop. Each day somebody looks what
-- is over, and it goes.
create table keeps (
  tenant_id  uuid        not null,
  id         uuid        not null,
  keeper_id  uuid        not null,
  request_id uuid,
  place      text        not null,
  store_id   uuid,
  ground     text        not null,
  until_on   date,
  made_at    timestamptz not null,
  ended_at   timestamptz,
  constraint keeps_pk primary key (tenant_id, id),
  constraint keeps_once unique nulls not distinct (tenant_id, keeper_id, place, store_id, ground),
  constraint keeps_of_keeper foreign key (tenant_id, keeper_id) references subjects (tenant_id, id) on delete restrict,
  constraint keeps_texts_are_short check (octet_length(place) <= 60 and octet_length(ground) <= 60)
);
comment on table keeps is 'what a ground keeps of whom nobody names any more, and until when';
comment on column keeps.keeper_id is 'the subject of nobody''s name to whom the rows went over';
comment on column keeps.request_id is 'what was carried out then; none where a backup came back';
comment on column keeps.until_on is 'the last day on which the ground keeps it; none where it has no day';
create index keeps_due on keeps (until_on, tenant_id, keeper_id) where ended_at is null;
call app.fence('keeps');
grant select, insert, update (until_on, ended_at) on keeps to rd_api, rd_worker;
grant select on keeps to rd_desk;

-- By what a shop called its buyer, in orders that name nobody else.
create index orders_by_customer on orders (tenant_id, store_id, customer) where customer is not null;

-- What the scan looked through, and what it left, is counted with its step.
alter table request_steps
  add column looked_through integer,
  add column left_over      bigint;
alter table request_steps drop constraint request_steps_count;
alter table request_steps
  add constraint request_steps_count check (attempt >= 0 and rows >= 0 and looked_through >= 0 and left_over >= 0),
  add constraint request_steps_look_is_whole
    check ((looked_through is null) = (left_over is null) and (looked_through is null or name = 'scan'));
comment on column request_steps.looked_through is 'of a scan: how many columns about people its last look went through';
comment on column request_steps.left_over is 'of a scan: how many rows its last look found; the certificate says both';
grant update (looked_through, left_over) on request_steps to rd_api, rd_worker;

-- By what others are known nobody is looked for.
comment on column request_matches.tells is 'whether it says who somebody is: by it nobody is written of anew; a telephone beside a mail address does not, an order that stays for a ground neither, and nothing by which somebody else is known';
grant update (tells) on request_matches to rd_api, rd_worker;

-- A shop that still owes somebody goods is told by hand once that is over: the line says so, as one that keeps does.
alter table request_plan_lines drop constraint request_plan_lines_keep_has_its_ground;
alter table request_plan_lines add constraint request_plan_lines_keep_has_its_ground
  check ((action = 'keep') = (ground is not null) or (action = 'by_hand' and place = 'store' and ground = 'open_order'));

-- Whom a hold keeps us from telling, and whose days each task's time is counted in.
alter table recipient_tasks
  add column zone    text not null default 'UTC',
  add column held_at timestamptz,
  add constraint recipient_tasks_zone_is_short check (octet_length(zone) between 1 and 60);
alter table recipient_tasks no force row level security;
alter table requests no force row level security;
alter table intakes no force row level security;
update recipient_tasks t set zone = i.zone
  from requests r join intakes i on i.tenant_id = r.tenant_id and i.id = r.intake_id
 where r.tenant_id = t.tenant_id and r.id = t.request_id;
alter table intakes force row level security;
alter table requests force row level security;
alter table recipient_tasks force row level security;
alter table recipient_tasks alter column zone drop default;
comment on column recipient_tasks.zone is 'whose midnight ends a day of the request''s clocks';
comment on column recipient_tasks.held_at is 'since when a hold keeps us from telling it; its time stands still meanwhile';
create index recipient_tasks_held on recipient_tasks (tenant_id, request_id) where held_at is not null and ended_at is null;
grant select (zone, held_at) on recipient_tasks to rd_desk;

-- What the provider of an app is asked has its time too: who was asked and does not answer is silent by then.
alter table provider_tasks
  add column until       timestamptz not null default now() + interval '30 days',
  add column reminded_at timestamptz;
alter table provider_tasks alter column until drop default;
alter table provider_tasks drop constraint provider_tasks_state_known;
alter table provider_tasks add constraint provider_tasks_state_known
  check (state in ('open', 'asked', 'silent', 'confirmed', 'refused', 'waived'));
comment on column provider_tasks.until is 'from when on its silence is told as such';
comment on column provider_tasks.reminded_at is 'when somebody was told last that nothing has ended it';
drop index provider_tasks_one_at_a_time;
create unique index provider_tasks_one_at_a_time on provider_tasks (tenant_id, app_id, kind) where settled_at is null;
create index provider_tasks_unsettled on provider_tasks (until) where settled_at is null;
grant select (until, reminded_at) on provider_tasks to rd_desk;

-- What was put right stands until the platform itself tells something else.
alter table corrected_values add column until timestamptz;
comment on column corrected_values.until is 'when the platform told something else than what stood there before; none while it has not';
create index corrected_values_standing on corrected_values (tenant_id, row_id) where until is null;
grant update (until) on corrected_values to rd_api, rd_worker;
-- Where a policy keeps what it was about, it goes over to nobody's name.
grant update (subject_id, salt, was_digest, is_digest) on corrected_values to rd_worker;
grant select (until) on corrected_values to rd_desk;
