-- Reviews of who and what may do what: rows of the house. What was extracted is never changed again, and nothing of a
-- campaign is once it was signed off: Postgres itself refuses it.
create table review_campaigns (
  tenant_id       uuid        not null,
  id              uuid        not null,
  title           text        not null,
  quarter         text,
  state           text        not null default 'open',
  opened_at       timestamptz not null,
  opened_by       uuid,
  due_on          date        not null,
  taken_at        timestamptz not null,
  query_version   integer     not null,
  digest          bytea       not null,
  signed_off_at   timestamptz,
  signed_off_by   uuid,
  evidence_digest bytea,
  constraint review_campaigns_pk primary key (tenant_id, id),
  constraint review_campaigns_quarter_once unique (tenant_id, quarter),
  constraint review_campaigns_quarter_is_one check (quarter ~ '^[0-9]{4}Q[1-4]$'),
  constraint review_campaigns_title_is_short check (octet_length(title) between 1 and 400),
  constraint review_campaigns_state_known check (state in ('open', 'signed_off')),
  constraint review_campaigns_digests_are_whole
    check (octet_length(digest) = 32 and (evidence_digest is null or octet_length(evidence_digest) = 32)),
  constraint review_campaigns_signed_off_is_whole
    check ((state = 'signed_off') = (signed_off_at is not null) and (state = 'signed_off') = (signed_off_by is not null)
       and (state = 'signed_off') = (evidence_digest is not null)),
  constraint review_campaigns_are_signed_off_by_another check (signed_off_by is null or signed_off_by is distinct from opened_by)
);
comment on table review_campaigns is 'reviews of who and what may do what, each over a dated extract';
comment on column review_campaigns.quarter is 'the quarter it is the review of, where it covers everything; one campaign is';
comment on column review_campaigns.opened_by is 'none where the desk itself opened it';
comment on column review_campaigns.taken_at is 'the moment of the snapshot that every row was read in';
comment on column review_campaigns.digest is 'over the canonical lines of the rows, as docs/formats.md says; the event review.opened tells it too';
comment on column review_campaigns.evidence_digest is 'SHA-256 of the evidence as it was signed off';
create index review_campaigns_by_time on review_campaigns (tenant_id, opened_at desc, id desc);
call app.fence('review_campaigns');
drop policy change on review_campaigns;
create policy change on review_campaigns for update to rd_api, rd_worker, rd_dispatcher
  using (tenant_id = app.tenant() and state = 'open') with check (tenant_id = app.tenant());
grant select, insert, update (state, signed_off_at, signed_off_by, evidence_digest) on review_campaigns to rd_api, rd_worker;

create table review_extracts (
  tenant_id   uuid   not null,
  campaign_id uuid   not null,
  subject     text   not null,
  counted     bigint not null,
  constraint review_extracts_pk primary key (tenant_id, campaign_id, subject),
  constraint review_extracts_of_campaign foreign key (tenant_id, campaign_id)
    references review_campaigns (tenant_id, id) on delete restrict,
  constraint review_extracts_subject_known check (subject in ('apps', 'scopes', 'staff'))
);
comment on table review_extracts is 'how many there were of each kind in the snapshot, counted apart from reading them';
call app.fence('review_extracts');
grant select, insert on review_extracts to rd_api, rd_worker;

