-- What platforms send by themselves. A delivery is kept sealed until it is worked, under a key of its own, and for a week
-- at the most; what stays is that it came. One that is about nobody's store is the house's.
create table deliveries (
  tenant_id   uuid        not null,
  id          uuid        not null,
  store_id    uuid,
  platform    text        not null,
  topic       text        not null,
  dedupe      bytea       not null,
  happened_at timestamptz,
  received_at timestamptz not null,
  body        bytea,
  state       text        not null default 'waiting',
  outcome     text,
  done_at     timestamptz,
  constraint deliveries_pk primary key (tenant_id, id),
  constraint deliveries_once unique (tenant_id, platform, dedupe),
  constraint deliveries_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint deliveries_state_known check (state in ('waiting', 'done', 'failed', 'ignored')),
  constraint deliveries_done_has_its_time check ((state = 'waiting') = (done_at is null) and (done_at is null) = (outcome is null)),
  constraint deliveries_body_goes_with_the_work check ((state = 'waiting') = (body is not null)),
  constraint deliveries_dedupe_length check (octet_length(dedupe) = 32),
  constraint deliveries_texts_are_short
    check (octet_length(platform) <= 40 and octet_length(topic) <= 120 and octet_length(outcome) <= 40)
);
comment on table deliveries is 'what platforms delivered, and what came of it';
comment on column deliveries.dedupe is 'digest of what the platform calls the delivery: the same is taken once';
comment on column deliveries.happened_at is 'when it happened by the platform''s clock, where it says so';
comment on column deliveries.body is 'as it was signed, under a key of the delivery''s own; gone once it is worked, and after a week';
comment on column deliveries.outcome is 'what came of it, in a word of ours';
create index deliveries_by_store on deliveries (tenant_id, store_id, received_at, id);
create index deliveries_by_time on deliveries (tenant_id, received_at, id);
create index deliveries_waiting on deliveries (tenant_id, received_at) where state = 'waiting';
call app.fence('deliveries');
grant select, insert, update, delete on deliveries to rd_api, rd_worker;
grant select (tenant_id, id, store_id, platform, topic, happened_at, received_at, state, outcome, done_at) on deliveries to rd_desk;

-- What platforms ask for people's sake, each with its clock from the day it came.
create table privacy_notices (
  tenant_id   uuid        not null,
  id          uuid        not null,
  store_id    uuid,
  platform    text        not null,
  kind        text        not null,
  delivery_id uuid        not null,
  received_at timestamptz not null,
  due_on      date        not null,
  reference   text,
  identifiers bytea,
  state       text        not null default 'open',
  constraint privacy_notices_pk primary key (tenant_id, id),
  constraint privacy_notices_once unique (tenant_id, delivery_id),
  constraint privacy_notices_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint privacy_notices_kind_known check (kind in ('data_request', 'redact_customer', 'redact_shop', 'account_closed')),
  constraint privacy_notices_state_known check (state in ('open')),
  constraint privacy_notices_texts_are_short check (octet_length(platform) <= 40 and octet_length(reference) <= 100)
);
comment on table privacy_notices is 'what platforms ask of us for people''s sake, and by when';
comment on column privacy_notices.due_on is 'thirty days from its receipt';
comment on column privacy_notices.reference is 'what the platform calls the request';
comment on column privacy_notices.identifiers is 'whom it is about, under a key of the notice''s own, which is kept until the notice is settled';
create index privacy_notices_by_due on privacy_notices (due_on, id);
create index privacy_notices_by_store on privacy_notices (tenant_id, store_id);
call app.fence('privacy_notices');
grant select, insert, update on privacy_notices to rd_api, rd_worker;
grant select (tenant_id, id, store_id, platform, kind, delivery_id, received_at, due_on, reference, state) on privacy_notices to rd_desk;

-- Where a store was asked to tell us of what happens, topic by topic.
create table hooks (
  tenant_id     uuid        not null,
  id            uuid        not null,
  store_id      uuid        not null,
  topic         text        not null,
  secret_id     uuid,
  platform_hook text,
  since         timestamptz,
  constraint hooks_pk primary key (tenant_id, id),
  constraint hooks_once unique (tenant_id, store_id, topic),
  constraint hooks_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint hooks_secret_is_there foreign key (tenant_id, secret_id) references secrets (tenant_id, id) on delete restrict,
  constraint hooks_since_the_platform_knows check ((platform_hook is null) = (since is null)),
  constraint hooks_texts_are_short check (octet_length(topic) <= 120 and octet_length(platform_hook) <= 200)
);
comment on table hooks is 'what each store tells us of by itself; gone with the connection';
comment on column hooks.secret_id is 'what the store signs with, where it is not the app''s own; a keyhole leads from the address to this row';
comment on column hooks.platform_hook is 'what the platform calls it, from when on it stands there';
call app.fence('hooks');
grant select, insert, update, delete on hooks to rd_api, rd_worker;
grant select (tenant_id, id, store_id, topic, platform_hook, since) on hooks to rd_desk;

alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake', 'store_hook'));
