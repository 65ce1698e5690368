drop table sync_runs;
drop table syncs;
