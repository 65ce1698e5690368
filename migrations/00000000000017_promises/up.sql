-- The promise ledger, as rows of the house: each sentence of the policy that is held to, and how it stands. A row stays
-- when a later version of the policy drops the sentence, and goes on when one takes it up again.
create table promises (
  tenant_id  uuid        not null,
  id         uuid        not null,
  policy_id  uuid        not null,
  code       text        not null,
  place      integer     not null,
  section    text        not null,
  text       text        not null,
  check_name text,
  state      text        not null default 'active',
  standing   text        not null,
  figure     text,
  why        text,
  since      timestamptz not null,
  checked_at timestamptz,
  look_at    timestamptz,
  untold     boolean     not null default false,
  constraint promises_pk primary key (tenant_id, id),
  constraint promises_code_once unique (tenant_id, code),
  constraint promises_state_known check (state in ('active', 'past')),
  constraint promises_standing_known
    check (standing in ('holds', 'at_risk', 'broken', 'not_yet_measured', 'not_measurable')),
  constraint promises_unmeasured_has_no_check check ((standing = 'not_measurable') = (check_name is null)),
  constraint promises_measured_has_its_time
    check (standing in ('not_yet_measured', 'not_measurable') or checked_at is not null),
  constraint promises_texts_are_short check (octet_length(code) <= 100 and octet_length(section) <= 1000
    and octet_length(text) <= 8000 and octet_length(figure) <= 400 and octet_length(why) <= 4000)
);
comment on table promises is 'what the policy promises, sentence by sentence, and whether it holds';
comment on column promises.policy_id is 'the version that said it last';
comment on column promises.place is 'where the policy has it, counted from the top';
comment on column promises.text is 'as published, in the policy''s first language';
comment on column promises.since is 'since when it stands as it does';
comment on column promises.look_at is 'when it is looked at next; none where nothing can be measured';
comment on column promises.untold is 'it turned, and the letter about it has not left yet';
create index promises_by_place on promises (tenant_id, place, id);
call app.fence('promises');
grant select, insert, update on promises to rd_api, rd_worker;

-- How it stood, look by look: each turn, and at most one figure a day between two turns. Nobody changes what was seen.
create table promise_looks (
  tenant_id  uuid        not null,
  id         uuid        not null,
  promise_id uuid        not null,
  at         timestamptz not null,
  standing   text        not null,
  figure     text,
  constraint promise_looks_pk primary key (tenant_id, id),
  constraint promise_looks_of_promise foreign key (tenant_id, promise_id) references promises (tenant_id, id)
    on delete restrict,
  constraint promise_looks_standing_known
    check (standing in ('holds', 'at_risk', 'broken', 'not_yet_measured', 'not_measurable'))
);
comment on table promise_looks is 'the history of each promise''s standing';
create index promise_looks_by_time on promise_looks (tenant_id, promise_id, at desc, id desc);
call app.fence('promise_looks');
grant select, insert on promise_looks to rd_api, rd_worker;

-- How many rows there are under each heading of the data map is counted at the desk, by their ids.
grant select (tenant_id, id) on access_log to rd_desk;
grant select (tenant_id, id) on recovery_codes to rd_desk;
grant select (tenant_id, id) on device_sign_ins to rd_desk;

-- A member who is forgotten leaves no row.
grant delete on members to rd_worker;
