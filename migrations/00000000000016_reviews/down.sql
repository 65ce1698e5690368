drop index audit_events_of_apps;
drop index audit_events_of_seats;
revoke select (tenant_id, seq, at, actor, action, object) on audit_events from rd_desk;
revoke select (totp_step, provider) on staff from rd_desk;
drop table review_reminders;
drop table review_items;
drop table review_extracts;
drop table review_campaigns;
