drop index inventory_by_sku;
drop table stock_writes;
drop table sync_runs;
drop table syncs;
