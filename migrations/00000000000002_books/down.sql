drop table access_log;
drop table audit_events;
drop table audit_heads;
