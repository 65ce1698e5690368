drop index audit_events_by_time;
drop index access_log_of_subject;
revoke delete on access_log from rd_worker;
drop policy remove on access_log;
create policy remove on access_log for delete to rd_api, rd_worker, rd_dispatcher using (tenant_id = app.tenant());
revoke select on audit_heads from rd_desk;
