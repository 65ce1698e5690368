-- Calls to others for a store's sake, while they are under way: whoever ends the store's connection waits for them, on
-- whichever machine they were made.
create table store_calls (
  tenant_id uuid        not null,
  id        uuid        not null,
  store_id  uuid        not null,
  until     timestamptz not null,
  constraint store_calls_pk primary key (tenant_id, id),
  constraint store_calls_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict
);
comment on table store_calls is 'calls for a store that are under way, each from before it leaves until it is over';
comment on column store_calls.until is 'a sign of life moves it; past it whoever called is dead, and so is the call';
create index store_calls_by_store on store_calls (tenant_id, store_id);
call app.fence('store_calls');
grant select, insert, update, delete on store_calls to rd_api, rd_worker;

-- A store's own destinations end with its connection, and what waited to be sent goes.
grant delete on destinations to rd_api, rd_worker;
alter table store_receipts
  add column destinations_ended integer not null default 0,
  add column sendings_dropped integer not null default 0,
  add constraint store_receipts_relay_counts check (destinations_ended >= 0 and sendings_dropped >= 0);
comment on column store_receipts.destinations_ended is 'places that got the events of this store alone, gone with their secrets';
comment on column store_receipts.sendings_dropped is 'events of this store that waited to be sent somewhere';

-- An order is relayed once, however often it is read or told.
alter table relayed_events
  add column source bytea,
  add constraint relayed_events_once unique (tenant_id, source),
  add constraint relayed_events_source_length check (octet_length(source) = 32);
comment on column relayed_events.source is 'digest of the store and of what its platform calls the order that this tells of';

-- Whom a platform's notice turned out to mean.
alter table privacy_notices add column subjects uuid[] not null default '{}', add column matched_at timestamptz;
comment on column privacy_notices.subjects is 'buyers of the tenant''s who were found by what the platform named';
comment on column privacy_notices.matched_at is 'when they were looked for in every tenant with a store at that platform';
grant select (subjects) on privacy_notices to rd_desk;
