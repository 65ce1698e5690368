alter table request_plan_lines drop constraint request_plan_lines_keep_has_its_ground;
alter table request_plan_lines no force row level security;
update request_plan_lines set ground = null where action = 'by_hand' and ground <> 'open_order';
alter table request_plan_lines force row level security;
alter table request_plan_lines add constraint request_plan_lines_keep_has_its_ground
  check ((action = 'keep') = (ground is not null) or (action = 'by_hand' and place = 'store' and ground = 'open_order'));

drop index keeps_without_a_day;

-- What held one order holds the person from here on: nothing is erased by it that was kept.
drop index holds_of_order;
alter table holds drop column order_id;
