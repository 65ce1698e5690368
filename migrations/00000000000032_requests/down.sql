revoke insert on answers from rd_worker;
delete from throttles where kind in ('ask_source', 'ask_all', 'prove_source');
alter table throttles drop constraint throttles_kind_known;
alter table throttles add constraint throttles_kind_known check (kind in ('password_account', 'password_device',
  'password_source', 'password_all', 'password_change', 'factor_account', 'device_source', 'device_all', 'code_source',
  'subscribe_source', 'subscribe_all'));
update privacy_notices set state = 'open' where state = 'taken';
alter table privacy_notices drop constraint privacy_notices_state_known;
alter table privacy_notices add constraint privacy_notices_state_known check (state in ('open'));

alter table keyholes no force row level security;
delete from keyholes where kind = 'intake_follow';
alter table keyholes force row level security;
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake', 'store_hook'));

drop index audit_events_of_requests;
drop table request_selections;
drop table saved_views;
drop table holds;
drop table request_reminders;
drop table request_messages;
drop table request_plan_lines;
drop table request_plans;
drop table request_clock_events;
drop table request_clocks;
drop table requests;
drop table intake_identifiers;
drop table intakes;
