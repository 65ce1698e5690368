-- What controllers' machines asked for by OpenDSR. The call itself is the original of its intake; here stands how it was
-- answered, so that the same call is answered the same, and what its sender was told since.
create table controller_calls (
  tenant_id   uuid        not null,
  id          uuid        not null,
  intake_id   uuid        not null,
  request_id  uuid        not null,
  digest      bytea       not null,
  received_at timestamptz not null,
  expected_at timestamptz not null,
  callbacks   text[]      not null,
  seen        integer     not null,
  status      text        not null,
  due_at      timestamptz not null,
  constraint controller_calls_pk primary key (tenant_id, id),
  constraint controller_calls_of_intake foreign key (tenant_id, intake_id) references intakes (tenant_id, id) on delete cascade,
  constraint controller_calls_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint controller_calls_status_known check (status in ('pending', 'in_progress', 'completed', 'cancelled')),
  constraint controller_calls_digest_is_whole check (octet_length(digest) = 16),
  constraint controller_calls_callbacks_are_few check (cardinality(callbacks) <= 5)
);
comment on table controller_calls is 'what controllers asked for by machine, and what they were told of it';
comment on column controller_calls.id is 'what the controller calls the request';
comment on column controller_calls.digest is 'keyed digest of the call: another under the same id is refused';
comment on column controller_calls.expected_at is 'as the first answer said it';
comment on column controller_calls.callbacks is 'addresses of the controller''s own, at hosts that the operator listed';
comment on column controller_calls.seen is 'the version of the request that was looked at last';
comment on column controller_calls.status is 'as its sender was told last';
comment on column controller_calls.due_at is 'as its sender was told last';
create index controller_calls_of_request_by_id on controller_calls (tenant_id, request_id);
create index controller_calls_open on controller_calls (tenant_id, request_id, seen) where status in ('pending', 'in_progress');
call app.fence('controller_calls');
grant select, insert, update (seen, status, due_at) on controller_calls to rd_api, rd_worker;
grant select (tenant_id, id, intake_id, request_id, received_at, expected_at, callbacks, seen, status, due_at)
  on controller_calls to rd_desk;
