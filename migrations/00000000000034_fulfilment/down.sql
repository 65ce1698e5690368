drop table certificates;
drop table request_matches;
drop table request_steps;
drop table request_persons;
drop table tombstones;
alter table subjects drop column erased_at;
