-- One at a time renews a store's token: two at once may make a platform end both. And who is told that a connection is
-- about to lapse is told once for each warning.
alter table stores add column renewing_until timestamptz, add column warned_for date,
  add column untold_since timestamptz;
alter table stores add constraint stores_renewing_has_a_token check (renewing_until is null or token_id is not null);
comment on column stores.renewing_until is 'until when whoever renews the token is waited for';
comment on column stores.warned_for is 'the last day on which a warning of the connection''s end fell that was sent';
comment on column stores.untold_since is 'since when who keeps it was not told that it is lost';
create index stores_by_lapse on stores (refresh_ends_at) where refresh_ends_at is not null;
grant select (warned_for) on stores to rd_desk;
