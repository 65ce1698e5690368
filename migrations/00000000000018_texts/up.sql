-- A notice says what it says in every language there are words for. What was said in two fixed ones stays said; what a
-- way back kept of the others comes again.
alter table notices add column if not exists texts jsonb;
-- Row security binds the owner too, and would hide every row of it.
alter table notices no force row level security;
update notices set texts = jsonb_build_object('en', text_en, 'hi', text_hi) where texts is null;
alter table notices force row level security;
alter table notices alter column texts set not null;
alter table notices drop column text_en, drop column text_hi;
alter table notices add constraint notices_texts_are_by_language check (jsonb_typeof(texts) = 'object' and texts <> '{}');
comment on column notices.texts is 'as it was worded that day, by language';
