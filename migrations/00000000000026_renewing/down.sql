drop index stores_by_lapse;
alter table stores drop constraint stores_renewing_has_a_token;
alter table stores drop column untold_since, drop column warned_for, drop column renewing_until;
