alter table privacy_notices drop column matched_at, drop column subjects;
alter table relayed_events drop constraint relayed_events_source_length, drop constraint relayed_events_once, drop column source;
alter table store_receipts drop constraint store_receipts_relay_counts, drop column sendings_dropped,
  drop column destinations_ended;
revoke delete on destinations from rd_api, rd_worker;
drop table store_calls;
