-- The operator's people: rows of the house.
create table staff (
  tenant_id       uuid        not null,
  id              uuid        not null,
  subject_id      uuid        not null,
  handle          text        not null,
  mail            bytea       not null,
  mail_bidx       bytea       not null,
  mail_bidx_v     smallint    not null,
  roles           text[]      not null default '{}',
  permissions     text[]      not null default '{}',
  tenants         uuid[],
  state           text        not null default 'invited',
  ends_at         timestamptz,
  invitation_hash bytea,
  invited_until   timestamptz,
  password_hash   text,
  totp_secret_id  uuid,
  totp_step       bigint,
  provider        text,
  provider_sub    text,
  added_at        timestamptz not null,
  seen_at         timestamptz,
  version         integer     not null default 1,
  constraint staff_pk primary key (tenant_id, id),
  constraint staff_handle_once unique (tenant_id, handle),
  constraint staff_mail_once unique (tenant_id, mail_bidx),
  constraint staff_provider_once unique (tenant_id, provider, provider_sub),
  constraint staff_state_known check (state in ('invited', 'active', 'disabled')),
  constraint staff_handle_is_a_word check (handle ~ '^[a-z][a-z0-9._-]{1,31}$'),
  constraint staff_invited_has_its_end check ((invitation_hash is null) = (invited_until is null)),
  constraint staff_provider_is_whole check ((provider is null) = (provider_sub is null)),
  constraint staff_named_tenants_have_an_end check (tenants is null or ends_at is not null)
);
comment on table staff is 'seats at the desk: who may sit there, what the seat may, and until when';
comment on column staff.handle is 'the short name the desk calls a person by; chosen, not the civil name';
comment on column staff.tenants is 'the tenants a partner''s seat is limited to; null reaches every tenant';
comment on column staff.permissions is 'what a partner''s seat may, beside its roles';
comment on column staff.password_hash is 'argon2id in PHC form';
comment on column staff.totp_step is 'the last step of the second factor that was accepted: each code works once';
comment on column staff.provider_sub is 'the person at the identity provider, whose issuer stands beside it';
comment on column staff.version is 'grows with every change of authority; a session made under another is dead';
call app.fence('staff');
grant select, insert, update on staff to rd_api, rd_worker;
grant select (tenant_id, id, handle, roles, permissions, tenants, state, ends_at, invited_until, added_at, seen_at, version)
  on staff to rd_desk;

create table recovery_codes (
  tenant_id uuid  not null,
  id        uuid  not null,
  staff_id  uuid  not null,
  hash      bytea not null,
  used_at   timestamptz,
  constraint recovery_codes_pk primary key (tenant_id, id),
  constraint recovery_codes_of_staff foreign key (tenant_id, staff_id) references staff (tenant_id, id) on delete cascade,
  constraint recovery_codes_hash_length check (octet_length(hash) = 32)
);
comment on table recovery_codes is 'single-use codes for the day the second factor is lost; only their hashes';
create index recovery_codes_of_staff_unused on recovery_codes (tenant_id, staff_id) where used_at is null;
call app.fence('recovery_codes');
grant select, insert, update, delete on recovery_codes to rd_api;
grant select, delete on recovery_codes to rd_worker;

create table sessions (
  tenant_id     uuid        not null,
  id            uuid        not null,
  staff_id      uuid        not null,
  hash          bytea       not null,
  stage         text        not null,
  method        text        not null,
  staff_version integer     not null,
  started_at    timestamptz not null,
  seen_at       timestamptz not null,
  expires_at    timestamptz not null,
  idle_seconds  integer     not null,
  fresh_at      timestamptz,
  source        text,
  client        text,
  ended_at      timestamptz,
  end_reason    text,
  constraint sessions_pk primary key (tenant_id, id),
  constraint sessions_of_staff foreign key (tenant_id, staff_id) references staff (tenant_id, id) on delete cascade,
  constraint sessions_hash_once unique (tenant_id, hash),
  constraint sessions_hash_length check (octet_length(hash) = 32),
  constraint sessions_stage_known check (stage in ('password', 'full')),
  constraint sessions_method_known check (method in ('local', 'provider', 'file', 'recovery')),
  constraint sessions_end_reason_known
    check (end_reason in ('signed_out', 'ended', 'replaced', 'seat_changed', 'seat_ended')),
  constraint sessions_end_has_its_reason check ((ended_at is null) = (end_reason is null)),
  constraint sessions_full_was_fresh_once check ((stage = 'full') = (fresh_at is not null))
);
comment on table sessions is 'who is signed in; the token itself is nowhere, only its SHA-256';
comment on column sessions.idle_seconds is 'how long it may lie unused, as the setting stood when it was begun';
comment on column sessions.source is 'where it was begun from, truncated to its network';
comment on column sessions.fresh_at is 'when the second factor was last shown: what is dangerous wants it recent';
create index sessions_of_staff_by_time on sessions (tenant_id, staff_id, started_at desc, id desc);
create index sessions_by_time on sessions (tenant_id, started_at desc, id desc);
call app.fence('sessions');
grant select, insert, update on sessions to rd_api;
grant select, update, delete on sessions to rd_worker;
grant select (tenant_id, id, staff_id, stage, method, staff_version, started_at, seen_at, expires_at, idle_seconds, fresh_at, source,
              client, ended_at, end_reason) on sessions to rd_desk;

-- Device sign-ins that were begun and not yet ended. The provider's device code is a secret of the house.
create table device_sign_ins (
  tenant_id       uuid        not null,
  id              uuid        not null,
  hash            bytea       not null,
  secret_id       uuid        not null,
  user_code       text        not null,
  page            text        not null,
  nonce           text        not null,
  invitation_hash bytea,
  session_id      uuid,
  source          text,
  client          text,
  step            integer     not null,
  begun_at        timestamptz not null,
  polled_at       timestamptz,
  expires_at      timestamptz not null,
  constraint device_sign_ins_pk primary key (tenant_id, id),
  constraint device_sign_ins_hash_once unique (tenant_id, hash),
  constraint device_sign_ins_user_code_once unique (tenant_id, user_code),
  constraint device_sign_ins_hash_length
    check (octet_length(hash) = 32 and (invitation_hash is null or octet_length(invitation_hash) = 32))
);
comment on table device_sign_ins is 'sign-ins through the identity provider that wait for the person''s yes there';
comment on column device_sign_ins.page is 'where it goes on, at the provider';
comment on column device_sign_ins.invitation_hash is 'the invitation it redeems, where it does';
comment on column device_sign_ins.session_id is 'the session it makes fresh again, where it is a step up';
call app.fence('device_sign_ins');
grant select, insert, update, delete on device_sign_ins to rd_api, rd_worker;

-- How often something was tried lately: by account, by source, by all together. Desk-wide machine state.
create table throttles (
  kind    text          not null,
  digest  bytea         not null,
  marks   timestamptz[] not null,
  last_at timestamptz   not null,
  constraint throttles_pk primary key (kind, digest),
  constraint throttles_kind_known check (kind in ('password_account', 'password_device', 'password_source',
    'password_all', 'password_change', 'factor_account', 'device_source', 'device_all',
    'code_source'))
);
comment on table throttles is 'the moments of the last tries; no name and no address, only digests';
create index throttles_by_time on throttles (last_at);
grant select, insert, update on throttles to rd_api;
grant select, delete on throttles to rd_worker;
