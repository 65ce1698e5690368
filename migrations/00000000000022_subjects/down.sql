drop table subject_identifiers;
drop table subjects;
