-- Whom data is about, once in each tenant, however many of its stores and records name them.
create table subjects (
  tenant_id uuid        not null,
  id        uuid        not null,
  made_at   timestamptz not null,
  same_as   uuid,
  version   integer     not null default 1,
  constraint subjects_pk primary key (tenant_id, id),
  constraint subjects_same_as foreign key (tenant_id, same_as) references subjects (tenant_id, id) on delete restrict,
  constraint subjects_are_not_their_own_double check (same_as <> id)
);
comment on table subjects is 'whom a tenant''s records are about; whoever names them locks the row first';
comment on column subjects.same_as is 'the older subject that this one proved to be; what is sealed under this one''s key stays so';
create index subjects_same on subjects (tenant_id, same_as) where same_as is not null;
call app.fence('subjects');
grant select, insert, update on subjects to rd_api, rd_worker;
grant select on subjects to rd_desk;

-- What a person is found by. The values stand nowhere but in records, sealed.
create table subject_identifiers (
  tenant_id  uuid        not null,
  id         uuid        not null,
  subject_id uuid        not null,
  kind       text        not null,
  scope      text        not null,
  bidx       bytea       not null,
  bidx_v     smallint    not null,
  tells      boolean     not null,
  made_at    timestamptz not null,
  constraint subject_identifiers_pk primary key (tenant_id, id),
  constraint subject_identifiers_once unique (tenant_id, kind, scope, bidx, subject_id),
  constraint subject_identifiers_of_subject
    foreign key (tenant_id, subject_id) references subjects (tenant_id, id) on delete restrict,
  constraint subject_identifiers_kind_known check (kind in ('mail', 'phone', 'customer', 'handle', 'order'))
);
comment on table subject_identifiers is 'blind indexes of what a person goes by';
comment on column subject_identifiers.scope is 'the store, for what a platform calls somebody there; empty for mail and phone';
comment on column subject_identifiers.tells is 'whether it says who somebody is; a telephone beside a mail address does not, and several persons may have it';
create unique index subject_identifiers_tell_one on subject_identifiers (tenant_id, kind, scope, bidx) where tells;
create index subject_identifiers_by_subject on subject_identifiers (tenant_id, subject_id);
call app.fence('subject_identifiers');
grant select, insert, update, delete on subject_identifiers to rd_api, rd_worker;
grant select (tenant_id, id, subject_id, kind, scope, bidx_v, tells, made_at) on subject_identifiers to rd_desk;
