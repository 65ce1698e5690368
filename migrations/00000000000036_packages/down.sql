delete from keyholes where kind = 'package_link';
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake', 'store_hook',
   'intake_follow', 'recipient_reply'));
drop table package_redactions;
drop table package_links;
drop table package_files;
drop table package_subjects;
drop table request_packages;
