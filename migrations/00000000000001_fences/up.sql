-- The fence around every tenant's rows. Settings are pinned per transaction by the ledger; an unset one yields nothing.
create schema app;

create function app.tenant() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.tenant', true), '')::uuid;

create function app.reach() returns uuid[]
  language sql stable parallel safe
  return nullif(current_setting('app.reach', true), '')::uuid[];

-- One call makes a tenant table: row security that even the owner obeys, one policy per command,
-- and reading of every tenant for the desk, which column grants bind and not rows.
create procedure app.fence(fenced regclass)
  language plpgsql
as $$
begin
  execute format('alter table %s enable row level security', fenced);
  execute format('alter table %s force row level security', fenced);
  execute format('create policy see on %s for select to rd_api, rd_worker, rd_dispatcher, rd_auditor
                  using (tenant_id = any (app.reach()))', fenced);
  execute format('create policy add on %s for insert to rd_api, rd_worker, rd_dispatcher
                  with check (tenant_id = app.tenant())', fenced);
  execute format('create policy change on %s for update to rd_api, rd_worker, rd_dispatcher
                  using (tenant_id = app.tenant()) with check (tenant_id = app.tenant())', fenced);
  execute format('create policy remove on %s for delete to rd_api, rd_worker, rd_dispatcher
                  using (tenant_id = app.tenant())', fenced);
  execute format('create policy desk on %s for select to rd_desk using (true)', fenced);
end
$$;

revoke all on schema public from public;
revoke all on all functions in schema app from public;
revoke all on all procedures in schema app from public;
grant usage on schema public, app to rd_api, rd_worker, rd_dispatcher, rd_desk, rd_auditor;
grant execute on function app.tenant() to rd_api, rd_worker, rd_dispatcher, rd_desk, rd_auditor;
grant execute on function app.reach() to rd_api, rd_worker, rd_dispatcher, rd_desk, rd_auditor;
grant select on __diesel_schema_migrations to rightsdesk;
grant usage on schema public to rightsdesk;
