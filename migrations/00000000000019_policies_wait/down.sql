alter table policies drop column held_back_on;
