drop table billing_events;
drop table usage_events;
drop table supplier_snapshots;
drop table supplier_links;
drop table ledger_entries;
drop table shipments;