create table review_items (
  tenant_id       uuid    not null,
  id              uuid    not null,
  campaign_id     uuid    not null,
  subject         text    not null,
  of_tenant       uuid    not null,
  object_id       uuid    not null,
  part            text    not null,
  label           text    not null,
  facts           text    not null,
  barred          uuid[]  not null,
  decision        text,
  reason          bytea,
  reason_gen      integer not null default 0,
  decided_at      timestamptz,
  decided_by      uuid,
  exception_until date,
  revocation      text    not null default 'none',
  due_on          date,
  hindrance       text,
  proven_at       timestamptz,
  proof           text,
  version         integer not null default 1,
  constraint review_items_pk primary key (tenant_id, id),
  constraint review_items_once unique (tenant_id, campaign_id, subject, of_tenant, object_id, part),
  constraint review_items_of_campaign foreign key (tenant_id, campaign_id)
    references review_campaigns (tenant_id, id) on delete restrict,
  constraint review_items_subject_known check (subject in ('apps', 'scopes', 'staff')),
  constraint review_items_decision_known check (decision in ('keep', 'change', 'revoke')),
  constraint review_items_revocation_known check (revocation in ('none', 'due', 'proven')),
  constraint review_items_decided_is_whole
    check ((decision is null) = (decided_at is null) and (decision is null) = (decided_by is null)
       and (decision is null) = (reason is null) and (decision is not null or exception_until is null)),
  constraint review_items_are_decided_by_another check (decided_by is null or not decided_by = any (barred)),
  constraint review_items_revocation_follows_the_decision
    check ((revocation <> 'none') = coalesce(decision in ('change', 'revoke'), false)
       and (revocation <> 'none') = (due_on is not null)),
  constraint review_items_proven_is_whole
    check ((revocation = 'proven') = (proven_at is not null) and (revocation = 'proven') = (proof is not null)
       and (hindrance is null or revocation = 'due'))
);
comment on table review_items is 'what a campaign decides about, one row each: as it was in the extract, and what was decided';
comment on column review_items.of_tenant is 'whose it is; the nil id is the house';
comment on column review_items.part is 'which part of the object, such as one scope of a store; empty where it is the whole';
comment on column review_items.facts is 'ids, codes and dates as a JSON object; no personal value';
comment on column review_items.barred is 'who may not decide: the reviewed, and who provisioned it';
comment on column review_items.reason is 'in words, sealed under the campaign''s own key';
comment on column review_items.hindrance is 'the code of what stood in the way when it was last tried';
comment on column review_items.proof is 'the event that tells of it, and what was read back and when';
create index review_items_in_order on review_items (tenant_id, campaign_id, id);
create index review_items_due on review_items (tenant_id, id) where revocation = 'due';
create index review_items_with_exception on review_items (tenant_id, exception_until) where exception_until is not null;
call app.fence('review_items');
drop policy change on review_items;
create policy change on review_items for update to rd_api, rd_worker, rd_dispatcher
  using (tenant_id = app.tenant() and exists (
    select from review_campaigns c
     where c.tenant_id = review_items.tenant_id and c.id = review_items.campaign_id and c.state = 'open'))
  with check (tenant_id = app.tenant());
grant select, insert, update (decision, reason, reason_gen, decided_at, decided_by, exception_until, revocation, due_on,
  hindrance, proven_at, proof, version) on review_items to rd_api, rd_worker;

create table review_reminders (
  tenant_id   uuid        not null,
  campaign_id uuid        not null,
  about       uuid        not null,
  day         date        not null,
  told_at     timestamptz not null,
  constraint review_reminders_pk primary key (tenant_id, campaign_id, about, day),
  constraint review_reminders_of_campaign foreign key (tenant_id, campaign_id)
    references review_campaigns (tenant_id, id) on delete restrict
);
comment on table review_reminders is 'what people were reminded of, each once';
comment on column review_reminders.about is 'the campaign that is due, or the item whose exception ended';
comment on column review_reminders.day is 'the day it was about, not the day it was told';
call app.fence('review_reminders');
grant select, insert on review_reminders to rd_api, rd_worker;

-- An extract reads every row in one snapshot, as the desk: what a seat's person shows, and who gave the seat what it may.
grant select (totp_step, provider) on staff to rd_desk;
grant select (tenant_id, seq, at, actor, action, object) on audit_events to rd_desk;
create index audit_events_of_seats on audit_events (tenant_id, object)
  where action in ('desk.bootstrapped', 'staff.invited', 'staff.changed', 'staff.enabled');
create index audit_events_of_apps on audit_events (tenant_id, object) where action = 'app.permissions_changed';
grant select (tenant_id) on review_campaigns, review_extracts, review_items, review_reminders to rd_desk;
