-- What was approved is carried out: who was erased is known by digests alone, each step says how far it came, and what was done
-- is certified.
alter table subjects add column erased_at timestamptz;
comment on column subjects.erased_at is 'from when on nothing is written of whom the row stands for; the key goes later';

-- By what somebody who was erased is known again, so that nobody writes of them anew. The lines in the journal outside say
-- the same and stood there first.
create table tombstones (
  tenant_id   uuid        not null,
  id          uuid        not null,
  subject_id  uuid        not null,
  request_id  uuid,
  kind        text        not null,
  scope       text        not null,
  digest      bytea       not null,
  nv          smallint    not null,
  kv          integer     not null,
  reason      text        not null,
  made_at     timestamptz not null,
  expires_at  timestamptz,
  hits        bigint      not null default 0,
  hit_at      timestamptz,
  asked_at    timestamptz,
  asked_by    uuid,
  words       bytea,
  lifted_at   timestamptz,
  lifted_by   uuid,
  constraint tombstones_pk primary key (tenant_id, id),
  constraint tombstones_of_subject foreign key (tenant_id, subject_id) references subjects (tenant_id, id) on delete restrict,
  constraint tombstones_kind_known check (kind in ('mail', 'phone', 'customer', 'handle', 'order')),
  constraint tombstones_reason_known check (reason in ('erased')),
  constraint tombstones_digest_is_whole check (octet_length(digest) = 32),
  constraint tombstones_wish_is_whole check ((asked_at is null) = (asked_by is null) and (asked_at is null) = (words is null)),
  constraint tombstones_lifted_is_whole check ((lifted_at is null) = (lifted_by is null)),
  constraint tombstones_are_lifted_by_another check (lifted_by is null or (asked_by is not null and lifted_by <> asked_by)),
  constraint tombstones_hits_are_counted check (hits >= 0)
);
comment on table tombstones is 'by what an erased person is known again: keyed digests, no value';
comment on column tombstones.nv is 'version of the normaliser';
comment on column tombstones.kv is 'version of the suppression key';
comment on column tombstones.hits is 'how often somebody came who was turned away by it';
comment on column tombstones.words is 'why somebody wants it lifted, under the tombstone''s own key';
create unique index tombstones_once on tombstones (tenant_id, digest) where lifted_at is null;
create index tombstones_of_person on tombstones (tenant_id, subject_id);
call app.fence('tombstones');
grant select, insert, update (hits, hit_at, asked_at, asked_by, words, lifted_at, lifted_by) on tombstones to rd_api, rd_worker;
grant select (tenant_id, id, subject_id, request_id, kind, nv, kv, reason, made_at, expires_at, hits, hit_at, asked_at, asked_by,
              lifted_at, lifted_by) on tombstones to rd_desk;

-- Whom a request turned out to be about, once it is carried out, and whom what must stay goes over to.
create table request_persons (
  tenant_id  uuid not null,
  request_id uuid not null,
  subject_id uuid not null,
  part       text not null,
  constraint request_persons_pk primary key (tenant_id, request_id, subject_id),
  constraint request_persons_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_persons_part_known check (part in ('person', 'keeper'))
);
comment on table request_persons is 'the ids of whom a request is about, as they stood when it was carried out';
comment on column request_persons.part is 'person: whom it is about; keeper: nobody''s name, for rows that a ground keeps';
create unique index request_persons_one_keeper on request_persons (tenant_id, request_id) where part = 'keeper';
call app.fence('request_persons');
grant select, insert on request_persons to rd_api, rd_worker;
grant select on request_persons to rd_desk;

-- How far a plan has been carried out. A row that is not there is a step that was not done.
create table request_steps (
  tenant_id   uuid        not null,
  plan_id     uuid        not null,
  position    smallint    not null,
  request_id  uuid        not null,
  name        text        not null,
  line        smallint,
  place       text,
  store_id    uuid,
  state       text        not null default 'waiting',
  attempt     integer     not null default 0,
  rows        bigint      not null default 0,
  outcome     text,
  begun_at    timestamptz,
  finished_at timestamptz,
  constraint request_steps_pk primary key (tenant_id, plan_id, position),
  constraint request_steps_of_plan foreign key (tenant_id, plan_id) references request_plans (tenant_id, id) on delete cascade,
  constraint request_steps_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_steps_name_known check (name in ('compare', 'match', 'act', 'package', 'tombstone', 'keep', 'forget', 'files',
    'key', 'tell', 'scan', 'certificate', 'settle', 'request_key')),
  constraint request_steps_state_known check (state in ('waiting', 'done', 'sent_back')),
  constraint request_steps_done_has_its_time check ((state = 'waiting') = (finished_at is null)),
  constraint request_steps_count check (attempt >= 0 and rows >= 0),
  constraint request_steps_texts_are_short check (octet_length(place) <= 60 and octet_length(outcome) <= 60)
);
comment on table request_steps is 'the steps of what is carried out, and how far each came';
comment on column request_steps.line is 'the line of the plan that it carries out, counted from nought';
comment on column request_steps.outcome is 'a code: what came of it where it is not simply done';
create index request_steps_of_a_request on request_steps (tenant_id, request_id, plan_id, position);
call app.fence('request_steps');
grant select, insert, update (state, attempt, rows, outcome, begun_at, finished_at) on request_steps to rd_api, rd_worker;
grant select on request_steps to rd_desk;

