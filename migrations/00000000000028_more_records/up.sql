-- What merchants' own programs tell beside their platforms.
create table shipments (
  tenant_id    uuid        not null,
  id           uuid        not null,
  order_id     uuid        not null,
  number       integer     not null,
  subject_id   uuid,
  courier      text        not null,
  tracking     bytea,
  generation   integer     not null default 0,
  state        text        not null,
  shipped_at   timestamptz,
  delivered_at timestamptz,
  recorded_at  timestamptz not null,
  constraint shipments_pk primary key (tenant_id, id),
  constraint shipments_once unique (tenant_id, order_id, number),
  constraint shipments_of_order foreign key (tenant_id, order_id) references orders (tenant_id, id) on delete cascade,
  constraint shipments_state_known check (state in ('announced', 'shipped', 'delivered', 'returned', 'lost')),
  constraint shipments_delivered_at_a_time check (state <> 'delivered' or delivered_at is not null),
  constraint shipments_tracking_is_somebodys check (tracking is null or subject_id is not null)
);
comment on table shipments is 'parcels of an order; what follows a person goes when the person is forgotten';
comment on column shipments.tracking is 'the courier''s reference, sealed: it leads to the buyer''s door';
create index shipments_by_subject on shipments (tenant_id, subject_id) where subject_id is not null;
call app.fence('shipments');
grant select, insert, update, delete on shipments to rd_api, rd_worker;
grant select (tenant_id, id, order_id, number, subject_id, courier, generation, state, shipped_at, delivered_at,
              recorded_at) on shipments to rd_desk;

create table ledger_entries (
  tenant_id   uuid        not null,
  id          uuid        not null,
  order_id    uuid,
  subject_id  uuid,
  kind        text        not null,
  amount      bigint      not null,
  currency    text        not null,
  at          timestamptz not null,
  recorded_at timestamptz not null,
  constraint ledger_entries_pk primary key (tenant_id, id),
  constraint ledger_entries_kind_known check (kind in ('cash_on_delivery', 'payment', 'expense')),
  constraint ledger_entries_currency_is_a_code check (currency ~ '^[A-Z]{3}$')
);
comment on table ledger_entries is 'a merchant''s money: what came in, what came at the door, what went out';
comment on column ledger_entries.order_id is 'the order, which the entry outlives';
comment on column ledger_entries.amount is 'in millionths';
create index ledger_entries_by_time on ledger_entries (tenant_id, at, id);
create index ledger_entries_by_order on ledger_entries (tenant_id, order_id) where order_id is not null;
create index ledger_entries_by_subject on ledger_entries (tenant_id, subject_id) where subject_id is not null;
call app.fence('ledger_entries');
grant select, insert, update, delete on ledger_entries to rd_api, rd_worker;
grant select on ledger_entries to rd_desk;

create table supplier_links (
  tenant_id    uuid        not null,
  id           uuid        not null,
  sku          text        not null,
  url          text        not null,
  supplier_sku text,
  linked_at    timestamptz not null,
  constraint supplier_links_pk primary key (tenant_id, id),
  constraint supplier_links_once unique (tenant_id, sku, url)
);
comment on table supplier_links is 'where a merchant buys what he sells';
call app.fence('supplier_links');
grant select, insert, update, delete on supplier_links to rd_api, rd_worker;
grant select on supplier_links to rd_desk;

create table supplier_snapshots (
  tenant_id uuid        not null,
  id        uuid        not null,
  link_id   uuid        not null,
  at        timestamptz not null,
  price     bigint,
  currency  text,
  stock     integer,
  constraint supplier_snapshots_pk primary key (tenant_id, id),
  constraint supplier_snapshots_of_link
    foreign key (tenant_id, link_id) references supplier_links (tenant_id, id) on delete cascade,
  constraint supplier_snapshots_price_has_its_currency check ((price is null) = (currency is null)),
  constraint supplier_snapshots_currency_is_a_code check (currency ~ '^[A-Z]{3}$')
);
comment on table supplier_snapshots is 'what a supplier asked for a thing at a time, and how many there were';
comment on column supplier_snapshots.price is 'in millionths';
create index supplier_snapshots_by_link on supplier_snapshots (tenant_id, link_id, at);
call app.fence('supplier_snapshots');
grant select, insert, update, delete on supplier_snapshots to rd_api, rd_worker;
grant select on supplier_snapshots to rd_desk;

create table usage_events (
  tenant_id  uuid        not null,
  id         uuid        not null,
  subject_id uuid        not null,
  kind       text        not null,
  at         timestamptz not null,
  constraint usage_events_pk primary key (tenant_id, id)
);
comment on table usage_events is 'what a merchant''s members used, for plans and credits';
comment on column usage_events.subject_id is 'the member as a person, under whose key the name is';
create index usage_events_by_subject on usage_events (tenant_id, subject_id);
create index usage_events_by_time on usage_events (tenant_id, at, id);
call app.fence('usage_events');
grant select, insert, update, delete on usage_events to rd_api, rd_worker;
grant select on usage_events to rd_desk;

create table billing_events (
  tenant_id uuid        not null,
  id        uuid        not null,
  kind      text        not null,
  amount    bigint      not null,
  currency  text        not null,
  at        timestamptz not null,
  reference text        not null,
  constraint billing_events_pk primary key (tenant_id, id),
  constraint billing_events_once unique (tenant_id, reference, kind),
  constraint billing_events_currency_is_a_code check (currency ~ '^[A-Z]{3}$')
);
comment on table billing_events is 'what the billing provider told of a merchant''s subscription';
comment on column billing_events.amount is 'in millionths';
comment on column billing_events.reference is 'what the provider calls it';
create index billing_events_by_time on billing_events (tenant_id, at, id);
call app.fence('billing_events');
grant select, insert, update, delete on billing_events to rd_api, rd_worker;
grant select (tenant_id, id, kind, amount, currency, at) on billing_events to rd_desk;
