-- Every change of what stores sell that a person ever asked for: who, when, having seen what, and what came of it.
create table catalogue_writes (
  tenant_id   uuid        not null,
  id          uuid        not null,
  store_id    uuid        not null,
  product_id  uuid        not null,
  product     text        not null,
  variant     text,
  item        text,
  title       text,
  price       bigint,
  currency    text,
  was_title   text,
  was_price   bigint,
  seen_at     timestamptz not null,
  known_at    timestamptz,
  key         bytea       not null,
  cause_id    uuid        not null,
  actor       text        not null,
  at          timestamptz not null,
  tried_at    timestamptz,
  state       text        not null default 'waiting',
  code        text,
  by_hand     text,
  answered_at timestamptz,
  constraint catalogue_writes_pk primary key (tenant_id, id),
  constraint catalogue_writes_once unique (tenant_id, key),
  constraint catalogue_writes_of_store
    foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint catalogue_writes_by_a_person check (actor ~ '^(staff|member):'),
  constraint catalogue_writes_state_known check (state in ('waiting', 'sent', 'moved', 'gone', 'failed')),
  constraint catalogue_writes_key_is_a_digest check (octet_length(key) = 32),
  constraint catalogue_writes_change_one_thing check ((title is null) = (price is not null)),
  constraint catalogue_writes_price_is_of_a_variant check ((price is null) = (variant is null)),
  constraint catalogue_writes_price_has_its_currency check ((price is null) = (currency is null)),
  constraint catalogue_writes_currency_is_a_code check (currency ~ '^[A-Z]{3}$'),
  constraint catalogue_writes_tried_knows check ((tried_at is null) = (known_at is null)),
  constraint catalogue_writes_answered_has_its_time check ((state = 'waiting') = (answered_at is null)),
  constraint catalogue_writes_failed_says_why check ((state = 'failed') = (code is not null)),
  constraint catalogue_writes_by_hand_has_failed check (by_hand is null or state = 'failed'),
  constraint catalogue_writes_texts_are_short check (octet_length(code) <= 40 and octet_length(by_hand) <= 400)
);
comment on table catalogue_writes is 'what people asked stores to sell otherwise: who, when, having seen what, and what came of it';
comment on column catalogue_writes.product is 'the platform''s id of the product, which may be gone by now';
comment on column catalogue_writes.variant is 'the platform''s id of the kind whose price it is';
comment on column catalogue_writes.item is 'the platform''s id of what is counted of that kind';
comment on column catalogue_writes.price is 'in millionths';
comment on column catalogue_writes.was_title is 'what it was believed to be called when it was first sent; set only where that held';
comment on column catalogue_writes.was_price is 'what it was believed to cost then, where that was known';
comment on column catalogue_writes.seen_at is 'the version of the product that the person had seen, by the platform''s clock';
comment on column catalogue_writes.known_at is 'the same or, where it is later, when our own change before this one was answered';
comment on column catalogue_writes.key is 'a digest of what caused it and of what it is done to: the same over every try';
comment on column catalogue_writes.cause_id is 'the action of the person who asked';
comment on column catalogue_writes.tried_at is 'right before it was first sent';
comment on column catalogue_writes.code is 'why it was not sent, or not taken, in a word of ours';
comment on column catalogue_writes.by_hand is 'what the merchant does where no program may';
create index catalogue_writes_by_time on catalogue_writes (tenant_id, store_id, at, id);
create index catalogue_writes_of_product on catalogue_writes (tenant_id, product_id, at, id);
call app.fence('catalogue_writes');
grant select, insert, update on catalogue_writes to rd_api, rd_worker;
grant select (tenant_id, id, store_id, product_id, actor, at, tried_at, state, code, answered_at) on catalogue_writes to rd_desk;
