-- How a recipient of people's data is told of what a person wishes, tenant by tenant.
create table recipient_ways (
  tenant_id      uuid        not null,
  id             uuid        not null,
  recipient      text        not null,
  kind           text        not null,
  address        text,
  parts          text        not null default '{}',
  secret_id      uuid,
  certificate    text,
  certificate_at timestamptz,
  since          timestamptz not null,
  version        integer     not null default 1,
  constraint recipient_ways_pk primary key (tenant_id, id),
  constraint recipient_ways_once unique (tenant_id, recipient),
  constraint recipient_ways_secret_is_there foreign key (tenant_id, secret_id) references secrets (tenant_id, id) on delete restrict,
  constraint recipient_ways_kind_known check (kind in ('platform', 'template', 'opendsr', 'mail', 'manual')),
  constraint recipient_ways_certificate_has_its_time check ((certificate is null) = (certificate_at is null)),
  constraint recipient_ways_have_what_they_need
    check (kind <> 'platform' and (kind not in ('opendsr', 'mail') or address is not null)
       and (kind <> 'template' or secret_id is not null)),
  constraint recipient_ways_texts_are_short
    check (octet_length(recipient) between 1 and 60 and octet_length(address) <= 500 and octet_length(parts) <= 2000
       and octet_length(certificate) <= 20000)
);
comment on table recipient_ways is 'how a recipient is told what a person wishes: by its interface, by OpenDSR, by letter or by hand';
comment on column recipient_ways.recipient is 'its code in the policy';
comment on column recipient_ways.address is 'where it is called, or written to';
comment on column recipient_ways.parts is 'what its interface wants to know of the account, as JSON: names and values, no secret';
comment on column recipient_ways.secret_id is 'what lets us in there';
comment on column recipient_ways.certificate is 'what shows the key that it signs its answers with, as it was looked up last';
call app.fence('recipient_ways');
grant select, insert, update, delete on recipient_ways to rd_api, rd_worker;
grant select on recipient_ways to rd_desk;

