drop table keyholes;
drop function app.knock();
