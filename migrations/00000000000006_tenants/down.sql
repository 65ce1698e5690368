drop table members;
drop table tenants;
