-- What a person gets: a copy of everything that is held, read by a second person before it is let go, and fetched once by
-- a link of the person's own page. The file is sealed with a passphrase that is kept under the contact's own key.
create table request_packages (
  tenant_id    uuid        not null,
  id           uuid        not null,
  request_id   uuid        not null,
  number       smallint    not null,
  state        text        not null,
  is_given     boolean     not null,
  locale       text        not null,
  ordered_at   timestamptz not null,
  ordered_by   uuid,
  blob_id      uuid,
  made_at      timestamptz,
  rows         bigint,
  left_out     bigint,
  bytes        bigint,
  digest       bytea,
  manifest     bytea,
  opener       bytea,
  released_at  timestamptz,
  released_by  uuid,
  expires_at   timestamptz,
  ended_at     timestamptz,
  version      integer     not null default 1,
  constraint request_packages_pk primary key (tenant_id, id),
  constraint request_packages_once unique (tenant_id, request_id, number),
  constraint request_packages_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete restrict,
  constraint request_packages_state_known check (state in ('ordered', 'made', 'released', 'replaced', 'gone')),
  constraint request_packages_made_are_whole check ((made_at is null) = (rows is null) and (made_at is null) = (left_out is null)
    and (made_at is null) = (bytes is null) and (made_at is null) = (digest is null) and (made_at is null) = (manifest is null)),
  constraint request_packages_ordered_are_not_made check ((state = 'ordered') <= (made_at is null)),
  constraint request_packages_offered_have_their_file check ((state in ('made', 'released')) <= (made_at is not null and blob_id is not null)),
  constraint request_packages_offered_open check ((state in ('made', 'released')) = (opener is not null)),
  constraint request_packages_ended_have_their_time check ((state in ('replaced', 'gone')) = (ended_at is not null)),
  constraint request_packages_release_is_whole check ((released_at is null) = (released_by is null) and (released_at is null) = (expires_at is null)
    and ((state = 'released') <= (released_at is not null)) and ((released_at is not null) <= (state in ('released', 'gone')))),
  constraint request_packages_second_person check (released_by <> ordered_by),
  constraint request_packages_counts check (number > 0 and rows >= 0 and left_out >= 0 and bytes > 0),
  constraint request_packages_digests_are_whole check (octet_length(digest) = 32 and octet_length(manifest) = 32),
  constraint request_packages_locale_is_short check (octet_length(locale) between 2 and 35)
);
comment on table request_packages is 'copies of what is held of people, for them to fetch';
comment on column request_packages.number is 'the first of a request is 1; another comes where something was left out of it';
comment on column request_packages.is_given is 'it holds only what came from the person, to be taken along';
comment on column request_packages.ordered_by is 'who submitted the plan: somebody else releases';
comment on column request_packages.blob_id is 'the file, named here once it lies there whole; null again once it is gone';
comment on column request_packages.left_out is 'rows and cells that staff or a law left out';
comment on column request_packages.digest is 'SHA-256 of the file as it lies there';
comment on column request_packages.manifest is 'SHA-256 of the list of what it holds';
comment on column request_packages.opener is 'under the contact''s own key, for the proved person''s page alone; gone when the package ends';
comment on column request_packages.ended_at is 'since when nobody gets it: another took its place, its time is over, or the person was erased';
create unique index request_packages_one_stands on request_packages (tenant_id, request_id) where state in ('ordered', 'made', 'released');
create index request_packages_ending on request_packages (tenant_id, expires_at) where state = 'released';
create index request_packages_leaving on request_packages (tenant_id, ended_at) where ended_at is not null and blob_id is not null;
call app.fence('request_packages');
grant select, insert, update on request_packages to rd_api, rd_worker;
grant select (tenant_id, id, request_id, number, state, is_given, locale, ordered_at, ordered_by, blob_id, made_at, rows, left_out,
  bytes, digest, manifest, released_at, released_by, expires_at, ended_at, version) on request_packages to rd_desk;

-- Whom it is about, by every id: who is erased is found by it.
create table package_subjects (
  tenant_id  uuid not null,
  package_id uuid not null,
  subject_id uuid not null,
  constraint package_subjects_pk primary key (tenant_id, package_id, subject_id),
  constraint package_subjects_of_package foreign key (tenant_id, package_id) references request_packages (tenant_id, id) on delete cascade
);
comment on table package_subjects is 'whom a package is about; it leads to the file until that is gone';
create index package_subjects_by_person on package_subjects (tenant_id, subject_id);
call app.fence('package_subjects');
grant select, insert, delete on package_subjects to rd_api, rd_worker;
grant select on package_subjects to rd_desk;