-- What is needed to go on, and to tell others whom is meant: under the request's own key, and gone with it.
create table request_matches (
  tenant_id  uuid     not null,
  id         uuid     not null,
  request_id uuid     not null,
  kind       text     not null,
  store_id   uuid,
  value      bytea    not null,
  bidx       bytea    not null,
  bidx_v     smallint not null,
  tells      boolean  not null,
  constraint request_matches_pk primary key (tenant_id, id),
  constraint request_matches_once unique nulls not distinct (tenant_id, request_id, kind, store_id, bidx),
  constraint request_matches_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_matches_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint request_matches_kind_known check (kind in ('mail', 'phone', 'customer', 'handle', 'order')),
  constraint request_matches_index_is_whole check (octet_length(bidx) = 16)
);
comment on table request_matches is 'what somebody goes by, for as long as what they asked is carried out';
comment on column request_matches.value is 'under the request''s own key';
comment on column request_matches.tells is 'whether it says who somebody is: by it nobody is written of anew; a telephone beside a mail address does not, and an order that stays for a ground neither';
call app.fence('request_matches');
grant select, insert, delete on request_matches to rd_api, rd_worker;
grant select (tenant_id, id, request_id, kind, store_id, bidx_v, tells) on request_matches to rd_desk;

-- What was done, signed. A row is never changed: what comes later is a supplement.
create table certificates (
  tenant_id    uuid        not null,
  id           uuid        not null,
  request_id   uuid        not null,
  number       smallint    not null,
  supplements  uuid,
  made_at      timestamptz not null,
  key_version  integer     not null,
  digest       bytea       not null,
  document     text        not null,
  constraint certificates_pk primary key (tenant_id, id),
  constraint certificates_number_once unique (tenant_id, request_id, number),
  constraint certificates_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete restrict,
  constraint certificates_of_former foreign key (tenant_id, supplements) references certificates (tenant_id, id) on delete restrict,
  constraint certificates_digest_is_whole check (octet_length(digest) = 32),
  constraint certificates_first_supplements_none check ((number = 1) = (supplements is null))
);
comment on table certificates is 'what was erased, kept and told, signed for outsiders; it names nobody';
comment on column certificates.document is 'canonical JSON with its signature, as docs/formats.md says';
comment on column certificates.digest is 'SHA-256 of the document';
call app.fence('certificates');
grant select, insert on certificates to rd_api, rd_worker;
grant select on certificates to rd_desk;

-- Whoever looks for what a person's key sealed looks by the key, which stands in each envelope: by that of the first value of
-- a row, and row by row where a row's values are under several keys, which is rare.
alter table customers add column sealed_by bytea generated always as (substring(coalesce(given_name, family_name, mail, phone, address) from 11 for 16)) stored;
comment on column customers.sealed_by is 'the key that sealed the first of its values';
create index customers_by_key on customers (tenant_id, sealed_by);
create index customers_under_several_keys on customers (tenant_id)
   where substring(given_name from 11 for 16) <> sealed_by
      or substring(family_name from 11 for 16) <> sealed_by
      or substring(mail from 11 for 16) <> sealed_by
      or substring(phone from 11 for 16) <> sealed_by
      or substring(address from 11 for 16) <> sealed_by;
alter table order_contacts add column sealed_by bytea generated always as (substring(coalesce(handle, mail, phone, address) from 11 for 16)) stored;
comment on column order_contacts.sealed_by is 'the key that sealed the first of its values';
create index order_contacts_by_key on order_contacts (tenant_id, sealed_by);
create index order_contacts_under_several_keys on order_contacts (tenant_id)
   where substring(handle from 11 for 16) <> sealed_by
      or substring(mail from 11 for 16) <> sealed_by
      or substring(phone from 11 for 16) <> sealed_by
      or substring(address from 11 for 16) <> sealed_by;
alter table shipments add column sealed_by bytea generated always as (substring(tracking from 11 for 16)) stored;
comment on column shipments.sealed_by is 'the key that sealed the first of its values';
create index shipments_by_key on shipments (tenant_id, sealed_by);

-- What may not lie until a person comes is put back by a worker.
grant update (crashes, faults, waits) on jobs to rd_worker;

-- What was answered in part and in time is not late, whoever is still awaited.
drop index requests_in_numbers;
create index requests_in_numbers on requests (stage, right_code, source, due_on, due_at, target_on, moved_at, tenant_id, answered_at) where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test;
