-- What is read of a store, shelf by shelf: how far it is, where it goes on, when it is due.
create table syncs (
  tenant_id  uuid        not null,
  store_id   uuid        not null,
  shelf      text        not null,
  state      text        not null default 'idle',
  every_s    integer     not null,
  watermark  timestamptz,
  run_id     uuid,
  cursor     text,
  step       integer     not null default 0,
  done       bigint      not null default 0,
  estimated  bigint,
  started_at timestamptz,
  page_at    timestamptz,
  due_at     timestamptz not null,
  paused_at  timestamptz,
  failures   integer     not null default 0,
  failure    text,
  told_at    timestamptz,
  letter_at  timestamptz,
  constraint syncs_pk primary key (tenant_id, store_id, shelf),
  constraint syncs_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint syncs_shelf_known check (shelf in ('customers', 'orders', 'products', 'inventory')),
  constraint syncs_state_known check (state in ('idle', 'running', 'paused', 'off')),
  constraint syncs_running_has_its_run check (state <> 'running' or run_id is not null),
  constraint syncs_run_has_its_time check ((run_id is null) = (started_at is null)),
  constraint syncs_cursor_goes_with_the_run check (cursor is null or run_id is not null),
  constraint syncs_paused_has_its_time check ((state = 'paused') = (paused_at is not null)),
  constraint syncs_off_says_why check (state <> 'off' or failure is not null),
  constraint syncs_letter_follows_the_look check (letter_at is null or told_at is not null),
  constraint syncs_counts check (every_s > 0 and step >= 0 and done >= 0 and estimated >= 0 and failures >= 0),
  constraint syncs_texts_are_short check (octet_length(cursor) <= 2000 and octet_length(failure) <= 40)
);
comment on table syncs is 'what is read of each store, and how far it is';
comment on column syncs.every_s is 'seconds from one reading to the next';
comment on column syncs.watermark is 'what changed before this was read';
comment on column syncs.cursor is 'where the run goes on, in the platform''s own words';
comment on column syncs.step is 'pages of the run so far: a page of another step is nobody''s';
comment on column syncs.due_at is 'when the next run begins; of one that runs, when it is looked after';
comment on column syncs.failure is 'why it does not go on, in a word of ours';
comment on column syncs.told_at is 'when it was seen that the store fell behind; none since the last good page';
comment on column syncs.letter_at is 'when its owners were told so';
create index syncs_due on syncs (due_at, tenant_id, store_id, shelf) where state <> 'paused';
call app.fence('syncs');
grant select, insert, update on syncs to rd_api, rd_worker;
grant select (tenant_id, store_id, shelf, state, every_s, watermark, run_id, step, done, estimated, started_at, page_at,
              due_at, paused_at, failures, failure, told_at, letter_at) on syncs to rd_desk;

-- Every run there was, for ever: times, counts and codes, and nothing of anybody.
create table sync_runs (
  tenant_id  uuid        not null,
  id         uuid        not null,
  store_id   uuid        not null,
  shelf      text        not null,
  kind       text        not null,
  since      timestamptz,
  started_at timestamptz not null,
  ended_at   timestamptz,
  pages      integer     not null default 0,
  calls      integer     not null default 0,
  new        bigint      not null default 0,
  changed    bigint      not null default 0,
  older      bigint      not null default 0,
  refused    bigint      not null default 0,
  unread     bigint      not null default 0,
  outcome    text        not null default 'running',
  constraint sync_runs_pk primary key (tenant_id, id),
  constraint sync_runs_of_sync foreign key (tenant_id, store_id, shelf)
    references syncs (tenant_id, store_id, shelf) on delete restrict,
  constraint sync_runs_kind_known check (kind in ('initial', 'incremental', 'whole')),
  constraint sync_runs_outcome_known check (outcome in ('running', 'done', 'scope', 'disconnected')),
  constraint sync_runs_ended_has_its_time check ((outcome = 'running') = (ended_at is null)),
  constraint sync_runs_counts check (pages >= 0 and calls >= 0 and new >= 0 and changed >= 0 and older >= 0
    and refused >= 0 and unread >= 0)
);
comment on table sync_runs is 'each reading of a shelf: when, how much, how it ended';
comment on column sync_runs.since is 'from when on changes were asked for; none where all was';
comment on column sync_runs.refused is 'rows that were not let in, for the sake of the persons they name';
comment on column sync_runs.unread is 'rows that could not be read';
create index sync_runs_by_time on sync_runs (tenant_id, store_id, started_at, id);
call app.fence('sync_runs');
grant select, insert, update on sync_runs to rd_api, rd_worker;
grant select on sync_runs to rd_desk;

-- Every write of how much there is that was ever wanted of a store: by whose leave, when, why, and what came of it.
create table stock_writes (
  tenant_id   uuid        not null,
  id          uuid        not null,
  store_id    uuid        not null,
  item        text        not null,
  place       text        not null,
  sku         text,
  quantity    integer     not null,
  was         integer,
  key         bytea       not null,
  leave       text        not null,
  cause_id    uuid        not null,
  cause_item  text,
  cause_at    timestamptz,
  actor       text        not null,
  at          timestamptz not null,
  tried_at    timestamptz,
  state       text        not null default 'waiting',
  code        text,
  answered_at timestamptz,
  seen_at     timestamptz,
  constraint stock_writes_pk primary key (tenant_id, id),
  constraint stock_writes_once unique (tenant_id, key),
  constraint stock_writes_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint stock_writes_leave_known check (leave in ('user', 'sync')),
  constraint stock_writes_state_known check (state in ('waiting', 'sent', 'moved', 'gone', 'failed')),
  constraint stock_writes_key_is_a_digest check (octet_length(key) = 32),
  constraint stock_writes_of_a_sync_name_the_change check ((leave = 'sync') = (cause_item is not null)
    and (cause_item is null) = (cause_at is null)),
  constraint stock_writes_answered_has_its_time check ((state = 'waiting') = (answered_at is null)),
  constraint stock_writes_failed_says_why check ((state = 'failed') = (code is not null)),
  constraint stock_writes_code_is_short check (octet_length(code) <= 40)
);
comment on table stock_writes is 'what stores were to be told of quantities: who, when and why, and what came of it';
comment on column stock_writes.was is 'how much there was believed to be when it was first sent; set only where that held';
comment on column stock_writes.key is 'a digest of what caused it and of what it is done to: the same over every try';
comment on column stock_writes.cause_id is 'the action of the person who asked, or the store whose change it follows';
comment on column stock_writes.cause_item is 'what changed in that store';
comment on column stock_writes.cause_at is 'when it changed, by the platform''s clock';
comment on column stock_writes.tried_at is 'right before it was first sent';
comment on column stock_writes.code is 'why it was not sent, or not taken, in a word of ours';
comment on column stock_writes.seen_at is 'when the store told of it, or of something newer: it is no change of theirs';
create index stock_writes_by_time on stock_writes (tenant_id, store_id, at, id);
create index stock_writes_open on stock_writes (tenant_id, store_id, item, place) where seen_at is null;
create index inventory_by_sku on inventory (tenant_id, sku);
call app.fence('stock_writes');
grant select, insert, update on stock_writes to rd_api, rd_worker;
grant select (tenant_id, id, store_id, leave, at, tried_at, state, code, answered_at, seen_at) on stock_writes to rd_desk;
