-- What stores' platforms told, a row each, by the platform's own id. What is personal stands in envelopes under the key
-- of the person it is about, and each overwrite has a generation of its own.
create table customers (
  tenant_id   uuid        not null,
  id          uuid        not null,
  store_id    uuid        not null,
  platform_id text        not null,
  subject_id  uuid        not null,
  given_name  bytea,
  family_name bytea,
  mail        bytea,
  phone       bytea,
  address     bytea,
  generation  integer     not null default 0,
  country     text,
  wants_mail  boolean,
  created_at  timestamptz,
  updated_at  timestamptz not null,
  taken_at    timestamptz not null,
  constraint customers_pk primary key (tenant_id, id),
  constraint customers_once unique (tenant_id, store_id, platform_id),
  constraint customers_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict
);
comment on table customers is 'buyers with an account at a shop';
comment on column customers.address is 'one envelope over name, lines, city, province, zip and telephone, as JSON';
comment on column customers.updated_at is 'by the platform''s clock: the newer version wins';
create index customers_by_subject on customers (tenant_id, subject_id);
create index customers_by_time on customers (tenant_id, taken_at, id);
call app.fence('customers');
grant select, insert, update, delete on customers to rd_api, rd_worker;
grant select (tenant_id, id, store_id, subject_id, generation, country, wants_mail, created_at, updated_at, taken_at)
  on customers to rd_desk;

create table orders (
  tenant_id   uuid        not null,
  id          uuid        not null,
  store_id    uuid        not null,
  platform_id text        not null,
  subject_id  uuid,
  customer    text,
  name        text        not null,
  placed_at   timestamptz not null,
  cancelled_at timestamptz,
  payment     text,
  fulfilment  text,
  total       bigint,
  currency    text,
  generation  integer     not null default 0,
  updated_at  timestamptz not null,
  taken_at    timestamptz not null,
  constraint orders_pk primary key (tenant_id, id),
  constraint orders_once unique (tenant_id, store_id, platform_id),
  constraint orders_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint orders_total_has_its_currency check ((total is null) = (currency is null)),
  constraint orders_currency_is_a_code check (currency ~ '^[A-Z]{3}$')
);
comment on table orders is 'what was bought, without whom it was sent to';
comment on column orders.customer is 'the platform''s id of the buyer, who may arrive later than the order';
comment on column orders.total is 'in millionths';
comment on column orders.generation is 'of the envelopes in order_contacts';
create index orders_by_subject on orders (tenant_id, subject_id) where subject_id is not null;
create index orders_by_time on orders (tenant_id, placed_at, id);
call app.fence('orders');
grant select, insert, update, delete on orders to rd_api, rd_worker;
grant select (tenant_id, id, store_id, subject_id, name, placed_at, cancelled_at, payment, fulfilment, total, currency,
              generation, updated_at, taken_at) on orders to rd_desk;

-- The personal half of an order: it may go while the order keeps its totals.
create table order_contacts (
  tenant_id  uuid    not null,
  id         uuid    not null,
  handle     bytea,
  mail       bytea,
  phone      bytea,
  address    bytea,
  country    text,
  generation integer not null,
  constraint order_contacts_pk primary key (tenant_id, id),
  constraint order_contacts_of_order foreign key (tenant_id, id) references orders (tenant_id, id) on delete cascade
);
comment on table order_contacts is 'who ordered and where it was sent; the id is the order''s';
comment on column order_contacts.address is 'one envelope over name, lines, city, province, zip and telephone, as JSON';
call app.fence('order_contacts');
grant select, insert, update, delete on order_contacts to rd_api, rd_worker;
grant select (tenant_id, id, country, generation) on order_contacts to rd_desk;

