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
