-- The texts stay beside the two old columns, which have no place for the other languages: nothing that was said is lost,
-- and the way up finds it again.
alter table notices drop constraint notices_texts_have_their_locales;
alter table notices add column text_en text, add column text_hi text;
alter table notices no force row level security;
update notices set text_en = coalesce(texts[array_position(locales, 'en')], texts[1]),
                   text_hi = coalesce(texts[array_position(locales, 'hi')], texts[array_position(locales, 'en')], texts[1]);
alter table notices force row level security;
alter table notices alter column text_en set not null, alter column text_hi set not null;
alter table notices alter column locales drop not null, alter column texts drop not null;
