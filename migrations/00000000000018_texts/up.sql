-- A notice says what it says in every language there are words for. What was said in two fixed ones stays said; what a
-- way back kept of the others comes again.
alter table notices add column if not exists locales text[], add column if not exists texts text[];
-- Row security binds the owner too, and would hide every row of it.
alter table notices no force row level security;
update notices set locales = array['en', 'hi'], texts = array[text_en, text_hi] where texts is null;
alter table notices force row level security;
alter table notices alter column locales set not null, alter column texts set not null;
alter table notices drop column text_en, drop column text_hi;
alter table notices add constraint notices_texts_have_their_locales
  check (cardinality(locales) = cardinality(texts) and cardinality(texts) > 0);
comment on column notices.locales is 'the language of each of its texts';
comment on column notices.texts is 'as it was worded that day';
