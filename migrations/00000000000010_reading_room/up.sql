-- The heads of all chains together go into a checkpoint: sequence and hash, no data.
grant select on audit_heads to rd_desk;

-- Accesses age. Postgres itself keeps the last 90 days, whatever a program asks.
drop policy remove on access_log;
create policy remove on access_log for delete to rd_worker
  using (tenant_id = app.tenant() and at < transaction_timestamp() - interval '90 days');
grant delete on access_log to rd_worker;
create index access_log_of_subject on access_log (tenant_id, subject_id, at desc, id) where subject_id is not null;
create index audit_events_by_time on audit_events (tenant_id, at, seq);
