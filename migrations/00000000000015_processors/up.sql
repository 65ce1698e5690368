-- Sub-processors as the operator's list has them, what was said of each and when, who is told of changes, and who said
-- no. Rows of the house; a merchant's id in them is a plain column.
create table processors (
  tenant_id       uuid    not null,
  id              uuid    not null,
  code            text    not null,
  state           text    not null,
  shown_version   integer not null,
  listed_on       date    not null,
  ends_on         date,
  objection_until date,
  constraint processors_pk primary key (tenant_id, id),
  constraint processors_code_once unique (tenant_id, code),
  constraint processors_state_known check (state in ('announced', 'in_force', 'ending', 'ended', 'withdrawn')),
  constraint processors_end_has_its_day check ((state in ('ending', 'ended')) = (ends_on is not null))
);
comment on table processors is 'sub-processors of the operator, one row per code of the policy file';
comment on column processors.shown_version is 'the version of the policy whose words about it are shown now';
comment on column processors.listed_on is 'the day it was announced; of the first list, the day the desk began';
call app.fence('processors');
grant select, insert, update on processors to rd_api, rd_worker;

create table processor_versions (
  tenant_id      uuid    not null,
  processor_id   uuid    not null,
  policy_version integer not null,
  name           text    not null,
  service        text    not null,
  purposes       text[]  not null,
  receives       text[]  not null,
  forms          text[]  not null,
  regions        text[]  not null,
  transfer       text    not null,
  agreement_on   date,
  policy_url     text,
  from_on        date    not null,
  in_force_at    timestamptz,
  until_on       date,
  withdrawn_at   timestamptz,
  constraint processor_versions_pk primary key (tenant_id, processor_id, policy_version),
  constraint processor_versions_of_processor foreign key (tenant_id, processor_id)
    references processors (tenant_id, id) on delete restrict,
  constraint processor_versions_transfer_known
    check (transfer in ('none', 'adequacy', 'standard_clauses', 'binding_rules', 'consent')),
  constraint processor_versions_receive_in_forms check (cardinality(receives) = cardinality(forms)),
  constraint processor_versions_forms_are_listed
    check (forms <@ array['never', 'truncated_hashed', 'hashed', 'truncated', 'raw']),
  constraint processor_versions_came_or_did_not check (in_force_at is null or withdrawn_at is null)
);
comment on table processor_versions is 'what the list said of a sub-processor, under which version of the policy, from when until when';
comment on column processor_versions.from_on is 'the day it was announced for';
call app.fence('processor_versions');
grant select, insert, update on processor_versions to rd_api, rd_worker;

create table notices (
  tenant_id       uuid        not null,
  id              uuid        not null,
  kind            text        not null,
  processor_id    uuid,
  processor_name  text,
  policy_version  integer     not null,
  is_withdrawal   boolean     not null default false,
  announced_at    timestamptz not null,
  effective_on    date        not null,
  objection_until date,
  withdrawn_at    timestamptz,
  text_en         text        not null,
  text_hi         text        not null,
  constraint notices_pk primary key (tenant_id, id),
  constraint notices_of_processor foreign key (tenant_id, processor_id) references processors (tenant_id, id) on delete restrict,
  constraint notices_kind_known check (kind in ('added', 'changed', 'removed', 'policy_changed')),
  constraint notices_name_their_processor
    check ((kind = 'policy_changed') = (processor_id is null) and (processor_id is null) = (processor_name is null)),
  constraint notices_of_withdrawal_name_nobody check (not is_withdrawal or kind = 'policy_changed')
);
comment on table notices is 'what was announced, to whom it may concern: each as it was worded that day';
comment on column notices.is_withdrawal is 'it says that what was announced under this version will not come';
comment on column notices.withdrawn_at is 'when what it announces was taken back';
create unique index notices_once on notices (tenant_id, policy_version, kind, is_withdrawal, processor_id) nulls not distinct;
create index notices_by_time on notices (tenant_id, announced_at desc, id desc);
create index notices_of_processor_by_time on notices (tenant_id, processor_id, announced_at desc, id desc);
call app.fence('notices');
grant select, insert, update on notices to rd_api, rd_worker;

