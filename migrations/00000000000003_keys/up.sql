-- Which key files this database was made with: enough to know a key again, nothing to use it with. Desk-wide.
create table keyring (
  kind         text        not null,
  version      integer     not null,
  check_value  bytea       not null,
  mode         text        not null,
  state        text        not null default 'active',
  made_at      timestamptz not null default now(),
  turned_at    timestamptz,
  retired_at   timestamptz,
  destroyed_at timestamptz,
  constraint keyring_pk primary key (kind, version),
  constraint keyring_kind_known check (kind in ('root', 'epoch', 'suppress', 'sign')),
  constraint keyring_mode_known check (mode in ('demo', 'development', 'production')),
  constraint keyring_state_known check (state in ('active', 'draining', 'retired', 'destroyed')),
  constraint keyring_version_counts_from_one check (version > 0),
  constraint keyring_check_value_length check (octet_length(check_value) = 8),
  constraint keyring_active_is_not_turned check ((state = 'active') = (turned_at is null)),
  constraint keyring_destroyed_has_its_time check ((state = 'destroyed') = (destroyed_at is not null))
);
comment on table keyring is 'check values and states of the key files, which stand outside the database';
comment on column keyring.check_value is 'first 8 bytes of HMAC-SHA256(key, rightsdesk/check/1)';
create unique index keyring_one_active on keyring (kind) where state = 'active';
grant select, insert, update on keyring to rd_worker;
-- To lock the active row in share mode, which keeps it from being turned under a writer, one column must be granted.
grant select, update (turned_at) on keyring to rd_api;
grant select on keyring to rd_desk;

-- A tenant's own keys: the kek under the root, the index and pseudonym keys under the kek.
create table tenant_keys (
  tenant_id    uuid        not null,
  id           uuid        not null,
  purpose      text        not null,
  version      integer     not null,
  state        text        not null default 'active',
  made_under   integer     not null,
  root_version integer,
  kek_version  integer,
  wraps        bigint      not null default 0,
  wrapped      bytea       not null,
  made_at      timestamptz not null default now(),
  constraint tenant_keys_pk primary key (tenant_id, id),
  constraint tenant_keys_version_once unique (tenant_id, purpose, version),
  constraint tenant_keys_purpose_known check (purpose in ('kek', 'index', 'pseudonym')),
  constraint tenant_keys_state_known check (state in ('active', 'draining', 'retired')),
  constraint tenant_keys_version_counts_from_one check (version > 0),
  constraint tenant_keys_under_one_key check ((purpose = 'kek') = (root_version is not null)
                                          and (purpose = 'kek') = (kek_version is null))
);
comment on table tenant_keys is 'keys of a tenant, wrapped; nothing of them opens without the root, which is not in the database';
comment on column tenant_keys.made_under is 'the root version in force when the key was made: an older one means that its turn is due';
comment on column tenant_keys.wraps is 'how often the key has sealed; it is turned long before 2^32';
create unique index tenant_keys_one_active on tenant_keys (tenant_id, purpose) where state = 'active';
call app.fence('tenant_keys');
grant select, insert, update on tenant_keys to rd_api, rd_worker;
grant select (tenant_id, id, purpose, version, state, made_under, root_version, kek_version, wraps, made_at)
  on tenant_keys to rd_desk;

-- One key per person. Destroyed, the row stays: nobody makes an erased person a second key by mistake.
create table subject_keys (
  tenant_id    uuid        not null,
  id           uuid        not null,
  subject_id   uuid        not null,
  epoch        integer,
  wrapped      bytea,
  made_at      timestamptz not null default now(),
  destroyed_at timestamptz,
  constraint subject_keys_pk primary key (tenant_id, id),
  constraint subject_keys_one_per_subject unique (tenant_id, subject_id),
  constraint subject_keys_destroyed_or_whole check ((destroyed_at is null) = (wrapped is not null)
                                                and (destroyed_at is null) = (epoch is not null))
);
comment on table subject_keys is 'the key over everything personal about one person; without it that is erased';
create index subject_keys_by_epoch on subject_keys (tenant_id, epoch, id) where epoch is not null;
call app.fence('subject_keys');
grant select, insert, update on subject_keys to rd_api, rd_worker;
grant select (tenant_id, id, subject_id, epoch, made_at, destroyed_at) on subject_keys to rd_desk;

-- One key per request or inbox delivery, over what is personal and has no person yet.
create table request_keys (
  tenant_id    uuid        not null,
  id           uuid        not null,
  owner_id     uuid        not null,
  epoch        integer,
  wrapped      bytea,
  made_at      timestamptz not null default now(),
  destroyed_at timestamptz,
  constraint request_keys_pk primary key (tenant_id, id),
  constraint request_keys_one_per_owner unique (tenant_id, owner_id),
  constraint request_keys_destroyed_or_whole check ((destroyed_at is null) = (wrapped is not null)
                                                and (destroyed_at is null) = (epoch is not null))
);
comment on table request_keys is 'the key over what one request or delivery brought in; destroyed last';
comment on column request_keys.owner_id is 'the request or the delivery';
create index request_keys_by_epoch on request_keys (tenant_id, epoch, id) where epoch is not null;
call app.fence('request_keys');
grant select, insert, update on request_keys to rd_api, rd_worker;
grant select (tenant_id, id, owner_id, epoch, made_at, destroyed_at) on request_keys to rd_desk;

-- Every stored secret of every slice; slices hold the ids.
create table secrets (
  tenant_id   uuid        not null,
  id          uuid        not null,
  kind        text        not null,
  generation  integer     not null default 0,
  kek_version integer     not null,
  dek         bytea       not null,
  ct          bytea       not null,
  made_at     timestamptz not null default now(),
  sealed_at   timestamptz not null default now(),
  constraint secrets_pk primary key (tenant_id, id),
  constraint secrets_kind_is_a_label check (kind ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint secrets_generation_counts_up check (generation >= 0)
);
comment on table secrets is 'tokens and credentials, each under a value key of its own, which stands wrapped beside it';
comment on column secrets.kind is 'the label both envelopes are bound to; fixed at first use';
create index secrets_by_kek on secrets (tenant_id, kek_version, id);
call app.fence('secrets');
grant select, insert, update, delete on secrets to rd_api, rd_worker;
grant select (tenant_id, id, kind, generation, kek_version, made_at, sealed_at) on secrets to rd_desk;