create table order_lines (
  tenant_id   uuid     not null,
  order_id    uuid     not null,
  place       integer  not null,
  platform_id text     not null,
  variant     text,
  sku         text,
  title       text,
  quantity    integer  not null,
  price       bigint,
  currency    text,
  constraint order_lines_pk primary key (tenant_id, order_id, place),
  constraint order_lines_of_order foreign key (tenant_id, order_id) references orders (tenant_id, id) on delete cascade,
  constraint order_lines_price_has_its_currency check ((price is null) = (currency is null)),
  constraint order_lines_currency_is_a_code check (currency ~ '^[A-Z]{3}$')
);
comment on table order_lines is 'what an order holds; replaced as a set when the order is newer';
comment on column order_lines.variant is 'the platform''s id of the variant, which may arrive later';
comment on column order_lines.price is 'of one piece, in millionths';
call app.fence('order_lines');
grant select, insert, update, delete on order_lines to rd_api, rd_worker;
grant select on order_lines to rd_desk;

create table products (
  tenant_id   uuid        not null,
  id          uuid        not null,
  store_id    uuid        not null,
  platform_id text        not null,
  title       text        not null,
  status      text,
  updated_at  timestamptz not null,
  taken_at    timestamptz not null,
  version     integer     not null default 1,
  constraint products_pk primary key (tenant_id, id),
  constraint products_once unique (tenant_id, store_id, platform_id),
  constraint products_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict
);
comment on table products is 'what a shop sells';
create index products_by_time on products (tenant_id, taken_at, id);
call app.fence('products');
grant select, insert, update, delete on products to rd_api, rd_worker;
grant select on products to rd_desk;

create table variants (
  tenant_id   uuid    not null,
  product_id  uuid    not null,
  place       integer not null,
  store_id    uuid    not null,
  platform_id text    not null,
  sku         text,
  title       text,
  price       bigint,
  currency    text,
  item        text,
  constraint variants_pk primary key (tenant_id, product_id, place),
  constraint variants_of_product
    foreign key (tenant_id, product_id) references products (tenant_id, id) on delete cascade,
  constraint variants_price_has_its_currency check ((price is null) = (currency is null)),
  constraint variants_currency_is_a_code check (currency ~ '^[A-Z]{3}$')
);
comment on table variants is 'the kinds a product is sold in; replaced as a set when the product is newer';
comment on column variants.item is 'the platform''s id of what is counted in stock';
create index variants_by_item on variants (tenant_id, store_id, item) where item is not null;
create index variants_by_sku on variants (tenant_id, sku) where sku is not null;
call app.fence('variants');
grant select, insert, update, delete on variants to rd_api, rd_worker;
grant select on variants to rd_desk;

create table inventory (
  tenant_id  uuid        not null,
  store_id   uuid        not null,
  item       text        not null,
  place      text        not null,
  sku        text,
  available  integer     not null,
  updated_at timestamptz not null,
  taken_at   timestamptz not null,
  version    integer     not null default 1,
  constraint inventory_pk primary key (tenant_id, store_id, item, place),
  constraint inventory_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict
);
comment on table inventory is 'how much of an item there is at a place of a shop; the product may arrive later';
comment on column inventory.place is 'the platform''s id of the place; empty where a shop has but one';
call app.fence('inventory');
grant select, insert, update, delete on inventory to rd_api, rd_worker;
grant select on inventory to rd_desk;

-- What a platform said is gone: a page that was read before does not bring it back.
create table departed (
  tenant_id   uuid        not null,
  store_id    uuid        not null,
  shelf       text        not null,
  platform_id bytea       not null,
  at          timestamptz not null,
  constraint departed_pk primary key (tenant_id, store_id, shelf, platform_id),
  constraint departed_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint departed_shelf_known check (shelf in ('customers', 'orders', 'products', 'inventory'))
);
comment on table departed is 'what a platform said it has no more, and when we heard it';
comment on column departed.platform_id is 'a pseudonym of the platform''s id, which only this tenant''s key can make again';
call app.fence('departed');
grant select, insert, update, delete on departed to rd_api, rd_worker;
grant select (tenant_id, store_id, shelf, at) on departed to rd_desk;
