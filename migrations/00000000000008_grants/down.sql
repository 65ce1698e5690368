alter table access_log drop column reason, drop column ticket, drop column grant_id;
drop table grants;
