drop schema app cascade;
revoke usage on schema public from rd_api, rd_worker, rd_dispatcher, rd_desk, rd_auditor, rightsdesk;
grant all on schema public to public;
revoke select on __diesel_schema_migrations from rightsdesk;
