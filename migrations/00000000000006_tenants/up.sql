-- Merchants. The row of a tenant is its own first row.
create table tenants (
  tenant_id  uuid        not null,
  legal_name text        not null,
  reference  text,
  locale     text        not null,
  region     text        not null,
  plan       text        not null,
  app_slots  integer     not null,
  our_role   text        not null default 'processor',
  role_note  text,
  state      text        not null default 'active',
  opened_at  timestamptz not null,
  closing_at timestamptz,
  closes_on  date,
  closed_at  timestamptz,
  version    integer     not null default 1,
  constraint tenants_pk primary key (tenant_id),
  constraint tenants_our_role_known check (our_role in ('processor', 'controller', 'joint')),
  constraint tenants_state_known check (state in ('active', 'closing', 'closed')),
  constraint tenants_slots_are_counted check (app_slots >= 0),
  constraint tenants_closing_has_its_dates
    check ((state <> 'active') = (closing_at is not null) and (closing_at is null) = (closes_on is null)),
  constraint tenants_closed_has_its_time check ((state = 'closed') = (closed_at is not null)),
  constraint tenants_texts_are_short check (octet_length(legal_name) <= 400 and octet_length(reference) <= 200
    and octet_length(role_note) <= 2000 and octet_length(plan) <= 80)
);
comment on table tenants is 'merchant organisations: who they are to us and how long they stay';
comment on column tenants.reference is 'what the tenant''s own identity provider calls it';
comment on column tenants.our_role is 'what we are to the tenant''s shoppers: the merchant controls, we process, unless said otherwise';
comment on column tenants.closes_on is 'the day its account data is gone: 30 days from the wish to close';
create index tenants_by_name on tenants (legal_name, tenant_id);
create index tenants_by_opening on tenants (opened_at, tenant_id);
create index tenants_that_close on tenants (closes_on) where state = 'closing';
call app.fence('tenants');
grant select, insert, update on tenants to rd_api, rd_worker;
grant select on tenants to rd_desk;

-- The merchants' own users. What is personal stands in envelopes.
create table members (
  tenant_id    uuid        not null,
  id           uuid        not null,
  subject_id   uuid        not null,
  role         text        not null,
  name         bytea       not null,
  name_gen     integer     not null default 0,
  mail         bytea       not null,
  mail_gen     integer     not null default 0,
  mail_bidx    bytea       not null,
  mail_bidx_v  smallint    not null,
  login_bidx   bytea,
  login_bidx_v smallint,
  state        text        not null default 'active',
  added_at     timestamptz not null,
  removed_at   timestamptz,
  version      integer     not null default 1,
  constraint members_pk primary key (tenant_id, id),
  constraint members_of_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
  constraint members_subject_once unique (tenant_id, subject_id),
  constraint members_role_known check (role in ('owner', 'member')),
  constraint members_state_known check (state in ('active', 'removed')),
  constraint members_removed_has_its_time check ((state = 'removed') = (removed_at is not null)),
  constraint members_index_has_its_version check ((login_bidx is null) = (login_bidx_v is null))
);
comment on table members is 'a merchant''s own users';
comment on column members.name_gen is 'grows with each overwrite: an older envelope does not open in its place';
comment on column members.login_bidx is 'blind index of issuer and subject at the tenant''s identity provider';
create unique index members_mail_once on members (tenant_id, mail_bidx) where state = 'active';
create unique index members_login_once on members (tenant_id, login_bidx) where state = 'active' and login_bidx is not null;
create index members_by_time on members (tenant_id, added_at, id);
call app.fence('members');
grant select, insert, update on members to rd_api, rd_worker;
grant select (tenant_id, id, subject_id, role, state, added_at, removed_at, version) on members to rd_desk;
