-- Durable work. A row is inserted in the transaction that wants the work done, and is claimed, fenced and ended by
-- the workers. Business time (due_at) and machine time (retry_at, leased_until) are never compared with each other.
create table jobs (
  tenant_id    uuid        not null,
  id           uuid        not null,
  name         text        not null,
  payload      text        not null,
  state        text        not null default 'ready',
  due_at       timestamptz not null,
  retry_at     timestamptz,
  attempt      integer     not null default 0,
  crashes      integer     not null default 0,
  faults       integer     not null default 0,
  waits        integer     not null default 0,
  fence        uuid,
  leased_until timestamptz,
  started_at   timestamptz,
  ended_at     timestamptz,
  code         text,
  created_at   timestamptz not null default now(),
  constraint jobs_pk primary key (tenant_id, id),
  constraint jobs_state_known check (state in ('ready', 'running', 'done', 'dead', 'quarantined')),
  constraint jobs_running_is_fenced check ((state = 'running') = (fence is not null)),
  constraint jobs_running_is_leased check ((state = 'running') = (leased_until is not null)),
  constraint jobs_ended_has_its_time check ((state in ('done', 'dead', 'quarantined')) = (ended_at is not null)),
  constraint jobs_attempted_has_started check ((attempt > 0) = (started_at is not null)),
  constraint jobs_only_ready_waits check (retry_at is null or state = 'ready'),
  constraint jobs_suspect_waits check (crashes = 0 or state <> 'ready' or retry_at is not null),
  constraint jobs_given_up_says_why check (state not in ('dead', 'quarantined') or code is not null),
  constraint jobs_counts_go_up check (attempt >= 0 and crashes >= 0 and faults >= 0 and waits >= 0),
  constraint jobs_payload_is_ids check (octet_length(payload) <= 2048),
  constraint jobs_code_is_short check (octet_length(code) <= 128)
);
comment on table jobs is 'durable work of a tenant: who has it, until when, and what became of it';
comment on column jobs.payload is 'JSON of the shape the named job declares: ids and codes, never a personal value';
comment on column jobs.due_at is 'business time before which the work must not begin; the earliest goes first';
comment on column jobs.retry_at is 'machine time before which a job that ran once is not tried again';
comment on column jobs.attempt is 'how often it was claimed, counted before it runs';
comment on column jobs.crashes is 'how often its lease ran out; at the limit a person decides';
comment on column jobs.faults is 'failures of our own; at the limit a person decides';
comment on column jobs.waits is 'retries because another was unavailable or had moved it first';
comment on column jobs.fence is 'fresh and random for each claim; a write under another one is refused';
comment on column jobs.code is 'code and reference of the last failure, never a message from outside';
create index jobs_due on jobs (tenant_id, due_at, id) where state = 'ready' and retry_at is null;
create index jobs_waiting on jobs (tenant_id, retry_at, id) where state = 'ready' and retry_at is not null;
create index jobs_running on jobs (tenant_id, leased_until) where state = 'running';
create index jobs_given_up on jobs (tenant_id, ended_at) where state in ('dead', 'quarantined');
create index jobs_done on jobs (tenant_id, ended_at) where state = 'done';
call app.fence('jobs');
grant select, insert, update, delete on jobs to rd_dispatcher;
-- The check that ends a worker's write locks the row, which takes the right to update some column of it.
grant select, insert, update (leased_until) on jobs to rd_worker;
grant select, insert, update (state, retry_at, crashes, faults, waits, ended_at, code) on jobs to rd_api;
grant select (tenant_id, id, name, state, due_at, retry_at, attempt, crashes, faults, waits, started_at, ended_at, code,
              created_at) on jobs to rd_desk;

-- Every attempt that ended, for as long as its job is kept. Nobody online may change or remove one.
create table job_attempts (
  tenant_id  uuid        not null,
  job_id     uuid        not null,
  attempt    integer     not null,
  started_at timestamptz not null,
  ended_at   timestamptz not null,
  fate       text        not null,
  code       text,
  constraint job_attempts_pk primary key (tenant_id, job_id, attempt),
  constraint job_attempts_of_job foreign key (tenant_id, job_id) references jobs (tenant_id, id) on delete cascade,
  constraint job_attempts_fate_known
    check (fate in ('done', 'retried', 'snoozed', 'released', 'crashed', 'dead', 'quarantined')),
  constraint job_attempts_failure_says_why check (fate in ('done', 'snoozed', 'released') or code is not null)
);
comment on table job_attempts is 'one row per attempt that ended, and how';
call app.fence('job_attempts');
grant select, insert on job_attempts to rd_dispatcher;
grant select on job_attempts to rd_api;
grant select on job_attempts to rd_worker;
grant select on job_attempts to rd_desk;

-- One row per tenant with work: where a worker looks first, so that no query ranges over the jobs of all tenants.
-- Outside the fence, because a dispatcher must see all lanes before it may know whose job it takes.
create table lanes (
  tenant_id    uuid        not null,
  in_flight    integer     not null default 0,
  cap          integer     not null default 8,
  due_at       timestamptz,
  retry_at     timestamptz,
  suspect_at   timestamptz,
  leased_until timestamptz,
  constraint lanes_pk primary key (tenant_id),
  constraint lanes_flight_is_counted check (in_flight >= 0),
  constraint lanes_cap_lets_work_through check (cap > 0)
);
comment on table lanes is 'each tenant''s queue at a glance; recounted whenever a worker takes from it';
comment on column lanes.due_at is 'earliest due time of its ready jobs that wait for nothing else';
comment on column lanes.retry_at is 'earliest retry of its ready jobs that never crashed';
comment on column lanes.suspect_at is 'earliest retry of its ready jobs that crashed before';
comment on column lanes.leased_until is 'no lease of its running jobs runs out before this';
grant select, insert, update on lanes to rd_dispatcher;
grant select (tenant_id, due_at), insert (tenant_id, due_at), update (due_at) on lanes to rd_worker;
grant select (tenant_id, due_at), insert (tenant_id, due_at), update (due_at) on lanes to rd_api;
grant select on lanes to rd_desk;

-- What time itself sets off. A firing moves next_at from what was read to what comes next, or did not happen.
create table schedules (
  name     text        not null,
  rhythm   text        not null,
  next_at  timestamptz not null,
  fired_at timestamptz,
  constraint schedules_pk primary key (name)
);
comment on table schedules is 'work of the house that returns by the clock';
comment on column schedules.rhythm is 'the rhythm next_at was reckoned with; a program with another reckons anew';
grant select, insert, update on schedules to rd_dispatcher;
grant select on schedules to rd_desk;