-- What each recipient that ever got something of a person is to be told, for one request: one row for each of them and of
-- the stores. Never done by silence.
create table recipient_tasks (
  tenant_id    uuid        not null,
  id           uuid        not null,
  request_id   uuid        not null,
  reference    text        not null,
  right_code   text        not null,
  regulation   text        not null,
  recipient    text        not null,
  store_id     uuid,
  subject_id   uuid,
  categories   text[]      not null,
  kind         text        not null,
  state        text        not null default 'waiting',
  is_unsure    boolean     not null default false,
  step         smallint    not null default 0,
  refs         text[]      not null default '{}',
  sealed_under uuid        not null,
  matches      bytea,
  ticket       text,
  submitted_at timestamptz not null,
  opened_at    timestamptz not null,
  until        timestamptz not null,
  tried_at     timestamptz,
  ended_at     timestamptz,
  attempts     integer     not null default 0,
  answer       text,
  advice       text,
  proof        bytea,
  proof_id     uuid,
  words        bytea,
  reminded_at  timestamptz,
  version      integer     not null default 1,
  constraint recipient_tasks_pk primary key (tenant_id, id),
  constraint recipient_tasks_once unique nulls not distinct (tenant_id, request_id, recipient, store_id),
  constraint recipient_tasks_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete cascade,
  constraint recipient_tasks_of_store foreign key (tenant_id, store_id) references stores (tenant_id, id) on delete restrict,
  constraint recipient_tasks_kind_known check (kind in ('platform', 'template', 'opendsr', 'mail', 'manual')),
  constraint recipient_tasks_state_known check (state in
    ('waiting', 'sent', 'acknowledged', 'done', 'already_gone', 'refused', 'silent', 'given_up')),
  constraint recipient_tasks_regulation_known check (regulation in ('gdpr', 'ccpa')),
  constraint recipient_tasks_ended_has_its_time
    check ((state in ('done', 'already_gone', 'refused', 'given_up')) = (ended_at is not null)),
  constraint recipient_tasks_ended_knows_nobody check (ended_at is null or matches is null),
  constraint recipient_tasks_given_up_says_why check (state <> 'given_up' or words is not null),
  constraint recipient_tasks_proof_is_whole check (octet_length(proof) = 32 and (proof_id is null or proof is not null)),
  constraint recipient_tasks_texts_are_short
    check (octet_length(reference) <= 40 and octet_length(right_code) <= 40 and octet_length(recipient) between 1 and 60
       and octet_length(answer) <= 40 and octet_length(advice) <= 500 and octet_length(ticket) <= 4000
       and cardinality(refs) <= 200)
);
comment on table recipient_tasks is 'what each recipient of a person''s data is told for one request, and how far it has come';
comment on column recipient_tasks.recipient is 'its code in the policy, the platform of the store, or the id of the app';
comment on column recipient_tasks.is_unsure is 'something was sent and not answered: it is asked about before anything is sent again';
comment on column recipient_tasks.step is 'how many of its calls have been answered';
comment on column recipient_tasks.refs is 'what the recipient calls what it was told';
comment on column recipient_tasks.sealed_under is 'whose key the person''s own words are under: the request''s';
comment on column recipient_tasks.matches is 'what the recipient knows the person by, under the request''s key; gone when the task ends';
comment on column recipient_tasks.ticket is 'the job to be handed on when the task ends';
comment on column recipient_tasks.answer is 'the status of the last answer, or why there was none, in a word of ours';
comment on column recipient_tasks.advice is 'what a person does where no program may, in our words';
comment on column recipient_tasks.proof is 'digest of what came back: of an answer, or of the file that somebody attached';
comment on column recipient_tasks.proof_id is 'the object with that file, sealed under the task''s own key';
comment on column recipient_tasks.words is 'what somebody wrote who ended it by hand, under the task''s own key';
create index recipient_tasks_open on recipient_tasks (tenant_id, until) where ended_at is null;
create index recipient_tasks_by_opening on recipient_tasks (tenant_id, opened_at, id);
call app.fence('recipient_tasks');
grant select, insert, update on recipient_tasks to rd_api, rd_worker;
grant select (tenant_id, id, request_id, reference, right_code, regulation, recipient, store_id, subject_id, categories, kind,
  state, is_unsure, step, refs, sealed_under, submitted_at, opened_at, until, tried_at, ended_at, attempts, answer, advice,
  proof, proof_id, reminded_at, version) on recipient_tasks to rd_desk;

create table recipient_attempts (
  tenant_id uuid        not null,
  task_id   uuid        not null,
  number    integer     not null,
  at        timestamptz not null,
  did       text        not null,
  state     text        not null,
  answer    text        not null,
  by        text        not null,
  constraint recipient_attempts_pk primary key (tenant_id, task_id, number),
  constraint recipient_attempts_of_task foreign key (tenant_id, task_id) references recipient_tasks (tenant_id, id) on delete cascade,
  constraint recipient_attempts_did_known check (did in ('sent', 'asked', 'heard', 'reminded', 'by_hand', 'waited')),
  constraint recipient_attempts_state_known check (state in
    ('waiting', 'sent', 'acknowledged', 'done', 'already_gone', 'refused', 'silent', 'given_up')),
  constraint recipient_attempts_texts_are_short check (octet_length(answer) <= 40 and octet_length(by) <= 60)
);
comment on table recipient_attempts is 'each time something was sent to a recipient, asked of it or heard from it';
comment on column recipient_attempts.state is 'where the task stood afterwards';
comment on column recipient_attempts.answer is 'a status or a code of ours, never words of theirs';
comment on column recipient_attempts.by is 'who: a job, or one of the operator''s people';
call app.fence('recipient_attempts');
grant select, insert on recipient_attempts to rd_api, rd_worker;
grant select on recipient_attempts to rd_desk;

-- What goes along with a person's wish left too.
alter table disclosures drop constraint disclosures_way_known;
alter table disclosures add constraint disclosures_way_known check (way in ('relay', 'request'));

-- The link by which a recipient answers a letter.
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake', 'store_hook',
   'intake_follow', 'recipient_reply'));
