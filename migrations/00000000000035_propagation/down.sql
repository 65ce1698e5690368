drop index provider_tasks_unsettled;
drop index provider_tasks_one_at_a_time;
alter table provider_tasks no force row level security;
update provider_tasks set state = 'asked' where state = 'silent';
alter table provider_tasks force row level security;
alter table provider_tasks drop constraint provider_tasks_state_known;
alter table provider_tasks add constraint provider_tasks_state_known
  check (state in ('open', 'asked', 'confirmed', 'refused', 'waived'));
alter table provider_tasks drop column until, drop column reminded_at;
create unique index provider_tasks_one_at_a_time on provider_tasks (tenant_id, app_id, kind) where state in ('open', 'asked');

alter table keyholes no force row level security;
delete from keyholes where kind = 'recipient_reply';
alter table keyholes force row level security;
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake', 'store_hook',
   'intake_follow'));

alter table disclosures no force row level security;
delete from disclosures where way = 'request';
alter table disclosures force row level security;
alter table disclosures drop constraint disclosures_way_known;
alter table disclosures add constraint disclosures_way_known check (way in ('relay'));

drop table recipient_attempts;
drop table recipient_tasks;
drop table recipient_ways;
