drop table provider_tasks;
drop table app_receipts;
drop table apps;
