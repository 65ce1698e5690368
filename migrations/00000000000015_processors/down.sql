delete from throttles where kind in ('subscribe_source', 'subscribe_all');
alter table throttles drop constraint throttles_kind_known;
alter table throttles add constraint throttles_kind_known check (kind in ('password_account', 'password_device',
  'password_source', 'password_all', 'password_change', 'factor_account', 'device_source', 'device_all', 'code_source'));
alter table keyholes no force row level security;
delete from keyholes where kind in ('subscriber_confirm', 'subscriber_leave');
alter table keyholes force row level security;
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in ('api_key', 'tenant_reference', 'store_domain'));
drop table objections;
drop table notice_deliveries;
drop table subscribers;
drop table notices;
drop table processor_versions;
drop table processors;
