drop table throttles;
drop table device_sign_ins;
drop table sessions;
drop table recovery_codes;
drop table staff;
