drop table schedules;
drop table lanes;
drop table job_attempts;
drop table jobs;
