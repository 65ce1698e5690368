delete from keyholes where kind = 'store_handshake';
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known
  check (kind in ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave'));
alter table stores drop column refresh_id, drop column token_ends_at, drop column refresh_ends_at;
drop table handshakes;
