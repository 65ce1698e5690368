-- Need to know: who may open the data of which tenant, for what and until when. Rows of that tenant.
create table grants (
  tenant_id   uuid        not null,
  id          uuid        not null,
  kind        text        not null,
  staff_id    uuid        not null,
  ticket      text,
  reason      bytea,
  given_by    uuid,
  starts_at   timestamptz not null,
  ends_at     timestamptz not null,
  ended_at    timestamptz,
  ended_by    uuid,
  reviewed_at timestamptz,
  reviewed_by uuid,
  alarmed_at  timestamptz,
  constraint grants_pk primary key (tenant_id, id),
  constraint grants_kind_known check (kind in ('given', 'break_glass')),
  constraint grants_of_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
  constraint grants_end_after_their_start check (ends_at > starts_at),
  constraint grants_say_why check (ticket is not null or reason is not null),
  constraint grants_are_given_by_another check (kind <> 'given' or given_by is distinct from staff_id),
  constraint grants_are_reviewed_by_another check (reviewed_by is distinct from staff_id or reviewed_by is null),
  constraint grants_reviewed_is_whole check ((reviewed_at is null) = (reviewed_by is null)),
  constraint grants_ticket_is_a_reference check (ticket ~ '^[A-Z][A-Z0-9]{0,9}-[A-Z0-9]{1,20}$')
);
comment on table grants is 'leave to open personal data: given by another, or taken by breaking the glass, which alarms';
comment on column grants.given_by is 'the colleague; none where the operator''s own hand on the machine gave it';
comment on column grants.alarmed_at is 'when the letters about broken glass had all left';
comment on column grants.reason is 'in words, sealed under the grant''s own key';
create index grants_of_staff on grants (tenant_id, staff_id, ends_at);
create index grants_by_time on grants (starts_at desc, id desc);
call app.fence('grants');
grant select, insert, update on grants to rd_api, rd_worker;
grant select (tenant_id, id, kind, staff_id, ticket, given_by, starts_at, ends_at, ended_at, ended_by, reviewed_at,
              reviewed_by) on grants to rd_desk;

-- Under which leave a look was had, for which ticket, and why in words.
alter table access_log
  add column grant_id uuid,
  add column ticket text,
  add column reason bytea;
comment on column access_log.reason is 'in words, sealed under the person''s own key: it is forgotten with the person';
