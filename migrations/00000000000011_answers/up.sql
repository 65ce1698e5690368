-- What a mutation with an idempotency key came to, for a day. It names the thing that was made or changed, never what
-- was said about it.
create table answers (
  tenant_id    uuid        not null,
  caller       text        not null,
  key_digest   bytea       not null,
  input_digest bytea       not null,
  target_id    uuid        not null,
  at           timestamptz not null,
  constraint answers_pk primary key (tenant_id, caller, key_digest),
  constraint answers_digest_length check (octet_length(key_digest) = 32 and octet_length(input_digest) = 32)
);
comment on table answers is 'what a repeated call is answered with';
create index answers_by_time on answers (tenant_id, at);
call app.fence('answers');
grant select, insert on answers to rd_api;
grant select, delete on answers to rd_worker;
