-- Shops on platforms, each of one tenant, and what they let us do.
create table stores (
  tenant_id       uuid        not null,
  id              uuid        not null,
  platform        text        not null,
  domain          text        not null,
  name            text        not null,
  region          text        not null,
  state           text        not null default 'pending',
  sync_is_on      boolean     not null default false,
  token_id        uuid,
  added_at        timestamptz not null,
  connected_at    timestamptz,
  read_at         timestamptz,
  disconnected_at timestamptz,
  version         integer     not null default 1,
  constraint stores_pk primary key (tenant_id, id),
  constraint stores_of_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
  constraint stores_token_is_there foreign key (tenant_id, token_id) references secrets (tenant_id, id) on delete restrict,
  constraint stores_state_known check (state in ('pending', 'connected', 'needs_reconnecting', 'disconnected')),
  constraint stores_connected_has_its_time
    check ((state = 'disconnected') or ((state = 'pending') = (connected_at is null))),
  constraint stores_disconnected_has_its_time check ((state = 'disconnected') = (disconnected_at is not null)),
  constraint stores_token_goes_with_the_connection
    check (token_id is null or state in ('connected', 'needs_reconnecting')),
  constraint stores_sync_goes_with_the_connection
    check (not sync_is_on or state in ('connected', 'needs_reconnecting')),
  constraint stores_texts_are_short check (octet_length(platform) <= 40 and octet_length(domain) <= 253
    and octet_length(name) <= 400 and octet_length(region) <= 35)
);
comment on table stores is 'shops on platforms: whose they are and whether they are connected';
comment on column stores.domain is 'the shop''s address at its platform; while it is connected, a keyhole leads from it to this row';
comment on column stores.token_id is 'the secret by which we come in; gone with the connection';
comment on column stores.read_at is 'when the platform last told what it grants';
create unique index stores_domain_once on stores (tenant_id, platform, domain) where state <> 'disconnected';
create index stores_by_domain on stores (domain, id);
create index stores_by_time on stores (added_at, id);
call app.fence('stores');
grant select, insert, update on stores to rd_api, rd_worker;
grant select (tenant_id, id, platform, domain, name, region, state, sync_is_on, added_at, connected_at, read_at,
              disconnected_at, version) on stores to rd_desk;

-- What each store lets us do now, scope by scope, and what it once did.
create table store_scopes (
  tenant_id    uuid        not null,
  store_id     uuid        not null,
  name         text        not null,
  granted_at   timestamptz not null,
  last_used_at timestamptz,
  gone_at      timestamptz,
  revoked_at   timestamptz,
  revoked_by   text,
  constraint store_scopes_pk primary key (tenant_id, store_id, name),
  constraint store_scopes_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint store_scopes_revoked_is_whole check ((revoked_at is null) = (revoked_by is null)),
  constraint store_scopes_name_is_short check (octet_length(name) between 1 and 200)
);
comment on table store_scopes is 'the scopes of each store as they stand';
comment on column store_scopes.last_used_at is 'to the hour';
comment on column store_scopes.gone_at is 'when the platform''s word no longer held it; none while it is granted';
comment on column store_scopes.revoked_at is 'from when on we use it no more, whatever the platform says; proven once it is gone';
call app.fence('store_scopes');
grant select, insert, update on store_scopes to rd_api, rd_worker;
grant select on store_scopes to rd_desk;

-- How it came to that. Nobody online may change or remove a row.
create table store_grants (
  tenant_id uuid        not null,
  id        uuid        not null,
  store_id  uuid        not null,
  at        timestamptz not null,
  how       text        not null,
  scopes    text[]      not null,
  added     text[]      not null,
  removed   text[]      not null,
  by_actor  text        not null,
  reason    text,
  constraint store_grants_pk primary key (tenant_id, id),
  constraint store_grants_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint store_grants_how_known check (how in ('connected', 'read', 'revoked', 'disconnected')),
  constraint store_grants_reason_known
    check (reason in ('not_listed', 'unused', 'not_needed', 'review', 'merchant_asked', 'incident')),
  constraint store_grants_revoking_says_why check ((how = 'revoked') = (reason is not null))
);
comment on table store_grants is 'the history of what each store granted, from one moment to the next';
comment on column store_grants.scopes is 'the whole set after it: as the platform told it, or what of it we still use';
create index store_grants_by_time on store_grants (tenant_id, store_id, at, id);
call app.fence('store_grants');
grant select, insert on store_grants to rd_api, rd_worker;
grant select on store_grants to rd_desk;

-- What a disconnection left behind. Nobody online may change or remove a row.
create table store_receipts (
  tenant_id      uuid        not null,
  id             uuid        not null,
  store_id       uuid        not null,
  at             timestamptz not null,
  by_actor       text        not null,
  token_deleted  boolean     not null,
  jobs_cancelled integer     not null,
  scopes         text[]      not null,
  what_stays     text        not null,
  constraint store_receipts_pk primary key (tenant_id, id),
  constraint store_receipts_once unique (tenant_id, store_id),
  constraint store_receipts_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint store_receipts_count check (jobs_cancelled >= 0)
);
comment on table store_receipts is 'what ended with a store''s connection, and what did not';
comment on column store_receipts.scopes is 'what the store granted until then';
call app.fence('store_receipts');
grant select, insert on store_receipts to rd_api, rd_worker;
grant select on store_receipts to rd_desk;

-- A domain leads to the store that is connected under it.
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known
  check (kind in ('api_key', 'tenant_reference', 'store_domain'));

-- Work for what is gone is cancelled: it never begins, and what runs loses its fence and commits nothing more.
alter table jobs drop constraint jobs_state_known;
alter table jobs add constraint jobs_state_known
  check (state in ('ready', 'running', 'done', 'cancelled', 'dead', 'quarantined'));
alter table jobs drop constraint jobs_ended_has_its_time;
alter table jobs add constraint jobs_ended_has_its_time
  check ((state in ('done', 'cancelled', 'dead', 'quarantined')) = (ended_at is not null));
drop index jobs_done;
create index jobs_ended on jobs (tenant_id, ended_at) where state in ('done', 'cancelled');
grant update (state, retry_at, ended_at, code, fence, leased_until) on jobs to rd_api, rd_worker;
alter table job_attempts drop constraint job_attempts_fate_known;
alter table job_attempts add constraint job_attempts_fate_known
  check (fate in ('done', 'retried', 'snoozed', 'released', 'crashed', 'cancelled', 'dead', 'quarantined'));
grant insert on job_attempts to rd_api, rd_worker;
