drop table controller_calls;
