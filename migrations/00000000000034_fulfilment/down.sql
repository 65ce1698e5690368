drop index requests_in_numbers;
create index requests_in_numbers on requests (stage, right_code, source, due_on, due_at, target_on, moved_at, tenant_id) where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;

revoke update (crashes, faults, waits) on jobs from rd_worker;
alter table shipments drop column sealed_by;
alter table order_contacts drop column sealed_by;
alter table customers drop column sealed_by;
drop table certificates;
drop table request_matches;
drop table request_steps;
drop table request_persons;
drop table tombstones;
alter table subjects drop column erased_at;
