revoke update (subject_id, salt, was_digest, is_digest) on corrected_values from rd_worker;
drop index corrected_values_standing;
alter table corrected_values drop column until;

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

alter table recipient_tasks drop column zone, drop column held_at;

alter table request_plan_lines drop constraint request_plan_lines_keep_has_its_ground;
alter table request_plan_lines no force row level security;
update request_plan_lines set ground = null where action = 'by_hand';
alter table request_plan_lines force row level security;
alter table request_plan_lines add constraint request_plan_lines_keep_has_its_ground check ((action = 'keep') = (ground is not null));

revoke update (tells) on request_matches from rd_api, rd_worker;
comment on column request_matches.tells is 'whether it says who somebody is: by it nobody is written of anew; a telephone beside a mail address does not, and an order that stays for a ground neither';

alter table request_steps drop constraint request_steps_look_is_whole, drop constraint request_steps_count;
alter table request_steps drop column looked_through, drop column left_over;
alter table request_steps add constraint request_steps_count check (attempt >= 0 and rows >= 0);

drop index orders_by_customer;
drop table keeps;
