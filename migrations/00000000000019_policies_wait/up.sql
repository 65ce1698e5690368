-- A version that is due is held back while somebody who follows it says no: the day is told, and told once.
alter table policies add column held_back_on date;
comment on column policies.held_back_on is 'the last day on which it was due and somebody who follows it said no';