create table package_files (
  tenant_id  uuid     not null,
  package_id uuid     not null,
  position   smallint not null,
  name       text     not null,
  rows       bigint,
  bytes      bigint   not null,
  digest     bytea    not null,
  constraint package_files_pk primary key (tenant_id, package_id, position),
  constraint package_files_of_package foreign key (tenant_id, package_id) references request_packages (tenant_id, id) on delete cascade,
  constraint package_files_counts check (position >= 0 and rows >= 0 and bytes >= 0),
  constraint package_files_digest_is_whole check (octet_length(digest) = 32),
  constraint package_files_name_is_short check (octet_length(name) between 1 and 100)
);
comment on table package_files is 'what a package holds, as its manifest has it: names, counts and digests';
comment on column package_files.digest is 'SHA-256 of the file in clear';
call app.fence('package_files');
grant select, insert on package_files to rd_api, rd_worker;
grant select (tenant_id, package_id, position, name, rows, bytes) on package_files to rd_desk;

create table package_links (
  tenant_id  uuid        not null,
  id         uuid        not null,
  package_id uuid        not null,
  made_at    timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  session    bytea,
  until      timestamptz,
  ended_at   timestamptz,
  constraint package_links_pk primary key (tenant_id, id),
  constraint package_links_of_package foreign key (tenant_id, package_id) references request_packages (tenant_id, id) on delete cascade,
  constraint package_links_use_is_whole check ((used_at is null) = (session is null) and (used_at is null) = (until is null)),
  constraint package_links_session_is_whole check (octet_length(session) = 32)
);
comment on table package_links is 'links by which a package is fetched once; what they say stands in keyholes as its digest alone';
comment on column package_links.session is 'digest of what the browser was given that fetched it, to resume what broke off';
comment on column package_links.until is 'until when what broke off may be resumed';
comment on column package_links.ended_at is 'since when it leads nowhere: another was made, or the package ended';
create index package_links_of_package_by_time on package_links (tenant_id, package_id, made_at);
call app.fence('package_links');
grant select, insert, update (used_at, session, until, ended_at) on package_links to rd_api, rd_worker;
grant select (tenant_id, id, package_id, made_at, expires_at, used_at, until, ended_at) on package_links to rd_desk;

create table package_redactions (
  tenant_id  uuid        not null,
  id         uuid        not null,
  request_id uuid        not null,
  place      text        not null,
  row_id     uuid        not null,
  field      text,
  code       text        not null,
  reason     bytea       not null,
  made_at    timestamptz not null,
  made_by    uuid        not null,
  lifted_at  timestamptz,
  lifted_by  uuid,
  constraint package_redactions_pk primary key (tenant_id, id),
  constraint package_redactions_of_request foreign key (tenant_id, request_id) references requests (tenant_id, id) on delete restrict,
  constraint package_redactions_code_known check (code in
    ('others_rights', 'trade_secret', 'legal_claims', 'law_forbids', 'security_incident', 'not_theirs')),
  constraint package_redactions_lifting_is_whole check ((lifted_at is null) = (lifted_by is null)),
  constraint package_redactions_names_are_short check (octet_length(place) between 1 and 63 and octet_length(field) between 1 and 63)
);
comment on table package_redactions is 'rows and cells that staff left out of what a person gets, with the reason';
comment on column package_redactions.place is 'the table it stands in';
comment on column package_redactions.field is 'the one column that is left out; null where the whole row is';
comment on column package_redactions.reason is 'words of staff, under the contact''s own key; the person is told the code';
create unique index package_redactions_once on package_redactions (tenant_id, request_id, place, row_id, field) nulls not distinct
  where lifted_at is null;
call app.fence('package_redactions');
grant select, insert, update (lifted_at, lifted_by) on package_redactions to rd_api, rd_worker;
grant select (tenant_id, id, request_id, place, row_id, field, code, made_at, made_by, lifted_at, lifted_by) on package_redactions to rd_desk;

alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known check (kind in
  ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave', 'store_handshake', 'store_hook',
   'intake_follow', 'recipient_reply', 'package_link'));