create table subscribers (
  tenant_id      uuid        not null,
  id             uuid        not null,
  merchant_id    uuid,
  subject_id     uuid        not null,
  mail           bytea,
  mail_bidx      bytea,
  mail_bidx_v    smallint,
  confirm_token  bytea,
  leave_token    bytea,
  locale         text        not null,
  state          text        not null,
  asked_at       timestamptz not null,
  letter_at      timestamptz,
  letter_is_sent boolean     not null default false,
  live_at        timestamptz,
  ended_at       timestamptz,
  constraint subscribers_pk primary key (tenant_id, id),
  constraint subscribers_state_known check (state in ('unconfirmed', 'live', 'ended')),
  constraint subscribers_mail_is_whole check ((mail is null) = (mail_bidx is null) and (mail is null) = (mail_bidx_v is null)
    and (mail is null) = (leave_token is null)),
  constraint subscribers_are_reached check (mail is not null or merchant_id is not null or state = 'ended'),
  constraint subscribers_unconfirmed_has_its_token check ((state = 'unconfirmed') = (confirm_token is not null)),
  constraint subscribers_live_since check (state <> 'live' or live_at is not null),
  constraint subscribers_ended_is_forgotten check ((state = 'ended') = (ended_at is not null)
    and (state <> 'ended' or mail is null)),
  constraint subscribers_locale_is_a_language check (locale ~ '^[a-z]{2,3}$')
);
comment on table subscribers is 'who is told of changes: by letter after a double yes, or a merchant that reads them by API';
comment on column subscribers.merchant_id is 'the merchant that subscribed, where one did';
comment on column subscribers.mail is 'the address, sealed under a key of that person''s own, which ends with the subscription';
comment on column subscribers.confirm_token is 'what the link of the first letter carries, sealed likewise; its digest is a keyhole';
comment on column subscribers.leave_token is 'what the link to unsubscribe carries, sealed likewise; its digest is a keyhole';
comment on column subscribers.letter_at is 'when the letter that asks for the second yes was begun; at most one an hour and address';
create unique index subscribers_mail_once on subscribers (tenant_id, mail_bidx) where state = 'live' and mail_bidx is not null;
create unique index subscribers_merchant_once on subscribers (tenant_id, merchant_id) where state = 'live' and mail_bidx is null;
create index subscribers_by_mail on subscribers (tenant_id, mail_bidx) where mail_bidx is not null;
create index subscribers_by_time on subscribers (tenant_id, asked_at desc, id desc);
create index subscribers_that_wait on subscribers (tenant_id, asked_at) where state = 'unconfirmed';
call app.fence('subscribers');
grant select, insert, update on subscribers to rd_api;
grant select, insert, update, delete on subscribers to rd_worker;

create table notice_deliveries (
  tenant_id     uuid     not null,
  notice_id     uuid     not null,
  subscriber_id uuid     not null,
  state         text     not null default 'waiting',
  attempts      smallint not null default 0,
  sent_at       timestamptz,
  constraint notice_deliveries_pk primary key (tenant_id, notice_id, subscriber_id),
  constraint notice_deliveries_of_notice foreign key (tenant_id, notice_id) references notices (tenant_id, id) on delete restrict,
  constraint notice_deliveries_to_subscriber foreign key (tenant_id, subscriber_id)
    references subscribers (tenant_id, id) on delete cascade,
  constraint notice_deliveries_state_known check (state in ('waiting', 'sent', 'failed')),
  constraint notice_deliveries_sent_has_its_time check ((state = 'sent') = (sent_at is not null))
);
comment on table notice_deliveries is 'one letter of one notice to one subscriber';
create index notice_deliveries_that_wait on notice_deliveries (tenant_id, notice_id, subscriber_id) where state = 'waiting';
create index notice_deliveries_of_subscriber on notice_deliveries (tenant_id, subscriber_id) where state = 'waiting';
call app.fence('notice_deliveries');
grant select, insert, update, delete on notice_deliveries to rd_api, rd_worker;
grant select (tenant_id) on subscribers, notice_deliveries to rd_desk;

create table objections (
  tenant_id   uuid        not null,
  id          uuid        not null,
  notice_id   uuid        not null,
  merchant_id uuid        not null,
  objected_at timestamptz not null,
  objected_by text        not null,
  reason      bytea       not null,
  state       text        not null default 'open',
  answer_by   date        not null,
  answered_at timestamptz,
  answered_by text,
  answer      bytea,
  constraint objections_pk primary key (tenant_id, id),
  constraint objections_to_notice foreign key (tenant_id, notice_id) references notices (tenant_id, id) on delete restrict,
  constraint objections_state_known check (state in ('open', 'upheld', 'settled', 'declined', 'withdrawn')),
  constraint objections_answered_is_whole
    check ((state = 'open') = (answered_at is null) and (answered_at is null) = (answered_by is null)),
  constraint objections_refusals_are_answered check (state <> 'declined' or answer is not null)
);
comment on table objections is 'a merchant''s no to a change that was announced, and what became of it';
comment on column objections.objected_by is 'as the books name who did it; so is answered_by';
comment on column objections.reason is 'in words, sealed under the objection''s own key; so is the answer';
comment on column objections.answer_by is 'the day the change would come to hold';
create unique index objections_open_once on objections (tenant_id, notice_id, merchant_id) where state = 'open';
create index objections_by_time on objections (tenant_id, objected_at desc, id desc);
call app.fence('objections');
grant select, insert, update on objections to rd_api, rd_worker;

-- Links in letters lead to subscribers, and strangers may ask for letters only so often.
alter table keyholes drop constraint keyholes_kind_known;
alter table keyholes add constraint keyholes_kind_known
  check (kind in ('api_key', 'tenant_reference', 'store_domain', 'subscriber_confirm', 'subscriber_leave'));
alter table throttles drop constraint throttles_kind_known;
alter table throttles add constraint throttles_kind_known check (kind in ('password_account', 'password_device',
  'password_source', 'password_all', 'password_change', 'factor_account', 'device_source', 'device_all', 'code_source',
  'subscribe_source', 'subscribe_all'));
grant select (tenant_id) on objections to rd_desk;
