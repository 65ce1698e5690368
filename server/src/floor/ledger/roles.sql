-- Roles are the cluster's, not a database's, so they stand outside the migrations. Run by whoever may create roles,
-- as often as wanted. No role that is online is superuser, owner, may bypass row security or create roles.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['rd_owner', 'rd_api', 'rd_worker', 'rd_dispatcher', 'rd_desk', 'rd_auditor', 'rd_backup'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I nologin noinherit', wanted);
    end if;
  end loop;
  foreach wanted in array array['rd_migrator', 'rightsdesk'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I login noinherit', wanted);
    end if;
  end loop;
end
$$;
-- It owns the database, and only an inheriting role may use what that brings.
alter role rd_owner inherit;
grant rd_owner to rd_migrator;
grant rd_api, rd_worker, rd_dispatcher, rd_desk, rd_auditor to rightsdesk;
alter role rightsdesk set statement_timeout = '10s';
alter role rightsdesk set lock_timeout = '5s';
alter role rightsdesk set idle_in_transaction_session_timeout = '15s';
