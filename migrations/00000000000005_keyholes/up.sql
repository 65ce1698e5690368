-- For callers whose tenant is not yet known. A row shows itself only to one who already holds its digest, or to its own
-- tenant; the table cannot be listed. Outside the usual fence, because the digest, not the tenant, is the way in.
create function app.knock() returns bytea
  language sql stable parallel safe
  return decode(nullif(current_setting('app.knock', true), ''), 'hex');
revoke all on function app.knock() from public;
grant execute on function app.knock() to rd_api, rd_worker;

create table keyholes (
  digest    bytea not null,
  kind      text  not null,
  tenant_id uuid  not null,
  target_id uuid  not null,
  constraint keyholes_pk primary key (digest),
  constraint keyholes_kind_known check (kind in ('api_key', 'tenant_reference')),
  constraint keyholes_digest_length check (octet_length(digest) = 32)
);
comment on table keyholes is 'a digest, and the place it leads to';
create index keyholes_by_target on keyholes (tenant_id, target_id);
alter table keyholes enable row level security;
alter table keyholes force row level security;
create policy see on keyholes for select to rd_api, rd_worker
  using (digest = app.knock() or tenant_id = any (app.reach()));
create policy add on keyholes for insert to rd_api, rd_worker with check (tenant_id = app.tenant());
create policy change on keyholes for update to rd_api, rd_worker
  using (tenant_id = app.tenant()) with check (tenant_id = app.tenant());
create policy remove on keyholes for delete to rd_api, rd_worker using (tenant_id = app.tenant());
grant select, insert, delete on keyholes to rd_api, rd_worker;
