-- A hold may keep one order of a person alone: the rest of the person goes, and that order stays whole.
--
-- No foreign key leads to the order. An order goes with its shop or its account, and when its platform says that it is gone;
-- a hold is the desk's own record of who answered for what, and neither may stop the one nor go with the other.
alter table holds add column order_id uuid;
comment on column holds.order_id is 'the one order that it keeps, with what hangs on it; none where it keeps all of the person';
create index holds_of_order on holds (tenant_id, order_id) where order_id is not null;
grant select (order_id) on holds to rd_desk;

-- What a hold on an order keeps has no day until it is let go.
create index keeps_without_a_day on keeps (tenant_id, ground) where ended_at is null and until_on is null;

-- A shop with an order that is held is told by hand once the hold is let go: the line says so, as one with an open order does.
alter table request_plan_lines drop constraint request_plan_lines_keep_has_its_ground;
alter table request_plan_lines add constraint request_plan_lines_keep_has_its_ground
  check ((action = 'keep') = (ground is not null)
         or (action = 'by_hand' and place = 'store' and (ground = 'open_order' or starts_with(ground, 'order_hold:'))));
