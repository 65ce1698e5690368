-- A merchant on the way to a platform's consent page and back. Whoever comes back shows a state that only its digest is
-- kept of, in a keyhole that closes behind them.
create table handshakes (
  tenant_id uuid        not null,
  id        uuid        not null,
  store_id  uuid        not null,
  scopes    text[]      not null,
  begun_at  timestamptz not null,
  begun_by  text        not null,
  ends_at   timestamptz not null,
  outcome   text        not null default 'waiting',
  ended_at  timestamptz,
  code      text,
  constraint handshakes_pk primary key (tenant_id, id),
  constraint handshakes_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint handshakes_outcome_known
    check (outcome in ('waiting', 'taken', 'connected', 'denied', 'failed', 'replaced')),
  constraint handshakes_ended_has_its_time check ((outcome in ('waiting', 'taken')) = (ended_at is null)),
  constraint handshakes_code_is_short check (octet_length(code) <= 40)
);
comment on table handshakes is 'each try to connect a store, from the link to the platform''s answer';
comment on column handshakes.scopes is 'what was asked for';
comment on column handshakes.code is 'why it failed, in a word of ours';
create unique index handshakes_one_waits on handshakes (tenant_id, store_id) where outcome = 'waiting';
create index handshakes_by_store on handshakes (tenant_id, store_id, id);
call app.fence('handshakes');
grant select, insert, update on handshakes to rd_api, rd_worker;
grant select on handshakes to rd_desk;

-- What a platform gave beside the token, and until when either opens anything.
alter table stores add column refresh_id uuid, add column token_ends_at timestamptz, add column refresh_ends_at timestamptz;
alter table stores
  add constraint stores_refresh_is_there
    foreign key (tenant_id, refresh_id) references secrets (tenant_id, id) on delete restrict,
  add constraint stores_refresh_goes_with_the_token check (refresh_id is null or token_id is not null),
  add constraint stores_times_go_with_the_tokens
    check ((token_ends_at is null or token_id is not null) and (refresh_ends_at is null or refresh_id is not null));
comment on column stores.refresh_id is 'the secret by which the token is renewed; gone with the connection';
grant select (token_ends_at, refresh_ends_at) on stores to rd_desk;

alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake'));
