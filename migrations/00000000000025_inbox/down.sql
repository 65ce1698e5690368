delete from keyholes where kind = 'store_hook';
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake'));
drop table hooks;
drop table privacy_notices;
drop table deliveries;
