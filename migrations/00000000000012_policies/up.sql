-- The operator's policy, version by version, as rows of the house. The text is the policy: catalogues are read from it.
create table policies (
  tenant_id    uuid        not null,
  id           uuid        not null,
  name         text        not null,
  version      integer     not null,
  effective_on date        not null,
  text         text        not null,
  digest       bytea       not null,
  state        text        not null,
  proposed_at  timestamptz not null,
  proposed_by  text        not null,
  published_at timestamptz,
  published_by text,
  in_force_at  timestamptz,
  ended_at     timestamptz,
  constraint policies_pk primary key (tenant_id, id),
  constraint policies_version_once unique (tenant_id, name, version),
  constraint policies_state_known check (state in ('proposed', 'announced', 'in_force', 'past', 'withdrawn')),
  constraint policies_are_published_by_another check (published_by is null or published_by = 'house'
    or published_by <> proposed_by),
  constraint policies_published_is_whole check ((published_at is null) = (published_by is null)),
  constraint policies_announced_is_published check (state not in ('announced', 'in_force', 'past') or published_at is not null),
  constraint policies_in_force_has_its_time check ((state in ('in_force', 'past')) = (in_force_at is not null)),
  constraint policies_past_has_its_end check ((state in ('past', 'withdrawn')) = (ended_at is not null)),
  constraint policies_text_is_short check (octet_length(text) <= 1048576)
);
comment on table policies is 'what the operator promises: each version of the policy file, and when it held';
comment on column policies.digest is 'SHA-256 of the text';
comment on column policies.proposed_by is 'as the books name him; the house where a command or the first start did it';
create unique index policies_one_in_force on policies (tenant_id) where state = 'in_force';
create unique index policies_one_to_come on policies (tenant_id) where state in ('proposed', 'announced');
call app.fence('policies');
grant select, insert, update on policies to rd_api, rd_worker;
