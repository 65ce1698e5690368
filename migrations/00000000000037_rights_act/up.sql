-- What a person may forbid or put right. A fence stands on the person; whoever writes, sends or shares looks for it under the
-- person's own lock.
alter table subjects add column restricted_at timestamptz;
comment on column subjects.restricted_at is 'since when what is held of the person is kept and used for nothing; none where nothing is restricted';

create table subject_fences (
  tenant_id  uuid        not null,
  id         uuid        not null,
  subject_id uuid        not null,
  kind       text        not null,
  code       text        not null default '',
  request_id uuid        not null,
  since      timestamptz not null,
  warned_at  timestamptz,
  warning_id uuid,
  ends_at    timestamptz,
  until      timestamptz,
  constraint subject_fences_pk primary key (tenant_id, id),
  constraint subject_fences_once unique (tenant_id, request_id, subject_id, kind, code),
  constraint subject_fences_of_subject foreign key (tenant_id, subject_id) references subjects (tenant_id, id) on delete restrict,
  constraint subject_fences_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete restrict,
  constraint subject_fences_kind_known check (kind in ('restriction', 'objection', 'opt_out')),
  constraint subject_fences_restriction_is_of_all check ((kind = 'restriction') = (code = '')),
  constraint subject_fences_code_is_short check (octet_length(code) <= 60),
  constraint subject_fences_warning_is_whole check ((warned_at is null) = (ends_at is null)),
  constraint subject_fences_warned_before check (ends_at is null or ends_at >= warned_at),
  constraint subject_fences_ends_after_it_began check (until is null or until >= since)
);
comment on table subject_fences is 'what a person asked not to be done: anything at all, one use, one recipient; each for as long as it stands';
comment on column subject_fences.code is 'of an objection the purpose, of an opt-out the recipient, both by the policy; * is every place that a merchant has events sent to';
comment on column subject_fences.warned_at is 'when the person was told that it will be lifted';
comment on column subject_fences.warning_id is 'the letter that told it; none where another answers to the person';
comment on column subject_fences.ends_at is 'when it will be lifted: not before the person was told';
comment on column subject_fences.until is 'when it was lifted; none while it stands';
create index subject_fences_standing on subject_fences (tenant_id, subject_id) where until is null;
create index subject_fences_ending on subject_fences (ends_at) where until is null and ends_at is not null;
call app.fence('subject_fences');
grant select, insert, update (warned_at, warning_id, ends_at, until) on subject_fences to rd_api, rd_worker;
grant select on subject_fences to rd_desk;

-- What was not sent, because somebody had forbidden it: counts by the day, and of nobody.
create table relay_withheld (
  tenant_id uuid        not null,
  store_id  uuid        not null,
  recipient text        not null,
  kind      text        not null,
  day       date        not null,
  count     bigint      not null,
  last_at   timestamptz not null,
  constraint relay_withheld_pk primary key (tenant_id, store_id, recipient, kind, day),
  constraint relay_withheld_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint relay_withheld_kind_known check (kind in ('restriction', 'objection', 'opt_out')),
  constraint relay_withheld_counts_something check (count > 0),
  constraint relay_withheld_recipient_is_short check (octet_length(recipient) <= 40)
);
comment on table relay_withheld is 'how often something of somebody was not sent to a recipient, because they had forbidden it';
call app.fence('relay_withheld');
grant select, insert, update (count, last_at) on relay_withheld to rd_api, rd_worker;
grant select on relay_withheld to rd_desk;

-- What is wrong and what is right, as the person or somebody for them said it.
create table request_corrections (
  tenant_id  uuid        not null,
  id         uuid        not null,
  request_id uuid        not null,
  about      text        not null,
  field      text        not null,
  store_id   uuid,
  value      bytea,
  named_at   timestamptz not null,
  named_by   uuid,
  state      text        not null default 'named',
  settled_at timestamptz,
  rows       integer     not null default 0,
  constraint request_corrections_pk primary key (tenant_id, id),
  constraint request_corrections_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint request_corrections_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint request_corrections_state_known check (state in ('named', 'dropped', 'done', 'nothing')),
  constraint request_corrections_settled_has_its_time check ((state = 'named') = (settled_at is null)),
  constraint request_corrections_counts check (rows >= 0 and (state = 'done') = (rows > 0)),
  constraint request_corrections_texts_are_short check (octet_length(about) between 1 and 60 and octet_length(field) between 1 and 60)
);
comment on table request_corrections is 'what is to be put right, value by value';
comment on column request_corrections.about is 'the table of ours whose rows of the person it is about';
comment on column request_corrections.value is 'what is right, under the contact''s own key; gone with it';
comment on column request_corrections.named_by is 'who named it; nobody where the person''s own words did';
create unique index request_corrections_stand_once on request_corrections (tenant_id, request_id, about, field, store_id)
  nulls not distinct where state = 'named';
call app.fence('request_corrections');
grant select, insert, update (value, state, settled_at, rows) on request_corrections to rd_api, rd_worker;
grant select (tenant_id, id, request_id, about, field, store_id, named_at, named_by, state, settled_at, rows) on request_corrections to rd_desk;

-- What was put right: digests of what stood there and of what stands there now, never a value. They go with the person.
create table corrected_values (
  tenant_id     uuid        not null,
  id            uuid        not null,
  correction_id uuid        not null,
  subject_id    uuid        not null,
  about         text        not null,
  field         text        not null,
  row_id        uuid        not null,
  salt          bytea       not null,
  was_digest    bytea,
  is_digest     bytea       not null,
  at            timestamptz not null,
  constraint corrected_values_pk primary key (tenant_id, id),
  constraint corrected_values_once unique (tenant_id, correction_id, row_id),
  constraint corrected_values_of_correction
    foreign key (tenant_id, correction_id) references request_corrections (tenant_id, id) on delete cascade,
  constraint corrected_values_digests_are_whole
    check (octet_length(salt) = 16 and octet_length(was_digest) = 32 and octet_length(is_digest) = 32)
);
comment on table corrected_values is 'each value that was put right, as digests with a salt of their own';
comment on column corrected_values.was_digest is 'of what stood there before; none where nothing did';
create index corrected_values_by_subject on corrected_values (tenant_id, subject_id);
call app.fence('corrected_values');
grant select, insert, delete on corrected_values to rd_api, rd_worker;
grant select (tenant_id, id, correction_id, subject_id, about, field, row_id, at) on corrected_values to rd_desk;

-- The evidence of a request: signed, whole, and never changed. A later one continues it.
create table request_evidence (
  tenant_id  uuid        not null,
  id         uuid        not null,
  request_id uuid        not null,
  number     smallint    not null,
  made_at    timestamptz not null,
  digest     bytea       not null,
  document   bytea       not null,
  constraint request_evidence_pk primary key (tenant_id, id),
  constraint request_evidence_number_once unique (tenant_id, request_id, number),
  constraint request_evidence_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete restrict,
  constraint request_evidence_digest_is_whole check (octet_length(digest) = 32),
  constraint request_evidence_numbers_begin_with_one check (number > 0)
);
comment on table request_evidence is 'what was asked, promised, approved, done and answered, as digests, codes and days, signed for anyone to verify';
comment on column request_evidence.document is 'a line in canonical form, as docs/formats.md says; it names no value of anybody''s';
call app.fence('request_evidence');
grant select, insert on request_evidence to rd_api, rd_worker;
grant select on request_evidence to rd_desk;

-- What a contact was made of goes in time; what it was about and when stays.
create index intakes_kept on intakes (tenant_id, received_at) where forgotten_at is null;
