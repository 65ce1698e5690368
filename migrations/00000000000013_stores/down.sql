drop table store_receipts;
drop table store_grants;
drop table store_scopes;
drop table stores;

alter table keyholes no force row level security;
delete from keyholes where kind = 'store_domain';
alter table keyholes force row level security;
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in ('api_key', 'tenant_reference'));

revoke insert on job_attempts from rd_api, rd_worker;
revoke update (state, retry_at, ended_at, code, fence) on jobs from rd_worker;
revoke update (fence, leased_until) on jobs from rd_api;
alter table jobs no force row level security;
delete from jobs where state = 'cancelled';
alter table jobs force row level security;
alter table job_attempts drop constraint job_attempts_fate_known;
alter table job_attempts add constraint job_attempts_fate_known
  check (fate in ('done', 'retried', 'snoozed', 'released', 'crashed', 'dead', 'quarantined'));
drop index jobs_ended;
create index jobs_done on jobs (tenant_id, ended_at) where state = 'done';
alter table jobs drop constraint jobs_ended_has_its_time;
alter table jobs add constraint jobs_ended_has_its_time
  check ((state in ('done', 'dead', 'quarantined')) = (ended_at is not null));
alter table jobs drop constraint jobs_state_known;
alter table jobs add constraint jobs_state_known check (state in ('ready', 'running', 'done', 'dead', 'quarantined'));
