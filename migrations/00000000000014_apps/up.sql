-- Third parties that merchants connected. A connected one holds a numbered slot, so that what is taken is what is
-- connected, and no two ever hold the same.
create table apps (
  tenant_id         uuid        not null,
  id                uuid        not null,
  kind              text        not null,
  name              text        not null,
  provider          text        not null,
  policy_url        text,
  region            text,
  state             text        not null default 'connected',
  slot              integer,
  granted           text[]      not null,
  credential_id     uuid,
  credential_hint   text,
  credential_set_at timestamptz,
  reminded_for      date,
  last_used_at      timestamptz,
  connected_at      timestamptz not null,
  connected_by      text        not null,
  disconnected_at   timestamptz,
  idle_since        timestamptz not null generated always as (coalesce(last_used_at, connected_at)) stored,
  version           integer     not null default 1,
  constraint apps_pk primary key (tenant_id, id),
  constraint apps_of_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
  constraint apps_credential_is_there foreign key (tenant_id, credential_id) references secrets (tenant_id, id) on delete restrict,
  constraint apps_slot_once unique (tenant_id, slot),
  constraint apps_slot_is_counted check (slot > 0),
  constraint apps_state_known check (state in ('connected', 'disconnected')),
  constraint apps_connected_holds_a_slot check ((state = 'connected') = (slot is not null)),
  constraint apps_disconnected_has_its_time check ((state = 'disconnected') = (disconnected_at is not null)),
  constraint apps_disconnected_keeps_nothing
    check (state = 'connected' or (credential_id is null and cardinality(granted) = 0)),
  constraint apps_credential_is_whole
    check ((credential_id is null) = (credential_set_at is null) and (credential_id is not null or credential_hint is null)),
  constraint apps_texts_are_short check (octet_length(kind) <= 80 and octet_length(name) <= 200
    and octet_length(provider) <= 200 and octet_length(policy_url) <= 500 and octet_length(region) <= 35)
);
comment on table apps is 'third parties that merchants connected: what they may, and how long they have lain idle';
comment on column apps.kind is 'a kind of app in the policy';
comment on column apps.slot is 'which of its tenant''s slots it holds; disconnecting is what frees it';
comment on column apps.granted is 'the permissions it was given there';
comment on column apps.credential_id is 'the secret it is called with; gone with the connection';
comment on column apps.credential_hint is 'its last characters, to tell credentials apart';
comment on column apps.reminded_for is 'the day for which its owners were last told that the credential is to be replaced';
comment on column apps.last_used_at is 'to the hour';
create unique index apps_name_once on apps (tenant_id, name) where state = 'connected';
create index apps_by_name on apps (name, id);
create index apps_by_connection on apps (connected_at, id);
create index apps_by_idleness on apps (idle_since, id);
create index apps_with_credentials on apps (credential_set_at) where credential_id is not null;
call app.fence('apps');
grant select, insert, update on apps to rd_api, rd_worker;
grant select on apps to rd_desk;

-- What a disconnection left behind. Nobody online may change or remove a row.
create table app_receipts (
  tenant_id           uuid        not null,
  id                  uuid        not null,
  app_id              uuid        not null,
  at                  timestamptz not null,
  by_actor            text        not null,
  slot                integer     not null,
  credentials_deleted integer     not null,
  jobs_cancelled      integer     not null,
  withdrawn           text[]      not null,
  sharing_stopped     text[]      not null,
  what_stays          text        not null,
  provider_policy     text,
  offers_erasure      boolean     not null,
  constraint app_receipts_pk primary key (tenant_id, id),
  constraint app_receipts_once unique (tenant_id, app_id),
  constraint app_receipts_of_app foreign key (tenant_id, app_id) references apps (tenant_id, id) on delete restrict,
  constraint app_receipts_count check (credentials_deleted >= 0 and jobs_cancelled >= 0)
);
comment on table app_receipts is 'what ended with an app''s connection, and what the provider keeps under its own policy';
comment on column app_receipts.withdrawn is 'the permissions it had until then';
comment on column app_receipts.sharing_stopped is 'the data that goes there no more, as the policy named it then';
call app.fence('app_receipts');
grant select, insert on app_receipts to rd_api, rd_worker;
grant select on app_receipts to rd_desk;

-- What a provider is asked to do with what it still has. Nothing is done because nobody answered.
create table provider_tasks (
  tenant_id  uuid        not null,
  id         uuid        not null,
  app_id     uuid        not null,
  kind       text        not null,
  state      text        not null default 'open',
  opened_at  timestamptz not null,
  opened_by  text        not null,
  asked_at   timestamptz,
  asked_by   text,
  settled_at timestamptz,
  settled_by text,
  note       bytea,
  constraint provider_tasks_pk primary key (tenant_id, id),
  constraint provider_tasks_of_app foreign key (tenant_id, app_id) references apps (tenant_id, id) on delete restrict,
  constraint provider_tasks_kind_known check (kind in ('erase')),
  constraint provider_tasks_state_known check (state in ('open', 'asked', 'confirmed', 'refused', 'waived')),
  constraint provider_tasks_asked_is_whole check ((asked_at is null) = (asked_by is null)),
  constraint provider_tasks_answered_was_asked check (state in ('open', 'waived') or asked_at is not null),
  constraint provider_tasks_settled_says_how check ((state in ('confirmed', 'refused', 'waived')) = (settled_at is not null)
    and (settled_at is null) = (settled_by is null) and (settled_at is null) = (note is null))
);
comment on table provider_tasks is 'what a provider was asked to do with what it still has, and what came back';
comment on column provider_tasks.note is 'what came back, in words, sealed under the task''s own key';
create unique index provider_tasks_one_at_a_time on provider_tasks (tenant_id, app_id, kind) where state in ('open', 'asked');
create index provider_tasks_of_apps on provider_tasks (tenant_id, app_id, opened_at);
call app.fence('provider_tasks');
grant select, insert, update on provider_tasks to rd_api, rd_worker;
grant select (tenant_id, id, app_id, kind, state, opened_at, opened_by, asked_at, asked_by, settled_at, settled_by)
  on provider_tasks to rd_desk;
