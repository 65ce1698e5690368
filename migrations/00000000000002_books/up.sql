-- Where each tenant's chain ends: the row that orders its events. Locked last and shortly by every witnessed write.
create table audit_heads (
  tenant_id uuid   not null,
  seq       bigint not null,
  hash      bytea  not null,
  constraint audit_heads_pk primary key (tenant_id),
  constraint audit_heads_hash_length check (octet_length(hash) = 32)
);
comment on table audit_heads is 'the last link of each tenant''s chain';
call app.fence('audit_heads');
grant select, insert, update on audit_heads to rd_api, rd_worker;
grant select on audit_heads to rd_auditor;

-- What was done, for ever and without personal data. Nobody online may change or remove a row.
create table audit_events (
  tenant_id    uuid        not null,
  seq          bigint      not null,
  at           timestamptz not null,
  actor        text        not null,
  action       text        not null,
  object       text        not null,
  payload_hash bytea,
  payload      bytea,
  hash         bytea       not null,
  constraint audit_events_pk primary key (tenant_id, seq),
  constraint audit_events_hash_length check (octet_length(hash) = 32),
  constraint audit_events_payload_is_covered check ((payload is null) or (payload_hash is not null))
);
comment on table audit_events is 'hash-chained events of a tenant, free of personal data';
comment on column audit_events.payload is 'facts beside the row, or an envelope under the key of the person or request they are about';
call app.fence('audit_events');
grant select, insert on audit_events to rd_api, rd_worker;
grant select on audit_events to rd_auditor;

-- Who opened whose data and why. Ages by policy, never under 90 days.
create table access_log (
  tenant_id  uuid        not null,
  id         uuid        not null,
  at         timestamptz not null,
  actor      text        not null,
  subject_id uuid,
  view       text        not null,
  purpose    text        not null,
  constraint access_log_pk primary key (tenant_id, id)
);
comment on table access_log is 'one row per subject opened, per span and per desk view';
comment on column access_log.subject_id is 'the person whose data was opened; none where a span or the desk was';
create index access_log_by_time on access_log (tenant_id, at desc, id);
call app.fence('access_log');
grant select, insert on access_log to rd_api, rd_worker;
grant select on access_log to rd_auditor;

-- The house, the operator as a tenant of its own, has books before anyone else.
alter table audit_heads no force row level security;
insert into audit_heads (tenant_id, seq, hash)
values ('00000000-0000-0000-0000-000000000000', 0, decode(repeat('00', 32), 'hex'));
alter table audit_heads force row level security;
