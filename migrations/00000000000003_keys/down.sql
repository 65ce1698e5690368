drop table secrets;
drop table request_keys;
drop table subject_keys;
drop table tenant_keys;
drop table keyring;
