-- What a merchant's month came to: sums and levels, in files of their own, without anybody in them.
create table reports (
  tenant_id uuid        not null,
  id        uuid        not null,
  kind      text        not null,
  month     date        not null,
  blob_id   uuid        not null,
  due_at    timestamptz not null,
  made_at   timestamptz,
  rows      integer,
  bytes     bigint,
  digest    bytea,
  constraint reports_pk primary key (tenant_id, id),
  constraint reports_once unique (tenant_id, month, kind),
  constraint reports_kind_known check (kind in ('sales', 'orders', 'stock')),
  constraint reports_of_a_whole_month check (extract(day from month) = 1),
  constraint reports_made_are_whole check ((made_at is null) = (rows is null) and (made_at is null) = (bytes is null)
    and (made_at is null) = (digest is null)),
  constraint reports_counts check (rows >= 0 and bytes >= 0),
  constraint reports_digest_is_one check (octet_length(digest) = 32)
);
comment on table reports is 'monthly files of a merchant: sums and levels, and nobody in them';
comment on column reports.month is 'its first day';
comment on column reports.blob_id is 'the file, sealed under the request key that the report''s id owns';
comment on column reports.due_at is 'when it was to be made';
comment on column reports.rows is 'lines below the head';
comment on column reports.bytes is 'of the file in clear';
comment on column reports.digest is 'SHA-256 of the file in clear';
create index reports_by_time on reports (tenant_id, made_at, id) where made_at is not null;
call app.fence('reports');
grant select on reports to rd_api;
grant select, insert, update, delete on reports to rd_worker;
grant select (tenant_id, id, kind, month, blob_id, due_at, made_at, rows, bytes) on reports to rd_desk;
