-- Keys of frontends and partners: of one tenant, with named permissions and an end.
create table api_keys (
  tenant_id   uuid        not null,
  id          uuid        not null,
  name        text        not null,
  hint        text        not null,
  hash        bytea       not null,
  permissions text[]      not null,
  made_by     text        not null,
  made_at     timestamptz not null,
  expires_at  timestamptz not null,
  seen_at     timestamptz,
  replaced_by uuid,
  revoked_at  timestamptz,
  constraint api_keys_pk primary key (tenant_id, id),
  constraint api_keys_of_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
  constraint api_keys_replaced_by_own foreign key (tenant_id, replaced_by) references api_keys (tenant_id, id) on delete restrict,
  constraint api_keys_hash_length check (octet_length(hash) = 32),
  constraint api_keys_name_is_short check (octet_length(name) between 1 and 200)
);
comment on table api_keys is 'keys shown once; only their SHA-256 is here, and the digest leads to them through its keyhole';
comment on column api_keys.hint is 'the last letters, to tell keys apart';
comment on column api_keys.expires_at is 'when it stops; a replaced key stops at the end of its overlap';
create index api_keys_by_time on api_keys (tenant_id, made_at, id);
call app.fence('api_keys');
grant select, insert, update on api_keys to rd_api, rd_worker;
grant select (tenant_id, id, name, hint, permissions, made_by, made_at, expires_at, seen_at, replaced_by, revoked_at)
  on api_keys to rd_desk;
