revoke delete on members from rd_worker;
revoke select (tenant_id, id) on device_sign_ins from rd_desk;
revoke select (tenant_id, id) on recovery_codes from rd_desk;
revoke select (tenant_id, id) on access_log from rd_desk;
drop table promise_looks;
drop table promises;
