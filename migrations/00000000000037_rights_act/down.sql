drop index intakes_kept;
drop table request_evidence;
drop table corrected_values;
drop table request_corrections;
drop table relay_withheld;
drop table subject_fences;
alter table subjects drop column restricted_at;
