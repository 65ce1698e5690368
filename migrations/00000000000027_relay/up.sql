-- What left, to whom, in which form: the third book. Nobody online may change or remove a row.
create table disclosures (
  tenant_id  uuid        not null,
  id         uuid        not null,
  at         timestamptz not null,
  recipient  text        not null,
  app_id     uuid,
  store_id   uuid,
  subject_id uuid,
  category   text        not null,
  fields     text[]      not null,
  form       text        not null,
  count      integer     not null,
  purpose    text        not null,
  way        text        not null,
  reference  uuid,
  constraint disclosures_pk primary key (tenant_id, id),
  constraint disclosures_once unique (tenant_id, reference, category, form),
  constraint disclosures_form_known check (form in ('raw', 'truncated', 'hashed', 'truncated_hashed')),
  constraint disclosures_way_known check (way in ('relay')),
  constraint disclosures_count_something check (count > 0 and cardinality(fields) > 0),
  constraint disclosures_texts_are_short
    check (octet_length(recipient) <= 40 and octet_length(category) <= 40 and octet_length(purpose) <= 40)
);
comment on table disclosures is 'what was given to whom, category by category and form by form, so that a later request knows whom to tell';
comment on column disclosures.recipient is 'its code in the policy';
comment on column disclosures.fields is 'codes of the fields within the category';
comment on column disclosures.count is 'how many persons or events it was about';
comment on column disclosures.way is 'how it left';
comment on column disclosures.reference is 'what it left with: a delivery, which is disclosed once however often it was tried';
create index disclosures_by_time on disclosures (tenant_id, at, id);
create index disclosures_by_subject on disclosures (tenant_id, subject_id, at, id) where subject_id is not null;
create index disclosures_by_store on disclosures (tenant_id, store_id);
call app.fence('disclosures');
grant select, insert on disclosures to rd_api, rd_worker;
grant select on disclosures to rd_auditor, rd_desk;

-- Where a merchant has events sent.
create table destinations (
  tenant_id uuid        not null,
  id        uuid        not null,
  store_id  uuid,
  recipient text        not null,
  url       text        not null,
  region    text        not null,
  secret_id uuid        not null,
  state     text        not null default 'on',
  since     timestamptz not null,
  constraint destinations_pk primary key (tenant_id, id),
  constraint destinations_once unique nulls not distinct (tenant_id, store_id, recipient),
  constraint destinations_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint destinations_secret_is_there foreign key (tenant_id, secret_id) references secrets (tenant_id, id) on delete restrict,
  constraint destinations_state_known check (state in ('on', 'off')),
  constraint destinations_texts_are_short
    check (octet_length(recipient) <= 40 and octet_length(url) <= 2000 and octet_length(region) <= 40)
);
comment on table destinations is 'where a merchant has the events of a store, or of all of its stores, sent';
comment on column destinations.store_id is 'the one store; none where it gets the events of all';
comment on column destinations.secret_id is 'what deliveries are signed with';
comment on column destinations.since is 'from when on it is in this state';
call app.fence('destinations');
grant select, insert, update on destinations to rd_api, rd_worker;
grant select on destinations to rd_desk;

-- The temporary store of the relay. What leads to a person goes after a month, the rest after two; what the page says is
-- not kept is here only while a delivery waits.
create table relayed_events (
  tenant_id    uuid        not null,
  id           uuid        not null,
  store_id     uuid        not null,
  kind         text        not null,
  happened_at  timestamptz not null,
  received_at  timestamptz not null,
  subject_id   uuid,
  alias        bytea,
  linked       bytea,
  linked_key   uuid,
  linked_until timestamptz not null,
  facts        bytea,
  passing      bytea,
  passing_key  uuid,
  expires_at   timestamptz not null,
  constraint relayed_events_pk primary key (tenant_id, id),
  constraint relayed_events_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint relayed_events_kind_known check (kind in ('order', 'refund', 'browse')),
  constraint relayed_events_passing_has_its_key check (passing is null or passing_key is not null),
  constraint relayed_events_linked_goes_first check (linked_until <= expires_at),
  constraint relayed_events_alias_length check (octet_length(alias) = 32)
);
comment on table relayed_events is 'events that are relayed, for a while: each part sealed under a key of its own, so that none leads to the other';
comment on column relayed_events.alias is 'what a browser that belongs to nobody known goes by, under the tenant''s pseudonym key';
comment on column relayed_events.linked is 'fields that lead to a person, under the person''s key, or one of their own where nobody is known';
comment on column relayed_events.facts is 'fields that lead to nobody, under the event''s key';
comment on column relayed_events.passing is 'fields that are not kept: gone when the last delivery has ended, after a day at the latest';
create index relayed_events_by_end on relayed_events (expires_at);
create index relayed_events_by_linked_end on relayed_events (linked_until) where linked is not null;
create index relayed_events_passing_since on relayed_events (received_at) where passing is not null;
create index relayed_events_by_store on relayed_events (tenant_id, store_id);
create index relayed_events_by_subject on relayed_events (tenant_id, subject_id) where subject_id is not null;
call app.fence('relayed_events');
grant select, insert, update, delete on relayed_events to rd_api, rd_worker;
grant select (tenant_id, id, store_id, kind, happened_at, received_at, subject_id, linked_key, linked_until, passing_key, expires_at)
  on relayed_events to rd_desk;

-- One event on its way to one destination.
create table relay_deliveries (
  tenant_id       uuid        not null,
  id              uuid        not null,
  event_id        uuid        not null,
  destination_id  uuid        not null,
  state           text        not null default 'waiting',
  attempts        integer     not null default 0,
  idempotency_key text        not null,
  sent_at         timestamptz,
  answer          text,
  constraint relay_deliveries_pk primary key (tenant_id, id),
  constraint relay_deliveries_once unique (tenant_id, event_id, destination_id),
  constraint relay_deliveries_of_event
    foreign key (tenant_id, event_id) references relayed_events (tenant_id, id) on delete cascade,
  constraint relay_deliveries_to_destination
    foreign key (tenant_id, destination_id) references destinations (tenant_id, id) on delete restrict,
  constraint relay_deliveries_state_known check (state in ('waiting', 'sent', 'refused', 'failed')),
  constraint relay_deliveries_sent_has_its_time check ((state = 'sent') = (sent_at is not null)),
  constraint relay_deliveries_texts_are_short check (octet_length(idempotency_key) = 68 and octet_length(answer) <= 40)
);
comment on table relay_deliveries is 'each event to each of its destinations, and what came of it';
comment on column relay_deliveries.idempotency_key is 'goes along with every try, so that the destination takes it once';
comment on column relay_deliveries.answer is 'the status of the last answer, or why there was none, in a word of ours';
create index relay_deliveries_by_destination on relay_deliveries (tenant_id, destination_id);
call app.fence('relay_deliveries');
grant select, insert, update, delete on relay_deliveries to rd_api, rd_worker;
grant select on relay_deliveries to rd_desk;
